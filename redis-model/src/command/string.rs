//! Commands on strings.

use redis::Cmd;

use crate::key::Key;

/// `GET`.
pub(crate) fn get(key: &Key) -> Cmd {
    redis::cmd("GET").arg(key.as_bytes()).take()
}

/// `MGET`.
pub(crate) fn get_many<'a>(keys: impl IntoIterator<Item = &'a Key>) -> Cmd {
    let mut cmd = redis::cmd("MGET");
    for key in keys {
        cmd.arg(key.as_bytes());
    }
    cmd
}

/// `SET` with a time to live.
pub(crate) fn set_for(key: &Key, value: &[u8], milliseconds: u64) -> Cmd {
    redis::cmd("SET").arg(key.as_bytes()).arg(value).arg("PX").arg(milliseconds).take()
}

/// `GETDEL`.
pub(crate) fn take(key: &Key) -> Cmd {
    redis::cmd("GETDEL").arg(key.as_bytes()).take()
}

/// `SET` of a key that is not there, with a time to live; answers with the string that is there, if there is one.
pub(crate) fn claim(key: &Key, token: &[u8], milliseconds: u64) -> Cmd {
    set_for(key, token, milliseconds).arg("NX").arg("GET").take()
}
