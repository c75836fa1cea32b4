//! A semaphore: one name, so many holders.

mod permit_hold;

use std::time::Duration;

pub(super) use self::permit_hold::PermitHold;
use super::{
    guard::{Guard, Released},
    named::Named,
    on::{Acquire, LockOn},
    polling::Polling,
    terms::{Terms, setters},
};
use crate::{mode::Mode, query::Query, store::Store};

/// What holds a permit of a semaphore, until it is released or dropped, or its lease ends.
pub type Permit<M> = Guard<M, PermitHold>;

/// Lets so many in at once, and no more: each holds a permit, which is a lease in a sorted set at the key
/// `{name}@semaphore`, by the server's clock. The permit of a process that has died is free when its lease ends.
///
/// A permit has a lease of 30 s that is renewed until it is released, and is waited for up to 10 s. Its guard is that of
/// [`Lock`](crate::Lock) without a fence: what is written through [`run`](Guard::run), to keys with the semaphore's name as
/// their hash tag, is refused by the server when the permit is lost. It says nothing of what the others who hold a permit
/// write.
///
/// **How many permits there are is said by who asks.** With different numbers under one name, each gets a permit while
/// fewer than its own number are held.
///
/// **Waiting polls, and is not fair**: as with a [`Mutex`](crate::Mutex), who waits asks again after a pause that grows from
/// 1 ms to 50 ms, or just after the lease in the way ends, and whoever asks first gets what is free.
///
/// ```
/// use redis_model::{Error, Semaphore, blocking::Store};
///
/// let store = Store::embedded();
/// let downloads = Semaphore::named("downloads", 2);
/// let (first, _second) = (downloads.acquire(&store)?, downloads.acquire(&store)?);
/// assert_eq!(downloads.available().run(&store)?, 0);
/// assert!(downloads.try_acquire(&store)?.is_none());
///
/// first.release()?;
/// assert_eq!(downloads.available().run(&store)?, 1);
/// # Ok::<(), Error>(())
/// ```
#[must_use = "a semaphore does nothing until a permit is acquired"]
#[derive(Debug, Clone)]
pub struct Semaphore {
    named: Named,
    permits: u64,
    terms: Terms,
}

impl Semaphore {
    /// The semaphore of this name, with so many permits. The name may have any characters; those with a meaning in keys,
    /// such as dots and braces, are written as `%2E` in its key. Acquiring a permit is
    /// [`Error::InvalidKey`](crate::Error::InvalidKey) when the name is empty or has more than 1024 bytes, and
    /// [`Error::InvalidQuery`](crate::Error::InvalidQuery) when there are no permits.
    pub fn named(name: impl AsRef<str>, permits: u64) -> Self {
        Self { named: Named::new(name.as_ref(), "semaphore"), permits, terms: Terms::default() }
    }

    setters!();

    /// Acquires a permit, and waits for one where it has to: one round trip when one is free.
    ///
    /// A request whose reply was lost takes no second permit. Dropping the future gives back what it may have got.
    ///
    /// # Errors
    /// [`Error::LockTimeout`](crate::Error::LockTimeout) when others held all of them for the whole time;
    /// [`Error::InvalidKey`](crate::Error::InvalidKey) for its name, [`Error::InvalidQuery`](crate::Error::InvalidQuery)
    /// for its lease, or for no permits; [`Error::WrongType`](crate::Error::WrongType) when something else lies at its key;
    /// [`Error::OutOfMemory`](crate::Error::OutOfMemory); [`Error::LockLost`](crate::Error::LockLost) when the answer takes
    /// longer than the lease lasts; else those of any request. While it waits, a server that starts again, or a connection
    /// that breaks, is waited for as well.
    pub fn acquire<'a, M: Mode>(&self, store: &'a Store<M>) -> M::Result<'a, Permit<M>> {
        let (hold, terms) = (PermitHold::new(&self.named, self.permits), self.terms);
        M::run(async move { Polling::begin(hold, terms, store)?.wait().await })
    }

    /// Acquires a permit if one is free, in one round trip; `None` if not.
    ///
    /// # Errors
    /// As [`acquire`](Self::acquire), without the time limit.
    pub fn try_acquire<'a, M: Mode>(&self, store: &'a Store<M>) -> M::Result<'a, Option<Permit<M>>> {
        let (hold, terms) = (PermitHold::new(&self.named, self.permits), self.terms);
        M::run(async move { Polling::begin(hold, terms, store)?.once().await })
    }

    /// How many permits are free now; none as well when others hold more of them than this semaphore has.
    pub fn available(&self) -> Query<u64> {
        let permits = self.permits;
        permit_hold::held(&self.named).map(move |held| permits.saturating_sub(held))
    }

    /// The semaphore on a store, for [`with`](LockOn::with).
    pub fn on<M: Mode>(self, store: &Store<M>) -> LockOn<'_, M, Self> {
        LockOn::new(self, store)
    }
}

impl Acquire for Semaphore {
    type Guard<M: Mode> = Permit<M>;

    fn acquire<'a, M: Mode>(&self, store: &'a Store<M>) -> M::Result<'a, Permit<M>> {
        self.acquire(store)
    }

    fn release<M: Mode>(guard: Permit<M>) -> M::Result<'static, Released> {
        guard.release()
    }

    fn name(&self) -> String {
        self.named.name.to_string()
    }
}
