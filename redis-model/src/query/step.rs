//! One command or step of a part.

use redis::Cmd;

use super::{
    call_text::{Kept, optional, write_command},
    script::Body,
};
use crate::{
    command::{facts, key as keys},
    key::Key,
};

/// One command or step, in the order in which they run.
pub(crate) enum Step {
    /// Runs a command and keeps its reply.
    Run(Cmd),
    /// Runs a command and drops its reply.
    Silent(Cmd),
    /// `HINCRBY` of a field, else `INCRBY`, within a range, exact in a script too; keeps the sum.
    Increment { key: Key, field: Option<Vec<u8>>, by: Vec<u8>, low: Option<i64>, high: Option<i64> },
    /// Stops if a record that had to exist was removed by an earlier part of the batch.
    StillExists { key: Key },
    /// Moves a record's version on.
    MoveVersion { key: Key, field: &'static str },
    /// Sets a record's TTL again once a part of it has passed, and that of the keys that expire with it.
    Refresh { key: Key, ttl: u64, with: Vec<Key> },
    /// Makes a record that is missing: its mark, default TTL and first version, without what may be left of an earlier one.
    Create {
        key: Key,
        mark: &'static str,
        schema: u32,
        ttl: Option<u64>,
        version: Option<&'static str>,
        leftovers: Vec<Key>,
    },
    /// Notes whether a key is missing, before something is written to it.
    NoteMissing { key: Key },
    /// Sets the TTL of a key that was noted as missing.
    ExpireNew { key: Key, ttl: u64 },
    /// Lets a key expire no later than another.
    ExpireLike { key: Key, like: Key },
    /// Lets a key expire together with another, and removes it if the other is not there.
    ExpireWith { key: Key, with: Key },
    /// Puts what lies at one key, or nothing, in the place of what lies at another, whose time to live stays.
    Replace { key: Key, by: Option<Key> },
    /// Writes the server's microseconds; keeps them.
    Timestamp { key: Key, field: &'static str },
    /// Deletes a record's epoch, so that nothing that was computed from the record before passes for current.
    Invalidate { epoch: Key },
    /// Runs the body of a script; keeps its reply.
    Body(Body),
}

impl Step {
    /// Whether the part's answer has this step's reply.
    pub(super) fn is_answered(&self) -> bool {
        match self {
            Self::Run(_) | Self::Increment { .. } | Self::Timestamp { .. } | Self::Body(_) => true,
            Self::Silent(_)
            | Self::StillExists { .. }
            | Self::MoveVersion { .. }
            | Self::Refresh { .. }
            | Self::Create { .. }
            | Self::NoteMissing { .. }
            | Self::ExpireNew { .. }
            | Self::ExpireLike { .. }
            | Self::ExpireWith { .. }
            | Self::Replace { .. }
            | Self::Invalidate { .. } => false,
        }
    }

    /// Whether it only reads what callers have stored.
    pub(super) fn is_read(&self) -> bool {
        match self {
            Self::Run(cmd) | Self::Silent(cmd) => facts::is_read(cmd),
            Self::Body(body) => body.script.is_read(),
            _ => false,
        }
    }

    /// Whether it writes what callers have stored, rather than what looks after the record.
    fn is_write_of_values(&self) -> bool {
        match self {
            Self::Run(cmd) | Self::Silent(cmd) => !facts::is_read(cmd),
            Self::Body(body) => !body.script.is_read(),
            Self::Increment { .. } | Self::Timestamp { .. } | Self::Replace { .. } => true,
            _ => false,
        }
    }

    /// Whether it only looks after the record: what [`unchecked`](super::Query::unchecked) leaves out.
    pub(super) fn is_upkeep(&self) -> bool {
        matches!(self, Self::StillExists { .. } | Self::MoveVersion { .. } | Self::Refresh { .. })
    }

    /// A plain command, in or out of a script.
    pub(super) fn command(&self) -> Option<&Cmd> {
        match self {
            Self::Run(cmd) | Self::Silent(cmd) => Some(cmd),
            _ => None,
        }
    }

    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Run(_) | Self::Silent(_) => "command",
            Self::Increment { .. } => "increment",
            Self::StillExists { .. } => "still exists",
            Self::MoveVersion { .. } => "move version",
            Self::Refresh { .. } => "refresh",
            Self::Create { .. } => "create",
            Self::NoteMissing { .. } => "note missing",
            Self::ExpireNew { .. } => "expire new",
            Self::ExpireLike { .. } => "expire like record",
            Self::ExpireWith { .. } => "expire with record",
            Self::Replace { .. } => "replace",
            Self::Timestamp { .. } => "timestamp",
            Self::Invalidate { .. } => "invalidate",
            Self::Body(_) => "script",
        }
    }

    /// The first of its keys.
    pub(super) fn key(&self) -> Option<&[u8]> {
        let mut first = None;
        self.for_each_key(&mut |key| {
            first.get_or_insert(key);
        });
        first
    }

    /// The field that its reply number `position` is about.
    pub(super) fn field(&self, position: usize) -> Option<&[u8]> {
        match self {
            Self::Run(cmd) => facts::field(cmd, position),
            Self::Increment { field, .. } => field.as_deref(),
            Self::Timestamp { field, .. } => Some(field.as_bytes()),
            Self::Body(body) => body.field(),
            _ => None,
        }
    }

    pub(super) fn for_each_key<'a>(&'a self, visit: &mut impl FnMut(&'a [u8])) {
        match self {
            Self::Run(cmd) | Self::Silent(cmd) => facts::keys(cmd).for_each(visit),
            Self::Increment { key, .. }
            | Self::StillExists { key }
            | Self::MoveVersion { key, .. }
            | Self::NoteMissing { key }
            | Self::ExpireNew { key, .. }
            | Self::Timestamp { key, .. } => visit(key.as_bytes()),
            Self::Refresh { key, with: others, .. } | Self::Create { key, leftovers: others, .. } => {
                visit(key.as_bytes());
                for key in others {
                    visit(key.as_bytes());
                }
            }
            Self::ExpireLike { key, like: other } | Self::ExpireWith { key, with: other } => {
                visit(key.as_bytes());
                visit(other.as_bytes());
            }
            Self::Replace { key, by } => {
                visit(key.as_bytes());
                if let Some(by) = by {
                    visit(by.as_bytes());
                }
            }
            Self::Invalidate { epoch } => visit(epoch.as_bytes()),
            Self::Body(body) => body.keys.iter().for_each(|key| visit(key.as_bytes())),
        }
    }

    /// Appends the step as the script reads it.
    pub(super) fn write(&self, call: &mut Cmd) {
        match self {
            Self::Run(cmd) => write_command(Kept::Yes, cmd, call),
            Self::Silent(cmd) => write_command(Kept::No, cmd, call),
            Self::Increment { key, field, by, low, high } => {
                let kind = if field.is_some() { "i" } else { "g" };
                call.arg(kind).arg(4 + usize::from(field.is_some())).arg(key.as_bytes());
                call.arg(field.as_deref()).arg(&by[..]);
                optional(*low, call);
                optional(*high, call);
            }
            // It needs the number of its condition, which only the part knows.
            Self::StillExists { .. } => {}
            Self::MoveVersion { key, field } => {
                call.arg("u").arg(2).arg(key.as_bytes()).arg(field);
            }
            Self::Refresh { key, ttl, with } => {
                call.arg("r").arg(2 + with.len()).arg(key.as_bytes()).arg(ttl);
                append_keys(with, call);
            }
            Self::Create { key, mark, schema, ttl, version, leftovers } => {
                call.arg("n").arg(5 + leftovers.len()).arg(key.as_bytes()).arg(mark).arg(schema);
                optional(*ttl, call);
                call.arg(version.unwrap_or(""));
                append_keys(leftovers, call);
            }
            Self::NoteMissing { key } => {
                call.arg("w").arg(1).arg(key.as_bytes());
            }
            Self::ExpireNew { key, ttl } => {
                call.arg("d").arg(2).arg(key.as_bytes()).arg(ttl);
            }
            Self::ExpireLike { key, like } => {
                call.arg("c").arg(2).arg(key.as_bytes()).arg(like.as_bytes());
            }
            Self::ExpireWith { key, with } => {
                call.arg("e").arg(2).arg(key.as_bytes()).arg(with.as_bytes());
            }
            Self::Replace { key, by: Some(by) } => {
                call.arg("m").arg(2).arg(key.as_bytes()).arg(by.as_bytes());
            }
            Self::Replace { key, by: None } => write_command(Kept::No, &keys::unlink([key]), call),
            Self::Timestamp { key, field } => {
                call.arg("v").arg(2).arg(key.as_bytes()).arg(field);
            }
            Self::Invalidate { epoch } => write_command(Kept::No, &keys::unlink([epoch]), call),
            Self::Body(body) => body.write(call),
        }
    }
}

fn append_keys(keys: &[Key], call: &mut Cmd) {
    for key in keys {
        call.arg(key.as_bytes());
    }
}

/// The steps with the deletion of the record's epoch right behind the first that writes.
///
/// Not before it: a server whose memory is full refuses only the first write of a script, and a deletion is always let
/// through. Not later: of what comes behind the first write, any may fail, and Redis does not undo it.
pub(crate) fn invalidating(mut steps: Vec<Step>, epoch: Key) -> Vec<Step> {
    let first = steps.iter().position(Step::is_write_of_values);
    steps.insert(first.map_or(steps.len(), |first| first + 1), Step::Invalidate { epoch });
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cmd(line: &str) -> Cmd {
        line.split(' ').fold(Cmd::new(), |mut cmd, word| cmd.arg(word).take())
    }

    /// Where the deletion of the epoch comes among these steps.
    fn place(steps: Vec<Step>) -> usize {
        let steps = invalidating(steps, Key::new("k@epoch"));
        let is_deletion = |step: &Step| matches!(step, Step::Invalidate { epoch } if epoch.as_bytes() == b"k@epoch");
        assert_eq!(steps.iter().filter(|step| is_deletion(step)).count(), 1);
        steps.iter().position(is_deletion).expect("it is there")
    }

    #[test]
    fn an_epoch_goes_right_behind_the_first_write() {
        let key = || Key::new("k");
        let create =
            || Step::Create { key: key(), mark: "_", schema: 1, ttl: None, version: None, leftovers: Vec::new() };
        let increment =
            || Step::Increment { key: key(), field: Some(b"f".to_vec()), by: b"1".to_vec(), low: None, high: None };
        let [read, write] = ["HGET k f", "HSET k f 1"].map(|line| move || Step::Run(cmd(line)));
        let refresh = || Step::Refresh { key: key(), ttl: 1, with: Vec::new() };
        assert_eq!(place(vec![write()]), 1);
        assert_eq!(place(vec![write(), write(), refresh()]), 1);
        assert_eq!(place(vec![read(), write(), refresh()]), 2);
        assert_eq!(place(vec![Step::NoteMissing { key: key() }, write(), write()]), 2);
        assert_eq!(place(vec![create(), increment(), refresh()]), 2);
        assert_eq!(place(vec![Step::Silent(cmd("UNLINK k.own")), refresh()]), 1);
        assert_eq!(place(vec![create()]), 1);
        assert_eq!(place(Vec::new()), 0);
    }
}
