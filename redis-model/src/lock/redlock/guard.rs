//! What holds a lock on a majority of servers.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::{
    masters::Masters,
    quorum::{Count, Quorum, drift, validity},
};
use crate::{
    error::Error,
    lock::{guard::Released, hold::Hold as _, key_hold::KeyHold},
    mode::{Mode, poll_once},
};

/// What holds a [`Redlock`](super::Redlock), until it is released or dropped, or its lease ends. Nobody renews it:
/// [`extend`](Self::extend) does.
///
/// Dropping it gives the lock back as far as the servers can be reached: an asynchronous guard hands that to the stores'
/// workers, a blocking one does it itself and takes a quarter of a second at most. Elsewhere the lease ends it.
#[must_use = "a guard that is dropped, also by `let _ =`, gives the lock back at once: keep it as `_guard`"]
pub struct RedlockGuard<M: Mode> {
    masters: Arc<Masters<M>>,
    hold: KeyHold,
    max_extensions: u32,
    state: Mutex<State>,
    is_given_back: bool,
}

#[derive(Debug, Clone, Copy)]
struct State {
    /// Until when it is held for sure.
    sure_until: Instant,
    extensions: u32,
}

impl<M: Mode> RedlockGuard<M> {
    /// Holds what a majority has granted, when it was asked at this time.
    pub(super) fn new(masters: Arc<Masters<M>>, hold: KeyHold, max_extensions: u32, asked: Instant) -> Self {
        let state = State { sure_until: sure_until(&masters, asked), extensions: 0 };
        Self { masters, hold, max_extensions, state: Mutex::new(state), is_given_back: false }
    }

    /// The name of the lock, which errors show as well.
    pub fn path(&self) -> String {
        self.hold.name()
    }

    /// How long the lock is held for sure, as far as is known here; zero when its lease has ended.
    pub fn remaining(&self) -> Duration {
        self.state().sure_until.saturating_duration_since(Instant::now())
    }

    /// Whether the lock is held, as far as is known here. A process that was suspended may believe it for a moment longer.
    pub fn is_held(&self) -> bool {
        !self.remaining().is_zero()
    }

    /// Asks all servers, and tells how long a majority of them holds the lock for sure; zero when there is none.
    ///
    /// # Errors
    /// [`Error::QuorumImpossible`] when so many servers fail that the others are no majority.
    pub fn locked(&self) -> M::Result<'_, Duration> {
        M::run(async move {
            let asked = Instant::now();
            let answers = self.masters.ask(|| self.hold.left()).await;
            let elapsed = asked.elapsed();
            let mut left: Vec<Duration> = answers.iter().flatten().copied().filter(|left| !left.is_zero()).collect();
            left.sort_unstable_by(|a, b| b.cmp(a));
            // The majority lasts as long as the one of its leases that ends first.
            let of_majority = left.get(Quorum { of: answers.len() }.majority() - 1);
            if let Some(left) = of_majority {
                return Ok(validity(*left, elapsed, self.masters.lease).unwrap_or_default());
            }
            let count = Count::of(answers.into_iter().map(|answer| answer.map(|left| !left.is_zero())));
            count.check(&self.hold.name()).map(|()| Duration::ZERO)
        })
    }

    /// Begins the lease again, where a majority of the servers still holds the lock. A failure does not unlock: what is
    /// [`remaining`](Self::remaining) stays.
    ///
    /// # Errors
    /// [`Error::TooManyExtensions`] when it was extended as often as it may be, and nothing was sent;
    /// [`Error::LockLost`] when no majority holds it, or it took longer than the lease to ask; [`Error::QuorumImpossible`]
    /// when so many servers fail that the others are no majority.
    pub fn extend(&self) -> M::Result<'_, ()> {
        M::run(async move {
            if self.num_extensions() >= self.max_extensions {
                return Err(Error::TooManyExtensions { path: self.hold.name(), limit: self.max_extensions });
            }
            let asked = Instant::now();
            let count = Count::of(self.masters.ask(|| self.hold.renewal(self.masters.milliseconds)).await);
            let lease = self.masters.lease;
            if count.is_met() && validity(lease, asked.elapsed(), lease).is_some() {
                let mut state = self.state();
                state.sure_until = sure_until(&self.masters, asked);
                state.extensions += 1;
                return Ok(());
            }
            if count.is_refused() {
                self.state().sure_until = asked;
            }
            count.check(&self.hold.name())?;
            Err(self.lost())
        })
    }

    /// How often it was extended.
    pub fn num_extensions(&self) -> u32 {
        self.state().extensions
    }

    /// Gives the lock back on all servers, and says whether a majority held it up to now.
    ///
    /// # Errors
    /// [`Error::QuorumImpossible`] when so many servers fail that this cannot be known.
    ///
    /// In any case it was given back wherever it was held and the server could be reached; elsewhere that is tried again in
    /// the background, until the lease ends.
    pub fn release(mut self) -> M::Result<'static, Released> {
        // Should this never run to its end, the guard gives back what it holds when it is dropped.
        M::run(async move {
            let count = Count::of(self.masters.release(&self.hold, self.is_held()).await);
            self.is_given_back = true;
            if count.is_met() {
                return Ok(Released::InTime);
            }
            count.check(&self.hold.name()).map(|()| Released::AlreadyLost)
        })
    }

    fn lost(&self) -> Error {
        Error::LockLost { path: self.hold.name() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Plain values have no broken state.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Until when a lease that was asked for at this time lasts for sure.
fn sure_until<M: Mode>(masters: &Masters<M>, asked: Instant) -> Instant {
    asked + masters.lease.saturating_sub(drift(masters.lease))
}

impl<M: Mode> Drop for RedlockGuard<M> {
    fn drop(&mut self) {
        if self.is_given_back {
            return;
        }
        if M::WAITS_IN_DROP {
            poll_once(self.masters.release_in_a_hurry(&self.hold));
        } else {
            self.masters.withdraw_later(&self.hold);
        }
    }
}

impl<M: Mode> fmt::Debug for RedlockGuard<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedlockGuard")
            .field("name", &self.hold.name())
            .field("remaining", &self.remaining())
            .field("extensions", &self.num_extensions())
            .finish_non_exhaustive()
    }
}
