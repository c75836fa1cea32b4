//! A part of a map, under one lock.
//!
//! Values that go are given to the caller, who drops them without the lock: what a user's value does then is not ours to
//! know, and takes as long as it takes.

use std::{
    collections::HashMap,
    mem,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use foldhash::fast::RandomState;

use super::{
    AnyValue,
    ring::Ring,
    watches::{Watched, Watches},
};
use crate::key::Key;

/// A part of a map: its values, and the reads that are under way.
#[derive(Default)]
pub(super) struct Shard {
    entries: HashMap<Arc<[u8]>, Entry, RandomState>,
    pending: HashMap<Arc<[u8]>, Pending, RandomState>,
    /// The keys that entries and reads depend on.
    watches: Watches,
    /// The entries, in the order in which they make room.
    ring: Ring,
    /// How many reads there have been: each has a number that no other has.
    reads: u64,
}

struct Entry {
    value: AnyValue,
    until: Instant,
    /// Somebody has asked for it since the ring's hand came by.
    is_wanted: AtomicBool,
    place: usize,
    watched: Watched,
}

/// A read that is under way, until news of what it reads.
struct Pending {
    number: u64,
    watched: Watched,
}

/// What has come of a value that was to be installed.
#[allow(dead_code, reason = "values are handed out to be dropped where no lock is held")]
pub(super) enum Installed {
    /// It is there, and another one is gone: the one that it replaces, or one that has made room.
    Done { gone: Option<AnyValue> },
    /// It may have changed since it was read.
    Outdated(AnyValue),
    /// There is no room, and none can be made in this shard. The read goes on.
    Full(AnyValue),
}

impl Shard {
    #[inline]
    pub(super) fn get(&self, arguments: &[u8], now: Instant) -> Option<AnyValue> {
        let entry = self.entries.get(arguments)?;
        if now >= entry.until {
            return None;
        }
        // Written once, so that many readers of one entry leave the others' cached copies of it alone.
        if !entry.is_wanted.load(Ordering::Relaxed) {
            entry.is_wanted.store(true, Ordering::Relaxed);
        }
        Some(entry.value.clone())
    }

    /// Notes a read in place of whatever read of the entry is under way.
    pub(super) fn begin(&mut self, arguments: &[u8], watched: &[Key]) -> (Arc<[u8]>, u64) {
        self.reads += 1;
        let arguments: Arc<[u8]> = arguments.into();
        let watched = self.watches.add(watched, &arguments);
        let pending = Pending { number: self.reads, watched };
        if let Some(before) = self.pending.insert(arguments.clone(), pending) {
            self.watches.remove(&before.watched, &arguments);
        }
        (arguments, self.reads)
    }

    /// Ends a read without a value, if it is still under way.
    pub(super) fn abandon(&mut self, arguments: &[u8], number: u64) {
        if self.is_pending(arguments, number) {
            self.forget_pending(arguments);
        }
    }

    /// Ends a read with a value. `has_room` takes a place for one more entry, if there is any.
    pub(super) fn install(
        &mut self,
        (arguments, number): (&Arc<[u8]>, u64),
        value: AnyValue,
        until: Instant,
        has_room: impl FnOnce() -> bool,
    ) -> Installed {
        if !self.is_pending(arguments, number) {
            return Installed::Outdated(value);
        }
        let gone = match self.take(arguments) {
            Some(replaced) => Some(replaced),
            None if has_room() => None,
            None => match self.evict() {
                None => return Installed::Full(value),
                evicted => evicted,
            },
        };
        let place = self.ring.insert(arguments.clone());
        let watched = self.pending.remove(arguments).map(|pending| pending.watched).unwrap_or_default();
        let entry = Entry { value, until, is_wanted: AtomicBool::new(false), place, watched };
        self.entries.insert(arguments.clone(), entry);
        Installed::Done { gone }
    }

    /// Removes an entry, if there is one, and ends the read of it that is under way.
    pub(super) fn remove(&mut self, arguments: &[u8]) -> Option<AnyValue> {
        self.forget_pending(arguments);
        self.take(arguments)
    }

    pub(super) fn is_watching(&self, key: &[u8]) -> bool {
        self.watches.contains(key)
    }

    /// Removes the entries that depend on a key, and ends the reads that do.
    pub(super) fn remove_watching(&mut self, key: &[u8]) -> Vec<AnyValue> {
        let depends = |watched: &Watched| watched.iter().any(|watched| **watched == *key);
        let mut gone = Vec::new();
        for arguments in self.watches.of(key) {
            if self.pending.get(&arguments).is_some_and(|pending| depends(&pending.watched)) {
                self.forget_pending(&arguments);
            }
            if self.entries.get(&arguments).is_some_and(|entry| depends(&entry.watched)) {
                gone.extend(self.take(&arguments));
            }
        }
        gone
    }

    /// Removes all.
    pub(super) fn clear(&mut self) -> Vec<AnyValue> {
        let entries = mem::take(&mut self.entries);
        // The numbers go on: reads that began before are under way no more.
        *self = Self { reads: self.reads, ..Self::default() };
        entries.into_values().map(|entry| entry.value).collect()
    }

    /// Removes an entry that nobody has asked for lately, or any.
    pub(super) fn evict(&mut self) -> Option<AnyValue> {
        let entries = &self.entries;
        let is_wanted = |arguments: &[u8]| {
            entries.get(arguments).is_some_and(|entry| entry.is_wanted.swap(false, Ordering::Relaxed))
        };
        let arguments = self.ring.next(is_wanted)?;
        self.take(&arguments)
    }

    fn is_pending(&self, arguments: &[u8], number: u64) -> bool {
        self.pending.get(arguments).is_some_and(|pending| pending.number == number)
    }

    fn forget_pending(&mut self, arguments: &[u8]) {
        if let Some(pending) = self.pending.remove(arguments) {
            self.watches.remove(&pending.watched, arguments);
        }
    }

    fn take(&mut self, arguments: &[u8]) -> Option<AnyValue> {
        let entry = self.entries.remove(arguments)?;
        self.ring.remove(entry.place);
        self.watches.remove(&entry.watched, arguments);
        Some(entry.value)
    }

    /// Whether nothing is left of anything.
    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.pending.is_empty() && self.watches.is_empty()
    }
}
