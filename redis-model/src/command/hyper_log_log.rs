//! Commands on estimates of how many different elements there are.

use redis::Cmd;

use super::key::on;
use crate::key::Key;

/// `PFADD`, to be completed with elements.
pub(crate) fn insert(key: &Key) -> Cmd {
    on("PFADD", key)
}

/// `PFCOUNT` of all together.
pub(crate) fn count(key: &Key, others: &[Key]) -> Cmd {
    with_others(on("PFCOUNT", key), others)
}

/// `PFMERGE` into the first.
pub(crate) fn merge(key: &Key, others: &[Key]) -> Cmd {
    with_others(on("PFMERGE", key), others)
}

fn with_others(mut cmd: Cmd, others: &[Key]) -> Cmd {
    for other in others {
        cmd.arg(other.as_bytes());
    }
    cmd
}
