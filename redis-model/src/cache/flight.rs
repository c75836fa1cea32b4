//! One computation of an entry at a time within this process.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::{
    due::LONGEST,
    entry::{Epoch, Kind},
};
use crate::{
    key::Key,
    mode::{Mode, Signal as _},
};

/// The computations that are under way, by the key of their entry.
pub(super) struct Flights<M: Mode>(Arc<Mutex<HashMap<Key, Arc<Flight<M>>>>>);

/// One computation, and what comes of it.
struct Flight<M: Mode> {
    state: Mutex<State>,
    changed: M::Signal,
    /// Who hangs for longer is not waited for.
    until: Instant,
}

#[derive(Debug)]
enum State {
    Open,
    /// It is about to end: who comes now looks again, as the value may be invalidated by then.
    Closed,
    Over(Option<Landing>),
    /// The body has failed, and nothing was stored meanwhile.
    Failed,
}

/// What a computation came to, for those who have waited.
#[derive(Debug, Clone)]
pub(super) struct Landing {
    pub(super) kind: Kind,
    pub(super) payload: Arc<[u8]>,
    /// What it was computed under.
    pub(super) epochs: Arc<[Epoch]>,
}

/// Who computes, or who waits.
pub(super) enum Boarding<M: Mode> {
    Leader(Ticket<M>),
    Follower(Follower<M>),
}

/// The leader's. Dropped before it has landed, the computation has failed.
pub(super) struct Ticket<M: Mode> {
    flights: Flights<M>,
    key: Key,
    flight: Arc<Flight<M>>,
}

/// Somebody who waits for a leader.
pub(super) struct Follower<M: Mode> {
    flight: Arc<Flight<M>>,
    is_late: bool,
}

/// How waiting for a leader has ended.
pub(super) enum Wait {
    Landed(Landing),
    /// The leader was overtaken, takes too long, or had its value stored before one came: look again.
    Over,
    /// The leader's body has failed: there is nothing new to see.
    Failed,
    TimedOut,
}

impl<M: Mode> Flights<M> {
    pub(super) fn new() -> Self {
        Self(Arc::default())
    }

    /// Leads, for so long, if nobody does; else follows.
    pub(super) fn board(&self, key: &Key, lease: Duration) -> Boarding<M> {
        let mut flights = self.lock();
        let now = Instant::now();
        if let Some(flight) = flights.get(key).filter(|flight| now < flight.until) {
            let is_late = matches!(*flight.state(), State::Closed);
            return Boarding::Follower(Follower { flight: flight.clone(), is_late });
        }
        let until = now + lease.min(LONGEST);
        let flight = Arc::new(Flight { state: Mutex::new(State::Open), changed: M::Signal::default(), until });
        flights.insert(key.clone(), flight.clone());
        Boarding::Leader(Ticket { flights: self.clone(), key: key.clone(), flight })
    }

    /// Whether somebody computes it, for no longer than he may.
    pub(super) fn is_under_way(&self, key: &Key) -> bool {
        self.lock().get(key).is_some_and(|flight| Instant::now() < flight.until)
    }

    /// Lets those who come from now on compute anew: what is under way is outdated. Those who wait already take it.
    pub(super) fn forget(&self, key: &Key) {
        self.lock().remove(key);
    }

    /// The same for all keys that begin so.
    pub(super) fn forget_all(&self, prefix: &[u8]) {
        self.lock().retain(|key, _| !key.as_bytes().starts_with(prefix));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Arc<Flight<M>>>> {
        // Nothing can panic between two states of the map.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<M: Mode> Clone for Flights<M> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<M: Mode> Flight<M> {
    fn state(&self) -> MutexGuard<'_, State> {
        // Each state is set at once.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<M: Mode> Ticket<M> {
    /// Says that it is about to end: what is sent next tells whether the value is valid until then.
    pub(super) fn close(&self) {
        let mut state = self.flight.state();
        if matches!(*state, State::Open) {
            *state = State::Closed;
        }
    }

    /// Hands the value to those who wait.
    pub(super) fn land(self, landing: Landing) {
        *self.flight.state() = State::Over(Some(landing));
    }

    /// Says that there is no value. Each of those who wait would look in vain before the next of them leads.
    pub(super) fn fail(self) {
        *self.flight.state() = State::Failed;
    }
}

impl<M: Mode> Drop for Ticket<M> {
    fn drop(&mut self) {
        let mut flights = self.flights.lock();
        if flights.get(&self.key).is_some_and(|flight| Arc::ptr_eq(flight, &self.flight)) {
            flights.remove(&self.key);
        }
        drop(flights);
        let mut state = self.flight.state();
        if matches!(*state, State::Open | State::Closed) {
            *state = State::Over(None);
        }
        drop(state);
        self.flight.changed.notify();
    }
}

impl<M: Mode> Follower<M> {
    /// Waits until the leader is done, or until this time.
    pub(super) async fn wait(self, until: Instant) -> Wait {
        loop {
            let seen = self.flight.changed.seen();
            match &*self.flight.state() {
                State::Open | State::Closed => {}
                State::Over(Some(landing)) if !self.is_late => return Wait::Landed(landing.clone()),
                State::Over(_) => return Wait::Over,
                State::Failed => return Wait::Failed,
            }
            let now = Instant::now();
            if now >= until {
                return Wait::TimedOut;
            }
            if now >= self.flight.until {
                return Wait::Over;
            }
            self.flight.changed.changed(seen, Some(until.min(self.flight.until))).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mode::{Blocking, poll_once};

    fn leader(flights: &Flights<Blocking>, key: &Key) -> Ticket<Blocking> {
        match flights.board(key, LONGEST) {
            Boarding::Leader(ticket) => ticket,
            Boarding::Follower(_) => panic!("somebody leads"),
        }
    }

    fn follower(flights: &Flights<Blocking>, key: &Key) -> Follower<Blocking> {
        match flights.board(key, LONGEST) {
            Boarding::Leader(_) => panic!("nobody leads"),
            Boarding::Follower(follower) => follower,
        }
    }

    fn landing() -> Landing {
        Landing { kind: Kind::Value, payload: b"value"[..].into(), epochs: [].into() }
    }

    fn wait(follower: Follower<Blocking>) -> Wait {
        poll_once(follower.wait(Instant::now() + Duration::from_secs(60)))
    }

    #[test]
    fn followers_get_what_the_leader_has_computed() {
        let (flights, key) = (Flights::new(), Key::new("k"));
        let ticket = leader(&flights, &key);
        let follower = follower(&flights, &key);
        let waiting = std::thread::spawn(move || wait(follower));
        ticket.land(landing());
        assert!(matches!(waiting.join(), Ok(Wait::Landed(landing)) if &*landing.payload == b"value"));
        drop(leader(&flights, &key));
    }

    #[test]
    fn after_a_leader_that_failed_another_one_leads() {
        let (flights, key) = (Flights::new(), Key::new("k"));
        assert!(!flights.is_under_way(&key));
        let ticket = leader(&flights, &key);
        let follower = follower(&flights, &key);
        assert!(flights.is_under_way(&key));
        drop(ticket);
        assert!(!flights.is_under_way(&key));
        assert!(matches!(wait(follower), Wait::Over));
        drop(leader(&flights, &key));
        assert!(flights.lock().is_empty());
    }

    #[test]
    fn followers_hear_that_the_leader_has_failed() {
        let (flights, key) = (Flights::new(), Key::new("k"));
        let ticket = leader(&flights, &key);
        let early = follower(&flights, &key);
        ticket.close();
        let late = follower(&flights, &key);
        ticket.fail();
        assert!(matches!(wait(early), Wait::Failed) && matches!(wait(late), Wait::Failed));
        assert!(!flights.is_under_way(&key));
    }

    #[test]
    fn who_comes_while_the_value_is_stored_looks_again() {
        let (flights, key) = (Flights::new(), Key::new("k"));
        let ticket = leader(&flights, &key);
        let early = follower(&flights, &key);
        ticket.close();
        let late = follower(&flights, &key);
        ticket.land(landing());
        assert!(matches!(wait(early), Wait::Landed(_)));
        assert!(matches!(wait(late), Wait::Over));
    }

    #[test]
    fn what_was_forgotten_is_computed_anew() {
        let (flights, key) = (Flights::new(), Key::new("prefix:k"));
        let outdated = leader(&flights, &key);
        flights.forget(&key);
        let current = leader(&flights, &key);
        drop(outdated);
        drop(follower(&flights, &key));
        flights.forget_all(b"other");
        drop(follower(&flights, &key));
        flights.forget_all(b"prefix:");
        drop(leader(&flights, &key));
        drop(current);
    }

    #[test]
    fn who_takes_longer_than_he_may_is_not_waited_for() {
        let (flights, key) = (Flights::<Blocking>::new(), Key::new("k"));
        let Boarding::Leader(hanging) = flights.board(&key, Duration::ZERO) else { panic!("somebody leads") };
        assert!(!flights.is_under_way(&key));
        let waiting = Follower { flight: hanging.flight.clone(), is_late: false };
        assert!(matches!(wait(waiting), Wait::Over));
        let next = leader(&flights, &key);
        drop(hanging);
        drop(follower(&flights, &key));
        drop(next);
        assert!(flights.lock().is_empty());
    }

    #[test]
    fn a_wait_ends_at_its_time() {
        let (flights, key) = (Flights::new(), Key::new("k"));
        let _ticket = leader(&flights, &key);
        let follower = follower(&flights, &key);
        assert!(matches!(poll_once(follower.wait(Instant::now())), Wait::TimedOut));
    }
}
