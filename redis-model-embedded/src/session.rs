use std::{
    fmt,
    task::{Context, Poll},
    time::Duration,
};

use crate::{
    Engine, ErrorReply, Protocol, Reply,
    command::{self, settle},
    data::Databases,
    protocol::{Decoded, Decoder, encode},
    server::{Client, ClientId, Message, Server},
};

/// One client of an [`Engine`]: its selected database, transaction, watches, subscriptions and protocol.
///
/// It does no I/O. [`feed`](Self::feed) takes the bytes that a transport has read and gives those to write back;
/// [`poll_output`](Self::poll_output) gives what comes later or unasked. [`execute`](Self::execute) runs one command
/// without any bytes in between.
///
/// ```
/// let mut session = redis_model_embedded::Engine::new().session();
/// assert_eq!(session.feed(b"*2\r\n$4\r\nECHO\r\n$5\r\nhe"), b"");
/// assert_eq!(session.feed(b"llo\r\nPING\r\n"), b"$5\r\nhello\r\n+PONG\r\n");
/// ```
pub struct Session {
    engine: Engine,
    id: ClientId,
    decoder: Decoder,
}

impl Session {
    pub(crate) fn new(engine: Engine) -> Self {
        let id = engine.lock().clients.join();
        Self { engine, id, decoder: Decoder::default() }
    }

    /// Takes the next bytes of the client's stream, and gives the replies to the requests that they complete.
    ///
    /// Requests are RESP arrays or inline commands, cut anywhere. A command that waits, as BLPOP does, has no reply
    /// yet, and the requests after it stay where they are until [`poll_output`](Self::poll_output) has given its
    /// reply. After QUIT or a protocol error the session [is closed](Self::is_closed) and ignores what follows.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.decoder.feed(bytes);
        let mut output = Vec::new();
        self.process(&mut output);
        output
    }

    /// What the client is to be sent without a request of its own: published messages, invalidations, and the reply
    /// to a command that has been waiting, followed by those to the requests behind it.
    ///
    /// Ready with no bytes once the session is closed. Whoever calls this on the system's clock must also do so when
    /// [`deadline`](Self::deadline) has passed.
    pub fn poll_output(&mut self, cx: &mut Context<'_>) -> Poll<Vec<u8>> {
        let mut output = Vec::new();
        self.process(&mut output);
        let mut server = self.engine.lock();
        if !output.is_empty() || client(&server, self.id).is_closed {
            return Poll::Ready(output);
        }
        server.clients.wake_with_message(self.id, cx.waker());
        Poll::Pending
    }

    /// Runs one command: its name, then its arguments. Errors are replies, too.
    ///
    /// A command that waits answers with no reply, `Reply::Several` of nothing; the real one is the
    /// [next message](Self::next_message) in time.
    pub fn execute(&mut self, args: &[&[u8]]) -> Reply {
        let now = self.engine.instant();
        command::execute(&mut self.engine.lock(), self.id, now, args).reply
    }

    /// The oldest of what the client was sent without a request of its own, if there is anything.
    pub fn next_message(&mut self) -> Option<Reply> {
        let now = self.engine.instant();
        let mut server = self.engine.lock();
        settle(&mut server, now, None);
        let (Message::Reply(reply) | Message::Push(reply)) = server.clients.outbox(self.id)?.pop_front()?;
        Some(reply)
    }

    /// Whether the client has said QUIT, was killed, or has sent bytes that are no request.
    pub fn is_closed(&self) -> bool {
        client(&self.engine.lock(), self.id).is_closed
    }

    /// Whether a command of this client waits, as BLPOP does.
    pub fn is_waiting(&self) -> bool {
        client(&self.engine.lock(), self.id).blocked.is_some()
    }

    /// How long the command that waits has left, if one does and does not wait forever.
    ///
    /// A manual clock gives no answer: it does not move by itself, and moving it wakes whoever is due.
    pub fn deadline(&self) -> Option<Duration> {
        let deadline = client(&self.engine.lock(), self.id).blocked.as_ref()?.deadline?;
        self.engine.time_until(deadline)
    }

    /// The version of the protocol in which replies are written.
    pub fn protocol(&self) -> Protocol {
        client(&self.engine.lock(), self.id).protocol
    }

    /// The number of the selected database.
    pub fn database(&self) -> i64 {
        Databases::number(client(&self.engine.lock(), self.id).database)
    }

    /// The engine that this is a session of.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Runs a command, and gives its reply with the protocol to show it in; `None` if it has to wait.
    pub(crate) fn call(&mut self, args: &[&[u8]]) -> (Option<Reply>, Protocol) {
        let now = self.engine.instant();
        let mut server = self.engine.lock();
        let reply = command::execute(&mut server, self.id, now, args).reply;
        let client = client(&server, self.id);
        let is_waiting = reply == Reply::NONE && client.blocked.is_some();
        ((!is_waiting).then_some(reply), client.protocol)
    }

    /// The reply to the command that waits; `None` once it never comes, because the connection is closed.
    pub(crate) fn poll_reply(&mut self, cx: &mut Context<'_>) -> Poll<Option<Reply>> {
        self.poll_message(cx, |message| matches!(message, Message::Reply(_)))
    }

    /// The next message that the client has not asked for; `None` once the connection is closed.
    pub(crate) fn poll_push(&mut self, cx: &mut Context<'_>) -> Poll<Option<Reply>> {
        self.poll_message(cx, |message| matches!(message, Message::Push(_)))
    }

    fn poll_message(&mut self, cx: &mut Context<'_>, is_wanted: fn(&Message) -> bool) -> Poll<Option<Reply>> {
        let now = self.engine.instant();
        let is_offline = self.engine.is_offline();
        let mut server = self.engine.lock();
        settle(&mut server, now, None);
        let Some(outbox) = server.clients.outbox(self.id) else { return Poll::Ready(None) };
        if let Some(place) = outbox.iter().position(is_wanted)
            && let Some(Message::Reply(reply) | Message::Push(reply)) = outbox.remove(place)
        {
            return Poll::Ready(Some(reply));
        }
        if is_offline || client(&server, self.id).is_closed {
            return Poll::Ready(None);
        }
        server.clients.wake_with_message(self.id, cx.waker());
        Poll::Pending
    }

    /// Ends the wait of a command whose reply nobody will take.
    pub(crate) fn stop_waiting(&mut self) {
        let mut server = self.engine.lock();
        self.with_client(&mut server, |server, client| drop(server.stop_waiting(client)));
        if let Some(outbox) = server.clients.outbox(self.id) {
            outbox.retain(|message| !matches!(message, Message::Reply(_)));
        }
    }

    /// What a cut connection does to its client: all is over but what is set up again with a new one.
    pub(crate) fn disconnect(&mut self) {
        let mut server = self.engine.lock();
        self.with_client(&mut server, Server::forget_all);
        if let Some(outbox) = server.clients.outbox(self.id) {
            outbox.clear();
        }
    }

    pub(crate) fn set_protocol(&mut self, protocol: Protocol) {
        let mut server = self.engine.lock();
        self.with_client(&mut server, |_, client| client.protocol = protocol);
    }

    pub(crate) fn select(&mut self, database: i64) -> Result<(), ErrorReply> {
        let index = Databases::index(database).ok_or(ErrorReply::DB_OUT_OF_RANGE)?;
        let mut server = self.engine.lock();
        self.with_client(&mut server, |_, client| client.database = index);
        Ok(())
    }

    fn with_client(&self, server: &mut Server, change: impl FnOnce(&mut Server, &mut Client)) {
        if let Some(mut client) = server.clients.take(self.id) {
            change(server, &mut client);
            server.clients.put_back(client);
        }
    }

    /// Runs the requests that are complete, and writes all that the client is to be sent.
    fn process(&mut self, output: &mut Vec<u8>) {
        let mut server = self.engine.lock();
        settle(&mut server, self.engine.instant(), None);
        loop {
            write_messages(&mut server, self.id, usize::MAX, output);
            let client = client(&server, self.id);
            if client.is_closed || client.blocked.is_some() {
                return;
            }
            let reply = match self.decoder.next_request() {
                Decoded::Incomplete => return,
                Decoded::Request(args) => {
                    let answer = command::execute(&mut server, self.id, self.engine.instant(), &args);
                    write_messages(&mut server, self.id, answer.messages_before, output);
                    answer.reply
                }
                Decoded::Invalid(error) => {
                    self.with_client(&mut server, |_, client| client.is_closed = true);
                    Reply::Error(error)
                }
            };
            encode(&reply, self::client(&server, self.id).protocol, output);
        }
    }
}

/// A session's client. It is there as long as the session, and out of its place only while a command of it runs.
fn client(server: &Server, id: ClientId) -> &Client {
    server.clients.get(id).expect("a session's client leaves with it")
}

/// Writes the first `count` of the messages that wait for a client.
fn write_messages(server: &mut Server, id: ClientId, count: usize, output: &mut Vec<u8>) {
    if count == 0 || server.clients.messages(id) == 0 {
        return;
    }
    let protocol = client(server, id).protocol;
    let Some(outbox) = server.clients.outbox(id) else { return };
    let end = count.min(outbox.len());
    for message in outbox.drain(..end) {
        let (Message::Reply(reply) | Message::Push(reply)) = message;
        encode(&reply, protocol, output);
    }
}

impl Drop for Session {
    /// A client that leaves no longer watches, listens or waits.
    fn drop(&mut self) {
        self.engine.lock().leave(self.id);
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("id", &self.id).finish_non_exhaustive()
    }
}
