//! Decoded values in this process, kept coherent with what lies in Redis.
//!
//! A store has one connection on which the server tells of every change to keys with certain prefixes
//! (`CLIENT TRACKING ... BCAST`), and each function its own map of values. What keeps a map right:
//!
//! - **Filling.** Before a read is sent, [`begin`](Near::begin) notes it as pending. What was read is installed only if it
//!   is still pending: any news of its key, or of a key that it depends on, removes whatever is there, the value and the
//!   note. So a value that was read before a change is not installed after the news of that change, and one that was
//!   installed before the news is removed by it.
//! - **Losing sight.** When the connection ends, everything is removed, and nothing installed until another one is
//!   confirmed.
//! - **Lease.** Values are given only for three seconds after a moment up to which all news are known to have come: the
//!   server is asked each second. A connection that has fallen silent, or a runtime that nobody drives, bounds how old a
//!   value can be, instead of keeping it.
//! - **Servers that refuse tracking**, to this user or altogether: values are kept for a second at most, and only what this
//!   process itself changes is removed earlier.

mod coherence;
mod fill;
mod lease;
mod map;
mod prefixes;
mod ring;
mod shard;
#[cfg(test)]
mod tests;
mod watches;

use std::{any::Any, fmt, sync::Arc, time::Instant};

pub(crate) use self::fill::Fill;
use self::{coherence::Coherence, map::Map};
use crate::{key::Key, mode::Mode, store::Store};

/// A decoded value of whatever type.
pub(crate) type AnyValue = Arc<dyn Any + Send + Sync>;

/// Decoded values of one function in this process.
pub(crate) struct Near<M: Mode> {
    map: Arc<Map>,
    coherence: Arc<Coherence<M>>,
}

impl<M: Mode> Near<M> {
    /// No values yet, and at most `capacity` of them. Entries have the key `prefix` + arguments + `}`, as in
    /// `cache:{name:version:arguments}`; `watches` are prefixes of other keys whose changes may make entries invalid.
    ///
    /// The map goes on working for as long as the store lives; it does not keep it alive.
    pub(crate) fn new(store: &Store<M>, prefix: Vec<u8>, watches: Vec<Vec<u8>>, capacity: usize) -> Self {
        let map = Arc::new(Map::new(capacity));
        let coherence = Coherence::of(store);
        coherence.join(&map, prefix, watches);
        coherence.ensure_running();
        Self { map, coherence }
    }

    /// A value, unless it is past its time or may have changed.
    #[inline]
    pub(crate) fn get(&self, arguments: &[u8], now: Instant) -> Option<AnyValue> {
        self.map.get(arguments, now)
    }

    /// Notes that the entry, and the keys that it depends on, are about to be read. Of several reads of one entry only the
    /// last that has begun may install what it reads.
    ///
    /// `None` while changes are not heard of: then nothing may be installed.
    pub(crate) fn begin(&self, arguments: &[u8], watched: &[Key]) -> Option<Fill> {
        let fill = self.map.begin(arguments, watched);
        if fill.is_none() {
            self.coherence.ensure_running();
        }
        fill
    }

    /// Installs what was read, unless news of it have come since the fill has begun; says whether it did. What somebody
    /// has not asked for lately makes room.
    pub(crate) fn install(&self, fill: Fill, value: AnyValue, until: Instant) -> bool {
        self.map.install(fill, value, until)
    }

    /// Removes an entry that this process has changed or is about to, and lets nothing be installed that was read before.
    pub(crate) fn remove(&self, arguments: &[u8]) {
        self.map.remove(arguments);
    }

    /// The same for all entries that depend on a key.
    pub(crate) fn remove_watching(&self, key: &[u8]) {
        self.map.remove_watching(key);
    }

    /// The same for all entries.
    pub(crate) fn clear(&self) {
        self.map.clear();
    }

    /// How many values there are.
    pub(crate) fn len(&self) -> usize {
        self.map.len()
    }
}

impl<M: Mode> fmt::Debug for Near<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Near").field("len", &self.len()).finish_non_exhaustive()
    }
}
