//! Commands on hashes.

use redis::Cmd;

use crate::key::Key;

/// `HGET`.
pub(crate) fn get(key: &Key, field: &(impl AsRef<[u8]> + ?Sized)) -> Cmd {
    let field = field.as_ref();
    start("HGET", key, 1, field.len()).arg(field).take()
}

/// `HMGET`, to be completed with fields.
pub(crate) fn get_many(key: &Key, fields: usize) -> Cmd {
    start("HMGET", key, fields, fields * 12)
}

/// `HSET`, to be completed with fields and values.
pub(crate) fn set_many(key: &Key, fields: usize) -> Cmd {
    start("HSET", key, 2 * fields, fields * 32)
}

/// `HSET` of one field.
pub(crate) fn set(key: &Key, field: &str, value: &[u8]) -> Cmd {
    start("HSET", key, 2, field.len() + value.len()).arg(field).arg(value).take()
}

/// `HDEL`.
pub(crate) fn delete(key: &Key, fields: impl ExactSizeIterator<Item = impl AsRef<[u8]>>) -> Cmd {
    let mut cmd = start("HDEL", key, fields.len(), fields.len() * 12);
    for field in fields {
        cmd.arg(field.as_ref());
    }
    cmd
}

/// `HLEN`.
pub(crate) fn length(key: &Key) -> Cmd {
    start("HLEN", key, 0, 0)
}

/// `HEXISTS`.
pub(crate) fn exists(key: &Key, field: &str) -> Cmd {
    start("HEXISTS", key, 1, field.len()).arg(field).take()
}

/// `HINCRBY`; the step as text.
pub(crate) fn increment(key: &Key, field: &str, by: &[u8]) -> Cmd {
    start("HINCRBY", key, 2, field.len() + by.len()).arg(field).arg(by).take()
}

/// `HINCRBYFLOAT`; the step as text, so that it is sent as it is stored.
pub(crate) fn increment_float(key: &Key, field: &str, by: &[u8]) -> Cmd {
    start("HINCRBYFLOAT", key, 2, field.len() + by.len()).arg(field).arg(by).take()
}

fn start(name: &str, key: &Key, arguments: usize, bytes: usize) -> Cmd {
    let mut cmd = Cmd::with_capacity(2 + arguments, name.len() + key.as_bytes().len() + bytes);
    cmd.arg(name).arg(key.as_bytes());
    cmd
}
