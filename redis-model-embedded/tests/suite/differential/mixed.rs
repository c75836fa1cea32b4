//! All types of values on the same few keys, by themselves, in transactions and in scripts.

use super::{
    grammar::Command,
    promise::{Promise, promise},
    run,
};

/// Commands of every type. None has a reply that depends on the time, or chooses at random.
const COMMANDS: &[&str] = &[
    "SET key value",
    "SET key value EX ttl",
    "GETSET key value",
    "APPEND key value",
    "INCRBY key int",
    "SETBIT key 7 1",
    "BITCOUNT key",
    "BITFIELD key INCRBY U8 0 100",
    "PFADD key field {field}",
    "PFCOUNT key",
    "HSET key field value {field value}",
    "HDEL key field",
    "HGETALL key",
    "HINCRBY key field int",
    "RPUSH key value {value}",
    "LPOP key",
    "LMOVE key key LEFT RIGHT",
    "LRANGE key 0 -1",
    "SADD key field {field}",
    "SREM key field",
    "SMEMBERS key",
    "SINTERSTORE key key key",
    "SUNION key key",
    "ZADD key score field {score field}",
    "ZINCRBY key score field",
    "ZRANGE key 0 -1 WITHSCORES",
    "ZPOPMIN key",
    "ZUNIONSTORE key 2 key key",
    "DEL key",
    "RENAME key key",
    "COPY key key REPLACE",
    "MOVE key db",
    "EXPIRE key ttl",
    "PERSIST key",
    "TYPE key",
    "EXISTS key key",
    "DBSIZE",
    "KEYS *",
];

/// Most commands come by themselves or in a transaction, as their clients are outside of one or inside.
const TRANSACTIONS: &[&str] = &["MULTI", "MULTI", "MULTI", "EXEC", "EXEC", "EXEC", "EXEC", "WATCH key", "DISCARD"];

/// As they are, and behind `before`.
fn lines(before: &str) -> &'static [&'static str] {
    let behind = COMMANDS.iter().map(|line| &*Box::leak(format!("{before}{line}").into_boxed_str()));
    let lines = COMMANDS.iter().copied().chain(behind).chain(TRANSACTIONS.iter().copied());
    Vec::leak(lines.collect())
}

/// Replies within others are not told apart, so the order of all of them counts for nothing.
fn mixed_promise(command: &Command) -> Promise {
    match command[0].as_slice() {
        b"EXEC" | b"EVAL" | b"SMEMBERS" | b"SUNION" => Promise::Elements,
        _ => promise(command),
    }
}

#[test]
fn values_of_all_types_answer_as_on_the_server() {
    run(lines(""), mixed_promise);
}

#[cfg(feature = "lua")]
#[test]
fn values_of_all_types_answer_to_scripts_as_on_the_server() {
    run(lines("EVAL call 0 "), mixed_promise);
}
