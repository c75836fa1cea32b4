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

/// `DUMP`.
pub(crate) fn dump(key: &Key) -> Cmd {
    on("DUMP", key)
}

/// `RESTORE` without a time to live.
pub(crate) fn restore(key: &Key, copy: &[u8]) -> Cmd {
    on("RESTORE", key).arg(0).arg(copy).take()
}

/// `SCAN`, one page.
pub(crate) fn scan(cursor: u64, pattern: &[u8], count: usize) -> Cmd {
    redis::cmd("SCAN").arg(cursor).arg("MATCH").arg(pattern).arg("COUNT").arg(count).take()
}

/// `SCAN` over hashes, one page.
pub(crate) fn scan_hashes(cursor: u64, pattern: &[u8], count: usize) -> Cmd {
    scan(cursor, pattern, count).arg("TYPE").arg("hash").take()
}

/// `SCAN` over strings, one page.
pub(crate) fn scan_strings(cursor: u64, pattern: &[u8], count: usize) -> Cmd {
    scan(cursor, pattern, count).arg("TYPE").arg("string").take()
}

/// A page of a walk over a collection, whose command has its name and its key.
pub(crate) fn walk(mut cmd: Cmd, cursor: u64, pattern: Option<&[u8]>, count: usize) -> Cmd {
    cmd.arg(cursor);
    if let Some(pattern) = pattern {
        cmd.arg("MATCH").arg(pattern);
    }
    cmd.arg("COUNT").arg(count).take()
}

/// The beginning of a command on one key.
pub(crate) fn on(name: &str, key: &Key) -> Cmd {
    // Few have more behind the key than two short arguments, and then growing is small beside it.
    with_room(name, key, 2, 24)
}

/// The same with room for so many arguments and bytes behind the key: a command that grows is allocated again and again.
pub(crate) fn with_room(name: &str, key: &Key, arguments: usize, bytes: usize) -> Cmd {
    let mut cmd = Cmd::with_capacity(2 + arguments, name.len() + key.as_bytes().len() + bytes);
    cmd.arg(name).arg(key.as_bytes());
    cmd
}
