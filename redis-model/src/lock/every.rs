//! Several locks at once.

use std::{
    fmt,
    time::{Duration, Instant},
};

use super::{
    Lock,
    acquire::Acquisition,
    guard::{Guard, Released},
    hold::{Hold as _, bounded},
    on::{Acquire, LockOn},
    owner::Owner,
    place::Covers,
    request::Sharing,
};
use crate::{
    command::facts::readable,
    error::{Error, Result},
    mode::Mode,
    query::{IntoQuery, Query, touch::Touch},
    store::Store,
};

/// Several locks, held together by one owner; made by [`Lock::all`].
#[must_use = "locks do nothing until they are acquired"]
#[derive(Debug, Clone)]
pub struct Locks {
    /// In the order in which they are taken; none of them contains another.
    locks: Vec<Lock>,
    wait: Duration,
}

impl Lock {
    /// Several locks, to be held together. They are taken one after another in an order that is the same everywhere, so
    /// that two processes that take the same ones never wait for each other in a circle. Of locks of which one contains the
    /// other, only the outer one is taken, on its own terms, exclusively if one of them is, for the owner of either. Of no
    /// locks at all, nothing is held, and nothing runs under them.
    ///
    /// ```
    /// use redis_model::{Lock, RedisModel, blocking::Store, prelude::*};
    ///
    /// #[derive(RedisModel)]
    /// struct Account { #[redis(id)] id: u64, balance: i64 }
    ///
    /// let store = Store::embedded();
    /// for id in [1, 2] {
    ///     Account { id, balance: 100 }.save().run(&store)?;
    /// }
    /// let (from, to) = (Account::at(1), Account::at(2));
    /// let guard = Lock::all([from.lock(), to.lock()]).acquire(&store)?;
    /// guard.run((from.balance().incr(-30), to.balance().incr(30)).batch())?;
    /// # Ok::<(), redis_model::Error>(())
    /// ```
    pub fn all(locks: impl IntoIterator<Item = Self>) -> Locks {
        let mut locks: Vec<Self> = locks.into_iter().collect();
        locks.sort_by(|a, b| a.place.order().cmp(&b.place.order()));
        let wait = locks.iter().map(|lock| lock.terms.wait).max().unwrap_or_default();
        let mut outer: Vec<Self> = Vec::with_capacity(locks.len());
        for lock in locks {
            match outer.last_mut().filter(|outer| outer.place.contains(&lock.place)) {
                Some(outer) => outer.stand_for(lock),
                None => outer.push(lock),
            }
        }
        Locks { locks: outer, wait }
    }

    /// Takes over what a lock within this one needs: that it is exclusive, and its owner.
    fn stand_for(&mut self, inner: Self) {
        if inner.sharing == Sharing::Exclusive {
            self.sharing = Sharing::Exclusive;
        }
        self.owner = self.owner.take().or(inner.owner);
    }
}

impl Locks {
    /// How long [`acquire`](Self::acquire) waits for others, for all locks together; the longest of the single ones by
    /// default.
    pub fn wait(mut self, limit: Duration) -> Self {
        self.wait = bounded(limit);
        self
    }

    /// Acquires all of them, one round trip each where they are free.
    ///
    /// # Errors
    /// As [`Lock::acquire`]; then none is held.
    pub fn acquire<'a, M: Mode>(&self, store: &'a Store<M>) -> M::Result<'a, Guards<M>> {
        let locks = self.owned();
        M::run(async move {
            let started = Instant::now();
            let until = started + locks.wait;
            let mut guards = Vec::with_capacity(locks.locks.len());
            for lock in &locks.locks {
                guards.push(Acquisition::begin(lock, store)?.since(started).wait(until).await?);
            }
            Ok(Guards { guards })
        })
    }

    /// Acquires all of them if all are free; `None`, and none is held, if not.
    ///
    /// # Errors
    /// As [`Lock::try_acquire`]; then none is held.
    pub fn try_acquire<'a, M: Mode>(&self, store: &'a Store<M>) -> M::Result<'a, Option<Guards<M>>> {
        let locks = self.owned();
        M::run(async move {
            let mut guards = Vec::with_capacity(locks.locks.len());
            for lock in &locks.locks {
                let Some(guard) = Acquisition::begin(lock, store)?.once().await? else { return Ok(None) };
                guards.push(guard);
            }
            Ok(Some(Guards { guards }))
        })
    }

    /// The locks on a store, for [`with`](LockOn::with).
    pub fn on<M: Mode>(self, store: &Store<M>) -> LockOn<'_, M, Self> {
        LockOn::new(self, store)
    }

    /// The same, all of one owner where they have none: one who holds something is not kept back by those who wait.
    fn owned(&self) -> Self {
        let owner = Owner::new();
        let own = |lock: &Lock| if lock.owner.is_some() { lock.clone() } else { lock.clone().owned_by(&owner) };
        Self { locks: self.locks.iter().map(own).collect(), wait: self.wait }
    }
}

/// What holds several locks, until it is released or dropped, or a lease ends: as a [`Guard`] of each.
///
/// Dropping it gives each lock back as its guard would, one after another: [`release`](Self::release) takes one round trip
/// for all of them.
#[must_use = "guards that are dropped, also by `let _ =`, give the locks back at once: keep them as `_guards`"]
pub struct Guards<M: Mode> {
    guards: Vec<Guard<M>>,
}

impl<M: Mode> Guards<M> {
    /// Runs a query if all of the locks are still held, checked by the server in the same request. What it writes must be
    /// protected by one of them, as [`Guard::run`] says. In a cluster the locked records must lie in one slot.
    ///
    /// # Errors
    /// As [`Guard::run`].
    pub fn run<Q: IntoQuery>(&self, query: Q) -> M::Result<'static, Q::Output>
    where
        Q::Output: Send + 'static,
    {
        let guarded = self.guard(query.into_query());
        let keeping = self.guards.first().map(|guard| guard.keeping.clone());
        let holds: Vec<_> = self.guards.iter().map(|guard| guard.held.clone()).collect();
        M::run(async move {
            let query = guarded?;
            let keeping = keeping.ok_or_else(|| Error::invalid_query("no locks were given: nothing is guarded"))?;
            keeping.revive();
            let outcome = query.over(&mut keeping.link.clone()).await;
            if let Err(Error::LockLost { path }) = &outcome {
                holds.iter().filter(|held| held.hold.name() == *path).for_each(|held| held.end());
            }
            outcome
        })
    }

    fn guard<T: 'static>(&self, query: Query<T>) -> Result<Query<T>> {
        if let Some(lost) = self.guards.iter().find(|guard| !guard.is_held()) {
            return Err(lost.held.lost());
        }
        query.for_each_touch(&mut |touch| self.cover(touch))?;
        Ok(self.guards.iter().fold(query, |query, guard| query.when(guard.held.hold.condition())))
    }

    /// Whether one of the locks protects what is touched.
    fn cover(&self, touch: Touch<'_>) -> Result<()> {
        let mut refusal = None;
        for guard in &self.guards {
            let hold = &guard.held.hold;
            match hold.covers(touch) {
                Ok(()) => return Ok(()),
                // The lock in whose tree it lies has more to say than the others.
                Err(error) if hold.request.place.covers(touch) != Covers::Outside => refusal = Some(error),
                Err(_) => {}
            }
        }
        match (self.guards.is_empty(), refusal) {
            (true, _) => Ok(()),
            (false, Some(refusal)) => Err(refusal),
            (false, None) => Err(self.is_outside(touch)),
        }
    }

    fn is_outside(&self, touch: Touch<'_>) -> Error {
        let locked = self.guards.iter().map(|guard| format!("`{}`", guard.path())).collect::<Vec<_>>().join(", ");
        Error::invalid_query(format!(
            "key `{}` lies outside of the trees of the locks on {locked}: lock it together with them, or run the query on the \
             store",
            readable(touch.key)
        ))
    }

    /// The single guards, in the order in which they were taken: for what one asks of each, such as
    /// [`fence`](Guard::fence), [`check`](Guard::check) or [`lost`](Guard::lost).
    pub fn guards(&self) -> &[Guard<M>] {
        &self.guards
    }

    /// Whether all of the locks are held, as far as is known here.
    pub fn is_held(&self) -> bool {
        self.guards.iter().all(Guard::is_held)
    }

    /// Asks the server, in one round trip, whether all of the locks are held.
    ///
    /// # Errors
    /// [`Error::LockLost`] of the first that is not; else those of any request.
    pub fn check(&self) -> M::Result<'_, ()> {
        M::run(async move {
            let Some(first) = self.guards.first() else { return Ok(()) };
            first.keeping.revive();
            let checks = self.guards.iter().map(|guard| Query::checking(guard.held.hold.condition()).attempt());
            let answers = Query::all(checks).over(&mut first.keeping.link.clone()).await?;
            self.guards.iter().zip(&answers).for_each(|(guard, answer)| guard.held.heed(answer));
            answers.into_iter().collect()
        })
    }

    /// How long all of them are held for sure if nothing renews them; zero when one is lost.
    pub fn remaining(&self) -> Duration {
        self.guards.iter().map(Guard::remaining).min().unwrap_or_default()
    }

    /// Gives all of them back; [`Released::AlreadyLost`] if one was lost before.
    ///
    /// # Errors
    /// As [`Guard::release`]: the first, when all have been tried.
    pub fn release(self) -> M::Result<'static, Released> {
        let keeping = self.guards.first().map(|guard| guard.keeping.clone());
        M::run(async move {
            let Some(keeping) = keeping else { return Ok(Released::InTime) };
            let releases = || Query::all(self.guards.iter().map(|guard| guard.held.hold.release().attempt()));
            let mut link = keeping.link.clone();
            let mut were_sure = vec![false; self.guards.len()];
            let answers = match releases().sent_once().over(&mut link).await {
                // Those that were given back although the reply was lost are not found any more, but were held up to now.
                Err(Error::Disconnected { .. }) => {
                    were_sure = self.guards.iter().map(Guard::is_held).collect();
                    releases().over(&mut link).await?
                }
                answers => answers?,
            };
            let mut outcome = Ok(Released::InTime);
            for ((guard, was_sure), answer) in self.guards.into_iter().zip(were_sure).zip(answers) {
                match answer {
                    Ok(was_held) => {
                        guard.given_back();
                        if !was_held && !was_sure && outcome.is_ok() {
                            outcome = Ok(Released::AlreadyLost);
                        }
                    }
                    // Its guard is dropped here, and gives it back in its own way.
                    Err(error) if outcome.is_ok() => outcome = Err(error),
                    Err(_) => {}
                }
            }
            outcome
        })
    }
}

impl Acquire for Locks {
    type Guard<M: Mode> = Guards<M>;

    fn acquire<'a, M: Mode>(&self, store: &'a Store<M>) -> M::Result<'a, Guards<M>> {
        self.acquire(store)
    }

    fn release<M: Mode>(guard: Guards<M>) -> M::Result<'static, Released> {
        guard.release()
    }

    fn name(&self) -> String {
        self.locks.iter().map(|lock| lock.place.name()).collect::<Vec<_>>().join(", ")
    }
}

impl<M: Mode> fmt::Debug for Guards<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.guards).finish()
    }
}
