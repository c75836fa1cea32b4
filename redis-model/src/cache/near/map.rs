//! A bounded map that many threads read at once.

use std::{
    hash::BuildHasher as _,
    sync::{
        Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use foldhash::fast::RandomState;

use super::{
    AnyValue,
    fill::Fill,
    lease::{Lease, Standing},
    shard::{Installed, Shard},
};
use crate::key::Key;

/// How long a value may be kept of which no news will come.
const UNTOLD: Duration = Duration::from_secs(1);

/// Values by their arguments, at most as many as its capacity, and the reads that are under way.
pub(super) struct Map {
    pub(super) lease: Lease,
    hasher: RandomState,
    /// As many as a power of two.
    shards: Box<[Apart<RwLock<Shard>>]>,
    capacity: usize,
    /// How many values there are, with those that are about to be.
    taken: Apart<AtomicUsize>,
}

/// On cache lines of its own: what one thread changes does not slow down those that read what lies beside it.
#[derive(Default)]
#[repr(align(128))]
struct Apart<T>(T);

/// A shard for fewer values than these is not worth its while.
const SHARD: usize = 64;

/// How many shards there are for each processor, so that its threads rarely meet.
const SHARDS_PER_PROCESSOR: usize = 4;

impl Map {
    pub(super) fn new(capacity: usize) -> Self {
        let processors = thread::available_parallelism().map_or(1, usize::from);
        let most = (processors * SHARDS_PER_PROCESSOR).next_power_of_two();
        let count = (capacity / SHARD).next_power_of_two().min(most);
        Self {
            lease: Lease::new(),
            hasher: RandomState::default(),
            shards: (0..count).map(|_| Apart::default()).collect(),
            capacity,
            taken: Apart::default(),
        }
    }

    #[inline]
    pub(super) fn get(&self, arguments: &[u8], now: Instant) -> Option<AnyValue> {
        if !self.lease.holds(now) {
            return None;
        }
        self.read(self.index(arguments)).get(arguments, now)
    }

    pub(super) fn begin(self: &Arc<Self>, arguments: &[u8], watched: &[Key]) -> Option<Fill> {
        let mut shard = self.write(self.index(arguments));
        // Looked at under the lock: whoever ends the lease clears the shard afterwards.
        let at_most = match self.lease.standing() {
            Standing::Ended => return None,
            Standing::Told => None,
            Standing::Untold => Some(Instant::now() + UNTOLD),
        };
        let (arguments, number) = shard.begin(arguments, watched);
        drop(shard);
        Some(Fill { map: self.clone(), arguments, number: Some(number), at_most })
    }

    pub(super) fn install(&self, mut fill: Fill, mut value: AnyValue, until: Instant) -> bool {
        let until = fill.at_most.map_or(until, |at_most| until.min(at_most));
        let Some(number) = fill.number else { return false };
        let index = self.index(&fill.arguments);
        // Others may take the room that is made meanwhile; it is not worth a long fight.
        for _ in 0..3 {
            let read = (&fill.arguments, number);
            let installed = self.write(index).install(read, value, until, || self.take_room());
            let is_done = matches!(installed, Installed::Done { .. });
            match installed {
                Installed::Full(back) if self.make_room(index) => value = back,
                Installed::Full(_) => return false,
                Installed::Done { .. } | Installed::Outdated(_) => {
                    // Nothing is left that would have to be tidied up.
                    fill.number = None;
                    return is_done;
                }
            }
        }
        false
    }

    /// Ends a read without a value.
    pub(super) fn abandon(&self, arguments: &[u8], number: u64) {
        self.write(self.index(arguments)).abandon(arguments, number);
    }

    pub(super) fn remove(&self, arguments: &[u8]) {
        let gone = self.write(self.index(arguments)).remove(arguments);
        self.give_room(gone.iter().count());
    }

    pub(super) fn remove_watching(&self, key: &[u8]) {
        for index in 0..self.shards.len() {
            // Most keys that change are watched by nobody, and readers need not wait for those.
            if self.read(index).is_watching(key) {
                let gone = self.write(index).remove_watching(key);
                self.give_room(gone.len());
            }
        }
    }

    pub(super) fn clear(&self) {
        for index in 0..self.shards.len() {
            let gone = self.write(index).clear();
            self.give_room(gone.len());
        }
    }

    /// News do not come any more: removes all, and lets nothing be installed.
    pub(super) fn lose_sight(&self) {
        self.lease.end();
        self.clear();
    }

    pub(super) fn len(&self) -> usize {
        self.taken.0.load(Ordering::Relaxed)
    }

    /// Takes the room of one value, if there is any.
    fn take_room(&self) -> bool {
        let more = |taken| (taken < self.capacity).then_some(taken + 1);
        self.taken.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok()
    }

    fn give_room(&self, count: usize) {
        if count > 0 {
            self.taken.0.fetch_sub(count, Ordering::Relaxed);
        }
    }

    /// Removes a value of another shard than this one, which has none.
    fn make_room(&self, full: usize) -> bool {
        let others = (1..self.shards.len()).map(|step| (full + step) & (self.shards.len() - 1));
        let gone = others.into_iter().find_map(|index| self.write(index).evict());
        self.give_room(gone.iter().count());
        gone.is_some()
    }

    #[inline]
    fn index(&self, arguments: &[u8]) -> usize {
        // The tables in the shards use the lowest and the highest bits of the same hash. The cast keeps what the mask takes.
        #[allow(clippy::cast_possible_truncation)]
        let bits = (self.hasher.hash_one(arguments) >> 32) as usize;
        bits & (self.shards.len() - 1)
    }

    // Nothing that can panic runs while a lock is held.
    #[inline]
    fn read(&self, index: usize) -> RwLockReadGuard<'_, Shard> {
        self.shards[index].0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, index: usize) -> RwLockWriteGuard<'_, Shard> {
        self.shards[index].0.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether nothing is left of anything.
    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0 && (0..self.shards.len()).all(|index| self.read(index).is_empty())
    }
}
