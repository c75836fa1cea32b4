//! Commands on sets.

use redis::Cmd;

use super::key::{on, walk};
use crate::key::Key;

/// `SADD`, to be completed with members.
pub(crate) fn insert(key: &Key) -> Cmd {
    on("SADD", key)
}

/// `SCARD`.
pub(crate) fn length(key: &Key) -> Cmd {
    on("SCARD", key)
}

/// `SISMEMBER`.
pub(crate) fn contains(key: &Key, member: &[u8]) -> Cmd {
    on("SISMEMBER", key).arg(member).take()
}

/// `SMISMEMBER`, to be completed with members.
pub(crate) fn contains_many(key: &Key) -> Cmd {
    on("SMISMEMBER", key)
}

/// `SMEMBERS`.
pub(crate) fn members(key: &Key) -> Cmd {
    on("SMEMBERS", key)
}

/// `SREM`, to be completed with members.
pub(crate) fn remove(key: &Key) -> Cmd {
    on("SREM", key)
}

/// `SPOP` of one member, or of at most so many.
pub(crate) fn pop(key: &Key, count: Option<usize>) -> Cmd {
    // A server counts with 63 bits.
    on("SPOP", key).arg(count.map(|count| i64::try_from(count).unwrap_or(i64::MAX))).take()
}

/// `SRANDMEMBER` of one member; of several, each of them once; or, negative, of as many, each of which may come again.
pub(crate) fn sample(key: &Key, count: Option<i64>) -> Cmd {
    on("SRANDMEMBER", key).arg(count).take()
}

/// `SMOVE`.
pub(crate) fn change_place(from: &Key, to: &Key, member: &[u8]) -> Cmd {
    on("SMOVE", from).arg(to.as_bytes()).arg(member).take()
}

/// `SUNION`.
pub(crate) fn union<'a>(keys: impl IntoIterator<Item = &'a Key>) -> Cmd {
    of_all(redis::cmd("SUNION"), keys)
}

/// `SINTER`.
pub(crate) fn intersection<'a>(keys: impl IntoIterator<Item = &'a Key>) -> Cmd {
    of_all(redis::cmd("SINTER"), keys)
}

/// `SDIFF`: what is in the first and in none of the others.
pub(crate) fn difference<'a>(keys: impl IntoIterator<Item = &'a Key>) -> Cmd {
    of_all(redis::cmd("SDIFF"), keys)
}

/// `SUNIONSTORE`.
pub(crate) fn union_into<'a>(key: &Key, keys: impl IntoIterator<Item = &'a Key>) -> Cmd {
    of_all(on("SUNIONSTORE", key), keys)
}

/// `SINTERSTORE`.
pub(crate) fn intersection_into<'a>(key: &Key, keys: impl IntoIterator<Item = &'a Key>) -> Cmd {
    of_all(on("SINTERSTORE", key), keys)
}

/// `SINTERCARD`, which counts no further than to the limit; 0 is none.
pub(crate) fn intersection_length(keys: &[&Key], limit: u64) -> Cmd {
    let mut cmd = of_all(redis::cmd("SINTERCARD").arg(keys.len()).take(), keys.iter().copied());
    if limit > 0 {
        cmd.arg("LIMIT").arg(limit);
    }
    cmd
}

fn of_all<'a>(mut cmd: Cmd, keys: impl IntoIterator<Item = &'a Key>) -> Cmd {
    for key in keys {
        cmd.arg(key.as_bytes());
    }
    cmd
}

/// `SSCAN`, one page.
pub(crate) fn scan(key: &Key, cursor: u64, pattern: Option<&[u8]>, count: usize) -> Cmd {
    walk(on("SSCAN", key), cursor, pattern, count)
}
