use std::fmt;

use crate::{
    Engine, ErrorReply, Protocol, Reply,
    command::{self, SessionState},
    data::Databases,
    protocol::{Decoded, Decoder, encode},
};

/// One client of an [`Engine`]: its selected database, transaction, watches and protocol.
///
/// It does no I/O. [`feed`](Self::feed) takes the bytes that a transport has read and gives those to write back;
/// [`execute`](Self::execute) runs one command without any bytes in between.
///
/// ```
/// let mut session = redis_model_embedded::Engine::new().session();
/// assert_eq!(session.feed(b"*2\r\n$4\r\nECHO\r\n$5\r\nhe"), b"");
/// assert_eq!(session.feed(b"llo\r\nPING\r\n"), b"$5\r\nhello\r\n+PONG\r\n");
/// ```
pub struct Session {
    engine: Engine,
    state: SessionState,
    decoder: Decoder,
}

impl Session {
    pub(crate) fn new(engine: Engine) -> Self {
        let id = engine.lock().next_session_id();
        Self { engine, state: SessionState { id, ..SessionState::default() }, decoder: Decoder::default() }
    }

    /// Takes the next bytes of the client's stream, and gives the replies to the requests that they complete.
    ///
    /// Requests are RESP arrays or inline commands, cut anywhere. After QUIT or a protocol error the session
    /// [is closed](Self::is_closed) and ignores what follows.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut replies = Vec::new();
        self.decoder.feed(bytes);
        while !self.state.is_closed {
            let reply = match self.decoder.next_request() {
                Decoded::Incomplete => break,
                Decoded::Request(arguments) => {
                    let args: Vec<&[u8]> = arguments.iter().map(Vec::as_slice).collect();
                    self.execute(&args)
                }
                Decoded::Invalid(error) => {
                    self.state.is_closed = true;
                    Reply::Error(error)
                }
            };
            encode(&reply, self.state.protocol, &mut replies);
        }
        replies
    }

    /// Runs one command: its name, then its arguments. Errors are replies, too.
    pub fn execute(&mut self, args: &[&[u8]]) -> Reply {
        let now = self.engine.instant();
        command::execute(&mut self.engine.lock(), &mut self.state, now, args)
    }

    /// Whether the client has said QUIT, or sent bytes that are no request.
    pub fn is_closed(&self) -> bool {
        self.state.is_closed
    }

    /// The version of the protocol in which replies are written.
    pub fn protocol(&self) -> Protocol {
        self.state.protocol
    }

    /// The number of the selected database.
    pub fn database(&self) -> i64 {
        Databases::number(self.state.database)
    }

    /// The engine that this is a session of.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    pub(crate) fn set_protocol(&mut self, protocol: Protocol) {
        self.state.protocol = protocol;
    }

    pub(crate) fn select(&mut self, database: i64) -> Result<(), ErrorReply> {
        self.state.database = Databases::index(database).ok_or(ErrorReply::DB_OUT_OF_RANGE)?;
        Ok(())
    }
}

impl Drop for Session {
    /// A client that leaves no longer watches anything.
    fn drop(&mut self) {
        if !self.state.watched.is_empty() {
            self.state.forget_watches(&mut self.engine.lock().databases);
        }
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("state", &self.state).finish_non_exhaustive()
    }
}
