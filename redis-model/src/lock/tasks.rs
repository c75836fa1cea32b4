//! What is to be done for locks in the background, and when.

use std::{
    collections::BTreeMap,
    mem,
    sync::Arc,
    time::{Duration, Instant},
};

use super::hold::{Held, Hold};
use crate::{error::Result, mode::Mode, query::Query};

/// Whatever is held.
pub(super) type AnyHeld<M> = Arc<Held<M, dyn Hold>>;

/// How long a release that has failed waits for the next try.
const AGAIN: Duration = Duration::from_millis(250);

/// How long a release is tried at most, however long its lease is.
const LONGEST: Duration = Duration::from_secs(600);

/// How long a renewal that has failed waits for the next try, at most.
const RETRY: Duration = Duration::from_secs(1);

/// What is to be done, and what is being done: that stays here, to be done again later, until it is known to be done. A
/// runtime may end at any time, and take the worker with it.
pub(super) struct Tasks<M: Mode> {
    /// By the time of the next renewal; the number tells those of one time apart.
    renewals: BTreeMap<Entry, AnyHeld<M>>,
    departures: BTreeMap<u64, Departure>,
    numbers: u64,
    /// Until when the worker sleeps if nobody wakes it; `None` when nothing is to be done.
    sleeps_until: Option<Instant>,
    pub(super) is_closed: bool,
}

/// Something that is to be given back.
struct Departure {
    release: Box<dyn Fn() -> Query<()> + Send>,
    /// When its lease ends it anyway.
    until: Instant,
    next_try: Instant,
}

/// Where a renewal is in the list of tasks.
pub(super) type Entry = (Instant, u64);

/// Releases, each with the number of its task.
pub(super) type Releases = Vec<(u64, Query<()>)>;

impl<M: Mode> Tasks<M> {
    pub(super) fn new() -> Self {
        Self {
            renewals: BTreeMap::new(),
            departures: BTreeMap::new(),
            numbers: 0,
            sleeps_until: None,
            is_closed: false,
        }
    }

    fn next_number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    /// Moves a renewal to this time, unless what is held is over.
    pub(super) fn renew_at(&mut self, at: Instant, held: AnyHeld<M>) {
        if !held.is_sure() {
            return;
        }
        let entry = (at, self.next_number());
        if let Some(before) = held.set_renewal(Some(entry)) {
            self.renewals.remove(&before);
        }
        self.renewals.insert(entry, held);
    }

    /// Tries a renewal again that was sent at this time.
    pub(super) fn renew_again(&mut self, asked: Instant, held: AnyHeld<M>) {
        let at = asked + (held.term.lease / 10).min(RETRY);
        self.renew_at(at, held);
    }

    pub(super) fn renew_no_more(&mut self, entry: Entry) {
        self.renewals.remove(&entry);
    }

    /// What is to be renewed now.
    pub(super) fn due_renewals(&mut self, now: Instant) -> Vec<AnyHeld<M>> {
        let later = self.renewals.split_off(&(now, u64::MAX));
        let mut due: Vec<_> = mem::replace(&mut self.renewals, later).into_values().collect();
        due.retain(|held| held.is_sure());
        for held in &due {
            self.renew_again(now, held.clone());
        }
        due
    }

    /// Gives something back then, or later, but no more after `until`.
    pub(super) fn give_back(&mut self, at: Instant, release: impl Fn() -> Query<()> + Send + 'static, until: Instant) {
        let number = self.next_number();
        let until = until.min(at + LONGEST);
        self.departures.insert(number, Departure { release: Box::new(release), until, next_try: at });
    }

    /// What is to be given back now.
    pub(super) fn due_releases(&mut self, now: Instant) -> Releases {
        let due = self.departures.iter_mut().filter(|(_, departure)| departure.next_try <= now);
        let releases = due.map(|(number, departure)| {
            departure.next_try = now + AGAIN;
            (*number, (departure.release)())
        });
        releases.collect()
    }

    /// All that is to be given back at any time, or is just being given back.
    pub(super) fn all_releases(&self) -> Releases {
        self.departures.iter().map(|(number, departure)| (*number, (departure.release)())).collect()
    }

    /// Notes how a release has gone, if that is known. Where it has failed, it is tried again until its lease ends.
    pub(super) fn released(&mut self, number: u64, answer: Option<&Result<()>>) {
        let next_try = Instant::now() + AGAIN;
        match self.departures.get_mut(&number) {
            Some(departure) if !matches!(answer, Some(Ok(()))) && departure.until > next_try => {
                departure.next_try = next_try;
            }
            _ => _ = self.departures.remove(&number),
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.is_closed && self.departures.is_empty()
    }

    /// When the next task is due; the worker sleeps until then.
    pub(super) fn sleep(&mut self) -> Option<Instant> {
        let renewal = self.renewals.first_key_value().map(|((at, _), _)| *at);
        let departure = self.departures.values().map(|departure| departure.next_try).min();
        self.sleeps_until = [renewal, departure].into_iter().flatten().min();
        self.sleeps_until
    }

    /// Whether the worker would sleep beyond that time; it is taken to be woken then.
    pub(super) fn oversleeps(&mut self, at: Instant) -> bool {
        let is_late = self.sleeps_until.is_none_or(|until| at < until);
        if is_late {
            self.sleeps_until = Some(at);
        }
        is_late
    }
}
