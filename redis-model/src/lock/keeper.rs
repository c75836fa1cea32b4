//! What a store does for its locks in the background: it renews leases, and gives back what was dropped.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::{
    hold::Held,
    tasks::{AnyHeld, Releases, Tasks},
    waiting::WaitingRoom,
};
use crate::{
    error::{Error, Result},
    mode::{Background, Mode, Signal as _},
    query::Query,
    store::Store,
};

/// How long a blocking guard that is dropped may take to give its lock back; after that the lease ends it.
const HURRY: Duration = Duration::from_millis(250);

/// What a store and its clones keep for their locks. Its worker ends when neither a store nor a guard is left.
pub(crate) struct Keeping<M: Mode>(Arc<Keeper<M>>);

/// The state that guards share with the worker.
pub(crate) struct Keeper<M: Mode> {
    pub(super) link: M::Connection,
    /// For what must not take long.
    pub(super) hurried: M::Connection,
    pub(super) room: WaitingRoom<M>,
    tasks: Mutex<Tasks<M>>,
    wake: M::Signal,
    worker: Background,
}

impl<M: Mode> Keeping<M> {
    /// The keeper of a store, with its worker running.
    ///
    /// # Errors
    /// [`Error::Config`] when nothing can run in the background.
    pub(crate) fn of(store: &Store<M>) -> Result<Arc<Self>> {
        let keeping = Self::idle(store);
        keeping.ensure_running()?;
        Ok(keeping)
    }

    /// The keeper of a store, whether or not its worker runs.
    fn idle(store: &Store<M>) -> Arc<Self> {
        store.once(|| {
            Self(Arc::new(Keeper {
                link: store.link(),
                hurried: store.link_within(HURRY),
                room: WaitingRoom::new(store.link()),
                tasks: Mutex::new(Tasks::new()),
                wake: M::Signal::default(),
                worker: Background::default(),
            }))
        })
    }

    /// Lets the worker run again if its runtime has ended, where there is another one.
    pub(super) fn revive(&self) {
        // Without a runtime, the next who has one does it.
        _ = self.ensure_running();
    }

    /// Gives back what is dropped, soon.
    pub(super) fn depart(&self, release: impl Fn() -> Query<()> + Send + 'static, until: Instant) {
        self.depart_at(Instant::now(), release, until);
    }

    /// The same, at a later time.
    pub(crate) fn depart_at(&self, at: Instant, release: impl Fn() -> Query<()> + Send + 'static, until: Instant) {
        let mut tasks = self.0.tasks();
        tasks.give_back(at, release, until);
        self.0.wake_for(tasks, at);
        self.revive();
    }

    /// A runtime that ends takes its tasks with it: the next who needs the worker starts it again.
    fn ensure_running(&self) -> Result<()> {
        let work = || {
            let keeper = self.0.clone();
            async move { keeper.work().await }
        };
        if self.0.worker.ensure::<M, _>("redis-model-locks", work) {
            return Ok(());
        }
        Err(Error::Config {
            reason: "locks are renewed in the background, and no task or thread can be started".into(),
        })
    }
}

impl<M: Mode> std::ops::Deref for Keeping<M> {
    type Target = Keeper<M>;

    fn deref(&self) -> &Keeper<M> {
        &self.0
    }
}

impl<M: Mode> Drop for Keeping<M> {
    fn drop(&mut self) {
        self.0.tasks().is_closed = true;
        self.0.wake.notify();
        self.0.room.close();
    }
}

impl<M: Mode> Store<M> {
    /// Gives back, now, the locks whose guards were dropped a moment ago: for the end of a program, which may come before
    /// the background work does. Guards that live, and clones of the store, go on working.
    ///
    /// # Errors
    /// Those of any request; then the leases end those locks.
    pub fn close(self) -> M::Result<'static, ()> {
        M::run(async move {
            let keeping = Keeping::idle(&self);
            let releases = keeping.0.tasks().all_releases();
            keeping.0.give_back(releases).await
        })
    }
}

impl<M: Mode> Keeper<M> {
    /// Renews the lease from then on.
    pub(super) fn renew_at(&self, at: Instant, held: AnyHeld<M>) {
        let mut tasks = self.tasks();
        tasks.renew_at(at, held);
        self.wake_for(tasks, at);
    }

    /// Ends what is held here, and renews it no more.
    pub(super) fn forget<H: ?Sized>(&self, held: &Held<M, H>) {
        held.end();
        self.renew_no_more(held);
    }

    fn renew_no_more<H: ?Sized>(&self, held: &Held<M, H>) {
        if let Some(entry) = held.set_renewal(None) {
            self.tasks().renew_no_more(entry);
        }
    }

    /// Wakes the worker if it would sleep for longer.
    fn wake_for(&self, mut tasks: MutexGuard<'_, Tasks<M>>, at: Instant) {
        if tasks.oversleeps(at) {
            drop(tasks);
            self.wake.notify();
        }
    }

    async fn work(&self) {
        loop {
            let seen = self.wake.seen();
            let round = self.next_round();
            match round {
                Round::Over => return,
                Round::Sleep(until) => self.wake.changed(seen, until).await,
                Round::Work { renewals, releases } => {
                    self.renew(renewals).await;
                    // What fails is tried again.
                    _ = self.give_back(releases).await;
                }
            }
        }
    }

    fn next_round(&self) -> Round<M> {
        let mut tasks = self.tasks();
        let now = Instant::now();
        let (renewals, releases) = (tasks.due_renewals(now), tasks.due_releases(now));
        if !renewals.is_empty() || !releases.is_empty() {
            return Round::Work { renewals, releases };
        }
        if tasks.is_over() { Round::Over } else { Round::Sleep(tasks.sleep()) }
    }

    /// Renews leases in one round trip.
    async fn renew(&self, renewals: Vec<AnyHeld<M>>) {
        if renewals.is_empty() {
            return;
        }
        let asked = Instant::now();
        let queries = renewals.iter().map(|held| held.hold.renewal(held.term.lease_from(asked).max(1)).attempt());
        let mut answers = Query::all(queries).over(&mut self.link.clone()).await.unwrap_or_default().into_iter();
        for held in renewals {
            let lease = held.term.lease;
            match answers.next() {
                Some(Ok(true)) => {
                    held.confirm(held.term.sure_until(asked, lease));
                    match held.term.renew_at(asked, lease) {
                        Some(at) => self.renew_at(at, held),
                        None => self.renew_no_more(&held),
                    }
                }
                Some(Ok(false)) => self.forget(&held),
                // Nothing is known: it is tried again for as long as the lease may last.
                Some(Err(_)) | None => self.tasks().renew_again(asked, held),
            }
        }
    }

    /// Gives back what was dropped; what fails stays, to be tried again until its lease ends it.
    ///
    /// # Errors
    /// The first failure.
    async fn give_back(&self, releases: Releases) -> Result<()> {
        let (numbers, queries): (Vec<_>, Vec<_>) = releases.into_iter().unzip();
        if numbers.is_empty() {
            return Ok(());
        }
        let answers = Query::all(queries.into_iter().map(Query::attempt)).over(&mut self.link.clone()).await;
        let (answers, mut outcome) = match answers {
            Ok(answers) => (answers, Ok(())),
            Err(error) => (Vec::new(), Err(error)),
        };
        let mut answers = answers.into_iter();
        let mut tasks = self.tasks();
        for number in numbers {
            let answer = answers.next();
            tasks.released(number, answer.as_ref());
            outcome = outcome.and(answer.unwrap_or(Ok(())));
        }
        outcome
    }

    fn tasks(&self) -> MutexGuard<'_, Tasks<M>> {
        // Nothing that can panic runs while the lock is held.
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the worker does next.
enum Round<M: Mode> {
    Work { renewals: Vec<AnyHeld<M>>, releases: Releases },
    Sleep(Option<Instant>),
    Over,
}
