//! Sets.

use super::{
    grammar::Command,
    promise::{Promise, promise_of_elements},
    run,
};

/// Sets of integers, which have an order.
const INTEGERS: &[&str] = &[
    "SADD key number {number number|number number number}",
    "SADD key number",
    "SREM key number {number number}",
    "SISMEMBER key number",
    "SMISMEMBER key number number",
    "SCARD key",
    "SMEMBERS key",
    "SMEMBERS key",
    "SPOP key 0",
    "SPOP key many",
    "SRANDMEMBER key many",
    "SMOVE key key number",
    "SINTER key {key|key key}",
    "SUNION key {key|key key}",
    "SDIFF key {key|key key}",
    "SDIFF key key key key",
    "SINTERSTORE key key {key}",
    "SUNIONSTORE key key {key}",
    "SDIFFSTORE key key {key}",
    "SINTERCARD 2 key key {LIMIT count}",
    "SSCAN key 0 {MATCH pattern|COUNT many}",
    "COPY key key REPLACE",
    "RENAME key key",
    "DEL key",
    "EXPIRE key ttl",
    "WATCH key",
    "MULTI",
    "EXEC",
];

/// Sets of anything, which have no order.
const MEMBERS: &[&str] = &[
    "SADD key member {member number|long|value}",
    "SADD key member",
    "SREM key member {member value|number}",
    "SISMEMBER key member",
    "SMISMEMBER key member member",
    "SCARD key",
    "SMEMBERS key",
    "SPOP key count",
    "SPOP key many",
    "SPOP key",
    "SRANDMEMBER key {count}",
    "SRANDMEMBER key many",
    "SMOVE key key member",
    "SINTER key {key|key key}",
    "SUNION key {key|key key}",
    "SDIFF key {key|key key}",
    "SINTERSTORE key key {key|key key}",
    "SUNIONSTORE key key {key|key key}",
    "SDIFFSTORE key key {key|key key}",
    "SINTERCARD count key {key|LIMIT count}",
    "SSCAN key 0 COUNT many {MATCH pattern}",
    "COPY key key REPLACE",
    "RENAME key key",
    "DEL key",
    "SET key value",
    "GET key",
    "TYPE key",
    "EXPIRE key ttl",
    "TTL key",
];

/// Members that the server chooses are nobody's promise, and to remove them would make the sets differ.
fn promise_of_members(command: &Command) -> Promise {
    let is_choice = !matches!(command.get(2).map(Vec::as_slice), Some(b"0" | b"100" | b"1000"));
    match command[0].as_slice() {
        b"SPOP" if is_choice => Promise::Unasked,
        b"SRANDMEMBER" if is_choice => Promise::Nothing,
        _ => promise_of_elements(command),
    }
}

/// The same, in order. A member that is no integer would take the order away, and EXEC tells of all its commands.
fn promise_of_integers(command: &Command) -> Promise {
    match (command[0].as_slice(), promise_of_members(command)) {
        (b"SADD", _) if command.iter().skip(2).any(|member| !is_integer(member)) => Promise::Unasked,
        (_, Promise::Nothing) => Promise::Unasked,
        (_, Promise::Elements) => Promise::Everything,
        (_, other) => other,
    }
}

fn is_integer(word: &[u8]) -> bool {
    let text = String::from_utf8_lossy(word);
    text.parse::<i64>().is_ok_and(|number| number.to_string() == text)
}

#[test]
fn sets_of_integers_answer_as_on_the_server() {
    run(INTEGERS, promise_of_integers);
}

#[test]
fn sets_hold_what_they_hold_on_the_server() {
    run(MEMBERS, promise_of_members);
}
