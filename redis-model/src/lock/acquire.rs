//! How a lock is acquired.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    Lock,
    guard::Guard,
    hold::Held,
    keeper::Keeping,
    path_hold::PathHold,
    request::{Ending, Request, Verdict},
    waiter::Waiter,
    waiting::{Outcome, granted_for},
};
use crate::{
    error::{Error, Result},
    mode::Mode,
    store::Store,
};

/// How long somebody who waits leaves a server alone that cannot be reached.
pub(super) const PAUSE: Duration = Duration::from_millis(100);

/// One acquisition under way. Dropped before its end, it is taken back.
pub(super) struct Acquisition<'a, M: Mode> {
    lock: &'a Lock,
    request: Request,
    keeping: Arc<Keeping<M>>,
    waiter: Option<Arc<Waiter<M>>>,
    /// Whether the server may know of the request.
    is_open: bool,
    started: Instant,
}

impl<'a, M: Mode> Acquisition<'a, M> {
    pub(super) fn begin(lock: &'a Lock, store: &Store<M>) -> Result<Self> {
        let (request, keeping) = (lock.request()?, Keeping::of(store)?);
        Ok(Self { lock, request, keeping, waiter: None, is_open: false, started: Instant::now() })
    }

    /// As a part of something that began before: its waiting counts from then.
    pub(super) fn since(mut self, started: Instant) -> Self {
        self.started = started;
        self
    }

    /// One request, without waiting.
    pub(super) async fn once(mut self) -> Result<Option<Guard<M>>> {
        let asked = Instant::now();
        match self.ask(None).await? {
            Verdict::Granted(fence) => self.granted(fence, asked, self.first_lease()).map(Some),
            Verdict::Denied(_) | Verdict::Refused => {
                // An earlier copy of the request may yet come, when the lock is free.
                self.is_open = self.request.is_straying;
                Ok(None)
            }
        }
    }

    /// Asks, and waits where somebody is in the way.
    pub(super) async fn wait(mut self, until: Instant) -> Result<Guard<M>> {
        let waiter = self.keeping.room.enter(&self.request);
        self.waiter = Some(waiter.clone());
        let keeping = self.keeping.clone();
        let mut has_waited = false;
        loop {
            let (asked, session) = (Instant::now(), keeping.room.session());
            waiter.asks(asked);
            let due = match self.ask(Some(&keeping.room.channel)).await {
                Ok(Verdict::Granted(fence)) => match self.granted(fence, asked, self.first_lease()) {
                    // It came too late: asking again renews it.
                    Err(_) if Instant::now() < until => continue,
                    granted => return granted,
                },
                Ok(Verdict::Denied(due)) => due,
                Ok(Verdict::Refused) => {
                    return Err(Error::protocol("a request for a lock was given up by somebody else"));
                }
                // Who waits already outlives a server that starts again.
                Err(error) if has_waited && is_passing(&error) && Instant::now() + PAUSE < until => {
                    M::sleep(PAUSE).await;
                    continue;
                }
                Err(error) => return Err(error),
            };
            has_waited = true;
            match keeping.room.wait(&waiter, &self.request, due, session, until).await {
                Outcome::Granted { fence, heard } => {
                    if let Some(guard) = self.handed_over(fence, heard) {
                        return Ok(guard);
                    }
                }
                Outcome::AskAgain => {}
                Outcome::TimedOut => return Err(self.timed_out().await),
            }
        }
    }

    async fn ask(&mut self, channel: Option<&str>) -> Result<Verdict> {
        let was_open = std::mem::replace(&mut self.is_open, true);
        let mut answer = self.ask_once(channel).await;
        if matches!(answer, Err(Error::Disconnected { .. })) {
            answer = self.ask_once(channel).await.map_err(Error::after_others);
        }
        // What the server has refused, or never got, has changed nothing.
        if answer.as_ref().is_err_and(|error| !error.is_indeterminate()) {
            self.is_open = was_open || self.request.is_straying;
        }
        answer
    }

    /// Notes when the reply is lost: the request may then come to the server later than others.
    async fn ask_once(&mut self, channel: Option<&str>) -> Result<Verdict> {
        let answer = self.request.acquire(channel).sent_once().over(&mut self.keeping.link.clone()).await;
        self.request.is_straying |= answer.as_ref().is_err_and(Error::is_indeterminate);
        answer
    }

    /// The lease that is asked for.
    fn first_lease(&self) -> Duration {
        Duration::from_millis(self.request.lease)
    }

    /// Holds what was granted for so long, counted from when the server was asked.
    ///
    /// # Errors
    /// [`Error::LockLost`] when the answer came later than that.
    fn granted(&mut self, fence: u64, asked: Instant, lease: Duration) -> Result<Guard<M>> {
        if asked.elapsed() >= lease {
            return Err(Error::LockLost { path: self.request.place.name() });
        }
        self.is_open = false;
        let term = self.lock.terms.term(Instant::now());
        let path = PathHold { request: self.request.clone(), fence };
        let held = Held::new(path, term, term.sure_until(asked, lease));
        Ok(Guard::new(self.keeping.clone(), held, term.renew_at(asked, lease)))
    }

    /// Holds what was granted to a waiter of whom the server had last heard then; nothing where too little of the lease is
    /// sure: asking again confirms it.
    fn handed_over(&mut self, fence: u64, heard: Instant) -> Option<Guard<M>> {
        let lease = granted_for(self.first_lease());
        let is_enough = self.lock.terms.is_renewed && heard.elapsed() < lease / 2;
        if is_enough { self.granted(fence, heard, lease).ok() } else { None }
    }

    /// Leaves the queue, and says why it took so long.
    async fn timed_out(&mut self) -> Error {
        let left = self.request.release().over(&mut self.keeping.link.clone()).await;
        let holder_lease = match left {
            Ok(Ending::HadWaited(lease)) => lease,
            Ok(Ending::Released | Ending::NotHeld) => None,
            Err(error) => return error,
        };
        self.is_open = false;
        Error::LockTimeout { path: self.request.place.name(), waited: self.started.elapsed(), holder_lease }
    }
}

/// Whether an error may be gone when a server has started again.
pub(super) fn is_passing(error: &Error) -> bool {
    let is_busy = |code: &str| matches!(code, "LOADING" | "MASTERDOWN" | "READONLY" | "BUSY");
    match error {
        Error::Server { source, .. } => source.code().is_some_and(is_busy),
        other => other.is_connection() || other.is_timeout(),
    }
}

impl<M: Mode> Drop for Acquisition<'_, M> {
    fn drop(&mut self) {
        if let Some(waiter) = &self.waiter {
            self.keeping.room.leave(waiter, &self.request.place.tree.hash);
        }
        if self.is_open {
            let request = self.request.clone();
            let until = Instant::now() + self.lock.terms.lease;
            self.keeping.depart(move || request.give_up().map(|_| ()), until);
        }
    }
}
