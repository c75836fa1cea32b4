//! Whether the other end of a connection is still there: it may vanish without a word.

use std::time::{Duration, Instant};

use super::deadline::Deadline;
use crate::error::{Error, Result};

/// What was last known of the other end.
pub(super) struct Pulse {
    /// How long after a sign of life the next one is asked for.
    pub(super) pause: Duration,
    /// How long it may take to come.
    pub(super) limit: Duration,
    beat: Beat,
}

#[derive(Clone, Copy)]
enum Beat {
    /// It was there.
    Felt(Instant),
    /// Since then it owes a sign of life.
    AwaitedSince(Instant),
}

impl Pulse {
    /// That of a connection on which something has just come.
    pub(super) fn new(pause: Duration, limit: Duration) -> Self {
        Self { pause, limit, beat: Beat::Felt(Instant::now()) }
    }

    /// There has been a sign of life.
    pub(super) fn felt(&mut self, at: Instant) {
        self.beat = Beat::Felt(at);
    }

    /// Until when nothing is to be done.
    pub(super) fn patience(&self) -> Deadline {
        match self.beat {
            Beat::Felt(felt) => Deadline::new(felt, self.pause),
            Beat::AwaitedSince(asked) => Deadline::new(asked, self.limit),
        }
    }

    /// Notes that the other end is about to be asked for a sign of life; one that has been asked has had its time.
    ///
    /// Noted before the request is sent: if that is dropped half-way, as it may be when the other end has long stopped
    /// reading, the answer will be missed and nothing else be sent.
    pub(super) fn ask(&mut self, now: Instant) -> Result<Deadline> {
        if matches!(self.beat, Beat::AwaitedSince(_)) {
            return Err(Error::Timeout { limit: Some(self.limit) });
        }
        self.beat = Beat::AwaitedSince(now);
        Ok(Deadline::new(now, self.limit))
    }

    #[cfg(test)]
    pub(super) fn awaited_since(&mut self, asked: Instant) {
        self.beat = Beat::AwaitedSince(asked);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn it_is_asked_after_a_pause_and_given_up_after_a_limit() {
        let mut pulse = Pulse::new(MINUTE, Duration::ZERO);
        assert!(!pulse.patience().has_passed());
        let now = Instant::now();
        assert!(pulse.ask(now).is_ok_and(Deadline::has_passed) && pulse.patience().has_passed());
        assert!(matches!(pulse.ask(now), Err(Error::Timeout { limit: Some(Duration::ZERO) })));
        pulse.felt(now);
        assert!(!pulse.patience().has_passed() && pulse.ask(now).is_ok());
    }
}
