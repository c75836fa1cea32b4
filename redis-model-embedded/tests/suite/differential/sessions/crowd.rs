//! Several clients of the engine and of a real server, which are told the same at the same time.

use std::{
    io::{ErrorKind, Read, Write},
    os::unix::net::UnixStream,
    task::{Context, Poll, Waker},
};

use redis_model_embedded::{Engine, Session};

use super::{
    super::grammar::Command,
    messages::{Freedom, same_messages},
};
use crate::support::{RealServer, request, shown};

/// The protocols that the clients begin with.
const PROTOCOLS: [&str; 5] = ["2", "3", "2", "3", "2"];
pub(super) const CLIENTS: usize = PROTOCOLS.len();

/// One client on both sides.
struct Member {
    session: Session,
    stream: UnixStream,
    /// The number that each side has given to it.
    session_number: String,
    stream_number: String,
    /// What it has sent last, if it had not been waiting then.
    last: Vec<Command>,
    has_queued: bool,
}

pub(super) struct Crowd<'a> {
    engine: Engine,
    server: &'a RealServer,
    admin: UnixStream,
    engine_admin: Session,
    members: Vec<Member>,
    /// The numbers of those who have left, on both sides.
    departed: Vec<[String; 2]>,
    has_redirects: bool,
}

/// The engine's numbers of clients begin here, so that no count is taken for one.
const FIRST_NUMBER: usize = 1000;
/// The server's begin here, so that none of them is taken for one of the engine's, which is new for each sequence.
const FIRST_SERVER_NUMBER: usize = 2 * FIRST_NUMBER;

impl<'a> Crowd<'a> {
    /// Has the server give out large client numbers from now on.
    pub(super) fn prepare(server: &RealServer) {
        for _ in 0..FIRST_SERVER_NUMBER {
            server.client();
        }
    }

    pub(super) fn new(server: &'a RealServer) -> Self {
        let engine = Engine::with_manual_clock();
        for _ in 0..FIRST_NUMBER {
            engine.session();
        }
        let mut admin = server.stream();
        call(&mut admin, &["FLUSHALL"]);
        let mut engine_admin = engine.session();
        // As long as anybody tracks, both sides remember what was read by those who have stopped.
        let command = ["CLIENT", "TRACKING", "ON"];
        engine_admin.feed(&request(&command));
        call(&mut admin, &command);
        let mut crowd = Self {
            engine,
            server,
            admin,
            engine_admin,
            members: Vec::new(),
            departed: Vec::new(),
            has_redirects: false,
        };
        for protocol in PROTOCOLS {
            let member = crowd.join(protocol);
            crowd.members.push(member);
        }
        crowd
    }

    fn join(&mut self, protocol: &str) -> Member {
        let mut session = self.engine.session();
        let mut stream = self.server.stream();
        let number = |reply: &[u8]| String::from_utf8_lossy(reply).trim_start_matches(':').trim_end().to_owned();
        let session_number = number(&session.feed(&request(&["CLIENT", "ID"])));
        let stream_number = number(&call(&mut stream, &["CLIENT", "ID"]));
        session.feed(&request(&["HELLO", protocol]));
        call(&mut stream, &["HELLO", protocol]);
        stream.set_nonblocking(true).expect("a socket can be read without waiting");
        Member { session, stream, session_number, stream_number, last: Vec::new(), has_queued: false }
    }

    /// Has a client send commands in one piece, and compares all that everybody is told then.
    ///
    /// Nothing happens if two waiting clients would have more commands under way: which of them goes on first is not
    /// for the engine to say.
    pub(super) fn send(&mut self, who: usize, commands: &[Command]) -> Result<(), String> {
        let is_waiting = self.members[who].session.is_waiting();
        let may_queue = is_waiting || commands.len() > 1;
        if may_queue && self.members.iter().enumerate().any(|(other, member)| other != who && member.has_queued) {
            return Ok(());
        }
        let member = &mut self.members[who];
        member.has_queued |= may_queue;
        member.last = if is_waiting { Vec::new() } else { commands.to_vec() };
        self.has_redirects |= commands.iter().flatten().any(|word| word == b"REDIRECT");
        let to_engine = self.requests(commands, |member| &member.session_number);
        let to_server = self.requests(commands, |member| &member.stream_number);
        let mut said = vec![Vec::new(); CLIENTS];
        let member = &mut self.members[who];
        said[who] = member.session.feed(&to_engine);
        self.listen(&mut said);
        self.members[who].stream.write_all(&to_server).map_err(|error| error.to_string())?;
        self.compare(&said, commands)
    }

    /// Exchanges two databases, unless that lets keys become ready of which the server would choose one at random.
    pub(super) fn swap(&mut self) -> Result<(), String> {
        let waiting: Vec<&Member> = self.members.iter().filter(|member| member.session.is_waiting()).collect();
        let is_one_key = |member: &Member| match member.last.as_slice() {
            [command] => match command[0].as_slice() {
                b"BLMOVE" | b"BRPOPLPUSH" => true,
                b"BLPOP" | b"BRPOP" => command.len() == 3,
                _ => false,
            },
            _ => false,
        };
        if waiting.len() > 1 || !waiting.into_iter().all(is_one_key) {
            return Ok(());
        }
        let command = ["SWAPDB", "0", "1"];
        let mut said = vec![Vec::new(); CLIENTS];
        self.engine_admin.feed(&request(&command));
        self.listen(&mut said);
        call(&mut self.admin, &command);
        self.compare(&said, &[command.map(|word| word.as_bytes().to_vec()).to_vec()])
    }

    /// Has a client hang up, whatever it is doing, and another one come in its place.
    pub(super) fn replace(&mut self, who: usize) -> Result<(), String> {
        let successor = self.join(PROTOCOLS[who]);
        let member = std::mem::replace(&mut self.members[who], successor);
        self.departed.push([member.session_number.clone(), member.stream_number.clone()]);
        drop(member);
        let mut said = vec![Vec::new(); CLIENTS];
        self.listen(&mut said);
        self.compare(&said, &[])
    }

    /// Compares what both sides say of their clients and keep in their databases.
    pub(super) fn compare_states(&mut self) -> Result<(), String> {
        for member in &self.members {
            let ours = self.engine_admin.feed(&request(&["CLIENT", "LIST", "ID", &member.session_number]));
            let theirs = call(&mut self.admin, &["CLIENT", "LIST", "ID", &member.stream_number]);
            let (ours, theirs) = (self.described(&ours), self.described(&theirs));
            if ours != theirs {
                return Err(format!("CLIENT LIST\n  engine: {ours}\n  server: {theirs}"));
            }
        }
        for command in ["SELECT 0", "LRANGE x 0 -1", "LRANGE y 0 -1", "LRANGE z 0 -1", "SELECT 1", "LRANGE x 0 -1"] {
            let words: Vec<&str> = command.split(' ').collect();
            let (ours, theirs) = (self.engine_admin.feed(&request(&words)), call(&mut self.admin, &words));
            if ours != theirs {
                return Err(format!("{command}\n  engine: {}\n  server: {}", shown(&ours), shown(&theirs)));
            }
        }
        Ok(())
    }

    /// The fields of CLIENT LIST that both sides have, as the engine would show them.
    fn described(&self, reply: &[u8]) -> String {
        const COMPARED: [&str; 10] = ["name", "flags", "db", "sub", "psub", "ssub", "multi", "cmd", "redir", "resp"];
        let text = String::from_utf8_lossy(reply);
        let fields = text.split_ascii_whitespace().filter_map(|field| field.split_once('='));
        let fields = fields.filter(|(name, _)| COMPARED.contains(name));
        let shown = fields.map(|(name, value)| match name {
            // The server's clients are on a Unix socket (U), and it shows whose watches are stale (d).
            "flags" => {
                let flags = value.replace(['U', 'd'], "");
                format!("{name}={}", if flags.is_empty() { "N" } else { &flags })
            }
            // The server queues nothing more once it knows that EXEC will fail.
            "multi" => format!("is in a transaction: {}", value != "-1"),
            "redir" => format!("{name}={}", self.named(value)),
            _ => format!("{name}={value}"),
        });
        shown.collect::<Vec<_>>().join(" ")
    }

    fn named(&self, number: &str) -> String {
        let is_meant = |member: &Member| member.session_number == number || member.stream_number == number;
        if let Some(place) = self.members.iter().position(is_meant) {
            return format!("@{place}");
        }
        let departed = self.departed.iter().position(|numbers| numbers.iter().any(|known| known == number));
        departed.map_or(number.to_owned(), |place| format!("departed {place}"))
    }

    fn requests(&self, commands: &[Command], number: impl Fn(&Member) -> &String) -> Vec<u8> {
        let word = |word: &Vec<u8>| match word.as_slice() {
            [b'<', b'c', b'l', b'i', b'e', b'n', b't', b' ', digit, b'>'] => {
                number(&self.members[usize::from(digit - b'0')]).clone().into_bytes()
            }
            _ => word.clone(),
        };
        commands.iter().flat_map(|command| request(&command.iter().map(word).collect::<Vec<_>>())).collect()
    }

    /// Collects what the engine has for its clients, until it has nothing more.
    fn listen(&mut self, said: &mut [Vec<u8>]) {
        loop {
            let mut is_quiet = true;
            for (member, said) in self.members.iter_mut().zip(&mut *said) {
                if let Poll::Ready(output) = member.session.poll_output(&mut Context::from_waker(Waker::noop())) {
                    is_quiet &= output.is_empty();
                    said.extend_from_slice(&output);
                }
            }
            if is_quiet {
                return;
            }
        }
    }

    /// Reads what the server has said, and compares it with what the engine said.
    fn compare(&mut self, said: &[Vec<u8>], commands: &[Command]) -> Result<(), String> {
        // The first answer shows that the server has read all that was sent before, the second one that it has
        // written all that followed from it.
        call(&mut self.admin, &["PING"]);
        call(&mut self.admin, &["PING"]);
        let is_exec = commands.last().is_some_and(|command| command[0] == b"EXEC");
        let freedom = Freedom { is_exec, has_redirects: self.has_redirects };
        let mut gone = Vec::new();
        for (who, said) in said.iter().enumerate() {
            let (theirs, has_hung_up) = available(&mut self.members[who].stream);
            let (ours, theirs) = (self.with_names(said), self.with_names(&theirs));
            let member = &mut self.members[who];
            // Whom the server throws out may miss what was still to be written to it.
            let is_same = same_messages(&ours, &theirs, freedom) || (has_hung_up && ours.starts_with(&theirs));
            if !is_same || has_hung_up != member.session.is_closed() {
                return Err(format!(
                    "client {who}\n  engine: {}, closed: {}\n  server: {}, closed: {has_hung_up}",
                    shown(&ours),
                    member.session.is_closed(),
                    shown(&theirs),
                ));
            }
            member.has_queued &= member.session.is_waiting();
            gone.extend(has_hung_up.then_some(who));
        }
        gone.into_iter().try_for_each(|who| self.replace(who))
    }

    /// With the numbers of clients replaced by what both sides would call them.
    fn with_names(&self, bytes: &[u8]) -> Vec<u8> {
        let mut named = Vec::with_capacity(bytes.len());
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            let number = line.strip_prefix(b":").and_then(|rest| std::str::from_utf8(rest).ok()).map(str::trim_end);
            match number {
                Some(number) => named.extend_from_slice(format!(":{}\r\n", self.named(number)).as_bytes()),
                None => named.extend_from_slice(line),
            }
        }
        named
    }
}

/// Sends a command and waits for the reply, which must come in one piece.
fn call(stream: &mut UnixStream, command: &[&str]) -> Vec<u8> {
    stream.write_all(&request(command)).expect("the server listens");
    let mut reply = vec![0; 1 << 16];
    let count = stream.read(&mut reply).expect("the server answers");
    reply.truncate(count);
    reply
}

/// All bytes that have arrived, and whether the server has hung up after them.
fn available(stream: &mut UnixStream) -> (Vec<u8>, bool) {
    let mut bytes = Vec::new();
    let outcome = stream.read_to_end(&mut bytes);
    let has_more = outcome.is_err_and(|error| error.kind() == ErrorKind::WouldBlock);
    (bytes, !has_more)
}
