//! Random histories of jobs on a clock that is moved by hand, compared step by step with a model.

use std::collections::{HashMap, VecDeque};

use proptest::{collection::vec, prelude::*};
use redis_model::{Async, Blocking, Job};

use super::*;
use crate::config::cases;

const LEASE: u64 = 100;
const MOST: u64 = 3;

#[derive(Debug, Clone)]
enum Step {
    Put(u8),
    Take,
    /// One of the deliveries so far, whether or not it is the last one of its job.
    Ack(usize),
    Release(usize),
    Extend(usize, u64),
    Bury(usize),
    Recover,
    Advance(u64),
}

fn history() -> impl Strategy<Value = Vec<Step>> {
    let any_delivery = || 0..1000_usize;
    let step = prop_oneof![
        3 => (0..3_u8).prop_map(Step::Put),
        6 => Just(Step::Take),
        3 => any_delivery().prop_map(Step::Ack),
        2 => any_delivery().prop_map(Step::Release),
        2 => (any_delivery(), 1..2 * LEASE).prop_map(|(delivery, lease)| Step::Extend(delivery, lease)),
        1 => any_delivery().prop_map(Step::Bury),
        1 => Just(Step::Recover),
        3 => (1..LEASE).prop_map(Step::Advance),
    ];
    vec(step, 0..60)
}

#[derive(Default)]
struct Model {
    now: u64,
    values: HashMap<String, u32>,
    waiting: VecDeque<String>,
    leases: HashMap<String, u64>,
    deliveries: HashMap<String, u64>,
    dead: Vec<u32>,
}

impl Model {
    fn standing(&self, id: &str, delivery: u64) -> Settled {
        match self.deliveries.get(id) {
            None => Settled::Gone,
            Some(current) if *current == delivery => Settled::Done,
            Some(_) => Settled::HandedOut,
        }
    }

    fn pick_up(&mut self, id: &str) {
        self.leases.remove(id);
        self.waiting.retain(|other| other != id);
    }

    fn remove(&mut self, id: &str) -> u32 {
        self.deliveries.remove(id);
        self.values.remove(id).unwrap()
    }

    fn take_back(&mut self, id: String) {
        self.leases.remove(&id);
        if self.deliveries[&id] >= MOST {
            let value = self.remove(&id);
            self.dead.push(value);
        } else {
            self.waiting.push_front(id);
        }
    }

    fn recover(&mut self) -> u64 {
        let mut lapsed: Vec<_> = self.leases.iter().filter(|(_, end)| **end <= self.now).collect();
        lapsed.sort_unstable_by_key(|(id, end)| (**end, (*id).clone()));
        let lapsed: Vec<_> = lapsed.into_iter().map(|(id, _)| id.clone()).collect();
        let count = lapsed.len() as u64;
        lapsed.into_iter().rev().for_each(|id| self.take_back(id));
        count
    }

    fn take(&mut self) -> Option<(String, u64, u32)> {
        self.recover();
        let id = self.waiting.pop_front()?;
        self.leases.insert(id.clone(), self.now + LEASE);
        let delivery = self.deliveries.entry(id.clone()).or_default();
        *delivery += 1;
        Some((id.clone(), *delivery, self.values[&id]))
    }

    /// What a late consumer may still do, where it may.
    fn settle(&mut self, job: &Job<u32>, change: impl FnOnce(&mut Self, String)) -> Settled {
        let standing = self.standing(job.id(), job.delivery());
        if standing == Settled::Done {
            self.pick_up(job.id());
            change(self, job.id().to_owned());
        }
        standing
    }
}

fn play<M: Wait>(history: &[Step]) {
    let backend = Backend::<M>::embedded();
    let jobs = ReliableQueue::<u32>::at("jobs")
        .lease(Duration::from_millis(LEASE))
        .max_deliveries(u32::try_from(MOST).unwrap());
    let (mut model, mut taken, mut values) = (Model::default(), Vec::<Job<u32>>::new(), 0..);
    for step in history {
        let one = |at: &usize| (!taken.is_empty()).then(|| &taken[at % taken.len()]);
        match step {
            Step::Put(count) => {
                let values: Vec<u32> = values.by_ref().take((*count).into()).collect();
                let ids = backend.run(jobs.put_all(&values)).unwrap();
                model.waiting.extend(ids.iter().cloned());
                model.values.extend(ids.into_iter().zip(values));
            }
            Step::Take => {
                let job = backend.run(jobs.try_get()).unwrap();
                let found = job.as_ref().map(|job| (job.id().to_owned(), job.delivery(), *job.value()));
                assert_eq!(found, model.take());
                taken.extend(job);
            }
            Step::Ack(at) => {
                let Some(job) = one(at) else { continue };
                let expected = model.settle(job, |model, id| _ = model.remove(&id));
                assert_eq!(backend.run(job.ack()).unwrap(), expected);
            }
            Step::Release(at) => {
                let Some(job) = one(at) else { continue };
                let expected = model.settle(job, Model::take_back);
                assert_eq!(backend.run(job.release()).unwrap(), expected);
            }
            Step::Extend(at, lease) => {
                let Some(job) = one(at) else { continue };
                let end = model.now + lease;
                let expected = model.settle(job, |model, id| _ = model.leases.insert(id, end));
                assert_eq!(backend.run(job.extend(Duration::from_millis(*lease))).unwrap(), expected);
            }
            Step::Bury(at) => {
                let Some(job) = one(at) else { continue };
                let expected = model.settle(job, |model, id| {
                    let value = model.remove(&id);
                    model.dead.push(value);
                });
                assert_eq!(backend.run(job.bury()).unwrap(), expected);
            }
            Step::Recover => assert_eq!(backend.run(jobs.recover()).unwrap(), model.recover()),
            Step::Advance(by) => {
                backend.advance(Duration::from_millis(*by));
                model.now += by;
            }
        }
        let counts = backend.run((jobs.len(), jobs.waiting(), jobs.in_flight()).batch()).unwrap();
        assert_eq!(counts, (model.values.len() as u64, model.waiting.len() as u64, model.leases.len() as u64));
        assert_eq!(backend.run(jobs.dead_letters().load()).unwrap(), model.dead);
        let tokens = backend.raw::<usize>(&["LLEN", "{jobs}@bell"]);
        assert!(tokens <= model.waiting.len() && (tokens > 0 || model.waiting.is_empty()), "{tokens} tokens");
    }
}

#[test]
fn jobs_are_where_they_should_be() {
    proptest!(cases(200), |(history in history())| play::<Blocking>(&history));
    proptest!(cases(40), |(history in history())| play::<Async>(&history));
}
