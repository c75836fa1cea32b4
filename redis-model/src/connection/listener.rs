//! Listening to a channel, the same for both modes.

#[cfg(test)]
mod tests;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use redis::{Msg, PushKind, Value, cmd};

use super::{
    call::Call,
    deadline::Deadline,
    line::{Line, opened},
    pulse::Pulse,
    server::Server,
};
use crate::error::{Error, Result};

/// A subscription on a connection of its own, which ends when it is dropped.
pub(crate) trait Listener: Send + 'static {
    /// The next message's payload; `None` when `until` has passed without one. One that has come already is given even
    /// then. The future may be dropped at any time: no message is lost.
    ///
    /// An error means that the connection is gone or has fallen silent, and the subscription with it.
    fn next(&mut self, until: Instant) -> impl Future<Output = Result<Option<Vec<u8>>>> + Send;
}

/// How long nothing may come before the server is asked whether it is still there: the other end of a connection may
/// vanish without a word.
const SILENCE: Duration = Duration::from_secs(1);

/// A subscription to a server's channel.
pub(crate) struct LineListener<L> {
    line: L,
    server: Arc<Server>,
    pulse: Pulse,
}

impl<L: Line> LineListener<L> {
    pub(super) async fn subscribe(server: Arc<Server>, channel: &[u8], call: Call) -> Result<Self> {
        let request = cmd("SUBSCRIBE").arg(channel).get_packed_command();
        let (line, replies) = opened(&server, call, &request, 1).await?;
        if !replies.iter().all(is_confirmation) {
            return Err(Error::protocol("a subscription was not confirmed"));
        }
        let pulse = Pulse::new(SILENCE, server.response_timeout);
        Ok(Self { line, server, pulse })
    }

    /// As [`Listener::next`].
    pub(super) async fn next(&mut self, until: Instant) -> Result<Option<Vec<u8>>> {
        let until = Deadline::at(until);
        loop {
            let patience = self.pulse.patience();
            let heard = self.line.hear(until.or_earlier(patience)).await;
            match heard.map_err(|error| self.server.exchange_error(error, self.server.response_timeout))? {
                Some(value) => {
                    self.pulse.felt(Instant::now());
                    if let Some(message) = Msg::from_owned_value(value) {
                        return Ok(Some(message.get_payload_bytes().to_vec()));
                    }
                }
                None if patience.has_passed() => self.ask().await?,
                None => return Ok(None),
            }
        }
    }

    /// Asks a silent server for a sign of life; one that has been asked has had its time.
    async fn ask(&mut self) -> Result<()> {
        let deadline = self.pulse.ask(Instant::now())?;
        let asked = self.line.say(&cmd("PING").get_packed_command(), deadline).await;
        asked.map_err(|error| self.server.exchange_error(error, self.pulse.limit))
    }
}

/// It is pushed in RESP3, and an array in RESP2.
fn is_confirmation(reply: &Value) -> bool {
    match reply {
        Value::Push { kind, .. } => *kind == PushKind::Subscribe,
        Value::Array(items) => matches!(items.first(), Some(Value::BulkString(kind)) if kind == b"subscribe"),
        _ => false,
    }
}
