//! Commands on the bits of strings.

use redis::Cmd;

use super::key::on;
use crate::key::Key;

/// `BITFIELD_RO`: whether each of these bits is set.
pub(crate) fn get_many(key: &Key, offsets: &[u64]) -> Cmd {
    let mut cmd = on("BITFIELD_RO", key);
    for offset in offsets {
        cmd.arg("GET").arg("u1").arg(offset);
    }
    cmd
}

/// `BITFIELD`: sets each of these bits; whether it was set before.
pub(crate) fn set_many(key: &Key, offsets: &[u64]) -> Cmd {
    let mut cmd = on("BITFIELD", key);
    for offset in offsets {
        cmd.arg("SET").arg("u1").arg(offset).arg(1);
    }
    cmd
}

/// `BITCOUNT`.
pub(crate) fn count(key: &Key) -> Cmd {
    on("BITCOUNT", key)
}
