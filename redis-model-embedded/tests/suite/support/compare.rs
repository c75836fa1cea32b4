use std::{
    borrow::Cow,
    task::{Context, Poll, Waker},
    time::Duration,
};

use redis_model_embedded::{Engine, Session};

use super::{Client, RealServer, request, shown};

/// The server whose answers a family of commands gives.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Follows {
    Redis70,
    /// For commands that 7.0 lacks.
    Redis80,
}

impl Follows {
    /// How to compare the family with this server; `None` if the server lacks its commands.
    pub(crate) fn strictness(self, server: &RealServer) -> Option<Strictness> {
        let version = server.version();
        match self {
            Self::Redis70 => Some(Strictness::for_server(server)),
            Self::Redis80 if server.is_valkey() => (version >= [9, 0]).then_some(Strictness::ErrorsAlike),
            Self::Redis80 if version == [8, 0] => Some(Strictness::Exact),
            Self::Redis80 => (version > [8, 0]).then_some(Strictness::ErrorsAlike),
        }
    }

    /// What marks the lines of a file of cases on which other servers answer otherwise.
    pub(crate) fn mark(self) -> &'static str {
        match self {
            Self::Redis70 => "7.0: ",
            Self::Redis80 => "8.0: ",
        }
    }
}

/// How much of two replies must be the same.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strictness {
    /// Every byte: the server is the version that the engine follows.
    Exact,
    /// Every byte of what is neither an error nor a fraction: newer servers word errors differently, and print doubles
    /// with the fewest digits that tell them apart.
    ErrorsAlike,
}

impl Strictness {
    pub(crate) fn for_server(server: &RealServer) -> Self {
        if server.version() == [7, 0] { Self::Exact } else { Self::ErrorsAlike }
    }

    pub(crate) fn accepts(self, engine: &[u8], server: &[u8]) -> bool {
        engine == server || self.lines(engine) == self.lines(server)
    }

    /// The lines of a reply, of which all that counts is left.
    fn lines(self, reply: &[u8]) -> Vec<Cow<'_, [u8]>> {
        match self {
            Self::Exact => reply.split_inclusive(|byte| *byte == b'\n').map(Cow::from).collect(),
            Self::ErrorsAlike => essence(reply),
        }
    }
}

/// The lines of a reply, every error cut down to its minus, every number in one spelling, and without the lengths of
/// bulk strings that are numbers.
fn essence(reply: &[u8]) -> Vec<Cow<'_, [u8]>> {
    let mut kept: Vec<Cow<'_, [u8]>> = Vec::new();
    for line in reply.split_inclusive(|byte| *byte == b'\n') {
        if let Some(number) = double(line) {
            if kept.last().is_some_and(|header| header.starts_with(b"$")) {
                kept.pop();
            }
            kept.push(number.to_string().into_bytes().into());
        } else {
            kept.push(if line.starts_with(b"-") { b"-".into() } else { line.into() });
        }
    }
    kept
}

/// The number that a line is, with or without the comma of RESP3.
fn double(line: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(line).ok()?.strip_suffix("\r\n")?;
    text.strip_prefix(',').unwrap_or(text).parse().ok()
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
        let sorted = |reply| {
            let mut lines = self.strictness.lines(reply);
            lines.sort_unstable();
            lines
        };
        if sorted(&engine) == sorted(&server) { Ok(()) } else { Err(difference(args, &engine, &server)) }
    }

    /// The same for a reply of bytes that count for nothing: it counts only that there are any.
    pub(crate) fn call_opaque(&mut self, args: &[impl AsRef<[u8]>]) -> Result<(), String> {
        let (engine, server) = self.replies(args);
        let is_text = |reply: &[u8]| reply.starts_with(b"$") && !reply.starts_with(b"$-1");
        if is_text(&engine) && is_text(&server) { Ok(()) } else { self.same(args, &engine, &server) }
    }

    /// The same for times, which depend on the clocks of both: they may differ by so much.
    pub(crate) fn call_roughly(&mut self, args: &[impl AsRef<[u8]>], tolerance: u64) -> Result<(), String> {
        let (engine, server) = self.replies(args);
        let lines = |reply: &[u8]| reply.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
        let (left, right): (Vec<Vec<u8>>, Vec<Vec<u8>>) = (lines(&engine), lines(&server));
        let is_near = |(left, right): (&Vec<u8>, &Vec<u8>)| match (number(left), number(right)) {
            (Some(left), Some(right)) if left > 0 && right > 0 => left.abs_diff(right) <= tolerance,
            _ => left == right,
        };
        if left.len() == right.len() && left.iter().zip(&right).all(is_near) {
            return Ok(());
        }
        self.same(args, &engine, &server)
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
        if self.strictness.accepts(engine, server) { Ok(()) } else { Err(difference(args, engine, server)) }
    }
}

/// Moves the engine's clock to when the time of a waiting command is over, and gives what the engine says then.
fn until_output(session: &mut Session) -> Vec<u8> {
    for _ in 0..10_000 {
        if let Poll::Ready(output) = session.poll_output(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
        session.engine().advance(Duration::from_millis(1));
    }
    Vec::new()
}

fn difference(args: &[impl AsRef<[u8]>], engine: &[u8], server: &[u8]) -> String {
    let command: Vec<String> = args.iter().map(|arg| shown(arg.as_ref())).collect();
    format!("{command:?}\n  engine: {}\n  server: {}", shown(engine), shown(server))
}

/// The number of an integer reply.
fn number(reply: &[u8]) -> Option<i64> {
    let digits = reply.strip_prefix(b":")?.strip_suffix(b"\r\n")?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}
