//! Commands on lists.

use redis::Cmd;

use super::key::{on, with_room};
use crate::key::Key;

/// `RPUSH` of one element.
pub(crate) fn push_one_back(key: &Key, value: &[u8]) -> Cmd {
    with_room("RPUSH", key, 1, value.len()).arg(value).take()
}

/// `LPUSH` of one element.
pub(crate) fn push_one_front(key: &Key, value: &[u8]) -> Cmd {
    with_room("LPUSH", key, 1, value.len()).arg(value).take()
}

/// `RPUSH`, to be completed with elements.
pub(crate) fn push_back(key: &Key) -> Cmd {
    on("RPUSH", key)
}

/// `LPUSH`, to be completed with elements.
pub(crate) fn push_front(key: &Key) -> Cmd {
    on("LPUSH", key)
}

/// `RPOP`.
pub(crate) fn pop_back(key: &Key) -> Cmd {
    on("RPOP", key)
}

/// `LPOP`.
pub(crate) fn pop_front(key: &Key) -> Cmd {
    on("LPOP", key)
}

/// `LMOVE`.
pub(crate) fn move_element(from: &Key, to: &Key, taken_from: &str, put_to: &str) -> Cmd {
    on("LMOVE", from).arg(to.as_bytes()).arg(taken_from).arg(put_to).take()
}

/// `LLEN`.
pub(crate) fn length(key: &Key) -> Cmd {
    on("LLEN", key)
}

/// `LINDEX`.
pub(crate) fn get(key: &Key, index: i64) -> Cmd {
    on("LINDEX", key).arg(index).take()
}

/// `LSET`.
pub(crate) fn set(key: &Key, index: i64, value: &[u8]) -> Cmd {
    // Of an index in a short list, Redis since 7.2 and Valkey look at the lowest 32 bits only.
    let index = index.clamp(i32::MIN.into(), i32::MAX.into());
    with_room("LSET", key, 2, 20 + value.len()).arg(index).arg(value).take()
}

/// `LINSERT`; the place is `BEFORE` or `AFTER`.
pub(crate) fn insert(key: &Key, place: &str, pivot: &[u8], value: &[u8]) -> Cmd {
    on("LINSERT", key).arg(place).arg(pivot).arg(value).take()
}

/// `LREM`.
pub(crate) fn remove(key: &Key, count: i64, value: &[u8]) -> Cmd {
    on("LREM", key).arg(count).arg(value).take()
}

/// `LRANGE`; both ends belong to it.
pub(crate) fn range(key: &Key, first: i64, last: i64) -> Cmd {
    on("LRANGE", key).arg(first).arg(last).take()
}

/// `LTRIM`; both ends belong to what stays.
pub(crate) fn trim(key: &Key, first: i64, last: i64) -> Cmd {
    on("LTRIM", key).arg(first).arg(last).take()
}

/// `LTRIM` to so many elements at the front.
pub(crate) fn keep_front(key: &Key, count: u64) -> Cmd {
    match signed(count) {
        0 => trim(key, 1, 0),
        count => trim(key, 0, count - 1),
    }
}

/// `LTRIM` to so many elements at the back.
pub(crate) fn keep_back(key: &Key, count: u64) -> Cmd {
    match signed(count) {
        0 => trim(key, 1, 0),
        count => trim(key, -count, -1),
    }
}

/// `LPOS` of the first match, or by rank of another.
pub(crate) fn position(key: &Key, value: &[u8], rank: i64) -> Cmd {
    let mut cmd = on("LPOS", key).arg(value).take();
    if rank != 1 {
        cmd.arg("RANK").arg(rank);
    }
    cmd
}

/// `LPOS` of all matches.
pub(crate) fn positions(key: &Key, value: &[u8]) -> Cmd {
    on("LPOS", key).arg(value).arg("COUNT").arg(0).take()
}

/// A number of elements as Redis takes it; no list has more.
pub(crate) fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
