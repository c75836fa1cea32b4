//! What a cached function has done in this process.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// How the calls of a cached function were answered in this process, since it started.
///
/// Each call that has returned is one of `l1_hits`, `l2_hits`, `stale`, `misses` and `bypassed`, except those that return an error
/// of Redis, with `on_error = fail`; those of the companion's functions count nothing but `computes`, `fenced` and `errors`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Info {
    /// Answered from this process' memory.
    pub l1_hits: u64,
    /// Answered from Redis with a fresh value.
    pub l2_hits: u64,
    /// Answered from Redis with a value past its `ttl`, while another caller refreshed it, or as that has failed.
    pub stale: u64,
    /// Answered by a computation: the caller's own, or another caller's that it has waited for.
    pub misses: u64,
    /// How often the body has run for the cache, also where it has not returned. Of a batch, each value that it was asked
    /// for counts.
    pub computes: u64,
    /// Calls that have waited for another caller's computation, in this process or another one.
    pub waits: u64,
    /// Values that were not stored, as meanwhile they were invalidated, another caller had taken over, or was first.
    pub fenced: u64,
    /// Requests to Redis that have failed, entries that could not be decoded, values that could not be encoded, and calls
    /// that have found no store.
    pub errors: u64,
    /// Answered by the body alone, as Redis could not be asked.
    pub bypassed: u64,
    /// The values in this process' memory, for functions with `l1`.
    pub l1_size: u64,
}

impl Info {
    /// Calls that were answered with a fresh value without waiting.
    pub fn hits(&self) -> u64 {
        self.l1_hits + self.l2_hits
    }
}

/// Something that is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    L1Hit,
    L2Hit,
    Stale,
    Miss,
    Compute,
    Wait,
    Fenced,
    Error,
    Bypassed,
}

const EVENTS: usize = Event::Bypassed as usize + 1;

/// A counter for each event, in as many parts as threads can count at once without getting into each other's way.
#[derive(Debug)]
pub(super) struct Counters([Part; PARTS]);

/// On cache lines of its own.
#[derive(Debug)]
#[repr(align(128))]
struct Part([AtomicU64; EVENTS]);

const PARTS: usize = 8;

thread_local! {
    /// The part in which this thread counts.
    static PART: usize = {
        static LAST: AtomicUsize = AtomicUsize::new(0);
        LAST.fetch_add(1, Ordering::Relaxed) % PARTS
    };
}

impl Counters {
    pub(super) const fn new() -> Self {
        Self([const { Part([const { AtomicU64::new(0) }; EVENTS]) }; PARTS])
    }

    pub(super) fn count(&self, event: Event) {
        // A thread that is ending has no place of its own any more.
        let part = PART.try_with(|part| *part).unwrap_or_default();
        self.0[part].0[event as usize].fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn info(&self, l1_size: usize) -> Info {
        let count = |event: Event| self.0.iter().map(|part| part.0[event as usize].load(Ordering::Relaxed)).sum();
        Info {
            l1_hits: count(Event::L1Hit),
            l2_hits: count(Event::L2Hit),
            stale: count(Event::Stale),
            misses: count(Event::Miss),
            computes: count(Event::Compute),
            waits: count(Event::Wait),
            fenced: count(Event::Fenced),
            errors: count(Event::Error),
            bypassed: count(Event::Bypassed),
            l1_size: u64::try_from(l1_size).unwrap_or(u64::MAX),
        }
    }
}
