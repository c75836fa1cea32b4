//! A mutex: one name, one key, one holder.

use std::time::Duration;

use super::{
    guard::{Guard, Released},
    key_hold::KeyHold,
    named::Named,
    on::{Acquire, LockOn},
    polling::Polling,
    terms::{Terms, setters},
};
use crate::{
    command,
    mode::Mode,
    query::{Part, Query, reply},
    store::Store,
};

/// What holds a mutex, until it is released or dropped, or its lease ends.
pub type MutexGuard<M> = Guard<M, KeyHold>;

/// A lock on a name and nothing else: a key `{name}@mutex` that holds the token of who holds it (`SET` with `NX` and `PX`).
///
/// It has a lease of 30 s that is renewed until it is released, and is waited for up to 10 s. Its guard is that of
/// [`Lock`](crate::Lock) without a fence: what is written through [`run`](Guard::run) is refused by the server when the
/// mutex is lost. It protects keys with its name as their hash tag, such as `report:{nightly}` for `nightly`.
///
/// **Waiting polls, and is not fair.** Who waits asks again after a pause that grows from 1 ms to 50 ms, or just after the
/// holder's lease ends if that is sooner; whoever asks first after the release gets it, and may be the last who came.
/// For a lock that many wait for, use [`Lock`](crate::Lock): it serves them in their order, and wakes the next one at once.
///
/// ```
/// use redis_model::{Error, Mutex, Query, Released, blocking::Store, redis};
///
/// let store = Store::embedded();
/// let nightly = Mutex::named("nightly");
/// let guard = nightly.acquire(&store)?;
/// assert!(nightly.is_locked().run(&store)?);
/// assert!(nightly.try_acquire(&store)?.is_none());
///
/// let write = Query::<()>::command(redis::cmd("SET").arg("report:{nightly}").arg("done").take());
/// guard.run(write)?; // refused by the server if the mutex is lost
/// assert_eq!(guard.release()?, Released::InTime);
/// # Ok::<(), Error>(())
/// ```
#[must_use = "a mutex does nothing until it is acquired"]
#[derive(Debug, Clone)]
pub struct Mutex {
    named: Named,
    terms: Terms,
}

impl Mutex {
    /// The mutex of this name, which may have any characters; those with a meaning in keys, such as dots and braces, are
    /// written as `%2E` in its key. Acquiring it is [`Error::InvalidKey`](crate::Error::InvalidKey) when the name is empty or
    /// has more than 1024 bytes.
    pub fn named(name: impl AsRef<str>) -> Self {
        Self { named: Named::new(name.as_ref(), "mutex"), terms: Terms::default() }
    }

    setters!();

    /// Acquires the mutex, and waits for it where it has to: one round trip when it is free.
    ///
    /// A request whose reply was lost does not stand in its own way. Dropping the future gives back what it may have got.
    ///
    /// # Errors
    /// [`Error::LockTimeout`](crate::Error::LockTimeout) when others held it for the whole time;
    /// [`Error::InvalidKey`](crate::Error::InvalidKey) for its name, [`Error::InvalidQuery`](crate::Error::InvalidQuery)
    /// for its lease; [`Error::WrongType`](crate::Error::WrongType) when something else lies at its key;
    /// [`Error::OutOfMemory`](crate::Error::OutOfMemory); [`Error::LockLost`](crate::Error::LockLost) when the answer takes
    /// longer than the lease lasts; else those of any request. While it waits, a server that starts again, or a connection
    /// that breaks, is waited for as well.
    pub fn acquire<'a, M: Mode>(&self, store: &'a Store<M>) -> M::Result<'a, MutexGuard<M>> {
        let (hold, terms) = (KeyHold::new(&self.named), self.terms);
        M::run(async move { Polling::begin(hold, terms, store)?.wait().await })
    }

    /// Acquires the mutex if it is free, in one round trip; `None` if not.
    ///
    /// # Errors
    /// As [`acquire`](Self::acquire), without the time limit.
    pub fn try_acquire<'a, M: Mode>(&self, store: &'a Store<M>) -> M::Result<'a, Option<MutexGuard<M>>> {
        let (hold, terms) = (KeyHold::new(&self.named), self.terms);
        M::run(async move { Polling::begin(hold, terms, store)?.once().await })
    }

    /// Whether somebody holds the mutex now: `EXISTS`.
    pub fn is_locked(&self) -> Query<bool> {
        let key = &self.named.key;
        Query::on(key, || Part::command(command::key::exists(key), ""), reply::flag)
    }

    /// The mutex on a store, for [`with`](LockOn::with).
    pub fn on<M: Mode>(self, store: &Store<M>) -> LockOn<'_, M, Self> {
        LockOn::new(self, store)
    }
}

impl Acquire for Mutex {
    type Guard<M: Mode> = MutexGuard<M>;

    fn acquire<'a, M: Mode>(&self, store: &'a Store<M>) -> M::Result<'a, MutexGuard<M>> {
        self.acquire(store)
    }

    fn release<M: Mode>(guard: MutexGuard<M>) -> M::Result<'static, Released> {
        guard.release()
    }

    fn name(&self) -> String {
        self.named.name.to_string()
    }
}
