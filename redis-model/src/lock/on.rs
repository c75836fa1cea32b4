//! Running code while a lock is held.

use std::fmt;

use super::{
    Lock,
    guard::{Guard, Released},
};
#[cfg(feature = "async")]
use crate::mode::Async;
use crate::{
    error::{Error, Result},
    mode::{Blocking, Mode},
    store::Store,
};

/// A lock on a store, to run code under.
#[must_use = "nothing runs until `with` is called"]
pub struct LockOn<'a, M: Mode, L> {
    lock: L,
    store: &'a Store<M>,
}

/// What can be acquired.
pub trait Acquire {
    /// What holds it.
    type Guard<M: Mode>: Send;

    #[doc(hidden)]
    fn acquire<'a, M: Mode>(&self, store: &'a Store<M>) -> M::Result<'a, Self::Guard<M>>;

    #[doc(hidden)]
    fn release<M: Mode>(guard: Self::Guard<M>) -> M::Result<'static, Released>;

    /// What is acquired, for people.
    #[doc(hidden)]
    fn name(&self) -> String;
}

impl<'a, M: Mode, L> LockOn<'a, M, L> {
    pub(super) fn new(lock: L, store: &'a Store<M>) -> Self {
        Self { lock, store }
    }
}

impl<L: Acquire> LockOn<'_, Blocking, L> {
    /// Acquires the lock, runs the code, and releases the lock, also when the code panics.
    ///
    /// The code's error is given as it is. When the code succeeds although the lock was lost meanwhile, that is
    /// [`Error::LockLost`].
    ///
    /// ```
    /// use redis_model::{Error, Lock, blocking::Store};
    ///
    /// let store = Store::embedded();
    /// let fence = Lock::at("jobs.nightly").on(&store).with(|guard| Ok::<_, Error>(guard.fence()))?;
    /// assert!(fence > 0 && !Lock::at("jobs").is_locked().run(&store)?);
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of the code, and of acquiring the lock.
    pub fn with<R, E: From<Error>>(
        self,
        code: impl FnOnce(&L::Guard<Blocking>) -> std::result::Result<R, E>,
    ) -> std::result::Result<R, E> {
        let guard = self.lock.acquire(self.store)?;
        let outcome = code(&guard);
        judge(outcome, L::release(guard), || self.lock.name())
    }
}

#[cfg(feature = "async")]
impl<L: Acquire> LockOn<'_, Async, L> {
    /// Acquires the lock, runs the code, and releases the lock, also when the code panics or the future is dropped.
    ///
    /// The code's error is given as it is. When the code succeeds although the lock was lost meanwhile, that is
    /// [`Error::LockLost`].
    ///
    /// # Errors
    /// Those of the code, and of acquiring the lock.
    pub async fn with<R, E: From<Error>>(
        self,
        code: impl AsyncFnOnce(&L::Guard<Async>) -> std::result::Result<R, E>,
    ) -> std::result::Result<R, E> {
        let guard = self.lock.acquire(self.store).await?;
        let outcome = code(&guard).await;
        let released = L::release(guard).await;
        judge(outcome, released, || self.lock.name())
    }
}

/// What comes of code that ran under a lock: its own error before everything else.
pub(super) fn judge<R, E: From<Error>>(
    outcome: std::result::Result<R, E>,
    released: Result<Released>,
    name: impl FnOnce() -> String,
) -> std::result::Result<R, E> {
    match (outcome, released) {
        (Ok(_), Ok(Released::AlreadyLost)) => Err(Error::LockLost { path: name() }.into()),
        // That the release has failed changes nothing about what was done before: the lease ends the lock.
        (outcome, _) => outcome,
    }
}

impl Acquire for Lock {
    type Guard<M: Mode> = Guard<M>;

    fn acquire<'a, M: Mode>(&self, store: &'a Store<M>) -> M::Result<'a, Guard<M>> {
        self.acquire(store)
    }

    fn release<M: Mode>(guard: Guard<M>) -> M::Result<'static, Released> {
        guard.release()
    }

    fn name(&self) -> String {
        self.place.name()
    }
}

impl<M: Mode, L: fmt::Debug> fmt::Debug for LockOn<'_, M, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LockOn").field("lock", &self.lock).finish_non_exhaustive()
    }
}
