//! Acquiring what has no queue: it is asked for again and again until it is free.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    acquire::{PAUSE, is_passing},
    guard::Guard,
    hold::{Held, Hold},
    keeper::Keeping,
    terms::Terms,
};
use crate::{
    error::{Error, Result},
    mode::Mode,
    query::Query,
    random::scattered,
    store::Store,
};

/// What can be asked for, by a token of its own.
pub(super) trait Claim: Hold + Clone {
    /// # Errors
    /// What is wrong with what was given; nothing is sent then.
    fn check(&self) -> Result<()>;

    /// Asks for it, with a lease of so many milliseconds. It may come twice.
    fn claim(&self, lease: u64) -> Query<Verdict>;

    /// The same where a denial need not tell the lease in the way, as the next pause is short or none.
    fn claim_at_first(&self, lease: u64) -> Query<Verdict> {
        self.claim(lease)
    }
}

/// What a claim is answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Granted,
    /// An earlier claim of this token was granted, whose answer was lost: its lease is that old.
    GrantedBefore,
    /// Others hold it; how long the lease in the way lasts, if that is known.
    Denied(Option<Duration>),
}

/// One of the two ways to ask for a claim.
type AskFor<C> = fn(&C, u64) -> Query<Verdict>;

/// How long a claim whose answer is not known may be on its way: then it is given back again, should it have come late.
const LATE: Duration = Duration::from_secs(1);

/// One acquisition under way. Dropped before its end, it is taken back.
pub(super) struct Polling<M: Mode, C: Claim> {
    claim: C,
    terms: Terms,
    /// In milliseconds.
    lease: u64,
    keeping: Arc<Keeping<M>>,
    /// Whether the server may have granted it.
    is_open: bool,
    started: Instant,
}

impl<M: Mode, C: Claim> Polling<M, C> {
    pub(super) fn begin(claim: C, terms: Terms, store: &Store<M>) -> Result<Self> {
        claim.check()?;
        let lease = terms.first_lease()?;
        Ok(Self { claim, terms, lease, keeping: Keeping::of(store)?, is_open: false, started: Instant::now() })
    }

    /// One request, without waiting.
    pub(super) async fn once(mut self) -> Result<Option<Guard<M, C>>> {
        Ok(match self.ask(C::claim_at_first).await? {
            Answer::Granted(asked) => Some(self.granted(asked)?),
            Answer::Denied(_) => None,
        })
    }

    /// Asks until it is granted, or the time is over.
    pub(super) async fn wait(mut self) -> Result<Guard<M, C>> {
        let until = self.started + self.terms.wait;
        let mut pauses = Pauses::new();
        let mut has_waited = false;
        // Who does not wait is told at once how long the lease in the way lasts.
        let mut claim: AskFor<C> = if self.terms.wait.is_zero() { C::claim } else { C::claim_at_first };
        loop {
            let pause = match self.ask(claim).await {
                Ok(Answer::Granted(asked)) => match self.granted(asked) {
                    // It came too late: asking again renews it.
                    Err(_) if Instant::now() < until => Duration::ZERO,
                    granted => return granted,
                },
                Ok(Answer::Denied(lease)) if Instant::now() >= until => return Err(self.timed_out(lease)),
                Ok(Answer::Denied(lease)) => pauses.next(lease),
                // Who waits already outlives a server that starts again.
                Err(error) if has_waited && is_passing(&error) && Instant::now() + PAUSE < until => PAUSE,
                Err(error) => return Err(error),
            };
            (has_waited, claim) = (true, C::claim);
            // The last request comes when the time is over.
            M::sleep(pause.min(until.saturating_duration_since(Instant::now()))).await;
        }
    }

    /// One claim; another one where the answer of the first was lost, as the second one tells what came of it.
    async fn ask(&mut self, claim: AskFor<C>) -> Result<Answer> {
        match self.send(claim).await {
            Err(Error::Disconnected { .. }) => self.send(claim).await.map_err(Error::after_others),
            answer => answer,
        }
    }

    async fn send(&mut self, claim: AskFor<C>) -> Result<Answer> {
        let was_open = std::mem::replace(&mut self.is_open, true);
        let (asked, link) = (Instant::now(), &mut self.keeping.link.clone());
        match claim(&self.claim, self.lease).over(link).await {
            Ok(Verdict::Granted) => Ok(Answer::Granted(asked)),
            Ok(Verdict::GrantedBefore) => {
                let renewed = Instant::now();
                let is_held = self.claim.renewal(self.lease).over(link).await?;
                Ok(if is_held { Answer::Granted(renewed) } else { Answer::Denied(Some(Duration::ZERO)) })
            }
            Ok(Verdict::Denied(lease)) => {
                self.is_open = was_open;
                Ok(Answer::Denied(lease))
            }
            Err(error) => {
                // What the server has refused, or never got, has changed nothing.
                self.is_open = was_open || error.is_indeterminate();
                Err(error)
            }
        }
    }

    /// # Errors
    /// [`Error::LockLost`] when the answer came later than the lease lasts.
    fn granted(&mut self, asked: Instant) -> Result<Guard<M, C>> {
        if asked.elapsed() >= Duration::from_millis(self.lease) {
            return Err(Error::LockLost { path: self.claim.name() });
        }
        self.is_open = false;
        // By the server's clock it ends no later than that.
        let term = self.terms.term(asked);
        let held = Held::new(self.claim.clone(), term, term.sure_until(asked, term.lease));
        Ok(Guard::new(self.keeping.clone(), held, term.renew_at(asked, term.lease)))
    }

    fn timed_out(&self, holder_lease: Option<Duration>) -> Error {
        Error::LockTimeout { path: self.claim.name(), waited: self.started.elapsed(), holder_lease }
    }
}

/// What asking has come to.
enum Answer {
    /// It is held, with a lease from when this was asked.
    Granted(Instant),
    Denied(Option<Duration>),
}

impl<M: Mode, C: Claim> Drop for Polling<M, C> {
    fn drop(&mut self) {
        if self.is_open {
            take_back(&self.keeping, &self.claim, self.terms.lease);
        }
    }
}

/// Gives back, in the background, a claim of which nobody knows whether it was granted, or is yet to come.
pub(super) fn take_back<M: Mode, C: Claim>(keeping: &Keeping<M>, claim: &C, lease: Duration) {
    let now = Instant::now();
    for at in [now, now + LATE] {
        let claim = claim.clone();
        keeping.depart_at(at, move || claim.release().map(|_| ()), now + lease);
    }
}

/// Pauses between requests: the longer one has waited, the longer they are, each at random, so that those who wait do not
/// ask together.
pub(crate) struct Pauses {
    longest: Duration,
}

impl Pauses {
    const FIRST: Duration = Duration::from_millis(1);
    const LAST: Duration = Duration::from_millis(50);

    pub(crate) fn new() -> Self {
        Self { longest: Self::FIRST }
    }

    /// The next pause; it ends just after the lease in the way, if that is sooner.
    pub(crate) fn next(&mut self, lease: Option<Duration>) -> Duration {
        let pause = self.longest / 2 + spread(self.longest / 2);
        self.longest = (self.longest * 2).min(Self::LAST);
        match lease {
            Some(lease) => pause.min(lease.saturating_add(Duration::from_millis(1) + spread(Duration::from_millis(2)))),
            None => pause,
        }
    }
}

/// A time at random, below this one.
pub(super) fn spread(longest: Duration) -> Duration {
    Duration::from_micros(scattered(u64::try_from(longest.as_micros()).unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_their_limit() {
        let mut pauses = Pauses::new();
        let all: Vec<_> = (0..12).map(|_| pauses.next(None)).collect();
        assert!(all[0] <= Pauses::FIRST, "{all:?}");
        assert!(all[8..].iter().all(|pause| (Pauses::LAST / 2..=Pauses::LAST).contains(pause)), "{all:?}");
    }

    #[test]
    fn a_pause_ends_just_after_the_lease_in_the_way() {
        let mut pauses = Pauses { longest: Pauses::LAST };
        for lease in [0, 1, 5, 10] {
            let lease = Duration::from_millis(lease);
            let pause = pauses.next(Some(lease));
            assert!(pause > lease && pause <= lease + Duration::from_millis(3), "{pause:?}");
        }
        assert!(pauses.next(Some(Duration::MAX)) <= Pauses::LAST);
    }
}
