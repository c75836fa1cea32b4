//! Listening to a channel, the same for both modes.

#[cfg(test)]
mod tests;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use redis::{Msg, PushKind, RedisResult, Value, cmd};

use super::{call::Call, deadline::Deadline, server::Server};
use crate::error::{Error, Result};

/// A subscription on a connection of its own, which ends when it is dropped.
pub(crate) trait Listener: Send + 'static {
    /// The next message's payload; `None` when `until` has passed without one. One that has come already is given even
    /// then. The future may be dropped at any time: no message is lost.
    ///
    /// An error means that the connection is gone or has fallen silent, and the subscription with it.
    fn next(&mut self, until: Instant) -> impl Future<Output = Result<Option<Vec<u8>>>> + Send;
}

/// A connection to a server on which things come that nobody has asked for just now.
pub(crate) trait Line: Sized + Send + 'static {
    /// Makes a connection and logs in, within the limit.
    fn open(server: &Server, limit: Duration) -> impl Future<Output = RedisResult<Self>> + Send;

    /// Sends a packed request.
    fn say(&mut self, request: &[u8], deadline: Deadline) -> impl Future<Output = RedisResult<()>> + Send;

    /// Whatever comes next; `None` when nothing has come by then. What has come already is taken even if the time is
    /// over. Dropping the future loses nothing.
    fn hear(&mut self, until: Deadline) -> impl Future<Output = RedisResult<Option<Value>>> + Send;
}

/// How long nothing may come before the server is asked whether it is still there: the other end of a connection may
/// vanish without a word.
const SILENCE: Duration = Duration::from_secs(1);

/// A subscription to a server's channel.
pub(crate) struct LineListener<L> {
    line: L,
    server: Arc<Server>,
    silence: Duration,
    heard: Heard,
}

/// What was last known of the server.
#[derive(Clone, Copy)]
enum Heard {
    /// Something came.
    At(Instant),
    /// Nothing came for a while, and since then it owes an answer.
    NothingSince(Instant),
}

impl<L: Line> LineListener<L> {
    pub(super) async fn subscribe(server: Arc<Server>, channel: &[u8], call: Call) -> Result<Self> {
        let opened = L::open(&server, call.step(server.connect_timeout).left).await;
        let mut line = opened.map_err(|error| server.connect_error(error))?;
        let step = call.step(server.response_timeout);
        let deadline = Deadline::new(Instant::now(), step.left);
        let confirmed = async {
            line.say(&cmd("SUBSCRIBE").arg(channel).get_packed_command(), deadline).await?;
            line.hear(deadline).await
        };
        match confirmed.await.map_err(|error| server.exchange_error(error, step.limit))? {
            None => Err(Error::Timeout { limit: Some(step.limit) }),
            Some(Value::ServerError(error)) if error.code() == "NOAUTH" => Err(server.connect_error(error.into())),
            Some(Value::ServerError(error)) => Err(server.exchange_error(error.into(), step.limit)),
            Some(reply) if is_confirmation(&reply) => {
                Ok(Self { line, server, silence: SILENCE, heard: Heard::At(Instant::now()) })
            }
            Some(_) => Err(Error::protocol("a subscription was not confirmed")),
        }
    }

    /// As [`Listener::next`].
    pub(super) async fn next(&mut self, until: Instant) -> Result<Option<Vec<u8>>> {
        let until = Deadline::at(until);
        loop {
            let patience = self.patience();
            let heard = self.line.hear(until.or_earlier(patience)).await;
            match heard.map_err(|error| self.server.exchange_error(error, self.server.response_timeout))? {
                Some(value) => {
                    self.heard = Heard::At(Instant::now());
                    if let Some(message) = Msg::from_owned_value(value) {
                        return Ok(Some(message.get_payload_bytes().to_vec()));
                    }
                }
                None if patience.has_passed() => self.ask().await?,
                None => return Ok(None),
            }
        }
    }

    /// Until when the server may stay silent.
    fn patience(&self) -> Deadline {
        match self.heard {
            Heard::At(heard) => Deadline::new(heard, self.silence),
            Heard::NothingSince(asked) => Deadline::new(asked, self.server.response_timeout),
        }
    }

    /// Asks a silent server for a sign of life; one that has been asked has had its time.
    async fn ask(&mut self) -> Result<()> {
        let limit = self.server.response_timeout;
        if matches!(self.heard, Heard::NothingSince(_)) {
            return Err(Error::Timeout { limit: Some(limit) });
        }
        let now = Instant::now();
        // Noted first: if the request is dropped half-way, as it may be when the server has long stopped reading, the
        // answer will be missed and nothing else be sent.
        self.heard = Heard::NothingSince(now);
        let asked = self.line.say(&cmd("PING").get_packed_command(), Deadline::new(now, limit)).await;
        asked.map_err(|error| self.server.exchange_error(error, limit))
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
