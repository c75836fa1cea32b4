//! Commands on hashes.

use redis::Cmd;

use super::key::{on, walk, with_room};
use crate::key::Key;

/// `HGET`.
pub(crate) fn get(key: &Key, field: &(impl AsRef<[u8]> + ?Sized)) -> Cmd {
    let field = field.as_ref();
    with_room("HGET", key, 1, field.len()).arg(field).take()
}

/// `HMGET`, to be completed with fields.
pub(crate) fn get_many(key: &Key, fields: usize) -> Cmd {
    with_room("HMGET", key, fields, fields * 12)
}

/// `HGETALL`.
pub(crate) fn get_all(key: &Key) -> Cmd {
    with_room("HGETALL", key, 0, 0)
}

/// `HSET`, to be completed with fields and values.
pub(crate) fn set_many(key: &Key, fields: usize) -> Cmd {
    with_room("HSET", key, 2 * fields, fields * 32)
}

/// `HSET` of one field.
pub(crate) fn set(key: &Key, field: &(impl AsRef<[u8]> + ?Sized), value: &[u8]) -> Cmd {
    pair("HSET", key, field.as_ref(), value)
}

/// `HSETNX`.
pub(crate) fn insert_if_absent(key: &Key, field: &[u8], value: &[u8]) -> Cmd {
    pair("HSETNX", key, field, value)
}

/// `HDEL`.
pub(crate) fn delete(key: &Key, fields: impl ExactSizeIterator<Item = impl AsRef<[u8]>>) -> Cmd {
    let mut cmd = with_room("HDEL", key, fields.len(), fields.len() * 12);
    for field in fields {
        cmd.arg(field.as_ref());
    }
    cmd
}

/// `HLEN`.
pub(crate) fn length(key: &Key) -> Cmd {
    with_room("HLEN", key, 0, 0)
}

/// `HEXISTS`.
pub(crate) fn exists(key: &Key, field: &(impl AsRef<[u8]> + ?Sized)) -> Cmd {
    let field = field.as_ref();
    with_room("HEXISTS", key, 1, field.len()).arg(field).take()
}

/// `HINCRBY`; the step as text.
pub(crate) fn increment(key: &Key, field: &[u8], by: &[u8]) -> Cmd {
    pair("HINCRBY", key, field, by)
}

/// `HINCRBYFLOAT`; the step as text, so that it is sent as it is stored.
pub(crate) fn increment_float(key: &Key, field: &[u8], by: &[u8]) -> Cmd {
    pair("HINCRBYFLOAT", key, field, by)
}

/// `HKEYS`.
pub(crate) fn fields(key: &Key) -> Cmd {
    on("HKEYS", key)
}

/// `HVALS`.
pub(crate) fn values(key: &Key) -> Cmd {
    on("HVALS", key)
}

/// `HRANDFIELD` with values: at most `count` fields, each once.
pub(crate) fn random(key: &Key, count: u64) -> Cmd {
    on("HRANDFIELD", key).arg(count).arg("WITHVALUES").take()
}

/// `HSCAN`, one page.
pub(crate) fn scan(key: &Key, cursor: u64, pattern: Option<&[u8]>, count: usize) -> Cmd {
    walk(on("HSCAN", key), cursor, pattern, count)
}

/// `HPEXPIRE` of one field.
pub(crate) fn expire_field(key: &Key, field: &[u8], milliseconds: u64) -> Cmd {
    one_field(on("HPEXPIRE", key).arg(milliseconds).take(), field)
}

/// `HPTTL` of one field.
pub(crate) fn time_left_of_field(key: &Key, field: &[u8]) -> Cmd {
    one_field(on("HPTTL", key), field)
}

/// `HPERSIST` of one field.
pub(crate) fn persist_field(key: &Key, field: &[u8]) -> Cmd {
    one_field(on("HPERSIST", key), field)
}

fn one_field(mut cmd: Cmd, field: &[u8]) -> Cmd {
    cmd.arg("FIELDS").arg(1).arg(field).take()
}

/// A command of a field and what comes with it.
fn pair(name: &str, key: &Key, field: &[u8], second: &[u8]) -> Cmd {
    with_room(name, key, 2, field.len() + second.len()).arg(field).arg(second).take()
}
