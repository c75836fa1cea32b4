//! Sorted sets.

use super::{
    grammar::Command,
    promise::{Promise, promise},
    run,
};

const SORTED_SETS: &[&str] = &[
    "ZADD key score ranked score ranked score ranked",
    "ZADD key score ranked {score ranked}",
    "ZADD key {NX|XX|GT|LT|CH} score ranked {score ranked}",
    "ZADD key {NX|XX|GT|LT|CH|INCR} score ranked",
    "ZADD key -0 ranked",
    "ZINCRBY key score ranked",
    "ZREM key ranked {ranked}",
    "ZCARD key",
    "ZCOUNT key bound bound",
    "ZSCORE key ranked",
    "ZMSCORE key ranked ranked",
    "ZRANK key ranked",
    "ZREVRANK key ranked",
    "ZRANGE key offset offset {WITHSCORES|REV}",
    "ZRANGE key bound bound BYSCORE {WITHSCORES|REV|LIMIT offset offset}",
    "ZRANGESTORE key key offset offset {REV}",
    "ZRANGESTORE key key bound bound BYSCORE {REV|LIMIT offset offset}",
    "ZREVRANGE key offset offset {WITHSCORES}",
    "ZRANGEBYSCORE key bound bound {WITHSCORES|LIMIT offset offset}",
    "ZREVRANGEBYSCORE key bound bound {WITHSCORES|LIMIT offset offset}",
    "ZREMRANGEBYRANK key offset offset",
    "ZREMRANGEBYSCORE key bound bound",
    "ZPOPMIN key {few}",
    "ZPOPMAX key {few}",
    "ZMPOP 2 key key MIN {COUNT few}",
    "ZMPOP 1 key MAX {COUNT few}",
    "ZRANDMEMBER key many {WITHSCORES}",
    "ZRANDMEMBER key 0",
    "ZSCAN key 0 {MATCH pattern|COUNT many}",
    "DEL key",
    "SET key value",
    "EXPIRE key ttl",
    "COPY key key REPLACE",
    "RENAME key key",
];

/// The same on sets too large for a compact form.
const LARGE_SORTED_SETS: &[&str] = &[
    "ZADD key score long score ranked score ranked",
    "ZADD key score long score ranked score ranked",
    "ZADD key score ranked {score ranked}",
    "ZADD key {NX|XX|GT|LT|CH} score ranked {score ranked}",
    "ZADD key {NX|XX|GT|LT|CH|INCR} score ranked",
    "ZINCRBY key score ranked",
    "ZREM key ranked {ranked}",
    "ZCOUNT key bound bound",
    "ZMSCORE key ranked ranked",
    "ZRANK key ranked",
    "ZREVRANK key ranked",
    "ZRANGE key 0 -1 {WITHSCORES|REV}",
    "ZRANGE key offset offset {WITHSCORES|REV}",
    "ZRANGE key bound bound BYSCORE {WITHSCORES|REV|LIMIT offset offset}",
    "ZRANGESTORE key key offset offset",
    "ZREMRANGEBYRANK key offset offset",
    "ZREMRANGEBYSCORE key bound bound",
    "ZPOPMIN key {few}",
    "ZPOPMAX key {few}",
    "ZMPOP 2 key key MIN {COUNT few}",
    "ZRANDMEMBER key many {WITHSCORES}",
    "ZSCAN key 0 COUNT many {MATCH pattern}",
    "ZUNIONSTORE key 2 key key",
    "ZINTERSTORE key 2 key key AGGREGATE MAX",
    "ZDIFFSTORE key 2 key key",
    "COPY key key REPLACE",
    "RENAME key key",
    "DEL key",
];

/// Ranges of members promise something only where all scores are equal.
const MEMBERS: &[&str] = &[
    "ZADD key 0 ranked 0 ranked 0 ranked",
    "ZADD key 0 ranked {0 ranked|0 long}",
    "ZREM key ranked {ranked}",
    "ZLEXCOUNT key lex lex",
    "ZRANGE key lex lex BYLEX {REV|LIMIT offset offset}",
    "ZRANGESTORE key key lex lex BYLEX {REV|LIMIT offset offset}",
    "ZRANGEBYLEX key lex lex {LIMIT offset offset}",
    "ZREVRANGEBYLEX key lex lex {LIMIT offset offset}",
    "ZREMRANGEBYLEX key lex lex",
    "ZRANGE key 0 -1 WITHSCORES",
    "ZDIFFSTORE key 2 key key",
    "ZPOPMAX key few",
    "SET key value",
];

const COMBINATIONS: &[&str] = &[
    "ZADD key score ranked score ranked score ranked",
    "ZADD key score ranked {score ranked}",
    "ZADD key score ranked {score long|score ranked}",
    "ZREM key ranked",
    "SADD key ranked {ranked}",
    "SADD key score",
    "ZUNION 2 key key {WEIGHTS score score|AGGREGATE aggregate|WITHSCORES}",
    "ZUNION 3 key key key {WEIGHTS score score score|AGGREGATE aggregate|WITHSCORES}",
    "ZINTER 2 key key {WEIGHTS score score|AGGREGATE aggregate|WITHSCORES}",
    "ZINTER 3 key key key {WEIGHTS score score score|AGGREGATE aggregate|WITHSCORES}",
    "ZDIFF 2 key key {WITHSCORES}",
    "ZDIFF 3 key key key {WITHSCORES}",
    "ZINTERCARD 2 key key {LIMIT few}",
    "ZUNIONSTORE key 2 key key {WEIGHTS score score|AGGREGATE aggregate}",
    "ZUNIONSTORE key 3 key key key {WEIGHTS score score score|AGGREGATE aggregate}",
    "ZINTERSTORE key 2 key key {WEIGHTS score score|AGGREGATE aggregate}",
    "ZDIFFSTORE key 2 key key",
    "ZDIFFSTORE key 3 key key key",
    "ZRANGE key 0 -1 WITHSCORES",
    "DEL key",
    "SET key value",
    "EXPIRE key ttl",
    "TTL key",
];

#[test]
fn sorted_sets_answer_as_on_the_server() {
    run(SORTED_SETS, promise);
}

#[test]
fn large_sorted_sets_answer_as_on_the_server() {
    run(LARGE_SORTED_SETS, promise_of_large);
}

#[test]
fn ranges_of_members_are_those_of_the_server() {
    run(MEMBERS, promise);
}

#[test]
fn sorted_sets_combine_as_on_the_server() {
    run(COMBINATIONS, promise);
}

/// Large sets are in order too, except where they are scanned.
fn promise_of_large(command: &Command) -> Promise {
    match command[0].as_slice() {
        b"ZSCAN" => Promise::Elements,
        _ => promise(command),
    }
}
