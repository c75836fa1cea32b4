use super::Keyspace;
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
}

impl Default for Databases {
    fn default() -> Self {
        Self { keyspaces: std::array::from_fn(|_| Keyspace::default()) }
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

    /// Removes some of the keys in database `index` that are due.
    pub(crate) fn prune(&mut self, index: usize, now: Millis) {
        self.at(index, now).prune(PRUNED_PER_COMMAND);
    }

    /// Ends one watch of `key` in database `index`.
    pub(crate) fn unwatch(&mut self, index: usize, key: &[u8]) {
        self.keyspaces[index].watched.unwatch(key);
    }

    pub(crate) fn clear_all(&mut self) {
        for keyspace in &mut self.keyspaces {
            keyspace.clear();
        }
    }

    /// Exchanges the contents of two databases.
    pub(crate) fn swap(&mut self, first: usize, second: usize) {
        if let Ok([first, second]) = self.keyspaces.get_disjoint_mut([first, second]) {
            first.swap_keys(second);
        }
    }

    /// The number of keys in each database, in order.
    pub(crate) fn sizes(&mut self, now: Millis) -> impl Iterator<Item = usize> {
        self.keyspaces.iter_mut().map(move |keyspace| {
            keyspace.now = now;
            keyspace.len()
        })
    }
}
