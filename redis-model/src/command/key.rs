//! Commands on keys of any type.

use redis::Cmd;

use crate::key::Key;

/// `EXISTS`.
pub(crate) fn exists(key: &Key) -> Cmd {
    on("EXISTS", key)
}

/// `PTTL`.
pub(crate) fn time_left(key: &Key) -> Cmd {
    on("PTTL", key)
}

/// `PERSIST`.
pub(crate) fn persist(key: &Key) -> Cmd {
    on("PERSIST", key)
}

/// `PEXPIRE`.
pub(crate) fn expire(key: &Key, milliseconds: u64) -> Cmd {
    on("PEXPIRE", key).arg(milliseconds).take()
}

/// `PEXPIREAT`.
pub(crate) fn expire_at(key: &Key, unix_milliseconds: u64) -> Cmd {
    on("PEXPIREAT", key).arg(unix_milliseconds).take()
}

/// `UNLINK`: like `DEL`, with the memory of large values freed in the background.
pub(crate) fn unlink<'a>(keys: impl IntoIterator<Item = &'a Key>) -> Cmd {
    let mut cmd = redis::cmd("UNLINK");
    for key in keys {
        cmd.arg(key.as_bytes());
    }
    cmd
}

/// `SCAN`, one page.
pub(crate) fn scan(cursor: u64, pattern: &[u8], count: usize) -> Cmd {
    redis::cmd("SCAN").arg(cursor).arg("MATCH").arg(pattern).arg("COUNT").arg(count).take()
}

/// `SCAN` over hashes, one page.
pub(crate) fn scan_hashes(cursor: u64, pattern: &[u8], count: usize) -> Cmd {
    scan(cursor, pattern, count).arg("TYPE").arg("hash").take()
}

fn on(name: &str, key: &Key) -> Cmd {
    redis::cmd(name).arg(key.as_bytes()).take()
}
