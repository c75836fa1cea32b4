//! Clients that wait for what others push.

use super::Grammar;

const WAITING: &[&str] = &[
    "BLPOP list 0",
    "BLPOP list list 0",
    "BLPOP list list 0",
    "BRPOP list list list 0",
    "BLMOVE list list {LEFT|RIGHT} LEFT 0",
    "BLMOVE list list LEFT RIGHT 0",
    "BLMOVE list list RIGHT LEFT 0",
    "BRPOPLPUSH list list 0",
    "BLMPOP 0 2 list list LEFT",
    "BLMPOP 0 1 list RIGHT COUNT 2",
    "BLMPOP 0 2 list list LEFT COUNT 10",
    "BZPOPMIN list list 0",
    "BZPOPMAX list 0",
    "BZMPOP 0 2 list list MIN COUNT 2",
    "CLIENT UNBLOCK client",
    "CLIENT UNBLOCK client TIMEOUT",
    "CLIENT UNBLOCK client ERROR",
    "CLIENT KILL ID client",
    "CLIENT REPLY {ON|OFF|SKIP}",
    "CLIENT REPLY ON",
    "WATCH list",
    "RESET",
];

/// None of these makes a list or a sorted set out of something else in one go: on 7.0 that serves nobody.
const PUSHING: &[&str] = &[
    "RPUSH list field",
    "RPUSH list field field",
    "LPUSH list field field field",
    "LPUSHX list field",
    "RPOPLPUSH list list",
    "LMOVE list list LEFT LEFT",
    "LMOVE list list LEFT RIGHT",
    "RENAME list list",
    "RENAMENX list list",
    "COPY list list",
    "COPY list list REPLACE",
    "COPY list list DB 1",
    "RESTORE list 0 dumped",
    "RESTORE list 0 dumped REPLACE",
    "MOVE list 1",
    "MOVE list 0",
    "SELECT 0",
    "SELECT 0",
    "SELECT 1",
    "SET list field",
    "HSET list field value",
    "ZADD list 1 field 2 field",
    "ZADD list 3 field",
    "ZPOPMIN list",
    "DEL list",
    "DEL list list",
    "LPOP list",
    "LTRIM list 1 -1",
    "LINSERT list BEFORE field value",
    "LRANGE list 0 -1",
    "PEXPIREAT list 1",
    "FLUSHDB",
    "BLPOP list list 0",
    "BLMOVE list list RIGHT LEFT 0",
    "PING",
];

#[cfg(feature = "lua")]
const PUSHING_SCRIPTS: &[&str] = &["EVAL pushes 2 list list"];
#[cfg(not(feature = "lua"))]
const PUSHING_SCRIPTS: &[&str] = &[];

#[test]
fn clients_that_wait_are_served_as_on_the_server() {
    let grammar = Grammar {
        lines: [WAITING, PUSHING, PUSHING_SCRIPTS].concat(),
        queued: [PUSHING, PUSHING_SCRIPTS].concat(),
        has_pipelines: true,
        has_swaps: true,
    };
    grammar.run();
}

/// Scripts that write to the keys of others.
#[cfg(feature = "lua")]
pub(in crate::differential) const PUSHES: &[&str] = &[
    "return redis.call('RPUSH', KEYS[1], 'p', 'q')",
    "redis.call('RPUSH', KEYS[1], 'p') return redis.call('LPUSH', KEYS[2], 'q')",
    "redis.call('SET', KEYS[1], 'p') redis.call('RPUSH', KEYS[2], 'p') redis.call('DEL', KEYS[1]) \
     return redis.call('RPUSH', KEYS[1], 'p')",
    "redis.call('RPUSH', KEYS[1], 'p') redis.call('DEL', KEYS[1]) return redis.call('RPUSH', KEYS[2], 'q')",
    "redis.call('RPUSH', KEYS[1], 'p') return redis.call('BLMPOP', 0, 2, KEYS[1], KEYS[2], 'LEFT')",
    "redis.call('RPUSH', KEYS[1], 'p') return redis.call('NOSUCH')",
];
