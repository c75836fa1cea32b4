//! Taking something that may have to be waited for: on a connection of its own, and without losing it to those who give up.
//!
//! A command that waits, as `BLPOP` does, stalls its connection, and so it is never sent over one that others share. What
//! the server has given away for it exists only in its reply: whoever gives up before he has heard that leaves it to a
//! task in the background, which ends the wait and puts back what has come.

mod lines;
mod settle;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use redis::{Cmd, Value};

use self::{
    lines::{Line, Lines},
    settle::Unsettled,
};
use crate::{
    connection::Waiter as _,
    error::{Error, Result},
    key::Key,
    mode::Mode,
    query::Query,
    store::Store,
};

/// Something that is taken from a server once it is there.
pub(crate) trait Take: Clone + Send + Sync + 'static {
    /// What it is taken from, for error texts.
    fn key(&self) -> &Key;

    /// The command that takes it, and waits for it so long; its reply is nil when there was nothing.
    fn command(&self, wait: Duration) -> Cmd;

    /// Puts back what a reply has brought, to where it was; `None` for a reply that brings nothing.
    fn put_back(&self, reply: &Value) -> Option<Query<()>>;
}

/// How long a command waits on the server at most before it is sent again: a server that has vanished without a word is
/// noticed by its silence after that.
const SLICE: Duration = Duration::from_secs(5);

/// The shortest wait, as none at all stands for an endless one.
const MOMENT: Duration = Duration::from_millis(1);

/// A century, for limits that reach beyond what the clock can tell.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// When a wait of this length ends that begins now.
pub(crate) fn end_of(limit: Duration) -> Instant {
    Instant::now() + limit.min(LONGEST)
}

/// The reply that brings what is taken; `None` when there was nothing until then.
///
/// The future may be dropped at any time: what it may have taken is put back soon, as long as its runtime lives.
///
/// # Errors
/// [`Error::Disconnected`] when the connection breaks: what was taken in that moment is lost. [`Error::Timeout`] when the
/// server does not answer; a late answer is put back. Else those of connecting, and the server's own.
pub(crate) async fn take<M: Mode>(store: &Store<M>, what: &impl Take, until: Instant) -> Result<Option<Value>> {
    let lines = Lines::of(store);
    let line = lines.line(&store.link()).await?;
    let mut taking = Taking { what, link: store.link(), lines, line: Some(line) };
    let reply = taking.ask(until).await?;
    taking.end();
    match reply {
        Some(Value::ServerError(error)) => Err(Error::from_server(error.into(), || what.key().clone())),
        reply => Ok(reply),
    }
}

/// One attempt to take something. Dropped before it has ended, it leaves the rest to the background.
struct Taking<'a, M: Mode, W: Take> {
    what: &'a W,
    link: M::Connection,
    lines: Arc<Lines<M>>,
    line: Option<Line<M>>,
}

impl<M: Mode, W: Take> Taking<'_, M, W> {
    async fn ask(&mut self, until: Instant) -> Result<Option<Value>> {
        let Some(line) = &mut self.line else { return Ok(None) };
        loop {
            let now = Instant::now();
            let end = until.min(now + SLICE);
            let wait = end.saturating_duration_since(now).max(MOMENT);
            line.ask(&self.what.command(wait)).await?;
            match line.reply(end).await? {
                // Somebody may have ended the wait before its time.
                Value::Nil if Instant::now() < until => {}
                Value::Nil => return Ok(None),
                reply => return Ok(Some(reply)),
            }
        }
    }

    /// Keeps the connection for the next one.
    fn end(mut self) {
        if let Some(line) = self.line.take() {
            self.lines.keep(line);
        }
    }
}

impl<M: Mode, W: Take> Drop for Taking<'_, M, W> {
    fn drop(&mut self) {
        let Some(line) = self.line.take() else { return };
        if line.owes_reply() {
            Unsettled { what: self.what.clone(), link: self.link.clone(), lines: self.lines.clone(), line }.settle();
        }
    }
}
