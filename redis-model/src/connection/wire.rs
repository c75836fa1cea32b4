//! One blocking connection: requests out, replies in, each exchange before its deadline.

use std::{
    io::Write as _,
    time::{Duration, Instant},
};

use redis::{Parser, RedisResult, Value};

use super::{deadline::Deadline, dial::dial, line::Line, login::login, server::Server, socket::Socket};

/// A connection that has logged in. After any error it is out of step with the server and must be dropped.
pub(crate) struct Wire {
    socket: Socket,
    /// Holds what was read ahead; a reply of a few kilobytes is one read.
    parser: Parser,
    used: Instant,
}

/// After this long without use a connection is looked at before it is relied on.
const UNWATCHED: Duration = Duration::from_millis(10);

impl Wire {
    /// Makes a connection within the limit.
    pub(super) fn connect(server: &Server, limit: Duration) -> RedisResult<Self> {
        let started = Instant::now();
        let deadline = Deadline::new(started, limit);
        let stream = dial(server.client.get_connection_info(), deadline)?;
        let mut wire = Self { socket: Socket::new(stream, deadline), parser: Parser::new(), used: started };
        login(&mut wire, &server.settings())?;
        Ok(wire)
    }

    /// Sends a packed request and takes its replies, all within the limit.
    pub(super) fn exchange<R>(
        &mut self,
        request: &[u8],
        limit: Duration,
        receive: impl FnOnce(&mut Self) -> RedisResult<R>,
    ) -> RedisResult<R> {
        self.used = Instant::now();
        self.socket.set_deadline(Deadline::new(self.used, limit));
        self.send(request)?;
        receive(self)
    }

    pub(super) fn send(&mut self, request: &[u8]) -> RedisResult<()> {
        Ok(self.socket.write_all(request)?)
    }

    /// The next reply; an error reply of the server is a value. What the server pushes in between is nobody's reply.
    pub(super) fn receive(&mut self) -> RedisResult<Value> {
        loop {
            match self.parser.parse_value(&mut self.socket)? {
                Value::Push { .. } => {}
                reply => return Ok(reply),
            }
        }
    }

    /// Whatever comes next, also what nobody asked for; `None` when nothing has come by then. What has come already is
    /// taken even if the time is over.
    fn take_until(&mut self, deadline: Deadline) -> RedisResult<Option<Value>> {
        let parser = &mut self.parser;
        let taken = if deadline.has_passed() {
            self.socket.without_waiting(|stream| parser.parse_value(stream))?
        } else {
            self.socket.wait_until(deadline);
            parser.parse_value(&mut self.socket)
        };
        match taken {
            // What has come of a value stays in the parser.
            Err(error) if error.is_timeout() => Ok(None),
            taken => taken.map(Some),
        }
    }

    /// So many replies, one for each command of a pipeline.
    pub(super) fn receive_many(&mut self, count: usize) -> RedisResult<Vec<Value>> {
        let mut replies = Vec::with_capacity(count);
        while replies.len() < count {
            replies.push(self.receive()?);
        }
        Ok(replies)
    }

    /// Whether it may be relied on for the next request: it is open, and no reply has come that nobody asked for.
    ///
    /// Servers, and what lies in between, close idle connections, and a write whose connection breaks cannot be sent
    /// again. No round trip is made.
    pub(super) fn is_usable(&mut self) -> bool {
        if self.used.elapsed() < UNWATCHED {
            return true;
        }
        let parser = &mut self.parser;
        let unasked = self.socket.without_waiting(|stream| {
            loop {
                match parser.parse_value(&mut *stream) {
                    Ok(Value::Push { .. }) => {}
                    unasked => return unasked,
                }
            }
        });
        // Nothing to read is reported as a limit that has passed; at its end there would be zero bytes.
        matches!(unasked, Ok(Err(error)) if error.is_timeout())
    }
}

impl Line for Wire {
    async fn open(server: &Server, limit: Duration) -> RedisResult<Self> {
        Self::connect(server, limit)
    }

    fn is_driven(&self) -> bool {
        true
    }

    async fn say(&mut self, request: &[u8], deadline: Deadline) -> RedisResult<()> {
        self.socket.set_deadline(deadline);
        self.send(request)
    }

    async fn hear(&mut self, until: Deadline) -> RedisResult<Option<Value>> {
        self.take_until(until)
    }
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;
    use crate::connection::socket::Stream;

    const MINUTE: Duration = Duration::from_secs(60);

    /// A connection, and the server's end of it.
    fn wire() -> (Wire, TcpStream) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let client = TcpStream::connect(listener.local_addr().expect("it is bound")).expect("it listens");
        let (server, _) = listener.accept().expect("a client has connected");
        let used = Instant::now();
        let socket = Socket::new(Stream::Tcp(client), Deadline::new(used, MINUTE));
        (Wire { socket, parser: Parser::new(), used }, server)
    }

    fn is_usable_after_a_while(wire: &mut Wire) -> bool {
        wire.used = wire.used.checked_sub(UNWATCHED).expect("the clock has run for longer");
        wire.is_usable()
    }

    fn ping(wire: &mut Wire, server: &mut TcpStream, answer: &str) -> RedisResult<Value> {
        server.write_all(answer.as_bytes()).expect("the client reads");
        wire.exchange(b"*1\r\n$4\r\nPING\r\n", MINUTE, Wire::receive)
    }

    #[test]
    fn a_closed_connection_is_not_usable() {
        let (mut wire, server) = wire();
        assert!(is_usable_after_a_while(&mut wire));
        drop(server);
        assert!(!is_usable_after_a_while(&mut wire));
    }

    #[test]
    fn a_reply_that_nobody_asked_for_makes_it_unusable() {
        for extra in ["+stray\r\n", "$-1\r\n", "HTTP/1.1 400 Bad Request\r\n"] {
            let (mut wire, mut server) = wire();
            // Both come with one read, so that the second lies in the parser.
            let reply = ping(&mut wire, &mut server, &format!("+PONG\r\n{extra}"));
            assert_eq!(reply, Ok(Value::SimpleString("PONG".into())));
            assert!(!is_usable_after_a_while(&mut wire), "{extra}");
        }
    }

    #[test]
    fn pushes_are_no_replies_and_do_no_harm() {
        let push = ">2\r\n+invalidate\r\n*1\r\n+key\r\n";
        let (mut wire, mut server) = wire();
        for _ in 0..3 {
            let reply = ping(&mut wire, &mut server, &format!("{push}+PONG\r\n{push}>2\r\n+inval"));
            assert_eq!(reply, Ok(Value::SimpleString("PONG".into())));
            assert!(is_usable_after_a_while(&mut wire));
            server.write_all(b"idate\r\n*0\r\n").expect("the client reads");
        }
        assert_eq!(ping(&mut wire, &mut server, ":1\r\n"), Ok(Value::Int(1)));
    }
}
