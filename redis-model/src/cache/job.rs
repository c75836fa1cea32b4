//! Computing a value, for all or for oneself.

use std::time::{Duration, Instant};

use super::{
    address::Address,
    due::LONGEST,
    entry::Epoch,
    flight::{Landing, Ticket},
    form::{Form, Life},
    info::Event,
    lookup::Trip,
    request,
};
use crate::{
    error::{Error, Result},
    lock::Keeping,
    mode::Mode,
    query::{Batch as _, Query},
    random::random_text,
    store::Store,
};

/// A computation: made before the body runs, finished with what it returns. Dropped in between, as a future is that is
/// cancelled, or when the body panics, it lets others compute.
pub(super) struct Job<'f, M: Mode, R, F> {
    trip: Box<Trip<'f, M, F>>,
    /// The turn among all processes, and the epochs that were read when it was taken; without it nothing is stored.
    turn: Option<(Turn<M>, Option<Vec<Epoch>>)>,
    /// The turn within this process.
    ticket: Option<Ticket<M>>,
    /// What comes of the call when the body fails.
    fallback: Fallback<R>,
    /// Whether the call is still to be counted.
    is_counted: bool,
    started: Instant,
}

/// What comes of a call whose body fails.
pub(super) enum Fallback<R> {
    /// The error.
    None,
    /// The value that there is, which counts as this.
    Present(R, Event),
    /// The caller has had it already: the error is nobody's.
    Given,
}

impl<'f, M: Mode, R, F: Form<R>> Job<'f, M, R, F> {
    pub(super) fn new(
        trip: Box<Trip<'f, M, F>>,
        turn: Option<(Turn<M>, Option<Vec<Epoch>>)>,
        ticket: Option<Ticket<M>>,
        fallback: Fallback<R>,
        is_counted: bool,
    ) -> Self {
        trip.function.note(Event::Compute);
        Self { trip, turn, ticket, fallback, is_counted, started: Instant::now() }
    }

    /// A computation that takes the turn from whoever has it, of a call that is not counted.
    ///
    /// # Errors
    /// What the request meets.
    pub(super) async fn by_force(trip: Box<Trip<'f, M, F>>) -> Result<Self> {
        let mut turn = Turn::new(&trip.store, &trip.address, random_text(), trip.function.lease);
        turn.opens();
        let claim = request::claim(&trip.address, turn.token(), trip.function.lease, &[], true);
        let claimed = trip.send(claim).await?;
        let epochs = claimed.found.epochs.into_iter().collect();
        Ok(Self::new(trip, Some((turn, epochs)), None, Fallback::None, false))
    }

    /// Stores what the body has returned, if it is to be stored, and answers with what the caller gets.
    pub(super) async fn finish(mut self, result: R) -> R {
        if self.trip.form.is_failure(&result) {
            match std::mem::replace(&mut self.fallback, Fallback::None) {
                Fallback::None => {}
                Fallback::Given => {
                    self.give_up().await;
                    return result;
                }
                Fallback::Present(present, event) => {
                    self.count(event);
                    self.give_up().await;
                    return present;
                }
            }
        }
        let ending = self.end(&result);
        self.conclude(ending).await;
        result
    }

    /// What the caller gets when the body has failed, if there is something; others may compute then.
    pub(super) fn into_fallback(mut self) -> Option<R> {
        let Fallback::Present(present, event) = std::mem::replace(&mut self.fallback, Fallback::None) else {
            self.count(Event::Miss);
            return None;
        };
        self.count(event);
        Some(present)
    }

    pub(super) fn trip(&self) -> &Trip<'f, M, F> {
        &self.trip
    }

    fn count(&self, event: Event) {
        if self.is_counted {
            self.trip.function.note(event);
        }
    }

    /// What is to be sent for a result.
    pub(super) fn end(&mut self, result: &R) -> Ending {
        self.count(Event::Miss);
        let cost = self.started.elapsed();
        let Some((turn, epochs)) = &self.turn else { return Ending::default() };
        let trip = &self.trip;
        let encoded = trip.form.encode(result).unwrap_or_else(|source| {
            trip.function.note_error(&Error::Encode {
                model: "",
                key: trip.address.entry.clone(),
                path: String::new(),
                source,
            });
            None
        });
        if let Some(ticket) = &self.ticket {
            ticket.close();
        }
        let (token, epochs) = (turn.token(), epochs.as_deref());
        let landing = encoded.as_ref().map(|encoded| encoded.landing(epochs.unwrap_or_default()));
        let life = encoded.as_ref().and_then(|encoded| trip.life(encoded.life));
        let is_failure = trip.form.is_failure(result);
        let entry = encoded.zip(epochs).and_then(|(encoded, epochs)| encoded.entry(cost, epochs));
        let (request, life) = match (life, entry) {
            (Some(life), Some(entry)) => {
                let commit = request::commit(&trip.address, token, &entry, life.fresh, life.stale);
                (commit, Some(life))
            }
            // Those who wait already get it although it is not stored, unless it was invalidated meanwhile. What an older
            // entry says is no longer so.
            (None, _) if !is_failure => (trip.unlisted(turn.withdraw()), None),
            _ => (turn.give_back(), None),
        };
        Ending { request: Some(request), landing, life }
    }

    async fn conclude(mut self, mut ending: Ending) {
        let outcome = match ending.request.take() {
            Some(request) => Some(self.trip.send(request).await),
            None => None,
        };
        if let Some(life) = self.settle(ending, outcome) {
            self.trip.limit(life).await;
        }
    }

    /// Takes in what came of the request, and tells how long the result lives if it was stored.
    #[allow(clippy::needless_pass_by_value, reason = "what came of a request is handed over, not lent")]
    pub(super) fn settle(&mut self, ending: Ending, outcome: Option<Result<bool>>) -> Option<Term> {
        if let Some(near) = &self.trip.near {
            near.remove(self.trip.arguments.as_bytes());
        }
        let is_valid = match outcome {
            Some(Ok(is_mine)) => {
                if let Some((turn, _)) = &mut self.turn {
                    turn.is_over();
                }
                if !is_mine && ending.life.is_some() {
                    self.trip.function.note(Event::Fenced);
                }
                is_mine
            }
            // Nobody knows: it may have been invalidated before somebody came who waits in this process.
            Some(Err(_)) | None => false,
        };
        match (self.ticket.take(), ending.landing) {
            (Some(ticket), Some(landing)) if is_valid => ticket.land(landing),
            (Some(ticket), None) if is_valid => ticket.fail(),
            _ => {}
        }
        ending.life.filter(|_| is_valid)
    }

    /// Lets others compute.
    async fn give_up(&mut self) {
        let Some((turn, _)) = &mut self.turn else { return };
        if self.trip.send(turn.give_back()).await.is_ok() {
            turn.is_over();
        }
    }
}

/// How a computation ends.
#[derive(Default)]
pub(super) struct Ending {
    /// What stores the result, or gives the turn back; it answers with whether the turn was held until then.
    pub(super) request: Option<Query<bool>>,
    /// What those get who wait in this process.
    landing: Option<Landing>,
    /// For how long the result is stored, if it is.
    life: Option<Term>,
}

/// How long an entry lives.
#[derive(Debug, Clone, Copy)]
pub(super) struct Term {
    pub(super) fresh: Duration,
    /// For how long it may be served beyond that.
    pub(super) stale: Duration,
}

impl<M: Mode, F> Trip<'_, M, F> {
    /// For how long something is stored; none if it is not to be.
    pub(super) fn life(&self, life: Life) -> Option<Term> {
        let stale = self.function.stale;
        let (ttl, stale) = match life {
            Life::For(ttl) => (Some(ttl), stale),
            // What was missing may be there by now, and an outdated error helps nobody over a failure.
            Life::OfAbsence => (self.function.none_ttl, Duration::ZERO),
            Life::OfFailure => (self.function.err_ttl, Duration::ZERO),
            Life::None => (None, stale),
        };
        let ttl = ttl.filter(|ttl| !ttl.is_zero())?;
        Some(Term { fresh: self.caching.jittered(ttl, self.function), stale })
    }

    /// Lets go of what this process keeps, or computes, of the value: it was overwritten or removed.
    pub(super) fn forget(&self) {
        self.caching.flights.forget(&self.address.entry);
        if let Some(near) = &self.near {
            near.remove(self.arguments.as_bytes());
        }
    }

    /// The same removal, which takes the entry out of its function's index, too, where it would take another one's place.
    fn unlisted(&self, removal: Query<bool>) -> Query<bool> {
        if self.function.max_size.is_none() {
            return removal;
        }
        let forget = request::forget(&self.prefix.index(), [self.arguments.as_bytes()]);
        (removal, forget.attempt()).batch().map(|(is_mine, _)| is_mine)
    }

    /// Removes the entries that are too many.
    pub(super) async fn limit(&self, life: Term) {
        let Some(most) = self.function.max_size else { return };
        let life = life.fresh.saturating_add(life.stale);
        let index = self.prefix.index();
        let note = request::note(&index, self.arguments.as_bytes(), life, most);
        let Ok(surplus) = self.send(note).await else { return };
        if surplus.is_empty() {
            return;
        }
        let entries: Vec<_> = surplus.iter().map(|arguments| self.prefix.entry(arguments)).collect();
        let forget = request::forget(&index, surplus.iter().map(Vec::as_slice));
        // What fails is counted, and is too many the next time, too.
        _ = self.send((request::remove(&entries), forget).batch()).await;
    }
}

/// The turn to compute an entry, as far as it may be held: dropped, it is given back.
pub(super) struct Turn<M: Mode> {
    store: Store<M>,
    address: Address,
    token: String,
    lease: Duration,
    may_be_held: bool,
    /// Others compute under the same token, so that nobody gives it back.
    is_shared: bool,
}

impl<M: Mode> Turn<M> {
    pub(super) fn new(store: &Store<M>, address: &Address, token: String, lease: Duration) -> Self {
        Self { store: store.clone(), address: address.clone(), token, lease, may_be_held: false, is_shared: false }
    }

    pub(super) fn token(&self) -> &str {
        &self.token
    }

    /// A claim is sent: from now on it may be held.
    pub(super) fn opens(&mut self) {
        self.may_be_held = true;
    }

    /// It is that of somebody else, too, who has this token.
    pub(super) fn shares(&mut self, token: String) {
        (self.token, self.is_shared, self.may_be_held) = (token, true, false);
    }

    /// Gives it back and removes the entry, and answers with whether it was held until then. Where others compute too, the
    /// entry is theirs.
    fn withdraw(&self) -> Query<bool> {
        if self.is_shared {
            return request::holds(&self.address, self.token.clone());
        }
        request::withdraw(&self.address, &self.token)
    }

    /// Gives it back, and answers with whether it was held until then.
    fn give_back(&self) -> Query<bool> {
        if self.is_shared {
            return request::holds(&self.address, self.token.clone());
        }
        request::release(&self.address, &self.token)
    }

    /// It is not held, or no more.
    pub(super) fn is_over(&mut self) {
        self.may_be_held = false;
    }
}

impl<M: Mode> Drop for Turn<M> {
    fn drop(&mut self) {
        if !self.may_be_held {
            return;
        }
        // Where nothing runs in the background, the lease ends it.
        let Ok(keeping) = Keeping::of(&self.store) else { return };
        let (address, token) = (self.address.clone(), self.token.clone());
        let now = Instant::now();
        keeping.depart_at(now, move || request::release(&address, &token).map(|_| ()), now + self.lease.min(LONGEST));
    }
}

#[cfg(all(test, feature = "embedded"))]
mod tests;
