//! Commands on strings.

use redis::Cmd;

use super::key::on;
use crate::key::Key;

/// `GET`.
pub(crate) fn get(key: &Key) -> Cmd {
    on("GET", key)
}

/// `MGET`.
pub(crate) fn get_many<'a>(keys: impl IntoIterator<Item = &'a Key>) -> Cmd {
    let mut cmd = redis::cmd("MGET");
    for key in keys {
        cmd.arg(key.as_bytes());
    }
    cmd
}

/// `SET`, to be completed with options.
pub(crate) fn set(key: &Key, value: &[u8]) -> Cmd {
    on("SET", key).arg(value).take()
}

/// `SET` with a time to live.
pub(crate) fn set_for(key: &Key, value: &[u8], milliseconds: u64) -> Cmd {
    set(key, value).arg("PX").arg(milliseconds).take()
}

/// `GETEX` with a time to live.
pub(crate) fn get_and_expire(key: &Key, milliseconds: u64) -> Cmd {
    on("GETEX", key).arg("PX").arg(milliseconds).take()
}

/// `APPEND`.
pub(crate) fn append(key: &Key, bytes: &[u8]) -> Cmd {
    on("APPEND", key).arg(bytes).take()
}

/// `INCRBY`; the step as text.
pub(crate) fn increment(key: &Key, by: &[u8]) -> Cmd {
    on("INCRBY", key).arg(by).take()
}

/// `INCRBYFLOAT`; the step as text.
pub(crate) fn increment_float(key: &Key, by: &[u8]) -> Cmd {
    on("INCRBYFLOAT", key).arg(by).take()
}

/// `GETDEL`.
pub(crate) fn take(key: &Key) -> Cmd {
    on("GETDEL", key)
}

/// `SET` of a key that is not there, with a time to live; answers with the string that is there, if there is one.
pub(crate) fn claim(key: &Key, token: &[u8], milliseconds: u64) -> Cmd {
    set_for(key, token, milliseconds).arg("NX").arg("GET").take()
}
