use super::{Change, Keyspace};
use crate::clock::Millis;

/// How many databases a server has unless configured otherwise.
pub(crate) const DATABASES: usize = 16;
/// How many due keys each command removes from its database beside its own work: enough to keep up with any load that
/// sets one deadline a command, and little enough to go unnoticed.
const PRUNED_PER_COMMAND: usize = 16;

/// The numbered databases of an engine.
#[derive(Debug)]
pub(crate) struct Databases {
    keyspaces: [Keyspace; DATABASES],
    /// How many times a key is awaited.
    awaited: usize,
    notes_all: bool,
    /// Every key of some database is gone, and those who want to hear of it have not been told yet.
    is_flushed: bool,
}

impl Default for Databases {
    fn default() -> Self {
        Self {
            keyspaces: std::array::from_fn(|_| Keyspace::default()),
            awaited: 0,
            notes_all: false,
            is_flushed: false,
        }
    }
}

impl Databases {
    /// The number as an index, if there is such a database.
    pub(crate) fn index(number: i64) -> Option<usize> {
        usize::try_from(number).ok().filter(|index| *index < DATABASES)
    }

    /// The number that clients know database `index` by.
    pub(crate) fn number(index: usize) -> i64 {
        i64::try_from(index).unwrap_or(i64::MAX)
    }

    /// Database `index`, at the time `now`.
    pub(crate) fn at(&mut self, index: usize, now: Millis) -> &mut Keyspace {
        let keyspace = &mut self.keyspaces[index];
        keyspace.now = now;
        keyspace
    }

    /// Removes all keys that are due.
    pub(crate) fn prune_all(&mut self, now: Millis) {
        for index in 0..DATABASES {
            self.at(index, now).prune(usize::MAX);
        }
    }

    /// Removes some of the keys in database `index` that are due.
    pub(crate) fn prune(&mut self, index: usize, now: Millis) {
        self.at(index, now).prune(PRUNED_PER_COMMAND);
    }

    /// Ends one watch of `key` in database `index`.
    pub(crate) fn unwatch(&mut self, index: usize, key: &[u8]) {
        self.keyspaces[index].watched.unwatch(key);
    }

    pub(crate) fn clear_all(&mut self) {
        for index in 0..DATABASES {
            self.clear(index);
        }
    }

    pub(crate) fn clear(&mut self, index: usize) {
        self.keyspaces[index].clear();
        self.is_flushed |= self.notes_all;
    }

    /// Somebody waits until a command writes to `key` in database `index`.
    pub(crate) fn await_key(&mut self, index: usize, key: &[u8]) {
        self.awaited += 1;
        self.keyspaces[index].changes.await_key(key);
    }

    /// Ends one such wait.
    pub(crate) fn stop_awaiting(&mut self, index: usize, key: &[u8]) {
        self.awaited -= 1;
        self.keyspaces[index].changes.stop_awaiting(key);
    }

    /// Whether somebody wants to hear of every change from now on.
    pub(crate) fn note_every_change(&mut self, notes_all: bool) {
        if notes_all != self.notes_all {
            self.notes_all = notes_all;
            self.is_flushed = false;
            self.keyspaces.iter_mut().for_each(|keyspace| keyspace.changes.note_all(notes_all));
        }
    }

    /// The changes since this was last asked, if somebody wants to hear of every one.
    pub(crate) fn take_changes(&mut self) -> Vec<Change> {
        self.keyspaces.iter_mut().flat_map(|keyspace| keyspace.changes.take()).collect()
    }

    /// The keys, each with its database, that somebody waits for and that have come to hold something since this was
    /// last asked.
    pub(crate) fn take_ready(&mut self) -> Vec<(usize, Box<[u8]>)> {
        // Hardly anybody ever waits, and then there is nothing to look for.
        if self.awaited == 0 {
            return Vec::new();
        }
        let ready = self.keyspaces.iter_mut().map(|keyspace| keyspace.changes.take_ready()).enumerate();
        ready.flat_map(|(index, keys)| keys.into_iter().map(move |key| (index, key))).collect()
    }

    /// Whether a database has been emptied since this was last asked.
    pub(crate) fn take_flush(&mut self) -> bool {
        std::mem::take(&mut self.is_flushed)
    }

    /// Exchanges the contents of two databases.
    pub(crate) fn swap(&mut self, first: usize, second: usize) {
        if let Ok([first, second]) = self.keyspaces.get_disjoint_mut([first, second]) {
            first.swap_keys(second);
        }
    }

    /// For each database, in order, how many keys it has, and how many of them have a deadline.
    pub(crate) fn sizes(&mut self, now: Millis) -> impl Iterator<Item = (usize, usize)> {
        self.keyspaces.iter_mut().map(move |keyspace| {
            keyspace.now = now;
            (keyspace.len(), keyspace.deadlines())
        })
    }
}
