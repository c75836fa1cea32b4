//! Redlock: a lock on a majority of independent servers.

mod guard;
mod masters;
mod quorum;

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

pub use self::guard::RedlockGuard;
use self::{
    masters::{Claimed, Masters},
    quorum::{Count, drift, validity},
};
use super::{hold::bounded, key_hold::KeyHold, named::Named, on::judge, polling::Pauses};
#[cfg(feature = "async")]
use crate::mode::Async;
use crate::{
    error::{Error, Result},
    mode::{Blocking, Mode},
    store::Store,
    ttl::milliseconds,
};

/// A lock on several independent servers, the masters: who holds it on a majority of them holds it, so that it outlives the
/// loss of a minority. It is the algorithm that [Redis describes](https://redis.io/docs/latest/develop/clients/patterns/distributed-locks/).
///
/// Each master has a key `{name}@redlock` with the token of who holds it. All are asked side by side, and one that does not
/// answer within a tenth of the lease (a second at most) is a "no". The lock is granted when a majority said yes and something
/// of the lease is left beyond the time that took and the drift of clocks (a hundredth of the lease and 2 ms); else what
/// was granted is given back, and asked for again after a time at random.
///
/// # What it does not survive
/// It is as safe as clocks and pauses are kind, which [Kleppmann's
/// critique](https://martin.kleppmann.com/2016/02/08/how-to-do-distributed-locking.html) is about:
/// - **Pauses.** A process that is suspended beyond its lease goes on as if it held the lock, while another one does.
/// - **Clocks that jump.** A master whose clock is set forward ends a lease early.
/// - **Masters that forget.** One that starts again without what it had written last (`appendfsync always` keeps it), or whose
///   replica takes over, may grant the lock a second time.
///
/// So take it for what must seldom be done twice, not for what must never. Where the data is in Redis, the
/// [`Lock`](crate::Lock) on one server with [`run`](super::Guard::run) is safer: a write comes with its lease, and the server
/// refuses it when the lease has ended. Nobody renews a Redlock in the background: [`RedlockGuard::extend`] does.
///
/// ```
/// use redis_model::{Error, blocking::{Redlock, Store}};
///
/// let masters: Vec<Store> = (0..5).map(|_| Store::embedded()).collect(); // five servers that share nothing
/// let printer = Redlock::named("printer", masters);
/// let guard = printer.acquire()?;
/// assert!(printer.try_acquire()?.is_none());
/// assert!(guard.locked()? > std::time::Duration::from_secs(9));
///
/// guard.extend()?;
/// assert_eq!(guard.num_extensions(), 1);
/// guard.release()?;
/// # Ok::<(), Error>(())
/// ```
#[must_use = "a lock does nothing until it is acquired"]
pub struct Redlock<M: Mode> {
    named: Named,
    masters: Vec<Store<M>>,
    lease: Duration,
    wait: Duration,
    max_extensions: u32,
}

impl<M: Mode> Redlock<M> {
    /// The lock of this name on these masters: servers that share nothing, an odd number of them, the same ones for all who
    /// take the lock.
    ///
    /// Acquiring it is [`Error::InvalidQuery`] when there are no masters, and [`Error::InvalidKey`] when the name is empty or
    /// has more than 1024 bytes.
    pub fn named(name: impl AsRef<str>, masters: impl IntoIterator<Item = Store<M>>) -> Self {
        Self {
            named: Named::new(name.as_ref(), "redlock"),
            masters: masters.into_iter().collect(),
            lease: Duration::from_secs(10),
            wait: Duration::from_secs(10),
            max_extensions: 3,
        }
    }

    /// After how long the lock ends, unless it is extended; 10 s by default. In whole milliseconds, at least three: of
    /// less, nothing is left beyond the drift of clocks.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = bounded(lease);
        self
    }

    /// How long [`acquire`](Self::acquire) goes on asking; 10 s by default.
    pub fn wait(mut self, limit: Duration) -> Self {
        self.wait = bounded(limit);
        self
    }

    /// How often the lock may be extended; 3 times by default.
    pub fn max_extensions(mut self, limit: u32) -> Self {
        self.max_extensions = limit;
        self
    }

    /// Acquires the lock, and asks for it again and again where others hold it.
    ///
    /// Dropping the future gives back what it may have got.
    ///
    /// # Errors
    /// [`Error::LockTimeout`] when there was no majority for the whole time; [`Error::QuorumImpossible`] as soon as so many
    /// servers fail that the others are no majority; [`Error::InvalidQuery`] without masters, or for its lease;
    /// [`Error::InvalidKey`] for its name.
    pub fn acquire(&self) -> M::Result<'_, RedlockGuard<M>> {
        M::run(async move {
            let masters = self.masters()?;
            let started = Instant::now();
            let until = started + self.wait;
            let mut pauses = Pauses::new();
            loop {
                if let Some(guard) = self.attempt(&masters).await? {
                    return Ok(guard);
                }
                let left = until.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    let (path, waited) = (self.named.name.to_string(), started.elapsed());
                    return Err(Error::LockTimeout { path, waited, holder_lease: None });
                }
                // At random, so that those who have divided the masters between them do not do it again.
                M::sleep(pauses.next(None).min(left)).await;
            }
        })
    }

    /// Acquires the lock if a majority grants it at once; `None` if not.
    ///
    /// # Errors
    /// As [`acquire`](Self::acquire), without the time limit.
    pub fn try_acquire(&self) -> M::Result<'_, Option<RedlockGuard<M>>> {
        M::run(async move { self.attempt(&self.masters()?).await })
    }

    fn masters(&self) -> Result<Arc<Masters<M>>> {
        self.named.check()?;
        if self.masters.is_empty() {
            return Err(Error::invalid_query("a Redlock needs masters: give it the stores of three servers, or five"));
        }
        if self.lease <= drift(self.lease) {
            return Err(Error::invalid_query(
                "nothing is left of so short a lease beyond the drift of clocks: give the Redlock 3 ms at least",
            ));
        }
        let lease = milliseconds(self.lease)?;
        Masters::new(&self.masters, Duration::from_millis(lease), lease).map(Arc::new)
    }

    /// Asks all masters once, under a token that was never used before: an earlier one may still be on its way back.
    async fn attempt(&self, masters: &Arc<Masters<M>>) -> Result<Option<RedlockGuard<M>>> {
        let mut attempt = Attempt { masters: masters.clone(), hold: KeyHold::new(&self.named), is_open: true };
        let asked = Instant::now();
        let claims = masters.claim(&attempt.hold).await;
        let claimed: Vec<Claimed> = claims.iter().map(Claimed::by).collect();
        let count = Count::of(claims);
        if count.is_met() && validity(masters.lease, asked.elapsed(), masters.lease).is_some() {
            attempt.is_open = false;
            let hold = attempt.hold.clone();
            return Ok(Some(RedlockGuard::new(masters.clone(), hold, self.max_extensions, asked)));
        }
        masters.withdraw(&attempt.hold, &claimed).await;
        attempt.is_open = false;
        count.check(&self.named.name).map(|()| None)
    }
}

/// What was asked for, and is given back unless it is held in the end.
struct Attempt<M: Mode> {
    masters: Arc<Masters<M>>,
    hold: KeyHold,
    is_open: bool,
}

impl<M: Mode> Drop for Attempt<M> {
    fn drop(&mut self) {
        if self.is_open {
            self.masters.withdraw_later(&self.hold);
        }
    }
}

impl Redlock<Blocking> {
    /// Acquires the lock, runs the code, and releases the lock, also when the code panics.
    ///
    /// The code's error is given as it is. When the code succeeds although the lock was lost meanwhile, that is
    /// [`Error::LockLost`].
    ///
    /// # Errors
    /// Those of the code, and of acquiring the lock.
    pub fn with<R, E: From<Error>>(
        &self,
        code: impl FnOnce(&RedlockGuard<Blocking>) -> std::result::Result<R, E>,
    ) -> std::result::Result<R, E> {
        let guard = self.acquire()?;
        let outcome = code(&guard);
        judge(outcome, guard.release(), || self.named.name.to_string())
    }
}

#[cfg(feature = "async")]
impl Redlock<Async> {
    /// Acquires the lock, runs the code, and releases the lock, also when the code panics or the future is dropped.
    ///
    /// The code's error is given as it is. When the code succeeds although the lock was lost meanwhile, that is
    /// [`Error::LockLost`].
    ///
    /// # Errors
    /// Those of the code, and of acquiring the lock.
    pub async fn with<R, E: From<Error>>(
        &self,
        code: impl AsyncFnOnce(&RedlockGuard<Async>) -> std::result::Result<R, E>,
    ) -> std::result::Result<R, E> {
        let guard = self.acquire().await?;
        let outcome = code(&guard).await;
        let released = guard.release().await;
        judge(outcome, released, || self.named.name.to_string())
    }
}

impl<M: Mode> fmt::Debug for Redlock<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redlock")
            .field("name", &self.named.name)
            .field("masters", &self.masters)
            .field("lease", &self.lease)
            .finish_non_exhaustive()
    }
}

impl<M: Mode> Clone for Redlock<M> {
    fn clone(&self) -> Self {
        Self { named: self.named.clone(), masters: self.masters.clone(), ..*self }
    }
}
