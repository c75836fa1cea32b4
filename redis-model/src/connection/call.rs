//! A limit that a caller sets to one request as a whole, on top of the server's own limits to its steps.

use std::time::{Duration, Instant};

use super::deadline::Deadline;

/// One request, from the time at which it is made. Without a limit of its own it does not even look at the clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call(Option<(Duration, Deadline)>);

/// What one step of a request may take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Step {
    pub(super) left: Duration,
    /// The limit that will have passed when nothing is left: the step's own, or that of the whole request.
    pub(super) limit: Duration,
}

impl Call {
    pub(super) fn start(limit: Option<Duration>) -> Self {
        Self(limit.map(|limit| (limit, Deadline::new(Instant::now(), limit))))
    }

    /// What is left for a step that may take so long by itself.
    pub(super) fn step(self, own: Duration) -> Step {
        let Some((limit, deadline)) = self.0 else { return Step { left: own, limit: own } };
        let left = deadline.left().unwrap_or(Duration::ZERO);
        if left < own { Step { left, limit } } else { Step { left: own, limit: own } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn the_shorter_limit_ends_a_step() {
        assert_eq!(Call::start(None).step(SECOND), Step { left: SECOND, limit: SECOND });
        assert_eq!(Call::start(Some(MINUTE)).step(SECOND), Step { left: SECOND, limit: SECOND });
        let step = Call::start(Some(SECOND)).step(MINUTE);
        assert!(step.left <= SECOND && step.limit == SECOND, "{step:?}");
    }

    #[test]
    fn a_request_whose_time_is_over_leaves_no_step_any() {
        let step = Call::start(Some(Duration::ZERO)).step(SECOND);
        assert_eq!(step, Step { left: Duration::ZERO, limit: Duration::ZERO });
    }

    #[test]
    fn a_limit_beyond_the_clock_leaves_the_steps_their_own() {
        assert_eq!(Call::start(Some(Duration::MAX)).step(MINUTE), Step { left: MINUTE, limit: MINUTE });
    }
}
