//! Hearing of every change to keys with certain prefixes (`CLIENT TRACKING ... BCAST`), the same for both modes.

#[cfg(test)]
mod tests;

use std::{
    mem,
    sync::Arc,
    time::{Duration, Instant},
};

use redis::{Cmd, PushKind, Value, cmd};

use super::{
    call::Call,
    deadline::Deadline,
    line::{Line, opened},
    pulse::Pulse,
    server::Server,
};
use crate::error::Result;

/// Hears of the keys with some prefixes, on a connection of its own, until it is dropped.
///
/// No prefix may begin another one: a server refuses that.
pub(crate) trait Tracker: Send + 'static {
    /// What has happened next; `None` when `until` has passed without anything. What has come already is given even then.
    /// The future may be dropped at any time: nothing is lost, or the next call is an error.
    ///
    /// An error means that the connection is gone or has fallen silent, and nothing more will be heard.
    fn next(&mut self, until: Instant) -> impl Future<Output = Result<Option<News>>> + Send;

    /// Asks for keys with more prefixes, soon; [`News::Complete`] tells from when on they are heard of.
    fn add(&mut self, prefixes: Vec<Vec<u8>>);
}

/// What a server tells of keys.
#[derive(Debug, PartialEq)]
pub(crate) enum News {
    /// These have been written, have expired, or were evicted.
    Changed(Vec<Vec<u8>>),
    /// Any key may have changed.
    Flushed,
    /// Whatever the server had done at `asked` has been told. Keys with the prefixes in `added` are heard of from now on.
    ///
    /// It comes first of all, and about once a second.
    Complete { asked: Instant, added: Vec<Vec<u8>> },
}

/// How long after the last answer the server is asked again whether it is still there. Also while it has much to tell:
/// only the answer to a question shows that what came before it was not late.
pub(crate) const PAUSE: Duration = Duration::from_secs(1);

/// How long the answer may take. Longer than most limits for responses: to lose all that is kept costs more than to
/// wait.
pub(crate) const PATIENCE: Duration = Duration::from_secs(2);

/// Hears of keys from a server.
pub(crate) struct LineTracker<L> {
    line: L,
    server: Arc<Server>,
    pulse: Pulse,
    /// The question that has not been answered.
    open: Option<Question>,
    /// What the next question is to add.
    wanted: Vec<Vec<u8>>,
    /// Confirmed, but not yet told.
    confirmed: Option<Question>,
}

/// A request whose answer tells that all before it has been heard.
struct Question {
    asked: Instant,
    /// The prefixes that it adds.
    added: Vec<Vec<u8>>,
}

impl<L: Line> LineTracker<L> {
    pub(super) async fn track(server: Arc<Server>, prefixes: Vec<Vec<u8>>, call: Call) -> Result<Self> {
        let question = Question { asked: Instant::now(), added: prefixes };
        let mut request = cmd("HELLO").arg(3).get_packed_command();
        request.extend(question.request().get_packed_command());
        let (line, _) = opened(&server, call, &request, 2).await?;
        let pulse = Pulse::new(PAUSE, PATIENCE);
        Ok(Self { line, server, pulse, open: None, wanted: Vec::new(), confirmed: Some(question) })
    }

    /// As [`Tracker::add`].
    pub(super) fn add(&mut self, prefixes: Vec<Vec<u8>>) {
        self.wanted.extend(prefixes);
    }

    /// As [`Tracker::next`].
    pub(super) async fn next(&mut self, until: Instant) -> Result<Option<News>> {
        let until = Deadline::at(until);
        loop {
            if let Some(question) = self.confirmed.take() {
                return Ok(Some(question.answered()));
            }
            if self.is_due() {
                self.ask().await?;
            }
            let patience = self.pulse.patience();
            let heard = self.line.hear(until.or_earlier(patience)).await;
            match heard.map_err(|error| self.server.exchange_error(error, PATIENCE))? {
                Some(Value::Push { kind: PushKind::Invalidate, data }) => return Ok(Some(changed(data))),
                Some(Value::Push { .. }) => {}
                Some(Value::ServerError(error)) => return Err(self.server.exchange_error(error.into(), PATIENCE)),
                Some(_) => {
                    self.pulse.felt(Instant::now());
                    self.confirmed = self.open.take();
                }
                // All that has come was heard, and the answer was not among it.
                None if patience.has_passed() && self.open.is_some() => self.ask().await?,
                None if until.has_passed() => return Ok(None),
                None => {}
            }
        }
    }

    /// Whether the next question is to be asked now, however much there is to hear.
    fn is_due(&self) -> bool {
        self.open.is_none() && (!self.wanted.is_empty() || self.pulse.patience().has_passed())
    }

    /// Asks the next question; a server that has not answered the one before has had its time.
    async fn ask(&mut self) -> Result<()> {
        let asked = Instant::now();
        let deadline = self.pulse.ask(asked)?;
        let question = Question { asked, added: mem::take(&mut self.wanted) };
        let request = question.request().get_packed_command();
        self.open = Some(question);
        let said = self.line.say(&request, deadline).await;
        said.map_err(|error| self.server.exchange_error(error, PATIENCE))
    }
}

impl Question {
    fn request(&self) -> Cmd {
        if self.added.is_empty() { cmd("PING") } else { tracking(&self.added) }
    }

    fn answered(self) -> News {
        News::Complete { asked: self.asked, added: self.added }
    }
}

/// Begins to track these prefixes, beside those that are tracked.
pub(super) fn tracking(prefixes: &[Vec<u8>]) -> Cmd {
    let mut tracking = cmd("CLIENT");
    tracking.arg("TRACKING").arg("ON").arg("BCAST");
    for prefix in prefixes {
        tracking.arg("PREFIX").arg(prefix);
    }
    tracking
}

/// What an invalidation says: a list of keys, or nil for all. Whatever else it might be says that something has changed,
/// and not what.
pub(super) fn changed(data: Vec<Value>) -> News {
    let Some(Value::Array(keys)) = data.into_iter().next() else { return News::Flushed };
    let key = |key| match key {
        Value::BulkString(key) => Some(key),
        Value::SimpleString(key) => Some(key.into_bytes()),
        _ => None,
    };
    keys.into_iter().map(key).collect::<Option<_>>().map_or(News::Flushed, News::Changed)
}
