//! Until when a map's values may be given.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Instant,
};

/// Until when a map's values may be given, as one number that is read with every value.
pub(super) struct Lease {
    base: Instant,
    /// The nanosecond after `base`; zero without a lease.
    until: AtomicU64,
}

/// The lease where no news come, and none are waited for.
const WITHOUT_NEWS: u64 = u64::MAX;

const NANOS_PER_SECOND: u64 = 1_000_000_000;

/// How a value may be installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Not at all.
    Ended,
    /// News of it come.
    Told,
    /// No news come.
    Untold,
}

impl Lease {
    /// One that has ended.
    pub(super) fn new() -> Self {
        Self { base: Instant::now(), until: AtomicU64::new(0) }
    }

    #[inline]
    pub(super) fn holds(&self, now: Instant) -> bool {
        // Acquires what was done before the lease was extended: the removal of all that had changed by then.
        self.nanos(now) < self.until.load(Ordering::Acquire)
    }

    /// There are news, and all of them have come up to a moment that makes values good until this time.
    pub(super) fn extend(&self, until: Instant) {
        self.until.store(self.nanos(until).clamp(1, WITHOUT_NEWS - 1), Ordering::Release);
    }

    /// News will not come: what is installed has to be short-lived.
    pub(super) fn go_without_news(&self) {
        self.until.store(WITHOUT_NEWS, Ordering::Release);
    }

    pub(super) fn end(&self) {
        self.until.store(0, Ordering::Release);
    }

    pub(super) fn standing(&self) -> Standing {
        match self.until.load(Ordering::Acquire) {
            0 => Standing::Ended,
            WITHOUT_NEWS => Standing::Untold,
            _ => Standing::Told,
        }
    }

    #[inline]
    fn nanos(&self, at: Instant) -> u64 {
        let since = at.saturating_duration_since(self.base);
        // After five centuries a lease is always over.
        since.as_secs().saturating_mul(NANOS_PER_SECOND).saturating_add(since.subsec_nanos().into())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn it_holds_until_its_time_and_not_without_one() {
        let lease = Lease::new();
        let now = Instant::now();
        assert!(!lease.holds(now) && lease.standing() == Standing::Ended);
        lease.extend(now + SECOND);
        assert!(lease.holds(now) && !lease.holds(now + SECOND) && lease.standing() == Standing::Told);
        // Its time may pass and be extended again.
        lease.extend(now + SECOND * 3);
        assert!(lease.holds(now + SECOND * 2) && !lease.holds(now + SECOND * 3));
        lease.end();
        assert!(!lease.holds(now) && lease.standing() == Standing::Ended);
    }

    #[test]
    fn one_without_news_holds_always() {
        let lease = Lease::new();
        lease.go_without_news();
        assert!(lease.holds(Instant::now() + SECOND * 1_000_000) && lease.standing() == Standing::Untold);
    }

    #[test]
    fn one_that_was_over_before_it_began_is_a_lease_that_is_over() {
        let lease = Lease::new();
        let now = Instant::now();
        lease.extend(lease.base);
        assert!(!lease.holds(now) && lease.standing() == Standing::Told);
    }
}
