//! What time it is on the server.

use std::{
    sync::atomic::{AtomicI64, AtomicU64, Ordering},
    time::{Duration, Instant},
};

use crate::{mode::Mode, store::Store};

/// The clock of a store's server, as it was last seen: entries say by that clock until when they are fresh.
#[derive(Debug)]
pub(super) struct ServerClock {
    started: Instant,
    /// What the server's clock is ahead of the time since `started`, in milliseconds.
    offset: AtomicI64,
    /// When that was seen, in milliseconds since `started`, plus one; 0 for never.
    seen: AtomicU64,
    #[cfg(feature = "embedded")]
    engine: Option<redis_model_embedded::Engine>,
}

/// After this long the server is asked again: its clock may be set, and another server may take its place.
const TRUSTED: Duration = Duration::from_secs(10);

impl ServerClock {
    pub(super) fn of<M: Mode>(#[allow(unused_variables)] store: &Store<M>) -> Self {
        Self {
            started: Instant::now(),
            offset: AtomicI64::new(0),
            seen: AtomicU64::new(0),
            #[cfg(feature = "embedded")]
            engine: store.engine().cloned(),
        }
    }

    /// The server's time in milliseconds since the epoch; `None` when it is to be asked.
    pub(super) fn now(&self, now: Instant) -> Option<u64> {
        #[cfg(feature = "embedded")]
        if let Some(engine) = &self.engine {
            return u64::try_from(engine.now().as_millis()).ok();
        }
        let own = self.own(now);
        let seen = self.seen.load(Ordering::Acquire).checked_sub(1)?;
        let is_trusted = own.saturating_sub(seen) < u64::try_from(TRUSTED.as_millis()).unwrap_or(u64::MAX);
        is_trusted.then(|| own.saturating_add_signed(self.offset.load(Ordering::Relaxed)))
    }

    /// Notes a time that the server has told to somebody who has asked at this moment. However late the answer came, the
    /// server's clock is not ahead of what this gives from now on: nothing that is outdated is taken to be fresh.
    pub(super) fn told(&self, time: u64, asked: Instant) {
        let own = self.own(asked);
        let offset = i128::from(time) - i128::from(own);
        self.offset.store(i64::try_from(offset).unwrap_or(0), Ordering::Relaxed);
        self.seen.store(own + 1, Ordering::Release);
    }

    fn own(&self, now: Instant) -> u64 {
        u64::try_from(now.saturating_duration_since(self.started).as_millis()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock() -> ServerClock {
        ServerClock {
            started: Instant::now(),
            offset: AtomicI64::new(0),
            seen: AtomicU64::new(0),
            #[cfg(feature = "embedded")]
            engine: None,
        }
    }

    #[test]
    fn it_goes_on_from_what_the_server_has_told() {
        let clock = clock();
        assert_eq!(clock.now(Instant::now()), None);
        let asked = Instant::now();
        clock.told(1_700_000_000_000, asked);
        let later = asked + Duration::from_secs(3);
        let now = clock.now(later).expect("it was told");
        assert!((1_700_000_003_000..1_700_000_004_000).contains(&now), "{now}");
    }

    #[test]
    fn an_answer_that_comes_late_does_not_set_it_back() {
        let clock = clock();
        let asked = Instant::now();
        let late = asked + Duration::from_secs(3);
        clock.told(1_700_000_000_000, asked);
        assert!(clock.now(late).is_some_and(|now| now >= 1_700_000_003_000));
    }

    #[test]
    fn it_asks_again_after_a_while() {
        let clock = clock();
        clock.told(5, Instant::now());
        assert_eq!(clock.now(Instant::now() + TRUSTED), None);
        clock.told(7, Instant::now());
        assert!(clock.now(Instant::now()).is_some());
    }
}
