//! Clients that keep copies of what others change.

use super::Grammar;

const REDIRECTING: &[&str] = &[
    "CLIENT TRACKING ON REDIRECT client",
    "CLIENT TRACKING ON REDIRECT client NOLOOP",
    "CLIENT TRACKING ON BCAST REDIRECT client",
    "CLIENT TRACKING ON OPTIN REDIRECT client",
];

const TRACKING: &[&str] = &[
    "CLIENT TRACKING ON",
    "CLIENT TRACKING ON NOLOOP",
    "CLIENT TRACKING ON BCAST",
    "CLIENT TRACKING ON BCAST PREFIX prefix",
    "CLIENT TRACKING ON BCAST PREFIX prefix NOLOOP",
    "CLIENT TRACKING ON BCAST NOLOOP",
    "CLIENT TRACKING ON OPTIN",
    "CLIENT TRACKING ON OPTOUT",
    "CLIENT TRACKING ON OPTOUT NOLOOP",
    "CLIENT TRACKING OFF",
    "CLIENT TRACKINGINFO",
    "CLIENT GETREDIR",
    "SUBSCRIBE invalidations",
    "UNSUBSCRIBE invalidations",
    "HELLO 3 SETNAME field",
    "CLIENT KILL ID client",
    "CLIENT GETNAME",
    "CLIENT REPLY SKIP",
    "FLUSHALL",
    "RESET",
    "NOSUCH",
];

/// Nothing waits here: on 7.0, what is taken by those who have waited calls no copy back.
const COPIES: &[&str] = &[
    "CLIENT CACHING YES",
    "CLIENT CACHING NO",
    "GET key",
    "GET key",
    "MGET key key",
    "STRLEN key",
    "EXISTS key key",
    "HGETALL key",
    "TTL key",
    "LRANGE key 0 -1",
    "SET key value",
    "SET key value",
    "MSET key value key value",
    "APPEND key value",
    "INCR key",
    "HSET key field value",
    "HDEL key field",
    "RPUSH key value",
    "LPOP key",
    "LMOVE key key LEFT RIGHT",
    "DEL key key",
    "UNLINK key",
    "RENAME key key",
    "COPY key key REPLACE",
    "MOVE key 1",
    "EXPIRE key 1000",
    "PERSIST key",
    "PEXPIREAT key 1",
    "GETDEL key",
    "GETEX key PERSIST",
    "GETEX key EX 1000",
    "SETNX key value",
    "SELECT 0",
    "SELECT 0",
    "SELECT 1",
    "FLUSHDB",
    "SWAPDB 0 1",
];

#[cfg(feature = "lua")]
const READING_SCRIPTS: &[&str] = &["EVAL reads 2 key key", "EVAL_RO reads 2 key key"];
#[cfg(not(feature = "lua"))]
const READING_SCRIPTS: &[&str] = &[];

fn grammar(lines: &[&[&'static str]]) -> Grammar {
    Grammar {
        lines: [lines.concat(), [TRACKING, COPIES, COPIES, READING_SCRIPTS, READING_SCRIPTS].concat()].concat(),
        queued: [COPIES, READING_SCRIPTS].concat(),
        has_pipelines: false,
        has_swaps: false,
    }
}

#[test]
fn stale_copies_are_called_back_as_on_the_server() {
    grammar(&[]).run();
}

#[test]
fn stale_copies_are_called_back_over_other_clients_as_on_the_server() {
    grammar(&[REDIRECTING]).run();
}

/// Scripts that read the keys of others, and write to some.
#[cfg(feature = "lua")]
pub(in crate::differential) const READS: &[&str] = &[
    "return redis.call('GET', KEYS[1])",
    "return redis.call('MGET', KEYS[1], KEYS[2])",
    "return redis.call('GET', 'c')",
    "return redis.call('SET', KEYS[1], 's')",
    "redis.call('SET', KEYS[1], 's') return redis.call('GET', KEYS[1])",
    "redis.call('GET', KEYS[1]) return redis.call('SET', KEYS[2], 's')",
    "return 1",
];
