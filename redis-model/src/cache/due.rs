//! Finding out who computes a value that is missing or outdated.

use std::time::{Duration, Instant};

use super::{
    entry::Epoch,
    flight::{Boarding, Ticket, Wait},
    form::Form,
    function::SingleFlight,
    info::Event,
    job::{Fallback, Job, Turn as Held},
    lookup::{Judgement, Trip},
    request::{self, Claimed, Turn},
};
use crate::{error::Result, lock::Pauses, mode::Mode, query::Query, random::random_text};

/// A value that is missing or outdated.
pub(super) struct Due<'f, M: Mode, R, F> {
    trip: Box<Trip<'f, M, F>>,
    present: Present<R>,
    /// How the entry begins that is outdated.
    seen: Vec<u8>,
    /// The epochs that were read with it.
    epochs: Vec<Option<Epoch>>,
}

/// What there is meanwhile.
pub(super) enum Present<R> {
    Nothing,
    /// It is fresh still.
    Early(R),
    Stale(R),
    /// The caller has it already.
    Given,
}

/// What is to be done about it.
#[allow(clippy::large_enum_variant, reason = "each call makes one at most, and takes it apart at once")]
pub(super) enum Plan<'f, M: Mode, R, F> {
    Answer(R),
    Compute(Job<'f, M, R, F>),
    /// Nothing: the caller has a value, and somebody else computes the next.
    Leave,
}

impl<'f, M: Mode, R, F: Form<R>> Due<'f, M, R, F> {
    pub(super) fn new(
        trip: Box<Trip<'f, M, F>>,
        present: Present<R>,
        seen: Vec<u8>,
        epochs: Vec<Option<Epoch>>,
    ) -> Self {
        Self { trip, present, seen, epochs }
    }

    /// Gives out the value that there is, so that the rest is for the background.
    pub(super) fn take_present(&mut self) -> Option<R> {
        match std::mem::replace(&mut self.present, Present::Given) {
            Present::Early(result) => {
                self.trip.function.note(Event::L2Hit);
                Some(result)
            }
            Present::Stale(result) => {
                self.trip.function.note(Event::Stale);
                Some(result)
            }
            nothing => {
                self.present = nothing;
                None
            }
        }
    }

    /// Whether somebody in this process computes it already, for all.
    pub(super) fn is_under_way(&self) -> bool {
        let Trip { function, caching, address, .. } = &*self.trip;
        function.single_flight != SingleFlight::Off && caching.flights.is_under_way(&address.entry)
    }

    /// Waits for somebody else's value, or takes the turn to compute it.
    ///
    /// # Errors
    /// What the request meets, unless there is a value.
    pub(super) async fn plan(self) -> Result<Plan<'f, M, R, F>> {
        let until = Instant::now() + self.trip.function.wait.min(LONGEST);
        let mut has_waited = false;
        let ticket = match self.trip.function.single_flight {
            SingleFlight::Off => None,
            SingleFlight::Process | SingleFlight::Cluster => {
                let is_missing = !self.has_present();
                match self.trip.board(is_missing, self.epochs.clone(), until, &mut has_waited).await? {
                    Seat::Leader(ticket) => Some(ticket),
                    Seat::Instead(instead) => return Ok(self.settle(instead)),
                }
            }
        };
        let mut claiming = self.claiming(ticket);
        claiming.has_waited = has_waited;
        let mut pauses = Pauses::new();
        loop {
            let query = claiming.query();
            let outcome = claiming.due.trip.send(query).await;
            claiming = match claiming.take(outcome)? {
                Step::Plan(plan) => return Ok(plan),
                Step::Again(claiming) => claiming,
                Step::Wait(claiming, lease) => {
                    let left = until.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return Ok(claiming.alone());
                    }
                    M::sleep(pauses.next(Some(lease)).min(left)).await;
                    claiming
                }
            };
        }
    }

    /// Begins to ask for the turn among all processes.
    pub(super) fn claiming(self, ticket: Option<Ticket<M>>) -> Claiming<'f, M, R, F> {
        let function = self.trip.function;
        let turn = Held::new(&self.trip.store, &self.trip.address, random_text(), function.lease);
        Claiming { due: self, turn, ticket, has_waited: false, asked: Instant::now() }
    }

    pub(super) fn has_present(&self) -> bool {
        !matches!(self.present, Present::Nothing)
    }

    /// What comes of it when the value is not computed by us for all.
    fn settle(self, instead: Instead<R>) -> Plan<'f, M, R, F> {
        let function = self.trip.function;
        match (instead, self.present) {
            (_, Present::Given) => Plan::Leave,
            (Instead::Found(result), _) | (Instead::Present, Present::Early(result)) => {
                function.note(Event::L2Hit);
                Plan::Answer(result)
            }
            (Instead::Landed(result), _) => {
                function.note(Event::Miss);
                Plan::Answer(result)
            }
            (Instead::Present, Present::Stale(result)) => {
                function.note(Event::Stale);
                Plan::Answer(result)
            }
            (Instead::Alone | Instead::Present, _) => {
                Plan::Compute(Job::new(self.trip, None, None, Fallback::None, true))
            }
        }
    }
}

/// Asking for the turn among all processes.
pub(super) struct Claiming<'f, M: Mode, R, F> {
    due: Due<'f, M, R, F>,
    turn: Held<M>,
    ticket: Option<Ticket<M>>,
    has_waited: bool,
    /// When it was asked last.
    asked: Instant,
}

/// What a claim has come to.
pub(super) enum Step<'f, M: Mode, R, F> {
    Plan(Plan<'f, M, R, F>),
    /// It is to be asked again, with what is known by now.
    Again(Claiming<'f, M, R, F>),
    /// Somebody else computes, for so long at most.
    Wait(Claiming<'f, M, R, F>, Duration),
}

impl<'f, M: Mode, R, F: Form<R>> Claiming<'f, M, R, F> {
    /// The request.
    pub(super) fn query(&mut self) -> Query<Claimed> {
        let Trip { function, address, .. } = &*self.due.trip;
        self.turn.opens();
        self.asked = Instant::now();
        request::claim(address, self.turn.token(), function.lease, &self.due.seen, false)
    }

    /// Takes in what came of the request.
    ///
    /// # Errors
    /// The request's, unless there is a value.
    pub(super) fn take(mut self, outcome: Result<Claimed>) -> Result<Step<'f, M, R, F>> {
        let Claimed { turn, now, found } = match outcome {
            Ok(claimed) => claimed,
            Err(_) if self.due.has_present() => return Ok(Step::Plan(self.due.settle(Instead::Present))),
            Err(error) => return Err(error),
        };
        let trip = &self.due.trip;
        trip.caching.clock.told(now, self.asked);
        if turn == Turn::Mine {
            return Ok(Step::Plan(Plan::Compute(self.job(found.epochs))));
        }
        self.turn.is_over();
        match turn {
            Turn::Anothers { .. } if self.due.has_present() => Ok(Step::Plan(self.due.settle(Instead::Present))),
            // All who compute at the same time have the same turn: what comes first is stored.
            Turn::Anothers { token, .. } if trip.function.single_flight != SingleFlight::Cluster => {
                self.turn.shares(token);
                Ok(Step::Plan(Plan::Compute(self.job(found.epochs))))
            }
            Turn::Anothers { lease, .. } => {
                trip.note_wait(&mut self.has_waited);
                Ok(Step::Wait(self, lease))
            }
            Turn::Nobodys | Turn::Mine => {
                let seen = found.lying.head().to_vec();
                match trip.judge(found.lying, &found.epochs, now) {
                    Judgement::Fresh(result) | Judgement::Early(result) => {
                        let has_come = if self.has_waited { Instead::Landed } else { Instead::Found };
                        Ok(Step::Plan(self.due.settle(has_come(result))))
                    }
                    // What the server finds fresh is of no use to us: we lead in spite of it.
                    Judgement::Stale(_) | Judgement::Useless => {
                        self.due.seen = seen;
                        Ok(Step::Again(self))
                    }
                }
            }
        }
    }

    /// Waits no longer: the caller computes for itself.
    pub(super) fn alone(self) -> Plan<'f, M, R, F> {
        self.due.settle(Instead::Alone)
    }

    pub(super) fn trip(&self) -> &Trip<'f, M, F> {
        &self.due.trip
    }

    fn job(self, epochs: Vec<Option<Epoch>>) -> Job<'f, M, R, F> {
        let (fallback, is_counted) = self.due.present.into_fallback();
        let epochs = epochs.into_iter().collect();
        Job::new(self.due.trip, Some((self.turn, epochs)), self.ticket, fallback, is_counted)
    }
}

impl<M: Mode, F> Trip<'_, M, F> {
    /// The turn within this process, or what comes instead.
    ///
    /// # Errors
    /// What a request meets.
    async fn board<R>(
        &self,
        is_missing: bool,
        mut seen: Vec<Option<Epoch>>,
        until: Instant,
        has_waited: &mut bool,
    ) -> Result<Seat<M, R>>
    where
        F: Form<R>,
    {
        loop {
            let follower = match self.caching.flights.board(&self.address.entry, self.function.lease) {
                Boarding::Leader(ticket) => return Ok(Seat::Leader(ticket)),
                Boarding::Follower(_) if !is_missing => return Ok(Seat::Instead(Instead::Present)),
                Boarding::Follower(follower) => follower,
            };
            self.note_wait(has_waited);
            match follower.wait(until).await {
                // What was computed under the epochs that we have seen was not invalidated before we came.
                Wait::Landed(landing) if is_same(&seen, &landing.epochs) => {
                    if let Some(result) = self.form.decode(landing.kind, landing.payload.to_vec()) {
                        return Ok(Seat::Instead(Instead::Landed(result)));
                    }
                }
                Wait::Landed(_) | Wait::Over => {
                    let (found, now) = self.look().await?;
                    let judgement = self.judge(found.lying, &found.epochs, now);
                    seen = found.epochs;
                    if let Judgement::Fresh(result) | Judgement::Early(result) = judgement {
                        return Ok(Seat::Instead(Instead::Landed(result)));
                    }
                }
                // Whoever leads now looks with its claim; the others wait for that.
                Wait::Failed => {}
                Wait::TimedOut => return Ok(Seat::Instead(Instead::Alone)),
            }
        }
    }

    fn note_wait(&self, has_waited: &mut bool) {
        if !std::mem::replace(has_waited, true) {
            self.function.note(Event::Wait);
        }
    }
}

fn is_same(seen: &[Option<Epoch>], epochs: &[Epoch]) -> bool {
    seen.iter().map(Option::as_ref).eq(epochs.iter().map(Some))
}

/// Who computes within this process.
enum Seat<M: Mode, R> {
    Leader(Ticket<M>),
    Instead(Instead<R>),
}

/// What comes instead of computing a value for all.
enum Instead<R> {
    /// What there is.
    Present,
    /// What another caller has computed that this one has waited for.
    Landed(R),
    /// What lies in Redis by now, without a wait.
    Found(R),
    /// Waiting took too long: the caller computes for itself.
    Alone,
}

/// As good as forever, without overflowing the clock.
pub(super) const LONGEST: Duration = Duration::from_secs(365 * 24 * 3_600);

impl<R> Present<R> {
    /// What is given when the computation fails, and whether the call is still to be counted.
    fn into_fallback(self) -> (Fallback<R>, bool) {
        match self {
            Self::Nothing => (Fallback::None, true),
            Self::Early(result) => (Fallback::Present(result, Event::L2Hit), true),
            Self::Stale(result) => (Fallback::Present(result, Event::Stale), true),
            Self::Given => (Fallback::Given, false),
        }
    }
}
