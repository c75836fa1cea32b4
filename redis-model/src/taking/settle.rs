//! What becomes of a reply that nobody waits for any more.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use redis::Value;

use super::{
    Take,
    lines::{Line, Lines},
};
use crate::{
    command,
    connection::Waiter as _,
    mode::Mode,
    query::{Part, Query, reply},
};

/// A command that was given up, and whose reply may bring something.
pub(super) struct Unsettled<M: Mode, W> {
    pub(super) what: W,
    pub(super) link: M::Connection,
    pub(super) lines: Arc<Lines<M>>,
    pub(super) line: Line<M>,
}

/// How long a server that does not answer is listened to: what it gives away after that is lost.
const PATIENCE: Duration = Duration::from_secs(30);

/// The first pause between two attempts, each of which is twice as long as the one before, and the longest.
const PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

impl<M: Mode, W: Take> Unsettled<M, W> {
    /// Sees to it in the background. Where nothing can run there, the connection is closed, which ends the wait as well.
    pub(super) fn settle(self) {
        _ = M::spawn("redis-model-takes", self.see_to_it());
    }

    async fn see_to_it(mut self) {
        let end = Instant::now() + PATIENCE;
        let Some(reply) = self.hear(end).await else { return };
        self.lines.keep(self.line);
        put_back::<M, W>(&self.what, &mut self.link, &reply, end).await;
    }

    /// Ends the wait on the server, and hears its reply: nil, unless something had come before.
    async fn hear(&mut self, end: Instant) -> Option<Value> {
        let (mut until, mut pause) = (Instant::now(), PAUSE);
        loop {
            // First of all: the number of a connection that has ended may belong to somebody else by now.
            match self.line.listen(until).await {
                Ok(Some(reply)) => return Some(reply),
                Ok(None) if Instant::now() < end => {}
                Ok(None) | Err(_) => return None,
            }
            // The command may not have come to the server yet, and so this is done again until there is a reply.
            let unblock = Part::command(command::queue::end_wait(self.line.number()), "");
            _ = Query::part(unblock, reply::done).over(&mut self.link).await;
            until = Instant::now() + pause;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

/// Puts back what a reply has brought. Tried again only where it cannot have happened: nothing is to be there twice.
async fn put_back<M: Mode, W: Take>(what: &W, link: &mut M::Connection, reply: &Value, end: Instant) {
    let mut pause = PAUSE;
    while let Some(query) = what.put_back(reply) {
        match query.over(link).await {
            Err(error) if !error.is_indeterminate() && Instant::now() < end => M::sleep(pause).await,
            Ok(()) | Err(_) => return,
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}
