//! Commands on sorted sets.

use redis::Cmd;

use super::key::{on, walk};
use crate::key::Key;

/// `ZADD`, to be completed with scores and members.
pub(crate) fn insert(key: &Key) -> Cmd {
    on("ZADD", key)
}

/// `ZRANGE` with `WITHSCORES`.
pub(crate) fn range_with_scores(key: &Key, first: i64, last: i64) -> Cmd {
    on("ZRANGE", key).arg(first).arg(last).arg("WITHSCORES").take()
}

/// `ZREM`.
pub(crate) fn remove<'a>(key: &Key, members: impl IntoIterator<Item = &'a [u8]>) -> Cmd {
    let mut cmd = redis::cmd("ZREM").arg(key.as_bytes()).take();
    for member in members {
        cmd.arg(member);
    }
    cmd
}

/// `ZADD` under a condition, which answers with how many members were added or changed; to be completed with scores and
/// members.
pub(crate) fn insert_if(key: &Key, words: &[&str]) -> Cmd {
    on("ZADD", key).arg(words).arg("CH").take()
}

/// `ZINCRBY`; the step as text, so that it is sent exactly.
pub(crate) fn increment(key: &Key, by: &[u8], member: &[u8]) -> Cmd {
    on("ZINCRBY", key).arg(by).arg(member).take()
}

/// `ZCARD`.
pub(crate) fn length(key: &Key) -> Cmd {
    on("ZCARD", key)
}

/// `ZSCORE`.
pub(crate) fn score(key: &Key, member: &[u8]) -> Cmd {
    on("ZSCORE", key).arg(member).take()
}

/// `ZMSCORE`, to be completed with members.
pub(crate) fn scores(key: &Key) -> Cmd {
    on("ZMSCORE", key)
}

/// `ZRANK`.
pub(crate) fn rank(key: &Key, member: &[u8]) -> Cmd {
    on("ZRANK", key).arg(member).take()
}

/// `ZREVRANK`.
pub(crate) fn reverse_rank(key: &Key, member: &[u8]) -> Cmd {
    on("ZREVRANK", key).arg(member).take()
}

/// `ZRANGE`, to be completed with options.
pub(crate) fn range(key: &Key, first: &[u8], last: &[u8]) -> Cmd {
    on("ZRANGE", key).arg(first).arg(last).take()
}

/// `ZPOPMIN` of one member, or of at most so many.
pub(crate) fn pop_min(key: &Key, count: Option<usize>) -> Cmd {
    on("ZPOPMIN", key).arg(count.map(signed)).take()
}

/// `ZPOPMAX` of one member, or of at most so many.
pub(crate) fn pop_max(key: &Key, count: Option<usize>) -> Cmd {
    on("ZPOPMAX", key).arg(count.map(signed)).take()
}

/// `ZRANDMEMBER` of one member; of several, each of them once; or, negative, of as many, each of which may come again.
pub(crate) fn sample(key: &Key, count: Option<i64>) -> Cmd {
    on("ZRANDMEMBER", key).arg(count).take()
}

/// `ZCOUNT`.
pub(crate) fn count_by_score(key: &Key, low: &[u8], high: &[u8]) -> Cmd {
    on("ZCOUNT", key).arg(low).arg(high).take()
}

/// `ZLEXCOUNT`.
pub(crate) fn count_by_lex(key: &Key, low: &[u8], high: &[u8]) -> Cmd {
    on("ZLEXCOUNT", key).arg(low).arg(high).take()
}

/// `ZREMRANGEBYRANK`.
pub(crate) fn remove_by_rank(key: &Key, first: i64, last: i64) -> Cmd {
    on("ZREMRANGEBYRANK", key).arg(first).arg(last).take()
}

/// `ZREMRANGEBYSCORE`.
pub(crate) fn remove_by_score(key: &Key, low: &[u8], high: &[u8]) -> Cmd {
    on("ZREMRANGEBYSCORE", key).arg(low).arg(high).take()
}

/// `ZREMRANGEBYLEX`.
pub(crate) fn remove_by_lex(key: &Key, low: &[u8], high: &[u8]) -> Cmd {
    on("ZREMRANGEBYLEX", key).arg(low).arg(high).take()
}

/// `ZUNION`, to be completed with options.
pub(crate) fn union(keys: &[&Key]) -> Cmd {
    of_counted("ZUNION", keys)
}

/// `ZINTER`, to be completed with options.
pub(crate) fn intersection(keys: &[&Key]) -> Cmd {
    of_counted("ZINTER", keys)
}

/// `ZDIFF` with scores.
pub(crate) fn difference(keys: &[&Key]) -> Cmd {
    of_counted("ZDIFF", keys).arg("WITHSCORES").take()
}

/// `ZINTERCARD`.
pub(crate) fn intersection_length(keys: &[&Key]) -> Cmd {
    of_counted("ZINTERCARD", keys)
}

/// `ZSCAN`, one page.
pub(crate) fn scan(key: &Key, cursor: u64, pattern: Option<&[u8]>, count: usize) -> Cmd {
    walk(on("ZSCAN", key), cursor, pattern, count)
}

fn of_counted(name: &str, keys: &[&Key]) -> Cmd {
    let mut cmd = redis::cmd(name).arg(keys.len()).take();
    for key in keys {
        cmd.arg(key.as_bytes());
    }
    cmd
}

/// A number of elements as Redis takes it; nothing has more.
pub(crate) fn signed(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
