//! Fields of hashes that have a time to live.

use super::{
    promise::{promise, promise_of_elements},
    run_following,
};
use crate::support::Follows;

/// All times are absolute: small hashes show the order of their deadlines, which the two clocks must not decide.
const FIELDS_THAT_EXPIRE: &[&str] = &[
    "HSET key field value {field value}",
    "HSETEX key {FNX|FXX|KEEPTTL|EXAT seconds|PXAT instant} FIELDS 1 field value",
    "HSETEX key {FNX|FXX|KEEPTTL|EXAT seconds|PXAT instant} FIELDS 2 field value field value",
    "HSETEX key PXAT instant FIELDS 2 field value field value",
    "HSETEX key KEEPTTL FIELDS numfields field value {field value}",
    "HEXPIREAT key seconds {NX|XX|GT|LT} FIELDS 1 field",
    "HPEXPIREAT key instant {NX|XX|GT|LT} FIELDS 2 field field",
    "HPEXPIREAT key instant FIELDS 2 field field",
    "HPEXPIREAT key instant FIELDS numfields field {field}",
    "HPERSIST key FIELDS 1 field",
    "HPERSIST key FIELDS numfields field field",
    "HPEXPIRETIME key FIELDS 3 field field field",
    "HEXPIRETIME key FIELDS numfields field field",
    "HTTL key FIELDS numfields field",
    "HGETDEL key FIELDS 1 field",
    "HGETDEL key FIELDS numfields field field",
    "HGETEX key FIELDS 2 field field",
    "HGETEX key {PERSIST|EXAT seconds|PXAT instant} FIELDS 2 field field",
    "HGETEX key {PERSIST|PXAT instant|EX offset} FIELDS numfields field",
    "HSETNX key field value",
    "HGETALL key",
    "HGETALL key",
    "HKEYS key",
    "HVALS key",
    "HLEN key",
    "HMGET key field field",
    "HEXISTS key field",
    "HDEL key field",
    "HINCRBY key field int",
    "HRANDFIELD key many WITHVALUES",
    "HSCAN key 0 {MATCH pattern|COUNT many}",
    "COPY key key REPLACE",
    "COPY key key REPLACE DB db",
    "MOVE key db",
    "SWAPDB db db",
    "SELECT db",
    "RENAME key key",
    "EXISTS key key",
    "DBSIZE",
    "SCAN 0 COUNT many",
    "DEL key",
    "SET key value",
    "PERSIST key",
];

/// Times from now on, and hashes that are now and then too large for a compact form.
const LARGE_HASHES: &[&str] = &[
    "HSET key field long {field value}",
    "HSET key field value {field value}",
    "HSET key field value",
    "HSETEX key {FNX|FXX|KEEPTTL|EX ttl|PX pttl|EXAT seconds|PXAT instant} FIELDS 2 field long field value",
    "HSETEX key EX ttl FIELDS 2 field value field value",
    "HEXPIRE key ttl FIELDS 2 field field",
    "HEXPIRE key ttl {NX|XX} FIELDS 2 field field",
    "HPEXPIRE key pttl {NX|XX} FIELDS numfields field",
    "HEXPIREAT key seconds {NX|XX|GT|LT} FIELDS 2 field field",
    "HPEXPIREAT key instant {NX|XX|GT|LT} FIELDS 2 field field",
    "HTTL key FIELDS 2 field field",
    "HPTTL key FIELDS 2 field field",
    "HEXPIRETIME key FIELDS 2 field field",
    "HPEXPIRETIME key FIELDS 2 field field",
    "HPERSIST key FIELDS 2 field field",
    "HGETDEL key FIELDS 2 field field",
    "HGETEX key {PERSIST|EX ttl|PX pttl|EXAT seconds|PXAT instant} FIELDS 2 field field",
    "HGETALL key",
    "HLEN key",
    "HINCRBYFLOAT key field float",
    "HDEL key field {field}",
    "EXPIRE key ttl",
    "TTL key",
    "COPY key key REPLACE",
    "RENAME key key",
    "DEL key",
    "SET key value",
];

/// Which commands change a key for those who watch it.
const WATCHED_HASHES: &[&str] = &[
    "WATCH key",
    "WATCH key key",
    "MULTI",
    "MULTI",
    "EXEC",
    "EXEC",
    "DISCARD",
    "HSET key field value {field value}",
    "HSETEX key {FNX|FXX|KEEPTTL|PXAT instant} FIELDS 1 field value",
    "HPEXPIREAT key instant {NX|XX|GT|LT} FIELDS 1 field",
    "HPERSIST key FIELDS 1 field",
    "HGETDEL key FIELDS 1 field",
    "HGETEX key {PERSIST|PXAT instant} FIELDS 1 field",
    "HPEXPIRETIME key FIELDS 2 field field",
    "HGETALL key",
    "FLUSHDB",
    "SWAPDB db db",
];

#[test]
fn fields_expire_as_on_the_server() {
    run_following(Follows::Redis80, FIELDS_THAT_EXPIRE, promise);
}

#[test]
fn fields_of_large_hashes_expire_as_on_the_server() {
    run_following(Follows::Redis80, LARGE_HASHES, promise_of_elements);
}

#[test]
fn watched_hashes_change_when_they_change_on_the_server() {
    run_following(Follows::Redis80, WATCHED_HASHES, promise);
}
