//! The end of the time that something may take as a whole.

use std::{
    io,
    time::{Duration, Instant},
};

/// The point in time at which something must be done; none if its limit reaches beyond what the clock can tell.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline(Option<Instant>);

impl Deadline {
    pub(super) fn new(started: Instant, limit: Duration) -> Self {
        Self(started.checked_add(limit))
    }

    pub(super) fn at(end: Instant) -> Self {
        Self(Some(end))
    }

    /// The one of both that comes first.
    pub(super) fn or_earlier(self, other: Self) -> Self {
        match (self.0, other.0) {
            (Some(one), Some(two)) => Self(Some(one.min(two))),
            (one, two) => Self(one.or(two)),
        }
    }

    pub(super) fn has_passed(self) -> bool {
        self.left().is_err()
    }

    /// How much time there is; an error of kind [`TimedOut`](io::ErrorKind::TimedOut) if there is none.
    pub(super) fn left(self) -> io::Result<Duration> {
        let left = self.0.map_or(Duration::MAX, |end| end.saturating_duration_since(Instant::now()));
        if left.is_zero() { Err(timed_out()) } else { Ok(left) }
    }

    /// The part of it for the first of so many attempts: one that hangs leaves the others their time.
    pub(super) fn share(self, attempts: usize) -> io::Result<Duration> {
        Ok(self.left()? / u32::try_from(attempts).unwrap_or(u32::MAX).max(1))
    }
}

/// The error of whatever did not make it.
pub(super) fn timed_out() -> io::Error {
    io::ErrorKind::TimedOut.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_passed_leaves_nothing() {
        let passed = Deadline::new(Instant::now(), Duration::ZERO);
        assert_eq!(passed.left().map_err(|error| error.kind()), Err(io::ErrorKind::TimedOut));
    }

    #[test]
    fn attempts_share_what_is_left() {
        let deadline = Deadline::new(Instant::now(), Duration::from_secs(90));
        assert!(deadline.share(3).is_ok_and(|share| share <= Duration::from_secs(30)));
        assert!(deadline.share(1).is_ok_and(|share| share > Duration::from_secs(30)));
    }

    #[test]
    fn of_two_the_earlier_one_counts() {
        let now = Instant::now();
        let (never, passed) = (Deadline::new(now, Duration::MAX), Deadline::at(now));
        assert!(never.or_earlier(passed).has_passed() && passed.or_earlier(never).has_passed());
        assert!(passed.or_earlier(Deadline::new(now, Duration::from_secs(60))).has_passed());
        assert!(!never.or_earlier(never).has_passed());
    }

    #[test]
    fn a_limit_beyond_the_clock_never_passes() {
        let never = Deadline::new(Instant::now(), Duration::MAX);
        assert!(never.left().is_ok_and(|left| left == Duration::MAX));
    }
}
