use std::{
    task::{Context, Poll, Waker},
    thread,
};

use redis_model_embedded::{Engine, Session};

use super::{Client, RealServer, request, shown};

/// How much of two replies must be the same.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strictness {
    /// Every byte: the server is the version that the engine follows.
    Exact,
    /// Every byte of what is no error: newer servers word errors differently.
    ErrorsAlike,
}

impl Strictness {
    pub(crate) fn for_server(server: &RealServer) -> Self {
        if server.version() == [7, 0] { Self::Exact } else { Self::ErrorsAlike }
    }

    pub(crate) fn accepts(self, engine: &[u8], server: &[u8]) -> bool {
        engine == server || (self == Self::ErrorsAlike && without_error_texts(engine) == without_error_texts(server))
    }
}

/// The reply with every error line cut down to its minus.
fn without_error_texts(reply: &[u8]) -> Vec<u8> {
    let mut kept = Vec::new();
    for line in reply.split_inclusive(|byte| *byte == b'\n') {
        kept.extend_from_slice(if line.starts_with(b"-") { b"-\r\n" } else { line });
    }
    kept
}

/// One client of the engine and one of the server, which are told the same.
pub(crate) struct Pair {
    engine: Session,
    server: Client,
    strictness: Strictness,
}

impl Pair {
    pub(crate) fn new(engine: &Engine, server: &RealServer, strictness: Strictness) -> Self {
        Self { engine: engine.session(), server: server.client(), strictness }
    }

    /// Has both speak this version of the protocol.
    pub(crate) fn speak(&mut self, protocol: u8) {
        let version = protocol.to_string();
        // The replies tell of client numbers and versions, which differ.
        self.server.call(&["HELLO", &version]);
        self.engine.feed(&request(&["HELLO", &version]));
    }

    /// Sends a command to both. `Err` says how the replies differ.
    pub(crate) fn call(&mut self, args: &[impl AsRef<[u8]>]) -> Result<(), String> {
        let (engine, server) = self.replies(args);
        self.same(args, &engine, &server)
    }

    /// The same for a reply whose elements have no order of their own.
    pub(crate) fn call_unordered(&mut self, args: &[impl AsRef<[u8]>]) -> Result<(), String> {
        let (engine, server) = self.replies(args);
        self.same(args, &sorted_lines(&engine), &sorted_lines(&server))
    }

    /// The same for a number that may be a little smaller on the server.
    pub(crate) fn call_roughly(&mut self, args: &[impl AsRef<[u8]>]) -> Result<(), String> {
        const LITTLE: i64 = 20;
        let (engine, server) = self.replies(args);
        match (number(&engine), number(&server)) {
            (Some(ahead), Some(behind)) if behind > 0 && (0..=LITTLE).contains(&(ahead - behind)) => Ok(()),
            _ => self.same(args, &engine, &server),
        }
    }

    pub(crate) fn replies(&mut self, args: &[impl AsRef<[u8]>]) -> (Vec<u8>, Vec<u8>) {
        let server = self.server.call(args);
        let mut engine = self.engine.feed(&request(args));
        if engine.is_empty() {
            // The server has given up waiting, so the engine will, too.
            engine = until_output(&mut self.engine);
        }
        (engine, server)
    }

    fn same(&self, args: &[impl AsRef<[u8]>], engine: &[u8], server: &[u8]) -> Result<(), String> {
        if self.strictness.accepts(engine, server) {
            return Ok(());
        }
        let command: Vec<String> = args.iter().map(|arg| shown(arg.as_ref())).collect();
        Err(format!("{command:?}\n  engine: {}\n  server: {}", shown(engine), shown(server)))
    }
}

/// Waits for what the engine says when the time of a command is over.
fn until_output(session: &mut Session) -> Vec<u8> {
    loop {
        if let Poll::Ready(output) = session.poll_output(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
        thread::yield_now();
    }
}

/// The number of an integer reply.
fn number(reply: &[u8]) -> Option<i64> {
    let digits = reply.strip_prefix(b":")?.strip_suffix(b"\r\n")?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

fn sorted_lines(reply: &[u8]) -> Vec<u8> {
    let mut lines: Vec<&[u8]> = reply.split_inclusive(|byte| *byte == b'\n').collect();
    lines.sort_unstable();
    lines.concat()
}
