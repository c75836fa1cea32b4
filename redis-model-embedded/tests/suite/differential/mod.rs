//! Random sequences of commands, told to the engine and to a real server: the replies must be the same bytes.
//!
//! `REDIS_MODEL_TEST_CASES` sets how many sequences each test tries; `REDIS_SERVER` names the server's program.

mod grammar;
mod scripts;

use std::{env, fmt, time::Duration};

use crate::support::{Client, Pair, RealServer, Strictness, shown};
use grammar::{Command, any_command};
use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, TestCaseError, TestRunner},
};
use redis_model_embedded::Engine;

const STRINGS: &[&str] = &[
    "SET key value {NX|XX|GET|KEEPTTL|EX ttl|PX pttl|EXAT seconds|PXAT millis}",
    "SET key value",
    "SET key value EX ttl",
    "GET key",
    "GETEX key {EX ttl|PX pttl|EXAT seconds|PXAT millis|PERSIST}",
    "GETDEL key",
    "GETSET key value",
    "SETNX key value",
    "SETEX key ttl value",
    "PSETEX key pttl value",
    "MGET key key key",
    "MSET key value key value",
    "MSETNX key value key value",
    "APPEND key value",
    "STRLEN key",
    "GETRANGE key offset offset",
    "SETRANGE key offset value",
    "INCR key",
    "DECR key",
    "INCRBY key int",
    "DECRBY key int",
    "INCRBYFLOAT key float",
    "TTL key",
];

const KEYS: &[&str] = &[
    "DEL key key",
    "UNLINK key",
    "EXISTS key key",
    "TOUCH key",
    "TYPE key",
    "EXPIRE key ttl {NX|XX|GT|LT}",
    "PEXPIRE key pttl {NX|XX|GT|LT}",
    "EXPIREAT key seconds {NX|XX|GT|LT}",
    "PEXPIREAT key millis {NX|XX|GT|LT}",
    "TTL key",
    "PERSIST key",
    "RENAME key key",
    "RENAMENX key key",
    "COPY key key {DB db|REPLACE}",
    "MOVE key db",
    "KEYS pattern",
    "SCAN 0 COUNT many {MATCH pattern|TYPE STRING}",
    "DBSIZE",
    "SELECT db",
    "SWAPDB db db",
    "FLUSHDB",
    "SET key value",
    "HSET key field value",
    "GET key",
    "HGETALL key",
];

const HASHES: &[&str] = &[
    "HSET key field value {field value}",
    "HSET key field value",
    "HMSET key field value {field value}",
    "HSETNX key field value",
    "HGET key field",
    "HMGET key field field",
    "HGETALL key",
    "HDEL key field {field}",
    "HLEN key",
    "HEXISTS key field",
    "HKEYS key",
    "HVALS key",
    "HSTRLEN key field",
    "HINCRBY key field int",
    "HINCRBYFLOAT key field float",
    "HRANDFIELD key many",
    "HRANDFIELD key many WITHVALUES",
    "HRANDFIELD key 0",
    "HSCAN key 0 {MATCH pattern|COUNT many}",
    "DEL key",
    "SET key value",
    "EXPIRE key ttl",
];

/// Hashes too large for a compact form, which have no order.
const LARGE_HASHES: &[&str] = &[
    "HSET key field long {field value}",
    "HSET key field long {field value}",
    "HSET key field value",
    "HGETALL key",
    "HKEYS key",
    "HVALS key",
    "HRANDFIELD key many",
    "HSCAN key 0 COUNT many {MATCH pattern}",
    "HGET key field",
    "HDEL key field {field}",
    "HINCRBY key field int",
    "HLEN key",
    "COPY key key REPLACE",
    "RENAME key key",
];

const TRANSACTIONS: &[&str] = &[
    "MULTI",
    "MULTI",
    "EXEC",
    "EXEC",
    "EXEC",
    "DISCARD",
    "WATCH key",
    "WATCH key key",
    "UNWATCH",
    "SET key value",
    "GET key",
    "INCR key",
    "HSET key field value",
    "HGETALL key",
    "DEL key",
    "EXPIRE key ttl",
    "PERSIST key",
    "FLUSHDB",
    "SWAPDB db db",
    "SELECT db",
    "APPEND key value",
    "RENAME key key",
    "NOSUCH key",
    "GETEX key PERSIST",
    "RESET",
];

#[cfg(feature = "lua")]
const SCRIPTS: &[&str] = &[
    "EVAL script 2 key key value value",
    "EVAL script 2 key key value value",
    "EVAL script 2 key key int int",
    "EVAL_RO script 2 key key value value",
    "EVAL script int key value",
    "SET key value",
    "HSET key field value",
    "GET key",
    "MULTI",
    "EXEC",
    "SELECT db",
];

/// What one step of a sequence does.
#[derive(Clone)]
enum Step {
    /// A client sends a command.
    Call(usize, Command),
    /// The time of a key runs out: the engine's clock is advanced, the server is told of a deadline long past.
    RunOut(&'static str),
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(client, command) => {
                write!(f, "client {client}:")?;
                command.iter().try_for_each(|word| write!(f, " \"{}\"", shown(word)))
            }
            Self::RunOut(key) => write!(f, "the time of {key} runs out"),
        }
    }
}

fn steps(lines: &'static [&'static str]) -> BoxedStrategy<Vec<Step>> {
    let step = prop_oneof![
        30 => (0..CLIENTS, any_command(lines)).prop_map(|(client, command)| Step::Call(client, command)),
        1 => proptest::sample::select(&["a", "b", "c", "d"][..]).prop_map(Step::RunOut),
    ];
    vec(step, 1..60).boxed()
}

/// Clients of each sequence, by the protocol that they speak.
const PROTOCOLS: [u8; 3] = [2, 3, 2];
const CLIENTS: usize = PROTOCOLS.len();

fn run(lines: &'static [&'static str], promise: fn(&Command) -> Promise) {
    let server = RealServer::start();
    let strictness = Strictness::for_server(&server);
    let cases = env::var("REDIS_MODEL_TEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(200);
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 5_000, ..Config::default() };
    let outcome = TestRunner::new(config)
        .run(&steps(lines), |steps| run_steps(&server, strictness, promise, &steps).map_err(TestCaseError::fail));
    if let Err(difference) = outcome {
        panic!("{difference}");
    }
}

fn run_steps(
    server: &RealServer,
    strictness: Strictness,
    promise: fn(&Command) -> Promise,
    steps: &[Step],
) -> Result<(), String> {
    let mut admin = server.client();
    admin.call(&["FLUSHALL"]);
    let engine = Engine::with_manual_clock_at(server_time(&mut admin));
    let mut clients: Vec<Pair> = PROTOCOLS
        .iter()
        .map(|protocol| {
            let mut pair = Pair::new(&engine, server, strictness);
            pair.speak(*protocol);
            pair
        })
        .collect();
    let mut is_inside = [false; CLIENTS];
    for step in steps {
        if let Step::Call(client, command) = step {
            if strictness == Strictness::ErrorsAlike && is_disputed(command, is_inside[*client]) {
                continue;
            }
            follow(command, &mut is_inside[*client]);
        }
        match step {
            Step::Call(client, command) => match promise(command) {
                Promise::Everything => clients[*client].call(command)?,
                Promise::Elements => clients[*client].call_unordered(command)?,
                Promise::Seconds => clients[*client].call_roughly(command)?,
                Promise::Nothing => drop(clients[*client].replies(command)),
            },
            Step::RunOut(key) => {
                let soon = (engine.now() + Duration::from_millis(1)).as_millis().to_string();
                engine.connection().execute(&[b"PEXPIREAT", key.as_bytes(), soon.as_bytes()]);
                engine.advance(Duration::from_millis(1));
                admin.call(&["PEXPIREAT", key, "1"]);
            }
        }
    }
    Ok(())
}

/// Whether servers newer than 7.0 treat a command otherwise.
fn is_disputed(command: &Command, is_inside: bool) -> bool {
    match command[0].as_slice() {
        // Refused inside a transaction, these spoil it on some servers.
        b"MULTI" | b"WATCH" => is_inside,
        // Some check the deadline before they look for the key.
        b"GETEX" => command.len() > 3,
        // Some are stricter about cursors and names of types.
        b"SCAN" => command.get(1).is_none_or(|cursor| cursor != b"0") || command.contains(&b"TYPE".to_vec()),
        b"HSCAN" => command.get(2).is_none_or(|cursor| cursor != b"0"),
        // The order of a Lua table is that of another build of Lua.
        b"EVAL" | b"EVAL_RO" => command.get(1).is_some_and(|script| script.starts_with(b"redis.setresp(3)")),
        _ => false,
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

/// What of a reply is the same on every server.
enum Promise {
    Everything,
    /// The elements, in any order.
    Elements,
    /// A number of seconds, of which some have passed for the server only.
    Seconds,
    /// The command chooses at random.
    Nothing,
}

fn promise(command: &Command) -> Promise {
    match command[0].as_slice() {
        b"KEYS" | b"SCAN" => Promise::Elements,
        b"TTL" => Promise::Seconds,
        // A count of at least as many fields as there are leaves no choice.
        b"HRANDFIELD" if !matches!(command.get(2).map(Vec::as_slice), Some(b"0" | b"100" | b"1000")) => {
            Promise::Nothing
        }
        _ => Promise::Everything,
    }
}

/// The same for commands on large hashes: their order is nobody's promise.
fn promise_of_elements(command: &Command) -> Promise {
    match promise(command) {
        Promise::Everything => Promise::Elements,
        other => other,
    }
}

fn server_time(client: &mut Client) -> Duration {
    let reply = String::from_utf8(client.call(&["TIME"])).expect("TIME answers in digits");
    let numbers: Vec<u64> = reply.lines().filter_map(|line| line.parse().ok()).collect();
    Duration::from_secs(numbers[0]) + Duration::from_micros(numbers[1])
}

#[test]
fn strings_answer_as_on_the_server() {
    run(STRINGS, promise);
}

#[test]
fn keys_answer_as_on_the_server() {
    run(KEYS, promise);
}

#[test]
fn hashes_answer_as_on_the_server() {
    run(HASHES, promise);
}

#[test]
fn large_hashes_hold_what_they_hold_on_the_server() {
    run(LARGE_HASHES, promise_of_elements);
}

#[test]
fn transactions_of_several_clients_answer_as_on_the_server() {
    run(TRANSACTIONS, promise);
}

#[cfg(feature = "lua")]
#[test]
fn scripts_answer_as_on_the_server() {
    run(SCRIPTS, promise);
}
