//! The arithmetic of Redlock: who is a majority, and for how long it is one for sure.

use std::time::Duration;

use crate::error::{Error, Result};

/// How many masters there are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Quorum {
    pub(super) of: usize,
}

impl Quorum {
    /// More than half of the masters.
    pub(super) fn majority(self) -> usize {
        self.of / 2 + 1
    }

    /// Whether those that have not failed are no majority.
    fn is_impossible(self, failed: usize) -> bool {
        self.of.saturating_sub(failed) < self.majority()
    }
}

/// What the masters have answered.
#[derive(Debug)]
pub(super) struct Count {
    quorum: Quorum,
    agreed: usize,
    failed: usize,
    first_failure: Option<Error>,
}

impl Count {
    /// A failure is a "no", whatever its cause.
    pub(super) fn of(answers: impl IntoIterator<Item = Result<bool>>) -> Self {
        let mut count = Self { quorum: Quorum { of: 0 }, agreed: 0, failed: 0, first_failure: None };
        for answer in answers {
            count.quorum.of += 1;
            match answer {
                Ok(agrees) => count.agreed += usize::from(agrees),
                Err(error) => {
                    count.failed += 1;
                    count.first_failure.get_or_insert(error);
                }
            }
        }
        count
    }

    pub(super) fn is_met(&self) -> bool {
        self.agreed >= self.quorum.majority()
    }

    /// Whether there is no majority even if all that have failed had agreed.
    pub(super) fn is_refused(&self) -> bool {
        self.agreed + self.failed < self.quorum.majority()
    }

    /// # Errors
    /// [`Error::QuorumImpossible`] when so many have failed that the others are no majority.
    pub(super) fn check(self, path: &str) -> Result<()> {
        match self.first_failure {
            Some(source) if self.quorum.is_impossible(self.failed) => Err(Error::QuorumImpossible {
                path: path.to_owned(),
                failed: self.failed,
                of: self.quorum.of,
                source: Box::new(source),
            }),
            _ => Ok(()),
        }
    }
}

/// By how much the clocks of the masters may differ in the time of a lease, as in Redis' description of the algorithm.
pub(super) fn drift(lease: Duration) -> Duration {
    lease / 100 + Duration::from_millis(2)
}

/// For how long what is left of a lease is sure, when it took so long to ask for it; `None` when it is not at all.
pub(super) fn validity(left: Duration, elapsed: Duration, lease: Duration) -> Option<Duration> {
    left.checked_sub(elapsed)?.checked_sub(drift(lease)).filter(|valid| !valid.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(agreed: usize, refused: usize, failed: usize) -> Count {
        let failure = || Err(Error::protocol("a failure"));
        let all = [(agreed, Ok(true)), (refused, Ok(false)), (failed, failure())];
        Count::of(all.into_iter().flat_map(|(times, answer)| {
            (0..times).map(move |_| answer.as_ref().map(|agrees| *agrees).map_err(|_| Error::protocol("a failure")))
        }))
    }

    #[test]
    fn a_majority_is_more_than_half() {
        for (of, majority) in [(1, 1), (2, 2), (3, 2), (4, 3), (5, 3), (6, 4)] {
            assert_eq!(Quorum { of }.majority(), majority);
            assert!(count(majority, of - majority, 0).is_met(), "exactly a majority of {of}");
            assert!(!count(majority - 1, of - majority + 1, 0).is_met(), "one less of {of}");
            assert!(!count(majority - 1, 0, of - majority + 1).is_met(), "a failure is a no, of {of}");
        }
    }

    #[test]
    fn a_quorum_is_impossible_when_those_that_answer_are_no_majority() {
        for (of, most) in [(1, 0), (2, 0), (3, 1), (4, 1), (5, 2)] {
            assert!(count(0, of - most, most).check("a").is_ok(), "{most} of {of}");
            let failed = most + 1;
            let error = count(0, of - failed, failed).check("a").expect_err("too many have failed");
            assert!(
                matches!(error, Error::QuorumImpossible { failed: told, of: all, .. } if (told, all) == (failed, of)),
                "{error}"
            );
        }
    }

    #[test]
    fn a_refusal_is_sure_when_failures_could_not_change_it() {
        assert!(count(1, 2, 0).is_refused() && count(0, 2, 1).is_refused());
        assert!(!count(1, 1, 1).is_refused() && !count(2, 1, 0).is_refused());
    }

    #[test]
    fn validity_leaves_out_the_time_it_took_and_the_drift_of_clocks() {
        let ms = Duration::from_millis;
        let of = |lease, elapsed| validity(ms(lease), ms(elapsed), ms(lease));
        assert_eq!(of(10_000, 0), Some(ms(9_898)));
        assert_eq!(of(10_000, 98), Some(ms(9_800)));
        assert_eq!(of(10_000, 9_897), Some(ms(1)));
        assert_eq!((of(10_000, 9_898), of(10_000, 9_999), of(10_000, 50_000)), (None, None, None));
    }

    #[test]
    fn a_lease_below_the_drift_of_clocks_is_never_valid() {
        for lease in [0, 1, 2] {
            assert_eq!(validity(Duration::from_millis(lease), Duration::ZERO, Duration::from_millis(lease)), None);
        }
        let valid = validity(Duration::from_millis(3), Duration::ZERO, Duration::from_millis(3));
        assert_eq!(valid, Some(Duration::from_micros(970)));
        assert_eq!(validity(Duration::MAX, Duration::MAX, Duration::MAX), None);
    }
}
