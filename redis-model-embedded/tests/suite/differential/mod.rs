//! Random sequences of commands, told to the engine and to a real server: the replies must be the same bytes.
//!
//! `REDIS_MODEL_TEST_CASES` sets how many sequences each test tries; `REDIS_SERVER` names the server's program.

mod bits;
mod grammar;
mod hash_expiry;
mod hashes;
mod hyperloglog;
mod keys;
mod lists;
mod mixed;
#[cfg(feature = "lua")]
mod programs;
mod promise;
#[cfg(feature = "lua")]
mod scripts;
mod sessions;
mod sets;
mod sort;
mod sorted_sets;
mod strings;
mod transactions;

use std::{cell::Cell, env, fmt, time::Duration};

use crate::support::{Client, Follows, Pair, RealServer, Strictness, shown};
use grammar::{Command, any_command};
use promise::{Promise, is_disputed, is_disputed_by_valkey};
use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, TestCaseError, TestRunner},
};
use redis_model_embedded::{Engine, Reply};

/// What one step of a sequence does.
#[derive(Clone)]
enum Step {
    /// A client sends a command.
    Call(usize, Command),
    /// The time of a key runs out: the engine's clock is advanced, the server is told of a deadline long past.
    RunOut(&'static str),
    /// The same for a field of a hash.
    FieldRunsOut(&'static str, &'static str),
    /// Each side gets what the other one dumps of a key, and restores it as another key.
    Exchange(&'static str, &'static str),
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(client, command) => {
                write!(f, "client {client}:")?;
                command.iter().try_for_each(|word| write!(f, " \"{}\"", shown(word)))
            }
            Self::RunOut(key) => write!(f, "the time of {key} runs out"),
            Self::FieldRunsOut(key, field) => write!(f, "the time of {field} in {key} runs out"),
            Self::Exchange(from, to) => write!(f, "{from} is exchanged as {to}"),
        }
    }
}

fn steps(follows: Follows, lines: &'static [&'static str]) -> BoxedStrategy<Vec<Step>> {
    let key = proptest::sample::select(&["a", "b", "c", "d"][..]);
    let field = proptest::sample::select(&["f", "g", "h", ""][..]);
    // Fields run out only on servers that know how to make them.
    let fields_that_run_out = if follows == Follows::Redis80 { 3 } else { 0 };
    let step = prop_oneof![
        30 => (0..CLIENTS, any_command(lines)).prop_map(|(client, command)| Step::Call(client, command)),
        1 => key.clone().prop_map(Step::RunOut),
        1 => (key.clone(), key.clone()).prop_map(|(from, to)| Step::Exchange(from, to)),
        fields_that_run_out => (key, field).prop_map(|(key, field)| Step::FieldRunsOut(key, field)),
    ];
    vec(step, 1..60).boxed()
}

/// Clients of each sequence, by the protocol that they speak.
const PROTOCOLS: [u8; 3] = [2, 3, 2];
const CLIENTS: usize = PROTOCOLS.len();

fn run(lines: &'static [&'static str], promise: fn(&Command) -> Promise) {
    run_following(Follows::Redis70, lines, promise);
}

/// The same for a family that follows another server; servers that lack its commands are left alone.
fn run_following(follows: Follows, lines: &'static [&'static str], promise: fn(&Command) -> Promise) {
    let server = RealServer::start();
    let Some(strictness) = follows.strictness(&server) else { return };
    let rules = Rules { follows, strictness, promise };
    explore(200, &steps(follows, lines), |steps| run_steps(&server, rules, steps));
}

/// Tries random sequences of steps, as many as usual unless told otherwise; one that fails is made as short as it goes.
fn explore<T: fmt::Debug>(
    usual: u32,
    sequences: &impl Strategy<Value = Vec<T>>,
    check: impl Fn(&[T]) -> Result<(), String>,
) {
    let cases = env::var("REDIS_MODEL_TEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(usual);
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 5_000, ..Config::default() };
    let taken = Cell::new(0);
    let outcome = TestRunner::new(config).run(sequences, |steps| {
        taken.set(taken.get() + steps.len());
        check(&steps).map_err(TestCaseError::fail)
    });
    if let Err(difference) = outcome {
        panic!("{difference}");
    }
    println!("{} steps, and no difference", taken.get());
}

/// What of the replies of one server must be the same.
#[derive(Clone, Copy)]
struct Rules {
    follows: Follows,
    strictness: Strictness,
    promise: fn(&Command) -> Promise,
}

impl Rules {
    /// Whether the server treats a command otherwise than the engine should.
    fn exclude(self, command: &Command, is_inside: bool) -> bool {
        let is_exact = self.strictness == Strictness::Exact;
        let is_newer = !is_exact || self.follows == Follows::Redis80;
        is_newer && is_disputed(command, is_inside) || !is_exact && is_disputed_by_valkey(command)
    }

    fn promise(self, command: &Command) -> Promise {
        match (self.promise)(command) {
            // Fields with a time to live have their order from Redis 8.0.
            Promise::Everything if self.follows == Follows::Redis80 && self.strictness != Strictness::Exact => {
                Promise::Elements
            }
            promise => promise,
        }
    }
}

fn run_steps(server: &RealServer, rules: Rules, steps: &[Step]) -> Result<(), String> {
    let mut admin = server.client();
    admin.call(&["FLUSHALL"]);
    let engine = Engine::with_manual_clock_at(server_time(&mut admin));
    let mut clients: Vec<Pair> = PROTOCOLS
        .iter()
        .map(|protocol| {
            let mut pair = Pair::new(&engine, server, rules.strictness);
            pair.speak(*protocol);
            pair
        })
        .collect();
    let mut is_inside = [false; CLIENTS];
    for step in steps {
        if let Step::Call(client, command) = step {
            if matches!(rules.promise(command), Promise::Unasked) || rules.exclude(command, is_inside[*client]) {
                continue;
            }
            follow(command, &mut is_inside[*client]);
        }
        match step {
            Step::Call(client, command) => match rules.promise(command) {
                Promise::Everything => clients[*client].call(command)?,
                Promise::Elements => clients[*client].call_unordered(command)?,
                Promise::Presence => clients[*client].call_opaque(command)?,
                Promise::Seconds => clients[*client].call_roughly(command, 20)?,
                Promise::Milliseconds => clients[*client].call_roughly(command, 20_000)?,
                Promise::Nothing | Promise::Unasked => drop(clients[*client].replies(command)),
            },
            Step::RunOut(key) => {
                let soon = (engine.now() + Duration::from_millis(1)).as_millis().to_string();
                engine.connection().execute(&[b"PEXPIREAT", key.as_bytes(), soon.as_bytes()]);
                engine.advance(Duration::from_millis(1));
                admin.call(&["PEXPIREAT", key, "1"]);
            }
            Step::FieldRunsOut(key, field) => {
                let soon = (engine.now() + Duration::from_millis(1)).as_millis().to_string();
                let command = ["HPEXPIREAT", *key, soon.as_str(), "FIELDS", "1", *field];
                engine.connection().execute(&command.map(str::as_bytes));
                engine.advance(Duration::from_millis(1));
                admin.call(&["HPEXPIREAT", key, "1", "FIELDS", "1", field]);
            }
            Step::Exchange(from, to) => exchange(&engine, &mut admin, rules.strictness, from, to)?,
        }
    }
    Ok(())
}

/// Has each side restore what the other one has dumped. Both must take it, and what they make of it shows later.
fn exchange(
    engine: &Engine,
    server: &mut Client,
    strictness: Strictness,
    from: &'static str,
    to: &'static str,
) -> Result<(), String> {
    // Only Redis 8.0 reads deadlines of fields as the engine writes them.
    const HASH_WITH_DEADLINES: u8 = 24;
    let mut con = engine.connection();
    let ours = con.execute(&[b"DUMP", from.as_bytes()]);
    let theirs = payload(&server.call(&["DUMP", from]));
    let (ours, theirs) = match (ours, theirs) {
        (Reply::Nil, None) => return Ok(()),
        (Reply::Bulk(ours), Some(_)) if strictness != Strictness::Exact && ours[0] == HASH_WITH_DEADLINES => {
            return Ok(());
        }
        (Reply::Bulk(ours), Some(theirs)) => (ours, theirs),
        (ours, theirs) => return Err(format!("DUMP {from}\n  engine: {ours:?}\n  server: {theirs:?}")),
    };
    let taken = con.execute(&[b"RESTORE", to.as_bytes(), b"0", &theirs, b"REPLACE"]);
    if taken != Reply::Ok {
        return Err(format!("the engine takes {} with {taken:?}", shown(&theirs)));
    }
    let taken = server.call(&[b"RESTORE", to.as_bytes(), b"0", &ours, b"REPLACE"]);
    if taken != b"+OK\r\n" {
        return Err(format!("the server takes {} with {}", shown(&ours), shown(&taken)));
    }
    Ok(())
}

/// The bytes of a bulk string; `None` for nil.
fn payload(reply: &[u8]) -> Option<Vec<u8>> {
    match redis::parse_redis_value(reply) {
        Ok(redis::Value::BulkString(bytes)) => Some(bytes),
        _ => None,
    }
}

/// Keeps account of whether a client is between MULTI and EXEC.
fn follow(command: &Command, is_inside: &mut bool) {
    match command[0].as_slice() {
        b"MULTI" if command.len() == 1 => *is_inside = true,
        b"EXEC" => *is_inside = false,
        b"DISCARD" | b"RESET" if command.len() == 1 => *is_inside = false,
        _ => {}
    }
}

fn server_time(client: &mut Client) -> Duration {
    let reply = String::from_utf8(client.call(&["TIME"])).expect("TIME answers in digits");
    let numbers: Vec<u64> = reply.lines().filter_map(|line| line.parse().ok()).collect();
    Duration::from_secs(numbers[0]) + Duration::from_micros(numbers[1])
}
