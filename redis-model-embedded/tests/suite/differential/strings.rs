//! Strings.

use super::{promise::promise, run};

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

#[test]
fn strings_answer_as_on_the_server() {
    run(STRINGS, promise);
}
