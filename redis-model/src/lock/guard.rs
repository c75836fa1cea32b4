//! What holds a lock.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    Lock,
    hold::{Held, Hold},
    keeper::Keeping,
    path_hold::PathHold,
};
use crate::{
    error::Result,
    mode::{Mode, poll_once},
    query::{IntoQuery, Query},
};

/// What holds a lock, until it is released or dropped, or its lease ends.
///
/// The lease is renewed in the background, every third of it, unless the lock has a [`fixed_lease`](Lock::fixed_lease). A
/// process that is suspended, or cut off from the server, for longer than that loses the lock without knowing at
/// once. What is written through [`run`](Self::run) is safe all the same: the server refuses it.
///
/// Dropping it gives the lock back: an asynchronous guard hands that to the store's worker, a blocking one does it itself
/// and takes a quarter of a second at most. Where neither reaches the server, the lease ends the lock. At the very end of
/// a program only [`release`](Self::release) is certain. `let _ = lock.acquire(..)` drops it at once: give it a name, such
/// as `_guard`. One that is forgotten (`mem::forget`) is renewed for as long as the process lives, or until
/// [`max_hold`](Lock::max_hold).
///
/// ```
/// use redis_model::{Error, Lock, Released, RedisModel, blocking::Store, prelude::*};
///
/// #[derive(RedisModel)]
/// struct Account { #[redis(id)] id: u64, balance: i64 }
///
/// let store = Store::embedded();
/// Account { id: 1, balance: 100 }.save().run(&store)?;
///
/// let account = Account::at(1);
/// let guard = account.lock().acquire(&store)?;
/// let balance = account.balance().get().run(&store)?.unwrap_or(0);
/// guard.run(account.balance().set(balance - 30))?; // refused by the server if the lock is lost
/// assert_eq!(guard.release()?, Released::InTime);
/// # Ok::<(), Error>(())
/// ```
#[must_use = "a guard that is dropped, also by `let _ =`, gives the lock back at once: keep it as `_guard`"]
pub struct Guard<M: Mode, H: Hold = PathHold> {
    pub(super) held: Arc<Held<M, H>>,
    pub(super) keeping: Arc<Keeping<M>>,
    is_given_back: bool,
}

/// How a lock was released.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Released {
    /// It was held up to now.
    InTime,
    /// It had been lost before: somebody else may have held it meanwhile.
    AlreadyLost,
}

impl<M: Mode, H: Hold> Guard<M, H> {
    /// Begins to hold what the server has granted, and to renew it.
    pub(super) fn new(keeping: Arc<Keeping<M>>, held: Held<M, H>, renew_at: Option<Instant>) -> Self {
        let held = Arc::new(held);
        if let Some(at) = renew_at {
            keeping.renew_at(at, held.clone());
        }
        Self { held, keeping, is_given_back: false }
    }

    /// Runs a query if the lock is still held, checked by the server in the same request, which nothing can come between.
    ///
    /// What it writes must be protected by the lock: paths of its record at or below its own; with a free path, keys
    /// with its first segment as their hash tag (`{jobs}` for `jobs.nightly`), of which those of the
    /// [`Tree`](crate::Tree) of that name count as its paths. What it reads may lie anywhere in the
    /// record.
    ///
    /// # Errors
    /// [`Error::LockLost`](crate::Error::LockLost) when the lock is no longer held: then nothing was written.
    /// [`Error::InvalidQuery`](crate::Error::InvalidQuery) when the query touches something else, writes under a shared
    /// lock, or has commands whose keys are not known; nothing was sent. Else those of the query.
    pub fn run<Q: IntoQuery>(&self, query: Q) -> M::Result<'static, Q::Output>
    where
        Q::Output: Send + 'static,
    {
        let guarded = self.guard(query.into_query());
        let (held, keeping) = (self.held.clone(), self.keeping.clone());
        M::run(async move {
            keeping.revive();
            let outcome = guarded?.over(&mut keeping.link.clone()).await;
            held.heed(&outcome);
            outcome
        })
    }

    fn guard<T: 'static>(&self, query: Query<T>) -> Result<Query<T>> {
        if !self.is_held() {
            return Err(self.held.lost());
        }
        query.for_each_touch(&mut |touch| self.held.hold.covers(touch))?;
        Ok(query.when(self.held.hold.condition()))
    }

    /// What is locked: a path with its record's key, or with its tree's name; the name of a mutex or of a semaphore.
    pub fn path(&self) -> String {
        self.held.hold.name()
    }

    /// Whether the lock is held, as far as is known here. A process that was suspended may believe it for a moment
    /// longer.
    pub fn is_held(&self) -> bool {
        self.held.is_sure()
    }

    /// How long the lock is held for sure if nothing renews it; zero when it is lost.
    pub fn remaining(&self) -> Duration {
        self.held.remaining()
    }

    /// Asks the server whether the lock is held.
    ///
    /// # Errors
    /// [`Error::LockLost`](crate::Error::LockLost) if not; else those of any request.
    pub fn check(&self) -> M::Result<'_, ()> {
        M::run(async move {
            self.keeping.revive();
            if !self.is_held() {
                return Err(self.held.lost());
            }
            let condition = self.held.hold.condition();
            let checked = Query::checking(condition).over(&mut self.keeping.link.clone()).await;
            self.held.heed(&checked);
            checked
        })
    }

    /// Renews the lease now: for a [`fixed_lease`](Lock::fixed_lease), which nobody else renews.
    ///
    /// # Errors
    /// [`Error::LockLost`](crate::Error::LockLost) if the lock is no longer held; else those of any request.
    pub fn renew(&self) -> M::Result<'_, ()> {
        M::run(async move {
            self.keeping.revive();
            let asked = Instant::now();
            let lease = self.held.term.lease_from(asked);
            if !self.is_held() || lease == 0 {
                return Err(self.held.lost());
            }
            if self.held.hold.renewal(lease).over(&mut self.keeping.link.clone()).await? {
                self.held.confirm(self.held.term.sure_until(asked, self.held.term.lease));
                return Ok(());
            }
            self.held.end();
            Err(self.held.lost())
        })
    }

    /// Waits until the lock is lost: the server has said so, or no renewal was confirmed in time.
    ///
    /// For `select!` beside the work that the lock protects.
    pub fn lost(&self) -> M::Result<'_, ()> {
        M::run(async move {
            self.keeping.revive();
            self.held.until_lost().await;
            Ok(())
        })
    }

    /// Gives the lock back, and says whether it was held up to now.
    ///
    /// # Errors
    /// Those of any request. The lock is then given back in the background, or ends with its lease.
    pub fn release(self) -> M::Result<'static, Released> {
        M::run(self.give_back())
    }

    /// The same as a future of either mode. Should it never run to its end, the guard gives back what it holds when it is
    /// dropped.
    pub(super) async fn give_back(self) -> Result<Released> {
        let was_held = self.held.release(&mut self.keeping.link.clone()).await?;
        self.given_back();
        Ok(if was_held { Released::InTime } else { Released::AlreadyLost })
    }

    /// Notes that it was given back.
    pub(super) fn given_back(mut self) {
        self.is_given_back = true;
        self.keeping.forget(&self.held);
    }
}

impl<M: Mode> Guard<M> {
    /// A number that is greater than that of every earlier lock in the same tree: for resources outside of Redis, which
    /// refuse a number below one that they have seen, and for logs, as it stands in the lock's key in Redis as well.
    pub fn fence(&self) -> u64 {
        self.held.hold.fence
    }

    /// A lock below this one, to be held by the same owner, so that this one is not in its way. It is
    /// [`exclusive`](Lock::exclusive) unless told otherwise, and stays when this one is released.
    pub fn child(&self, path: &str) -> Lock {
        let request = &self.held.hold.request;
        Lock::new(request.place.child(path)).owned_by(&request.owner)
    }
}

impl<M: Mode, H: Hold> Drop for Guard<M, H> {
    fn drop(&mut self) {
        if self.is_given_back {
            return;
        }
        self.keeping.forget(&self.held);
        if M::WAITS_IN_DROP && poll_once(self.held.hold.release().over(&mut self.keeping.hurried.clone())).is_ok() {
            return;
        }
        let held = self.held.clone();
        self.keeping.depart(move || held.hold.release().map(|_| ()), Instant::now() + self.held.term.lease);
    }
}

impl<M: Mode, H: Hold> fmt::Debug for Guard<M, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard")
            .field("path", &self.held.hold.name())
            .field("remaining", &self.remaining())
            .finish_non_exhaustive()
    }
}
