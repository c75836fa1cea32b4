//! Sorted sets, a file per kind of work.

mod combine;
mod interval;
mod lookup;
mod pop;
mod range;
mod remove;
mod source;
mod update;

use super::Command;
use crate::{
    data::{Keyspace, SortedSet, Value, sorted_set::Entry},
    protocol::Reply,
};

pub(super) const COMMANDS: &[&[Command]] =
    &[update::COMMANDS, lookup::COMMANDS, range::COMMANDS, remove::COMMANDS, pop::COMMANDS, combine::COMMANDS];

/// Which end of a sorted set comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// The lowest score first.
    Ascending,
    /// The highest score first.
    Descending,
}

/// The reply that lists entries, with their scores if these were asked for.
fn listing<'a>(entries: impl Iterator<Item = Entry<'a>>, with_scores: bool) -> Reply {
    if with_scores {
        Reply::Pairs(entries.map(|(member, score)| (Reply::bulk(member), Reply::Double(score))).collect())
    } else {
        Reply::bulks(entries.map(|(member, _)| member))
    }
}

/// Makes `set` the whole of `key`, which vanishes if there is nothing to store; replies with the set's length.
fn store(keys: &mut Keyspace, key: &[u8], set: SortedSet) -> Reply {
    let length = set.len();
    if set.is_empty() {
        keys.remove(key);
    } else {
        keys.set(key, Value::SortedSet(Box::new(set)));
    }
    Reply::count(length)
}
