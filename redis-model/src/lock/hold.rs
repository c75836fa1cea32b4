//! What is held under a lease, whatever kind of lock it is.

use std::{
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::tasks::Entry;
use crate::{
    error::{Error, Result},
    mode::{Mode, Signal as _},
    query::{Condition, Link, Query, touch::Touch},
};

/// What can be held under a lease.
pub trait Hold: Send + Sync + 'static {
    /// What is locked, for people.
    #[doc(hidden)]
    fn name(&self) -> String;

    /// Renews the lease for so many milliseconds; false if it has lapsed.
    #[doc(hidden)]
    #[allow(private_interfaces)]
    fn renewal(&self, lease: u64) -> Query<bool>;

    /// Gives it back; false if it was no longer held.
    #[doc(hidden)]
    fn release(&self) -> Query<bool>;

    /// Holds while it is held; else [`Error::LockLost`].
    #[doc(hidden)]
    #[allow(private_interfaces)]
    fn condition(&self) -> Condition;

    /// Whether a write to this place is protected by it, and a read can be made with it.
    ///
    /// # Errors
    /// [`Error::InvalidQuery`] says why not.
    #[doc(hidden)]
    #[allow(private_interfaces)]
    fn covers(&self, touch: Touch<'_>) -> Result<()>;
}

/// As long as a time limit may be: clocks cannot tell what lies much further ahead.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// A time limit that can be added to any time.
pub(super) fn bounded(limit: Duration) -> Duration {
    limit.min(LONGEST)
}

/// How long something is held.
#[derive(Debug, Clone, Copy)]
pub(super) struct Term {
    pub(super) lease: Duration,
    pub(super) is_renewed: bool,
    /// When it ends in any case.
    pub(super) end: Option<Instant>,
}

impl Term {
    /// Until when a lease of this length lasts for sure that was asked for at this time.
    pub(super) fn sure_until(&self, asked: Instant, lease: Duration) -> Instant {
        let sure_until = asked + lease;
        self.end.map_or(sure_until, |end| sure_until.min(end))
    }

    /// When to renew a lease of this length that was asked for at this time; `None` if it is not renewed.
    pub(super) fn renew_at(&self, asked: Instant, lease: Duration) -> Option<Instant> {
        let at = asked + lease / 3;
        (self.is_renewed && self.end.is_none_or(|end| at < end)).then_some(at)
    }

    /// The lease to ask for now, in milliseconds; zero when its end has come.
    pub(super) fn lease_from(&self, now: Instant) -> u64 {
        let lease = self.end.map_or(self.lease, |end| self.lease.min(end.saturating_duration_since(now)));
        // Rounded up, so that the server's lease is never shorter than what is believed of it here.
        u64::try_from(lease.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)
    }
}

/// What is held, and what is known of its lease.
///
/// What is known is on the safe side: the lease counts from before the request was sent that last confirmed it.
pub(crate) struct Held<M: Mode, H: ?Sized> {
    pub(super) term: Term,
    state: Mutex<State>,
    /// Notified when it is lost, and when it is given back.
    ended: M::Signal,
    pub(super) hold: H,
}

#[derive(Debug, Clone, Copy)]
struct State {
    sure_until: Instant,
    is_over: bool,
    /// Where its next renewal stands in the keeper's list.
    renewal: Option<Entry>,
}

impl<M: Mode, H> Held<M, H> {
    pub(super) fn new(hold: H, term: Term, sure_until: Instant) -> Self {
        let state = Mutex::new(State { sure_until, is_over: false, renewal: None });
        Self { term, state, ended: M::Signal::default(), hold }
    }
}

impl<M: Mode, H: Hold + ?Sized> Held<M, H> {
    /// Gives it back; false if it was no longer held.
    pub(super) async fn release(&self, link: &mut M::Connection) -> Result<bool> {
        give_back(&self.hold, link, || self.is_sure()).await
    }

    pub(super) fn lost(&self) -> Error {
        Error::LockLost { path: self.hold.name() }
    }
}

/// Gives something back; false if it was no longer held. `is_sure` tells whether it is held for sure.
pub(super) async fn give_back<H: Hold + ?Sized>(
    hold: &H,
    link: &mut impl Link,
    is_sure: impl Fn() -> bool + Send,
) -> Result<bool> {
    let answer = hold.release().sent_once().over(link).await;
    let Err(Error::Disconnected { .. }) = answer else { return answer };
    // It may have been given back although the reply was lost. Then it is not found any more, but was held up to now.
    let was_sure = is_sure();
    Ok(hold.release().over(link).await? || was_sure)
}

impl<M: Mode, H: ?Sized> Held<M, H> {
    /// How long it is held for sure; zero when it is lost.
    pub(super) fn remaining(&self) -> Duration {
        let state = *self.state();
        if state.is_over { Duration::ZERO } else { state.sure_until.saturating_duration_since(Instant::now()) }
    }

    /// Whether it is held for sure.
    pub(super) fn is_sure(&self) -> bool {
        !self.remaining().is_zero()
    }

    /// Notes that the server has confirmed the lease. A confirmation that comes too late changes nothing: who was told of
    /// a loss acts on it.
    pub(super) fn confirm(&self, sure_until: Instant) {
        let mut state = self.state();
        state.is_over |= state.sure_until <= Instant::now();
        state.sure_until = state.sure_until.max(sure_until);
    }

    /// Notes where its next renewal stands; gives the place of the one before.
    pub(super) fn set_renewal(&self, renewal: Option<Entry>) -> Option<Entry> {
        mem::replace(&mut self.state().renewal, renewal)
    }

    /// Notes that it is not held any more.
    pub(super) fn end(&self) {
        self.state().is_over = true;
        self.ended.notify();
    }

    /// Notes that it is lost when a request that was to run under it was refused for that.
    pub(super) fn heed<T>(&self, outcome: &Result<T>) {
        if let Err(Error::LockLost { .. }) = outcome {
            self.end();
        }
    }

    /// Waits until it is not held any more.
    pub(super) async fn until_lost(&self) {
        loop {
            let seen = self.ended.seen();
            let state = *self.state();
            if state.is_over || state.sure_until <= Instant::now() {
                return;
            }
            self.ended.changed(seen, Some(state.sure_until)).await;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Plain values have no broken state.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
