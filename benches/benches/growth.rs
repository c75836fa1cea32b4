//! The engine with 10 thousand, 100 thousand and a million entries: how the time of a command grows, next to the growth
//! that Redis documents for it.

use std::time::Duration;

use redis_model::embedded::{Connection, Engine};
use redis_model_benches::{Options, Table, median_time, time};

const SIZES: [u64; 3] = [10_000, 100_000, 1_000_000];

/// A step that scatters numbers over any of the sizes, because it has no divisor in common with them.
const STRIDE: u64 = 7_919;

/// One command to measure: how to fill an engine, and how to send it for the `n`th time.
struct Operation {
    name: &'static str,
    /// As Redis' documentation states it.
    documented: &'static str,
    fill: fn(&Engine, u64),
    send: fn(&Engine, &mut Connection, u64, u64),
}

const OPERATIONS: &[Operation] = &[
    Operation { name: "ZADD, another score", documented: "O(log N)", fill: sorted_set, send: zadd },
    Operation { name: "ZRANK", documented: "O(log N)", fill: sorted_set, send: zrank },
    Operation { name: "ZRANGE of 10 in the middle", documented: "O(log N + M)", fill: sorted_set, send: zrange },
    Operation { name: "ZRANGE BYSCORE of 10", documented: "O(log N + M)", fill: sorted_set, send: zrange_by_score },
    Operation { name: "ZPOPMIN and ZADD", documented: "O(log N)", fill: sorted_set, send: pop_and_add },
    Operation { name: "SCAN, a page of 10", documented: "O(1)", fill: keys, send: scan },
    Operation { name: "ZSCAN, a page of 10", documented: "O(1)", fill: sorted_set, send: zscan },
    Operation { name: "SET with EX", documented: "O(1)", fill: expiring_keys, send: set_with_ttl },
    Operation { name: "a key runs out, and GET", documented: "O(1)", fill: expiring_keys, send: run_out },
    Operation { name: "SPOP and SADD", documented: "O(1)", fill: set, send: spop_and_add },
    Operation { name: "RPUSH and LPOP", documented: "O(1)", fill: list, send: push_and_pop },
    Operation { name: "HSET, another value", documented: "O(1)", fill: hash, send: hset },
];

fn main() {
    let Some(options) = Options::from_args(100) else { return };
    let mut table = Table::new(&["command", "10,000", "100,000", "1,000,000", "documented"]);
    for operation in OPERATIONS.iter().filter(|operation| options.wants(operation.name)) {
        let times: Vec<String> = SIZES.iter().filter_map(|size| measure(&options, operation, *size)).collect();
        if let [small, medium, large] = times.as_slice() {
            table.row(&[operation.name, small, medium, large, operation.documented]);
        }
    }
}

fn measure(options: &Options, operation: &Operation, size: u64) -> Option<String> {
    // Without measuring, one small engine shows that the commands are right.
    let size = if options.rounds == 0 { 100 } else { size };
    let engine = Engine::with_manual_clock();
    (operation.fill)(&engine, size);
    let mut connection = engine.connection();
    let seconds = median_time(options, |n| (operation.send)(&engine, &mut connection, n, size))?;
    Some(time(Duration::from_secs_f64(seconds)))
}

fn send(connection: &mut Connection, words: &[&[u8]]) {
    assert!(!connection.execute(words).is_error(), "the engine refuses {words:?}");
}

/// Sends a command for each of so many entries.
fn fill(engine: &Engine, size: u64, mut command: impl FnMut(&mut Connection, &[u8])) {
    let mut connection = engine.connection();
    for n in 0..size {
        command(&mut connection, entry(n).as_bytes());
    }
}

fn entry(n: u64) -> String {
    format!("entry:{n}")
}

/// Another entry each time, in no order.
fn scattered(n: u64, size: u64) -> u64 {
    n.wrapping_mul(STRIDE) % size
}

fn sorted_set(engine: &Engine, size: u64) {
    let mut score = 0_u64;
    fill(engine, size, |connection, member| {
        score += 1;
        send(connection, &[b"ZADD", b"z", scattered(score, size).to_string().as_bytes(), member]);
    });
}

fn zadd(_: &Engine, connection: &mut Connection, n: u64, size: u64) {
    let score = scattered(n.wrapping_mul(3), size).to_string();
    send(connection, &[b"ZADD", b"z", score.as_bytes(), entry(scattered(n, size)).as_bytes()]);
}

fn zrank(_: &Engine, connection: &mut Connection, n: u64, size: u64) {
    send(connection, &[b"ZRANK", b"z", entry(scattered(n, size)).as_bytes()]);
}

fn zrange(_: &Engine, connection: &mut Connection, n: u64, size: u64) {
    let first = scattered(n, size);
    send(connection, &[b"ZRANGE", b"z", first.to_string().as_bytes(), (first + 9).to_string().as_bytes()]);
}

fn zrange_by_score(_: &Engine, connection: &mut Connection, n: u64, size: u64) {
    let least = scattered(n, size).to_string();
    send(connection, &[b"ZRANGE", b"z", least.as_bytes(), b"+inf", b"BYSCORE", b"LIMIT", b"0", b"10"]);
}

fn pop_and_add(_: &Engine, connection: &mut Connection, n: u64, size: u64) {
    send(connection, &[b"ZPOPMIN", b"z"]);
    send(connection, &[b"ZADD", b"z", scattered(n, size).to_string().as_bytes(), entry(size + n).as_bytes()]);
}

fn keys(engine: &Engine, size: u64) {
    fill(engine, size, |connection, key| send(connection, &[b"SET", key, b"value"]));
}

/// Cursors are places, so that any of them is one that a scan comes by.
fn scan(_: &Engine, connection: &mut Connection, n: u64, size: u64) {
    send(connection, &[b"SCAN", scattered(n, size).to_string().as_bytes()]);
}

fn zscan(_: &Engine, connection: &mut Connection, n: u64, size: u64) {
    send(connection, &[b"ZSCAN", b"z", scattered(n, size).to_string().as_bytes()]);
}

fn expiring_keys(engine: &Engine, size: u64) {
    let mut millis = 0_u64;
    fill(engine, size, |connection, key| {
        millis += 1_000_000;
        send(connection, &[b"SET", key, b"value", b"PX", millis.to_string().as_bytes()]);
    });
}

fn set_with_ttl(_: &Engine, connection: &mut Connection, n: u64, size: u64) {
    send(connection, &[b"SET", entry(scattered(n, size)).as_bytes(), b"value", b"EX", b"1000"]);
}

/// Each call lets the next key run out, and sets it again for later.
fn run_out(engine: &Engine, connection: &mut Connection, n: u64, size: u64) {
    engine.advance(Duration::from_secs(1_000));
    let key = entry(n % size);
    send(connection, &[b"GET", key.as_bytes()]);
    send(connection, &[b"SET", key.as_bytes(), b"value", b"PX", (size * 1_000_000).to_string().as_bytes()]);
}

fn set(engine: &Engine, size: u64) {
    fill(engine, size, |connection, member| send(connection, &[b"SADD", b"s", member]));
}

fn spop_and_add(_: &Engine, connection: &mut Connection, n: u64, size: u64) {
    send(connection, &[b"SPOP", b"s"]);
    send(connection, &[b"SADD", b"s", entry(size + n).as_bytes()]);
}

fn list(engine: &Engine, size: u64) {
    fill(engine, size, |connection, item| send(connection, &[b"RPUSH", b"l", item]));
}

fn push_and_pop(_: &Engine, connection: &mut Connection, n: u64, _: u64) {
    send(connection, &[b"RPUSH", b"l", entry(n).as_bytes()]);
    send(connection, &[b"LPOP", b"l"]);
}

fn hash(engine: &Engine, size: u64) {
    fill(engine, size, |connection, field| send(connection, &[b"HSET", b"h", field, b"value"]));
}

fn hset(_: &Engine, connection: &mut Connection, n: u64, size: u64) {
    send(connection, &[b"HSET", b"h", entry(scattered(n, size)).as_bytes(), b"other"]);
}
