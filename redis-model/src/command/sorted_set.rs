//! Commands on sorted sets.

use redis::Cmd;

use crate::key::Key;

/// `ZREM`.
pub(crate) fn remove<'a>(key: &Key, members: impl IntoIterator<Item = &'a [u8]>) -> Cmd {
    let mut cmd = redis::cmd("ZREM").arg(key.as_bytes()).take();
    for member in members {
        cmd.arg(member);
    }
    cmd
}
