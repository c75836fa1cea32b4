//! Keys of any type.

use super::{promise::promise, run};

const KEYS: &[&str] = &[
    "DEL key key",
    "UNLINK key",
    "EXISTS key key",
    "TOUCH key",
    "TYPE key",
    "EXPIRE key ttl {NX|XX}",
    "PEXPIRE key pttl {NX|XX}",
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

#[test]
fn keys_answer_as_on_the_server() {
    run(KEYS, promise);
}
