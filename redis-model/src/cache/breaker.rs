//! Sparing callers a server that does not answer.

use std::{
    sync::atomic::{AtomicU32, AtomicU64, Ordering},
    time::{Duration, Instant},
};

use crate::error::Error;

/// Keeps requests from a server that has failed: for a moment, then for longer; one caller at a time tries it again.
///
/// The circuit breaker of Nygard, "Release It!", chapter "Stability Patterns".
#[derive(Debug)]
pub(super) struct Breaker {
    started: Instant,
    /// Until when nobody asks, in milliseconds since `started`; 0 while all is well.
    open_until: AtomicU64,
    failures: AtomicU32,
}

/// How long nobody asks after the first failure; twice as long after each further one, up to the last.
const FIRST: Duration = Duration::from_millis(100);
const LAST: Duration = Duration::from_secs(5);

impl Breaker {
    pub(super) fn new() -> Self {
        Self { started: Instant::now(), open_until: AtomicU64::new(0), failures: AtomicU32::new(0) }
    }

    /// Whether to ask the server now. While it has failed, one caller is let through after each pause.
    ///
    /// # Errors
    /// [`Error::CircuitOpen`] when it is to be spared.
    pub(super) fn check(&self) -> Result<(), Error> {
        let open_until = self.open_until.load(Ordering::Relaxed);
        if open_until == 0 {
            return Ok(());
        }
        let now = self.now();
        if now >= open_until && self.moves_on(open_until, now) {
            Ok(())
        } else {
            Err(Error::CircuitOpen { retry_in: Duration::from_millis(open_until.saturating_sub(now)) })
        }
    }

    /// Whoever moves the time on tries; should its future be dropped, another one does after the next pause, which is longer.
    fn moves_on(&self, open_until: u64, now: u64) -> bool {
        let failures = self.failures.load(Ordering::Relaxed).saturating_add(1);
        let next = now + pause(failures);
        let moved = self.open_until.compare_exchange(open_until, next, Ordering::Relaxed, Ordering::Relaxed);
        if moved.is_ok() {
            self.failures.store(failures, Ordering::Relaxed);
        }
        moved.is_ok()
    }

    /// Notes how a request has gone.
    pub(super) fn note<T>(&self, outcome: &Result<T, Error>) {
        match outcome {
            // All that are under way fail together: they count as one failure, and a try is counted when it begins.
            Err(error) if is_outage(error) => {
                let failures = self.failures.load(Ordering::Relaxed).max(1);
                self.failures.store(failures, Ordering::Relaxed);
                self.open_until.store(self.now() + pause(failures), Ordering::Relaxed);
            }
            _ if self.open_until.load(Ordering::Relaxed) != 0 => {
                self.failures.store(0, Ordering::Relaxed);
                self.open_until.store(0, Ordering::Relaxed);
            }
            _ => {}
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX).saturating_add(1)
    }
}

/// How long nobody asks after so many failures in a row, in milliseconds.
fn pause(failures: u32) -> u64 {
    let pause = (FIRST * 2_u32.pow(failures.clamp(1, 16) - 1)).min(LAST);
    u64::try_from(pause.as_millis()).unwrap_or(u64::MAX)
}

/// Whether the server could not be reached, or has not answered.
fn is_outage(error: &Error) -> bool {
    error.is_connection() || error.is_timeout()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permits(breaker: &Breaker) -> bool {
        breaker.check().is_ok()
    }

    fn outage() -> Result<(), Error> {
        Err(Error::Timeout { limit: None })
    }

    /// A breaker whose pause is over.
    fn after_its_pause(breaker: &Breaker) {
        breaker.open_until.store(1, Ordering::Relaxed);
    }

    #[test]
    fn it_opens_at_the_first_outage_and_closes_at_the_first_answer() {
        let breaker = Breaker::new();
        assert!(permits(&breaker) && permits(&breaker));
        breaker.note(&outage());
        assert!(!permits(&breaker));
        breaker.note(&Ok(()));
        assert!(permits(&breaker) && permits(&breaker));
    }

    #[test]
    fn an_answer_that_is_an_error_is_no_outage() {
        let breaker = Breaker::new();
        breaker.note::<()>(&Err(Error::protocol("any")));
        assert!(permits(&breaker));
    }

    #[test]
    fn after_a_pause_one_caller_tries() {
        let breaker = Breaker::new();
        breaker.note(&outage());
        after_its_pause(&breaker);
        assert!(permits(&breaker));
        assert!(!permits(&breaker));
    }

    /// For how long nobody asks.
    fn pause_of(breaker: &Breaker) -> u64 {
        match breaker.check() {
            Err(Error::CircuitOpen { retry_in }) => u64::try_from(retry_in.as_millis()).unwrap_or(u64::MAX),
            other => panic!("it is closed: {other:?}"),
        }
    }

    #[test]
    fn pauses_double_with_each_try_up_to_their_limit() {
        let breaker = Breaker::new();
        breaker.note(&outage());
        for pause in [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000] {
            // The time that the test takes is missing.
            assert!((pause / 2 + 1..=pause).contains(&pause_of(&breaker)), "{pause}");
            after_its_pause(&breaker);
            assert!(permits(&breaker));
            breaker.note(&outage());
        }
    }

    #[test]
    fn those_that_fail_together_count_once() {
        let breaker = Breaker::new();
        (0..64).for_each(|_| breaker.note(&outage()));
        assert!(pause_of(&breaker) <= 100);
        breaker.note(&Ok(()));
        breaker.note(&outage());
        assert!(pause_of(&breaker) <= 100, "an answer begins anew");
    }
}
