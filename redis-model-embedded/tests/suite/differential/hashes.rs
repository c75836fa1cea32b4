//! Hashes.

use super::{
    promise::{promise, promise_of_elements},
    run,
};

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

#[test]
fn hashes_answer_as_on_the_server() {
    run(HASHES, promise);
}

#[test]
fn large_hashes_hold_what_they_hold_on_the_server() {
    run(LARGE_HASHES, promise_of_elements);
}
