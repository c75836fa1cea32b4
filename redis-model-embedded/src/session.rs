use std::{
    fmt,
    task::{Context, Poll},
    time::Duration,
};

#[cfg(feature = "listen")]
use crate::server::Ends;
use crate::{
    Engine, ErrorReply, Protocol, Reply,
    command::{self, settle},
    data::Databases,
    protocol::{Decoded, Decoder, encode},
    server::{ClientId, Message, Server},
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
        let Self { engine, id, decoder } = self;
        decoder.feed(bytes);
        process(&mut engine.lock(), *id, engine, decoder)
    }

    /// What the client is to be sent without a request of its own: published messages, invalidations, and the reply
    /// to a command that has been waiting, followed by those to the requests behind it.
    ///
    /// Ready with no bytes once the session is closed. Whoever calls this on the system's clock must also do so when
    /// [`deadline`](Self::deadline) has passed. Only the task that has called last is woken. What nobody asks for is
    /// kept, however much it is.
    pub fn poll_output(&mut self, cx: &mut Context<'_>) -> Poll<Vec<u8>> {
        let Self { engine, id, decoder } = self;
        // From the look at what there is until the waker is in its place, nothing new may come.
        let mut server = engine.lock();
        let output = process(&mut server, *id, engine, decoder);
        if !output.is_empty() || is_closed(&server, *id) {
            return Poll::Ready(output);
        }
        server.clients.wake_with_message(*id, cx.waker());
        Poll::Pending
    }

    /// Runs one command: its name, then its arguments. Errors are replies, too.
    ///
    /// A command that waits answers with no reply, `Reply::Several` of nothing; the real one is the
    /// [next message](Self::next_message) in time. Running another command meanwhile ends the wait as the end of its
    /// time would.
    pub fn execute(&mut self, args: &[&[u8]]) -> Reply {
        let now = self.engine.instant();
        command::execute(&mut self.engine.lock(), self.id, now, args).reply
    }

    /// The oldest of what the client was sent without a request of its own, if there is anything.
    pub fn next_message(&mut self) -> Option<Reply> {
        let now = self.engine.instant();
        let mut server = self.engine.lock();
        settle(&mut server, now, None);
        let outbox = server.clients.outbox(self.id)?;
        let mut replies = std::iter::from_fn(|| outbox.pop_front().map(Message::into_reply));
        // A client that wants no replies is sent nothing.
        replies.find(|reply| *reply != Reply::NONE)
    }

    /// Whether the client has said QUIT, was killed, or has sent bytes that are no request.
    pub fn is_closed(&self) -> bool {
        is_closed(&self.engine.lock(), self.id)
    }

    /// Whether a command of this client waits, as BLPOP does.
    pub fn is_waiting(&self) -> bool {
        self.engine.lock().clients.get(self.id).is_some_and(|client| client.blocked.is_some())
    }

    /// How long the command that waits has left, if one does and does not wait forever.
    ///
    /// A manual clock gives no answer: it does not move by itself, and moving it wakes whoever is due.
    pub fn deadline(&self) -> Option<Duration> {
        let deadline = self.engine.lock().clients.get(self.id)?.blocked.as_ref()?.deadline?;
        self.engine.time_until(deadline)
    }

    /// The version of the protocol in which replies are written.
    pub fn protocol(&self) -> Protocol {
        protocol(&self.engine.lock(), self.id)
    }

    /// The number of the selected database.
    pub fn database(&self) -> i64 {
        Databases::number(self.engine.lock().clients.get(self.id).map_or(0, |client| client.database))
    }

    /// The engine that this is a session of.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Runs a command over a connection, which begins anew if it was cut; `None` if it is closed.
    pub(crate) fn call(&mut self, args: &[&[u8]]) -> Option<Called> {
        let now = self.engine.instant();
        let mut server = self.engine.lock();
        if !reconnect(&mut server, self.id) {
            return None;
        }
        let reply = command::execute(&mut server, self.id, now, args).reply;
        let client = server.clients.get(self.id)?;
        Some(Called { reply: client.blocked.is_none().then_some(reply), protocol: client.protocol })
    }

    /// Runs the requests that a decoder holds, at one instant, and hands each reply to `take` with the protocol to show
    /// it in. Stops behind a command that has to wait.
    pub(crate) fn call_all(&mut self, decoder: &mut Decoder, mut take: impl FnMut(Reply, Protocol)) -> CallsEnd {
        let now = self.engine.instant();
        let mut server = self.engine.lock();
        if !reconnect(&mut server, self.id) {
            return CallsEnd::Closed;
        }
        loop {
            let args = match decoder.next_request() {
                Decoded::Incomplete => return CallsEnd::Done,
                Decoded::Invalid(error) => return CallsEnd::Invalid(error),
                Decoded::Request(_) if is_closed(&server, self.id) => return CallsEnd::Closed,
                Decoded::Request(args) => args,
            };
            let reply = command::execute(&mut server, self.id, now, &args).reply;
            match server.clients.get(self.id) {
                None => return CallsEnd::Closed,
                Some(client) if client.blocked.is_some() => return CallsEnd::Waits(client.protocol),
                Some(client) => take(reply, client.protocol),
            }
        }
    }

    /// Whether a connection has been cut, and not used since.
    #[cfg(feature = "async")]
    pub(crate) fn is_cut(&self) -> bool {
        let is_cut = self.engine.lock().clients.get(self.id).is_none_or(|client| client.is_cut);
        is_cut || self.engine.is_offline()
    }

    /// Whether a connection can be used; if it was cut, it begins anew.
    pub(crate) fn reconnect(&mut self) -> bool {
        reconnect(&mut self.engine.lock(), self.id)
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
        let mut server = self.engine.lock();
        settle(&mut server, now, None);
        let Some(outbox) = server.clients.outbox(self.id) else { return Poll::Ready(None) };
        let place = outbox.iter().position(is_wanted);
        if let Some(message) = place.and_then(|place| outbox.remove(place)) {
            return Poll::Ready(Some(message.into_reply()));
        }
        let is_cut = server.clients.get(self.id).is_none_or(|client| client.is_cut || client.is_closed);
        // With the lock held: whoever cuts the connections after this look wakes the one who looks.
        if is_cut || self.engine.is_offline() {
            return Poll::Ready(None);
        }
        server.clients.wake_with_message(self.id, cx.waker());
        Poll::Pending
    }

    /// Ends the wait of a command whose reply nobody will take.
    pub(crate) fn stop_waiting(&mut self) {
        let mut server = self.engine.lock();
        server.with_client(self.id, |server, client| drop(server.stop_waiting(client)));
        if let Some(outbox) = server.clients.outbox(self.id) {
            outbox.retain(|message| !matches!(message, Message::Reply(_)));
        }
    }

    /// Makes this the session of a connection, which [`Engine::set_offline`] cuts.
    pub(crate) fn become_connection(&mut self) {
        self.engine.lock().with_client(self.id, |_, client| client.is_connection = true);
    }

    /// Says where the client is, for those with a socket.
    #[cfg(feature = "listen")]
    pub(crate) fn set_ends(&mut self, ends: Ends) {
        self.engine.lock().with_client(self.id, |_, client| client.ends = ends);
    }

    pub(crate) fn set_protocol(&mut self, protocol: Protocol) {
        self.engine.lock().with_client(self.id, |_, client| client.protocol = protocol);
    }

    pub(crate) fn select(&mut self, database: i64) -> Result<(), ErrorReply> {
        let index = Databases::index(database).ok_or(ErrorReply::DB_OUT_OF_RANGE)?;
        self.engine.lock().with_client(self.id, |_, client| client.database = index);
        Ok(())
    }
}

/// The outcome of a command over a connection.
pub(crate) struct Called {
    /// `None` if it has to wait.
    pub(crate) reply: Option<Reply>,
    /// In which to show the reply.
    pub(crate) protocol: Protocol,
}

/// Why no more requests were run.
pub(crate) enum CallsEnd {
    /// There were no more.
    Done,
    /// The last one has to wait; its reply is to be shown in this version of the protocol.
    Waits(Protocol),
    /// What follows is no request.
    Invalid(ErrorReply),
    Closed,
}

fn reconnect(server: &mut Server, id: ClientId) -> bool {
    let Some(client) = server.clients.get(id) else { return false };
    let (is_cut, is_closed) = (client.is_cut, client.is_closed);
    if is_cut {
        server.with_client(id, |server, client| {
            // Whatever has run since is over as well.
            server.cut(client);
            client.is_cut = false;
        });
    }
    !is_closed
}

/// Runs the requests that are complete, and gives all that the client is to be sent.
fn process(server: &mut Server, id: ClientId, engine: &Engine, decoder: &mut Decoder) -> Vec<u8> {
    let mut output = Vec::new();
    settle(server, engine.instant(), None);
    loop {
        write_messages(server, id, usize::MAX, &mut output);
        if server.clients.get(id).is_none_or(|client| client.is_closed || client.blocked.is_some()) {
            return output;
        }
        let reply = match decoder.next_request() {
            Decoded::Incomplete => return output,
            Decoded::Request(args) => {
                let answer = command::execute(server, id, engine.instant(), &args);
                write_messages(server, id, answer.messages_before, &mut output);
                answer.reply
            }
            Decoded::Invalid(error) => {
                server.with_client(id, Server::close);
                Reply::Error(error)
            }
        };
        encode(&reply, protocol(server, id), &mut output);
    }
}

/// A session's client is there as long as the session. Should a defect ever lose it, that is a closed connection.
fn is_closed(server: &Server, id: ClientId) -> bool {
    server.clients.get(id).is_none_or(|client| client.is_closed)
}

fn protocol(server: &Server, id: ClientId) -> Protocol {
    server.clients.get(id).map(|client| client.protocol).unwrap_or_default()
}

/// Writes the first `count` of the messages that wait for a client.
fn write_messages(server: &mut Server, id: ClientId, count: usize, output: &mut Vec<u8>) {
    let protocol = protocol(server, id);
    let Some(outbox) = server.clients.outbox(id) else { return };
    let end = count.min(outbox.len());
    for message in outbox.drain(..end) {
        encode(&message.into_reply(), protocol, output);
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
