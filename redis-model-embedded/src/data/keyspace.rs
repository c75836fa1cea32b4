use super::{
    Cause, Deadlines, Dict, Page, Value, WatchVersion, changes::Changes, dict::Removed, value::Kind, watch::WatchedKeys,
};
use crate::{clock::Millis, protocol::ErrorReply};

/// The keys of one database, with their deadlines.
///
/// A key whose deadline has come is absent to every method here, whether or not it has been pruned yet; and so are the
/// fields of a hash that have deadlines of their own.
#[derive(Debug, Default)]
pub(crate) struct Keyspace {
    keys: Dict<Value>,
    deadlines: Deadlines,
    /// For keys with fields that run out: a time before which none of them does. It may be too early, since a field can
    /// lose its deadline unnoticed, but never too late.
    field_deadlines: Deadlines,
    pub(super) watched: WatchedKeys,
    pub(super) changes: Changes,
    /// The time of the command that is running.
    pub(super) now: Millis,
}

/// A key's value, or a reference to it, with its deadline.
#[derive(Debug)]
pub(crate) struct Entry<V> {
    pub(crate) value: V,
    deadline: Option<Millis>,
}

impl<V> Entry<V> {
    pub(crate) fn deadline(&self) -> Option<Millis> {
        self.deadline
    }
}

impl Keyspace {
    /// How many keys there are; those that are due are pruned first.
    pub(crate) fn len(&mut self) -> usize {
        self.prune(usize::MAX);
        self.keys.len()
    }

    /// How many of the keys have a deadline; some may be due.
    pub(crate) fn deadlines(&self) -> usize {
        self.deadlines.count()
    }

    pub(crate) fn contains(&mut self, key: &[u8]) -> bool {
        self.get(key).is_some()
    }

    pub(crate) fn get(&mut self, key: &[u8]) -> Option<&Value> {
        self.expire_if_due(key);
        self.keys.get(key)
    }

    pub(crate) fn entry(&mut self, key: &[u8]) -> Option<Entry<&Value>> {
        self.expire_if_due(key);
        let (place, value) = self.keys.find(key)?;
        Some(Entry { value, deadline: self.deadlines.get(place) })
    }

    /// The value of `key`, for commands that read several at once.
    pub(crate) fn peek(&self, key: &[u8]) -> Option<&Value> {
        let (place, value) = self.keys.find(key)?;
        let is_due = self.deadlines.get(place).is_some_and(|deadline| deadline <= self.now);
        (!is_due).then_some(value)
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
        keys.iter().map(|key| self.keys.get(key).map(K::of).transpose()).collect()
    }

    /// The value of `key` as a `K`, for changing it in place. The caller says [`touch`](Self::touch) once it has.
    pub(crate) fn find_mut<K: Kind>(&mut self, key: &[u8]) -> Result<Option<&mut K>, ErrorReply> {
        self.expire_if_due(key);
        self.keys.get_mut(key).map(K::of_mut).transpose()
    }

    /// The value of `key` as a `K`, created empty if the key is absent.
    pub(crate) fn find_or_create<K: Kind>(&mut self, key: &[u8]) -> Result<&mut K, ErrorReply> {
        self.expire_if_due(key);
        if !self.keys.contains(key) {
            self.keys.insert(key, K::new_value());
        }
        K::of_mut(self.keys.get_mut(key).expect("it was inserted above if it was missing"))
    }

    /// Makes `value` the whole of `key`: whatever it held and its deadline are gone.
    pub(crate) fn set(&mut self, key: &[u8], value: Value) {
        self.put(key, value);
        self.set_deadline(key, None);
    }

    /// Replaces the value of `key`, which keeps its deadline.
    pub(crate) fn put(&mut self, key: &[u8], value: Value) {
        self.expire_if_due(key);
        let soonest = value.soonest_deadline();
        let (place, _) = self.keys.insert(key, value);
        self.field_deadlines.set(place, soonest);
        self.touch(key);
    }

    /// Takes `key` out.
    pub(crate) fn remove(&mut self, key: &[u8]) -> Option<Entry<Value>> {
        self.expire_if_due(key);
        self.take(key, Cause::Write)
    }

    /// Takes `key` out if nothing is left in it: empty containers vanish.
    pub(crate) fn remove_if_empty(&mut self, key: &[u8]) {
        if self.keys.get(key).is_some_and(Value::is_empty_container) {
            self.take(key, Cause::Write);
        }
    }

    pub(crate) fn deadline(&mut self, key: &[u8]) -> Option<Millis> {
        self.entry(key).and_then(|entry| entry.deadline())
    }

    /// Gives an existing key a deadline, or takes it away.
    pub(crate) fn set_deadline(&mut self, key: &[u8], deadline: Option<Millis>) {
        if let Some(place) = self.keys.place(key) {
            self.deadlines.set(place, deadline);
        }
    }

    /// Takes note of when the fields of `key` run out. The caller says so after it gave one of them a deadline.
    pub(crate) fn note_field_deadlines(&mut self, key: &[u8]) {
        if let Some((place, value)) = self.keys.find(key) {
            self.field_deadlines.set(place, value.soonest_deadline());
        }
    }

    /// Tells those who watch `key`, or wait for it, that a command has changed it.
    pub(crate) fn touch(&mut self, key: &[u8]) {
        self.changed(key, Cause::Write);
    }

    fn changed(&mut self, key: &[u8], cause: Cause) {
        self.watched.touch(key);
        self.changes.note(key, cause);
        self.changes.note_ready(key, || holds_elements(&self.keys, key));
    }

    /// Looks after up to `limit` keys whose time has come, or that of some of their fields, soonest first.
    pub(crate) fn prune(&mut self, limit: usize) {
        for _ in 0..limit {
            let Some(place) = self.due() else { return };
            let (key, _) = self.keys.at(place).expect("every deadline belongs to an entry");
            let key = key.to_vec();
            self.expire(&key);
        }
    }

    pub(crate) fn clear(&mut self) {
        let keys = std::mem::take(&mut self.keys);
        self.deadlines = Deadlines::default();
        self.field_deadlines = Deadlines::default();
        self.watched.touch_where(|key| keys.contains(key));
    }

    /// One page of SCAN.
    pub(crate) fn page(&mut self, cursor: u64, count: usize) -> Page {
        self.prune(usize::MAX);
        self.keys.page(cursor, count)
    }

    /// The key at a place of the current page.
    pub(crate) fn at(&self, place: usize) -> Option<(&[u8], &Value)> {
        self.keys.at(place)
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
        std::mem::swap(&mut self.field_deadlines, &mut other.field_deadlines);
        let exists = |key: &[u8]| self.keys.contains(key) || other.keys.contains(key);
        self.watched.touch_where(exists);
        other.watched.touch_where(exists);
        self.changes.note_swap(|key| holds_elements(&self.keys, key));
        other.changes.note_swap(|key| holds_elements(&other.keys, key));
    }

    fn expire_if_due(&mut self, key: &[u8]) {
        // Most databases have no deadline that is due: one look at the soonest saves a lookup of the key.
        if self.due().is_some() {
            self.expire(key);
        }
    }

    /// The place of a key whose time has come, or that of some of its fields.
    fn due(&self) -> Option<usize> {
        self.deadlines.due(self.now).or_else(|| self.field_deadlines.due(self.now))
    }

    /// Removes `key`, or those of its fields, whose time has come.
    fn expire(&mut self, key: &[u8]) {
        let has_come = |deadline: Option<Millis>| deadline.is_some_and(|deadline| deadline <= self.now);
        let Some((place, value)) = self.keys.find_mut(key) else { return };
        if has_come(self.deadlines.get(place)) {
            self.take(key, Cause::Expiry);
        } else if has_come(self.field_deadlines.get(place)) {
            let is_changed = value.expire_elements(self.now);
            let is_empty = value.is_empty_container();
            self.field_deadlines.set(place, value.soonest_deadline());
            if is_empty {
                self.take(key, Cause::Expiry);
            } else if is_changed {
                self.changed(key, Cause::Expiry);
            }
        }
    }

    /// Removes an entry and mends the deadlines: the last entry has moved into the hole.
    fn take(&mut self, key: &[u8], cause: Cause) -> Option<Entry<Value>> {
        let Removed { value, place, key } = self.keys.remove(key)?;
        let deadline = self.deadlines.get(place);
        let moved_from = self.keys.len();
        self.deadlines.swap_remove(place, moved_from);
        self.field_deadlines.swap_remove(place, moved_from);
        self.changed(&key, cause);
        Some(Entry { value, deadline })
    }
}

/// Whether there is something in `key` that a client could wait for.
fn holds_elements(keys: &Dict<Value>, key: &[u8]) -> bool {
    keys.get(key).is_some_and(Value::can_be_awaited)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Hash;

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
        assert_eq!(keys.deadlines.soonest(), None);
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

    /// A hash of one field for each deadline, named by it.
    fn hash(deadlines: &[Millis]) -> Value {
        let mut hash = Hash::default();
        for deadline in deadlines {
            let field = deadline.to_string();
            hash.insert(field.as_bytes(), b"");
            hash.set_deadline(field.as_bytes(), Some(*deadline));
        }
        Value::Hash(Box::new(hash))
    }

    #[test]
    fn fields_run_out_wherever_their_hash_has_moved_to() {
        let mut keys = Keyspace::default();
        keys.set(b"a", text("1"));
        keys.set(b"b", text("2"));
        keys.set(b"c", hash(&[10, 20]));
        keys.remove(b"a");
        let entry = keys.remove(b"c").expect("it was set above");
        keys.set(b"b", entry.value);
        keys.now = 10;
        assert_eq!(keys.find::<Hash>(b"b").expect("it is a hash").map(Hash::len), Some(1));
        keys.now = 20;
        assert_eq!(keys.len(), 0);
        assert_eq!(keys.field_deadlines.soonest(), None);
    }

    #[test]
    fn a_field_that_lost_its_deadline_stays_and_its_watchers_learn_nothing() {
        let mut keys = Keyspace::default();
        keys.set(b"h", hash(&[10, 20]));
        let version = keys.watch(b"h");
        keys.find_mut::<Hash>(b"h").expect("it is a hash").expect("it was set above").set_deadline(b"10", None);
        keys.now = 10;
        keys.prune(usize::MAX);
        assert!(!keys.has_changed_since(b"h", version));
        assert_eq!(keys.field_deadlines.soonest(), Some(20));
        keys.now = 20;
        assert!(keys.has_changed_since(b"h", version));
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
