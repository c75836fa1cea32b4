//! The servers of one lock, asked side by side.

use std::{sync::Arc, time::Duration};

use crate::{
    error::{Error, Result},
    lock::{
        hold::{Hold as _, give_back},
        keeper::Keeping,
        key_hold::KeyHold,
        polling::{Verdict, take_back},
    },
    mode::Mode,
    query::Query,
    store::Store,
};

/// The servers of one lock. Each answers within a time limit, or counts as failed.
pub(super) struct Masters<M: Mode> {
    all: Vec<Master<M>>,
    /// The lease that is asked for.
    pub(super) lease: Duration,
    /// The same in milliseconds.
    pub(super) milliseconds: u64,
}

struct Master<M: Mode> {
    link: M::Connection,
    keeping: Arc<Keeping<M>>,
}

/// What has come of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Claimed {
    Yes,
    No,
    /// The reply was lost, and the request may yet come.
    Unknown,
}

impl Claimed {
    pub(super) fn by(claim: &Result<bool>) -> Self {
        match claim {
            Ok(true) => Self::Yes,
            Err(error) if error.is_indeterminate() => Self::Unknown,
            Ok(false) | Err(_) => Self::No,
        }
    }
}

/// A master may take a tenth of the lease to answer: so one that does not costs little of it.
fn time_limit(lease: Duration) -> Duration {
    (lease / 10).clamp(Duration::from_millis(10), Duration::from_secs(1))
}

impl<M: Mode> Masters<M> {
    pub(super) fn new(stores: &[Store<M>], lease: Duration, milliseconds: u64) -> Result<Self> {
        let limit = time_limit(lease);
        let master = |store: &Store<M>| Ok(Master { link: store.link_within(limit), keeping: Keeping::of(store)? });
        let all = stores.iter().map(master).collect::<Result<_>>()?;
        Ok(Self { all, lease, milliseconds })
    }

    /// Takes the key wherever it is free.
    pub(super) async fn claim(&self, hold: &KeyHold) -> Vec<Result<bool>> {
        let claim = |master: &Master<M>| claim::<M>(hold.clone(), self.milliseconds, master.link.clone());
        M::join_all(self.all.iter().map(claim).collect()).await
    }

    /// Sends a query to each master.
    pub(super) async fn ask<T: Send>(&self, query: impl Fn() -> Query<T>) -> Vec<Result<T>> {
        let ask = |master: &Master<M>| {
            let (query, mut link) = (query(), master.link.clone());
            async move { query.over(&mut link).await }
        };
        M::join_all(self.all.iter().map(ask).collect()).await
    }

    /// Gives the key back wherever it is held, and says where it was; in the background where that fails. `was_sure` tells
    /// whether it was held for sure before.
    pub(super) async fn release(&self, hold: &KeyHold, was_sure: bool) -> Vec<Result<bool>> {
        let release = |master: &Master<M>| {
            let (hold, mut link) = (hold.clone(), master.link.clone());
            async move { give_back(&hold, &mut link, || was_sure).await }
        };
        let answers = M::join_all(self.all.iter().map(release).collect()).await;
        for (master, answer) in self.all.iter().zip(&answers) {
            if answer.is_err() {
                take_back(&master.keeping, hold, self.lease);
            }
        }
        answers
    }

    /// Takes back claims that have come to nothing together, wherever one was granted or may yet come.
    pub(super) async fn withdraw(&self, hold: &KeyHold, claimed: &[Claimed]) {
        let release = |(master, claimed): (&Master<M>, &Claimed)| {
            let (release, mut link) = (hold.release(), master.link.clone());
            let is_needed = *claimed != Claimed::No;
            async move { if is_needed { release.over(&mut link).await } else { Ok(false) } }
        };
        let releases = M::join_all(self.all.iter().zip(claimed).map(release).collect()).await;
        for ((master, claimed), release) in self.all.iter().zip(claimed).zip(releases) {
            if *claimed == Claimed::Unknown || release.is_err() {
                take_back(&master.keeping, hold, self.lease);
            }
        }
    }

    /// The same without waiting: all of it in the background.
    pub(super) fn withdraw_later(&self, hold: &KeyHold) {
        self.all.iter().for_each(|master| take_back(&master.keeping, hold, self.lease));
    }

    /// Gives the key back for one who has no time: what fails is tried again in the background.
    pub(super) async fn release_in_a_hurry(&self, hold: &KeyHold) {
        let release = |master: &Master<M>| {
            let (release, mut link) = (hold.release(), master.keeping.hurried.clone());
            async move { release.over(&mut link).await }
        };
        let answers = M::join_all(self.all.iter().map(release).collect()).await;
        for (master, answer) in self.all.iter().zip(answers) {
            if answer.is_err() {
                take_back(&master.keeping, hold, self.lease);
            }
        }
    }
}

/// Takes the key if it is free. Where the connection has broken, which it may have done long ago, it asks again.
async fn claim<M: Mode>(hold: KeyHold, lease: u64, mut link: M::Connection) -> Result<bool> {
    let verdict = match hold.take(lease).over(&mut link).await {
        Err(Error::Disconnected { .. }) => hold.take(lease).over(&mut link).await.map_err(Error::after_others),
        verdict => verdict,
    };
    match verdict? {
        Verdict::Granted => Ok(true),
        Verdict::GrantedBefore => hold.renewal(lease).over(&mut link).await,
        Verdict::Denied(_) => Ok(false),
    }
}
