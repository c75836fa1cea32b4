//! One process fetches what all of them need.

use std::{
    fmt,
    time::{Duration, Instant},
};

use super::{Lock, acquire::Acquisition, guard::Guard, hold::bounded, place::Place};
use crate::{error::Error, mode::Mode, store::Store};

/// Lets one process fetch what all of them need, such as data behind a slow API whose copy in a cache has expired: who
/// comes first leads, and those who come meanwhile follow: they take what is stale, or wait until the leader is done.
///
/// Leading is an exclusive [`Lock`] of its own kind, at the key `{name}@fetch`, with a lease of 30 s that is renewed until the
/// guard is released or dropped. What the leader writes through [`run`](Guard::run), to the key of that name or to keys with
/// the name as their hash tag, is refused by the server when another one leads by now. Followers do not poll: they are
/// told when the leader has released, or is dead.
///
/// ```
/// use std::time::Duration;
/// use redis_model::{Error, FetchLock, Query, blocking::{Lead, Store}, redis};
///
/// fn weather(store: &Store) -> Result<Option<String>, Error> {
///     let cached = || Query::<Option<String>>::command(redis::cmd("GET").arg("weather").take());
///     if let Some(weather) = cached().run(store)? {
///         return Ok(Some(weather));
///     }
///     match FetchLock::named("weather").try_lead(store)? {
///         Lead::Leader(guard) => {
///             let fetched = "sunny"; // from far away
///             let keep = redis::cmd("SET").arg("weather").arg(fetched).arg("EX").arg(60).take();
///             guard.run(Query::<()>::command(keep))?; // refused by the server if another one leads by now
///             guard.release()?;
///         }
///         Lead::Follower(follower) => {
///             follower.wait_for_leader(Duration::from_secs(5))?;
///         }
///     }
///     cached().run(store)
/// }
///
/// assert_eq!(weather(&Store::embedded())?.as_deref(), Some("sunny"));
/// # Ok::<(), Error>(())
/// ```
#[must_use = "a fetch lock does nothing until somebody leads"]
#[derive(Debug, Clone)]
pub struct FetchLock {
    lock: Lock,
}

/// Whether one fetches, or somebody else does.
#[must_use = "a leader that is dropped leads no more"]
pub enum Lead<M: Mode> {
    /// Nobody else fetches while the guard is held.
    Leader(Guard<M>),
    /// Somebody else fetches already.
    Follower(Follower<M>),
}

/// One of those who do not fetch, as somebody else does.
#[must_use = "a follower may wait for its leader, or take what is stale"]
pub struct Follower<M: Mode> {
    lock: Lock,
    store: Store<M>,
}

/// A follower holds the lock for a moment when the leader is done: should it die in that moment, nobody leads for so long.
const MOMENT: Duration = Duration::from_secs(3);

impl FetchLock {
    /// The fetch lock of this name, which may have any characters. Leading is
    /// [`Error::InvalidPath`](crate::Error::InvalidPath) when the name is empty or has more than 1024 bytes.
    pub fn named(name: impl AsRef<str>) -> Self {
        Self { lock: Lock::new(Place::named(name.as_ref(), "fetch")).barging() }
    }

    /// How long others wait for a leader that has died or is cut off; 30 s by default, and renewed every third of it. In
    /// whole milliseconds, at least one.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lock = self.lock.lease(lease);
        self
    }

    /// A lease that nobody renews: another one may lead after this time, done or not.
    pub fn fixed_lease(mut self, lease: Duration) -> Self {
        self.lock = self.lock.fixed_lease(lease);
        self
    }

    /// Ends the lead after this time although its lease is renewed: for fetching that may hang. Without it, there is no
    /// limit.
    pub fn max_hold(mut self, limit: Duration) -> Self {
        self.lock = self.lock.max_hold(limit);
        self
    }

    /// Leads if nobody does, else follows: one round trip.
    ///
    /// In the moment in which followers hear that their leader is done, one may become a follower although nobody leads;
    /// its [`wait_for_leader`](Follower::wait_for_leader) then ends at once.
    ///
    /// # Errors
    /// As [`Lock::try_acquire`].
    pub fn try_lead<'a, M: Mode>(&self, store: &'a Store<M>) -> M::Result<'a, Lead<M>> {
        let lock = self.lock.clone();
        M::run(async move {
            let guard = Acquisition::begin(&lock, store)?.once().await?;
            Ok(match guard {
                Some(guard) => Lead::Leader(guard),
                None => Lead::Follower(Follower { lock, store: store.clone() }),
            })
        })
    }
}

impl<M: Mode> Lead<M> {
    /// The leader's guard; `None` for a follower.
    pub fn into_guard(self) -> Option<Guard<M>> {
        match self {
            Self::Leader(guard) => Some(guard),
            Self::Follower(_) => None,
        }
    }

    /// Whether one is to fetch.
    pub fn is_leader(&self) -> bool {
        matches!(self, Self::Leader(_))
    }
}

impl<M: Mode> Follower<M> {
    /// Waits until nobody leads any more, whether the leader has released or its lease has ended: true; or for as long as
    /// this limit: false. What the leader has fetched, if it has, is where it has put it.
    ///
    /// # Errors
    /// As [`Lock::acquire`], without that of the time limit.
    pub fn wait_for_leader(&self, limit: Duration) -> M::Result<'_, bool> {
        M::run(async move {
            // What excludes a leader is granted when there is none, to all followers together.
            let lock = self.lock.clone().shared().fixed_lease(MOMENT);
            let until = Instant::now() + bounded(limit);
            match Acquisition::begin(&lock, &self.store)?.wait(until).await {
                Ok(guard) => {
                    // Where that fails, it is done in the background.
                    _ = guard.give_back().await;
                    Ok(true)
                }
                Err(Error::LockTimeout { .. }) => Ok(false),
                Err(error) => Err(error),
            }
        })
    }
}

impl<M: Mode> fmt::Debug for Lead<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Leader(guard) => f.debug_tuple("Leader").field(guard).finish(),
            Self::Follower(follower) => f.debug_tuple("Follower").field(follower).finish(),
        }
    }
}

impl<M: Mode> fmt::Debug for Follower<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Follower").field("lock", &self.lock).finish_non_exhaustive()
    }
}
