//! Commands that wait on the server, as `BLPOP` does, each on a connection of its own; the same for both modes.

#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Instant};

use redis::{Cmd, Value, cmd};

use super::{
    call::Call,
    deadline::Deadline,
    line::{Line, opened},
    server::Server,
};
use crate::error::{Error, Result};

/// A connection on which one command at a time waits, beside those that others share.
///
/// The reply is owed from the moment at which the command has left. It may be fetched at any later time, also by somebody
/// else than the one who has asked: what the server has given away does not get lost with a future.
pub(crate) trait Waiter: Send + 'static {
    /// The number by which the server knows the connection, for `CLIENT UNBLOCK`.
    fn number(&self) -> i64;

    /// Whether it is open, owes nothing, and can be used where this is called.
    fn is_usable(&mut self) -> impl Future<Output = bool> + Send;

    /// Sends a command. When the future is dropped, or fails, the command has not left as a whole and does not run.
    fn ask(&mut self, command: &Cmd) -> impl Future<Output = Result<()>> + Send;

    /// Whether a command has left whose reply has not been heard, and may still come.
    fn owes_reply(&self) -> bool;

    /// The reply to a command that waits on the server until then. The future may be dropped at any time: the reply stays
    /// owed.
    ///
    /// [`Error::Timeout`] when it has not come so long after that as a response may take; it stays owed as well. After any
    /// other error, nothing more comes.
    fn reply(&mut self, until: Instant) -> impl Future<Output = Result<Value>> + Send;

    /// The reply, if it comes until then.
    fn listen(&mut self, until: Instant) -> impl Future<Output = Result<Option<Value>>> + Send;
}

/// A connection to a server for commands that wait.
pub(crate) struct LineWaiter<L> {
    line: L,
    server: Arc<Server>,
    number: i64,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Idle,
    Owing,
    /// A part of a request has left, or the connection has failed.
    Broken,
}

impl<L: Line> LineWaiter<L> {
    pub(super) async fn open(server: Arc<Server>, call: Call) -> Result<Self> {
        let request = cmd("CLIENT").arg("ID").get_packed_command();
        let (line, replies) = opened(&server, call, &request, 1).await?;
        let Some(&Value::Int(number)) = replies.first() else {
            return Err(Error::protocol("the server does not tell the connection's number"));
        };
        Ok(Self { line, server, number, state: State::Idle })
    }

    pub(super) fn number(&self) -> i64 {
        self.number
    }

    pub(super) async fn is_usable(&mut self) -> bool {
        if self.state != State::Idle || !self.line.is_driven() {
            return false;
        }
        // Whatever comes now, nobody has asked for it.
        matches!(self.line.hear(Deadline::at(Instant::now())).await, Ok(None))
    }

    pub(super) async fn ask(&mut self, command: &Cmd) -> Result<()> {
        self.state = State::Broken;
        let limit = self.server.response_timeout;
        let said = self.line.say(&command.get_packed_command(), Deadline::new(Instant::now(), limit)).await;
        said.map_err(|error| self.server.exchange_error(error, limit))?;
        self.state = State::Owing;
        Ok(())
    }

    pub(super) fn owes_reply(&self) -> bool {
        self.state == State::Owing
    }

    pub(super) async fn reply(&mut self, until: Instant) -> Result<Value> {
        let limit = self.server.response_timeout;
        let heard = self.hear(Deadline::new(until, limit)).await?;
        heard.ok_or(Error::Timeout { limit: Some(limit) })
    }

    pub(super) async fn listen(&mut self, until: Instant) -> Result<Option<Value>> {
        self.hear(Deadline::at(until)).await
    }

    async fn hear(&mut self, until: Deadline) -> Result<Option<Value>> {
        if self.state != State::Owing {
            return Err(Error::protocol("nothing was asked on this connection"));
        }
        loop {
            match self.line.hear(until).await {
                Ok(Some(Value::Push { .. })) => {}
                Ok(None) => return Ok(None),
                Ok(Some(reply)) => {
                    self.state = State::Idle;
                    return Ok(Some(reply));
                }
                Err(error) => {
                    self.state = State::Broken;
                    return Err(self.server.exchange_error(error, self.server.response_timeout));
                }
            }
        }
    }
}
