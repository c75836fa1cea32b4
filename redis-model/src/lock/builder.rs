//! What to lock, and on which terms.

use std::time::{Duration, Instant};

use super::{
    acquire::Acquisition,
    guard::Guard,
    on::LockOn,
    owner::Owner,
    place::Place,
    request::{Request, Sharing},
    terms::{self, Terms},
};
use crate::{error::Result, key::Key, mode::Mode, query::Query, store::Store};

/// A lock on a dotted path. It excludes locks on the same path, on those above it and on those below it; holds nothing
/// and sends nothing until it is acquired.
///
/// [`lock()`](crate::Record::lock) of a handle locks a record, a nested struct or a field; [`Lock::at`] any path.
///
/// It is exclusive unless [`shared`](Self::shared), has a lease of 30 s that is renewed until it is released, is
/// waited for up to 10 s, and is fair: who waits first is served first.
///
/// ```
/// use std::time::Duration;
/// use redis_model::{Error, Lock, blocking::Store};
///
/// let store = Store::embedded();
/// let guard = Lock::at("config.limits").shared().lease(Duration::from_secs(5)).acquire(&store)?;
/// assert!(Lock::at("config").is_locked().run(&store)?);
/// assert!(Lock::at("config.limits.cpu").shared().try_acquire(&store)?.is_some());
///
/// let denied = Lock::at("config").wait(Duration::from_millis(10)).acquire(&store).unwrap_err();
/// assert!(matches!(denied, Error::LockTimeout { .. }));
/// drop(guard);
/// # Ok::<(), Error>(())
/// ```
#[must_use = "a lock does nothing until it is acquired"]
#[derive(Debug, Clone)]
pub struct Lock {
    pub(super) place: Place,
    pub(super) sharing: Sharing,
    pub(super) terms: Terms,
    is_fair: bool,
    pub(super) owner: Option<Owner>,
}

impl Lock {
    pub(super) fn new(place: Place) -> Self {
        Self { place, sharing: Sharing::Exclusive, terms: Terms::default(), is_fair: true, owner: None }
    }

    /// The lock on a dotted path, such as `jobs.nightly`. Its first segment is the tree: only locks of one tree exclude
    /// each other, and its locks lie at the key `{jobs}@lock`.
    ///
    /// Segments may hold any characters but the dot. Acquiring it is [`Error::InvalidPath`](crate::Error::InvalidPath)
    /// when the path or a segment of it is empty, or it has more than 1024 bytes or 64 segments.
    pub fn at(path: impl AsRef<str>) -> Self {
        Self::new(Place::free(path.as_ref()))
    }

    /// The lock on a path in a tree of values, as [`Place::in_tree`] has it.
    pub(crate) fn in_tree(base: &Key, name: &str, path: &str, flaw: Option<&'static str>) -> Self {
        Self::new(Place::in_tree(base, name, path, flaw))
    }

    /// Lets nobody else hold the path, anything above it, or anything below it: the default.
    pub fn exclusive(mut self) -> Self {
        self.sharing = Sharing::Exclusive;
        self
    }

    /// Lets others hold it as well, if they share it too.
    pub fn shared(mut self) -> Self {
        self.sharing = Sharing::Shared;
        self
    }

    terms::setters!();

    /// Lets this request pass those who wait already: faster where it matters, unfair to them.
    pub fn barging(mut self) -> Self {
        self.is_fair = false;
        self
    }

    pub(super) fn owned_by(mut self, owner: &Owner) -> Self {
        self.owner = Some(owner.clone());
        self
    }

    /// Acquires the lock, and waits for it where it has to: one round trip when it is free. Waiting does not poll: the
    /// server hands the lock over when it is released.
    ///
    /// Dropping the future leaves neither a lock nor a place in the queue behind.
    ///
    /// # Errors
    /// [`Error::LockTimeout`](crate::Error::LockTimeout) when others held it for the whole time;
    /// [`Error::InvalidPath`](crate::Error::InvalidPath), [`Error::InvalidKey`](crate::Error::InvalidKey);
    /// [`Error::LockState`](crate::Error::LockState) when something else has changed the tree's keys;
    /// [`Error::OutOfMemory`](crate::Error::OutOfMemory); [`Error::LockLost`](crate::Error::LockLost) when the answer takes
    /// longer than the lease lasts; else those of any request. While it waits, a server that starts again, or a connection
    /// that breaks, is waited for as well.
    pub fn acquire<'a, M: Mode>(&self, store: &'a Store<M>) -> M::Result<'a, Guard<M>> {
        let lock = self.clone();
        M::run(async move {
            let until = Instant::now() + lock.terms.wait;
            Acquisition::begin(&lock, store)?.wait(until).await
        })
    }

    /// Acquires the lock if it is free, in one round trip; `None` if not. Unless [`barging`](Self::barging), it does not
    /// pass those who wait.
    ///
    /// # Errors
    /// As [`acquire`](Self::acquire), without the time limit.
    pub fn try_acquire<'a, M: Mode>(&self, store: &'a Store<M>) -> M::Result<'a, Option<Guard<M>>> {
        let lock = self.clone();
        M::run(async move { Acquisition::begin(&lock, store)?.once().await })
    }

    /// Whether somebody holds a lock now that excludes this one.
    pub fn is_locked(&self) -> Query<bool> {
        match self.place.check() {
            Ok(()) => Request::peek(&self.place, self.sharing, self.owner.as_ref()),
            Err(error) => Query::invalid(error),
        }
    }

    /// The lock on a store, for [`with`](LockOn::with).
    pub fn on<M: Mode>(self, store: &Store<M>) -> LockOn<'_, M, Self> {
        LockOn::new(self, store)
    }

    /// # Errors
    /// What is wrong with the path, or with the lease.
    pub(super) fn request(&self) -> Result<Request> {
        self.place.check()?;
        let owner = self.owner.clone().unwrap_or_else(Owner::new);
        let number = owner.next_request();
        let lease = self.terms.first_lease()?;
        let (place, sharing, is_fair) = (self.place.clone(), self.sharing, self.is_fair);
        Ok(Request { place, sharing, owner, number, lease, is_fair, is_straying: false })
    }
}
