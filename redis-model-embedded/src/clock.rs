//! The engine's one clock.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// Milliseconds since the Unix epoch.
pub(crate) type Millis = i64;

/// The time at which a command runs: everything the command does happens at this instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Now {
    since_epoch: Duration,
}

impl Now {
    pub(crate) fn millis(self) -> Millis {
        Millis::try_from(self.since_epoch.as_millis()).unwrap_or(Millis::MAX)
    }

    pub(crate) fn seconds(self) -> u64 {
        self.since_epoch.as_secs()
    }

    /// The microseconds within the second.
    pub(crate) fn subsecond_micros(self) -> u32 {
        self.since_epoch.subsec_micros()
    }
}

/// Where an engine gets its time from, and how far it has been moved by hand.
#[derive(Debug)]
pub(crate) struct Clock {
    source: Source,
    /// Microseconds added by [`advance`](Self::advance).
    advanced: AtomicU64,
}

#[derive(Debug)]
enum Source {
    System,
    /// Stands still at this time after the epoch.
    Manual(Duration),
}

impl Clock {
    pub(crate) fn system() -> Self {
        Self { source: Source::System, advanced: AtomicU64::new(0) }
    }

    pub(crate) fn manual(start: Duration) -> Self {
        Self { source: Source::Manual(start), advanced: AtomicU64::new(0) }
    }

    pub(crate) fn now(&self) -> Now {
        let base = match self.source {
            Source::System => SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default(),
            Source::Manual(start) => start,
        };
        let advanced = Duration::from_micros(self.advanced.load(Ordering::Acquire));
        Now { since_epoch: base.saturating_add(advanced) }
    }

    /// Whether it moves by itself.
    pub(crate) fn moves(&self) -> bool {
        matches!(self.source, Source::System)
    }

    pub(crate) fn since_epoch(&self) -> Duration {
        self.now().since_epoch
    }

    pub(crate) fn advance(&self, by: Duration) {
        let micros = u64::try_from(by.as_micros()).unwrap_or(u64::MAX);
        let later = |advanced: u64| Some(advanced.saturating_add(micros));
        // It always has another value, so it never fails.
        let _ = self.advanced.fetch_update(Ordering::AcqRel, Ordering::Acquire, later);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_advance_turns_the_clock_back() {
        let clock = Clock::manual(Duration::from_secs(1));
        clock.advance(Duration::MAX);
        let end = clock.now();
        clock.advance(Duration::from_secs(1));
        assert_eq!(clock.now(), end);
    }
}
