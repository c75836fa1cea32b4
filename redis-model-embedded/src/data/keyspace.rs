use std::{collections::BTreeSet, num::NonZeroI64};

use super::{Cause, Dict, Page, Value, WatchVersion, changes::Changes, dict::Removed, value::Kind, watch::WatchedKeys};
use crate::{clock::Millis, protocol::ErrorReply};

/// The keys of one database, with their deadlines.
///
/// A key whose deadline has come is absent to every method here, whether or not it has been pruned yet.
#[derive(Debug, Default)]
pub(crate) struct Keyspace {
    keys: Dict<Entry>,
    /// Deadline and place of every key that has one, soonest first.
    deadlines: BTreeSet<(Millis, usize)>,
    pub(super) watched: WatchedKeys,
    pub(super) changes: Changes,
    /// The time of the command that is running.
    pub(super) now: Millis,
}

#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) value: Value,
    /// Never zero: a deadline lies in the future when it is set.
    deadline: Option<NonZeroI64>,
}

impl Entry {
    pub(crate) fn deadline(&self) -> Option<Millis> {
        self.deadline.map(NonZeroI64::get)
    }
}

impl Keyspace {
    /// How many keys there are; those that are due are pruned first.
    pub(crate) fn len(&mut self) -> usize {
        self.prune(usize::MAX);
        self.keys.len()
    }

    pub(crate) fn contains(&mut self, key: &[u8]) -> bool {
        self.get(key).is_some()
    }

    pub(crate) fn get(&mut self, key: &[u8]) -> Option<&Value> {
        self.entry(key).map(|entry| &entry.value)
    }

    pub(crate) fn entry(&mut self, key: &[u8]) -> Option<&Entry> {
        self.expire_if_due(key);
        self.keys.get(key)
    }

    /// The value of `key`, for commands that read several at once.
    pub(crate) fn peek(&self, key: &[u8]) -> Option<&Value> {
        let is_due = |entry: &Entry| entry.deadline().is_some_and(|deadline| deadline <= self.now);
        self.keys.get(key).filter(|entry| !is_due(entry)).map(|entry| &entry.value)
    }

    /// The value of `key` as a `K`; `WRONGTYPE` if it is something else.
    pub(crate) fn find<K: Kind>(&mut self, key: &[u8]) -> Result<Option<&K>, ErrorReply> {
        self.get(key).map(K::of).transpose()
    }

    /// The same for several keys at once, in their order.
    pub(crate) fn find_all<K: Kind>(&mut self, keys: &[&[u8]]) -> Result<Vec<Option<&K>>, ErrorReply> {
        for key in keys {
            self.expire_if_due(key);
        }
        keys.iter().map(|key| self.keys.get(key).map(|entry| K::of(&entry.value)).transpose()).collect()
    }

    /// The value of `key` as a `K`, for changing it in place. The caller says [`touch`](Self::touch) once it has.
    pub(crate) fn find_mut<K: Kind>(&mut self, key: &[u8]) -> Result<Option<&mut K>, ErrorReply> {
        self.expire_if_due(key);
        self.keys.get_mut(key).map(|entry| K::of_mut(&mut entry.value)).transpose()
    }

    /// The value of `key` as a `K`, created empty if the key is absent.
    pub(crate) fn find_or_create<K: Kind>(&mut self, key: &[u8]) -> Result<&mut K, ErrorReply> {
        self.expire_if_due(key);
        if !self.keys.contains(key) {
            self.keys.insert(key, Entry { value: K::new_value(), deadline: None });
        }
        let entry = self.keys.get_mut(key).expect("it was inserted above if it was missing");
        K::of_mut(&mut entry.value)
    }

    /// Makes `value` the whole of `key`: whatever it held and its deadline are gone.
    pub(crate) fn set(&mut self, key: &[u8], value: Value) {
        self.put(key, value);
        self.set_deadline(key, None);
    }

    /// Replaces the value of `key`, which keeps its deadline.
    pub(crate) fn put(&mut self, key: &[u8], value: Value) {
        self.expire_if_due(key);
        match self.keys.get_mut(key) {
            Some(entry) => entry.value = value,
            None => {
                self.keys.insert(key, Entry { value, deadline: None });
            }
        }
        self.touch(key);
    }

    /// Takes `key` out.
    pub(crate) fn remove(&mut self, key: &[u8]) -> Option<Entry> {
        self.expire_if_due(key);
        self.take(key, Cause::Write)
    }

    /// Takes `key` out if nothing is left in it: empty containers vanish.
    pub(crate) fn remove_if_empty(&mut self, key: &[u8]) {
        if self.keys.get(key).is_some_and(|entry| entry.value.is_empty_container()) {
            self.take(key, Cause::Write);
        }
    }

    pub(crate) fn deadline(&mut self, key: &[u8]) -> Option<Millis> {
        self.entry(key).and_then(Entry::deadline)
    }

    /// Gives an existing key a deadline, or takes it away.
    pub(crate) fn set_deadline(&mut self, key: &[u8], deadline: Option<Millis>) {
        let Some((place, entry)) = self.keys.find_mut(key) else { return };
        if let Some(old) = entry.deadline() {
            self.deadlines.remove(&(old, place));
        }
        entry.deadline = deadline.and_then(NonZeroI64::new);
        if let Some(new) = entry.deadline() {
            self.deadlines.insert((new, place));
        }
    }

    /// Tells those who watch `key`, or wait for it, that a command has changed it.
    pub(crate) fn touch(&mut self, key: &[u8]) {
        self.changed(key, Cause::Write);
    }

    fn changed(&mut self, key: &[u8], cause: Cause) {
        self.watched.touch(key);
        self.changes.note(key, cause);
    }

    /// Removes up to `limit` keys whose time has come, soonest first.
    pub(crate) fn prune(&mut self, limit: usize) {
        for _ in 0..limit {
            let Some(&(deadline, place)) = self.deadlines.first() else { return };
            if deadline > self.now {
                return;
            }
            let (key, _) = self.keys.at(place).expect("every deadline belongs to an entry");
            let key = key.to_vec();
            self.take(&key, Cause::Expiry);
        }
    }

    pub(crate) fn clear(&mut self) {
        let keys = std::mem::take(&mut self.keys);
        self.deadlines.clear();
        self.watched.touch_where(|key| keys.contains(key));
    }

    /// One page of SCAN.
    pub(crate) fn page(&mut self, cursor: u64, count: usize) -> Page {
        self.prune(usize::MAX);
        self.keys.page(cursor, count)
    }

    /// The key at a place of the current page.
    pub(crate) fn at(&self, place: usize) -> Option<(&[u8], &Value)> {
        self.keys.at(place).map(|(key, entry)| (key, &entry.value))
    }

    /// All keys.
    pub(crate) fn iter(&mut self) -> impl Iterator<Item = &[u8]> {
        self.prune(usize::MAX);
        self.keys.iter().map(|(key, _)| key)
    }

    pub(crate) fn watch(&mut self, key: &[u8]) -> WatchVersion {
        self.expire_if_due(key);
        self.watched.watch(key)
    }

    /// Whether `key` has changed, by a command or by running out of time, since it had `version`.
    pub(crate) fn has_changed_since(&mut self, key: &[u8], version: WatchVersion) -> bool {
        self.expire_if_due(key);
        self.watched.version(key) != Some(version)
    }

    /// Exchanges the keys of two databases. Watches stay with the database that they were made in, and those of keys
    /// that neither has notice nothing.
    pub(super) fn swap_keys(&mut self, other: &mut Self) {
        std::mem::swap(&mut self.keys, &mut other.keys);
        std::mem::swap(&mut self.deadlines, &mut other.deadlines);
        let exists = |key: &[u8]| self.keys.contains(key) || other.keys.contains(key);
        self.watched.touch_where(exists);
        other.watched.touch_where(exists);
        self.changes.note_swap(|key| self.keys.contains(key));
        other.changes.note_swap(|key| other.keys.contains(key));
    }

    fn expire_if_due(&mut self, key: &[u8]) {
        // Most databases have no deadline that is due: one look at the soonest saves a lookup of the key.
        if self.deadlines.first().is_none_or(|(soonest, _)| *soonest > self.now) {
            return;
        }
        let deadline = self.keys.get(key).and_then(Entry::deadline);
        if deadline.is_some_and(|deadline| deadline <= self.now) {
            self.take(key, Cause::Expiry);
        }
    }

    /// Removes an entry and mends the deadlines: the last entry has moved into the hole.
    fn take(&mut self, key: &[u8], cause: Cause) -> Option<Entry> {
        let Removed { value: entry, place, key } = self.keys.remove(key)?;
        if let Some(deadline) = entry.deadline() {
            self.deadlines.remove(&(deadline, place));
        }
        let moved_from = self.keys.len();
        if let Some(deadline) = self.keys.at(place).and_then(|(_, moved)| moved.deadline()) {
            self.deadlines.remove(&(deadline, moved_from));
            self.deadlines.insert((deadline, place));
        }
        self.changed(&key, cause);
        Some(entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> Value {
        Value::String(value.as_bytes().to_vec())
    }

    #[test]
    fn a_key_is_absent_once_its_deadline_has_come() {
        let mut keys = Keyspace::default();
        keys.set(b"a", text("1"));
        keys.set_deadline(b"a", Some(100));
        keys.now = 99;
        assert!(keys.peek(b"a").is_some());
        assert!(keys.contains(b"a"));
        keys.now = 100;
        assert!(keys.peek(b"a").is_none());
        assert!(!keys.contains(b"a"));
    }

    #[test]
    fn deadlines_follow_entries_that_move() {
        let mut keys = Keyspace::default();
        for (key, deadline) in [("a", 10), ("b", 30), ("c", 20), ("d", 40)] {
            keys.set(key.as_bytes(), text(key));
            keys.set_deadline(key.as_bytes(), Some(deadline));
        }
        keys.remove(b"b");
        keys.remove(b"a");
        keys.now = 20;
        keys.prune(10);
        assert_eq!(keys.iter().collect::<Vec<_>>(), [b"d"]);
        keys.now = 40;
        assert_eq!(keys.len(), 0);
        assert!(keys.deadlines.is_empty());
    }

    #[test]
    fn a_plain_set_drops_the_deadline_and_put_keeps_it() {
        let mut keys = Keyspace::default();
        keys.set(b"a", text("1"));
        keys.set_deadline(b"a", Some(10));
        keys.put(b"a", text("2"));
        assert_eq!(keys.deadline(b"a"), Some(10));
        keys.set(b"a", text("3"));
        assert_eq!(keys.deadline(b"a"), None);
    }

    #[test]
    fn watchers_learn_of_changes_and_of_expiry() {
        let mut keys = Keyspace::default();
        keys.set(b"a", text("1"));
        keys.set_deadline(b"a", Some(10));
        let version = keys.watch(b"a");
        assert!(!keys.has_changed_since(b"a", version));
        keys.now = 10;
        assert!(keys.has_changed_since(b"a", version));
    }
}
