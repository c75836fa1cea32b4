//! Random histories of calls and of time, against a plain model: value for value, and counter for counter.

use std::collections::HashMap;

use proptest::prelude::*;
use redis_model::{
    __private::cached::{self, Bypass, Call, Form, Function, OfOptionalResult as _, Probe, Shape},
    Blocking, blocking,
    cache::invalidate_tag,
    embedded::Engine,
};

use super::*;

type Answer = Result<Option<u64>, String>;

/// A step of a history; ids and tags are small numbers, times are in seconds.
#[derive(Debug, Clone)]
enum Step {
    Call(u64, Answer),
    Wait(u64),
    Invalidate(u64),
    Put(u64, Answer),
    Peek(u64),
    Clear,
    Tag(u64),
}

/// How long things are kept, in seconds.
#[derive(Debug, Clone, Copy)]
struct Terms {
    ttl: u64,
    stale: u64,
    none_ttl: Option<u64>,
    err_ttl: Option<u64>,
    lease: u64,
}

fn answers() -> impl Strategy<Value = Answer> {
    prop_oneof![4 => (0..100_u64).prop_map(|value| Ok(Some(value))), 1 => Just(Ok(None)), 2 => Just(Err("no".to_owned()))]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => (0..4_u64, answers()).prop_map(|(id, answer)| Step::Call(id, answer)),
        4 => (0..40_u64).prop_map(Step::Wait),
        1 => (0..4_u64).prop_map(Step::Invalidate),
        1 => (0..4_u64, answers()).prop_map(|(id, answer)| Step::Put(id, answer)),
        1 => (0..4_u64).prop_map(Step::Peek),
        1 => Just(Step::Clear),
        1 => (0..3_u64).prop_map(Step::Tag),
    ];
    prop::collection::vec(step, 1..60)
}

fn terms() -> impl Strategy<Value = Terms> {
    let some = || prop::option::of(0..30_u64);
    let stale = prop_oneof![Just(0), 1..60_u64];
    (0..60_u64, stale, some(), some(), 1..40_u64).prop_map(|(ttl, stale, none_ttl, err_ttl, lease)| Terms {
        ttl,
        stale,
        none_ttl,
        err_ttl,
        lease,
    })
}

/// The tags of a value: one of two, and one that all have.
fn tags(id: u64) -> [u64; 2] {
    [id % 2, 2]
}

/// What there should be.
#[derive(Debug, Default)]
struct Model {
    now: u64,
    entries: HashMap<u64, ModelEntry>,
    /// The number of each tag's epoch, and when it ends.
    epochs: HashMap<u64, (u64, u64)>,
    epochs_made: u64,
    info: [u64; 4],
}

#[derive(Debug, Clone)]
struct ModelEntry {
    answer: Answer,
    fresh_until: u64,
    kept_until: u64,
    epochs: [u64; 2],
}

const HITS: usize = 0;
const STALE: usize = 1;
const MISSES: usize = 2;
const COMPUTES: usize = 3;

impl Model {
    fn pass(&mut self, seconds: u64) {
        self.now += seconds;
        self.entries.retain(|_, entry| entry.kept_until > self.now);
        self.epochs.retain(|_, (_, end)| *end > self.now);
    }

    /// What is served of an entry now, and whether it is fresh.
    fn served(&self, id: u64) -> Option<(Answer, bool)> {
        let entry = self.entries.get(&id)?;
        let is_valid = tags(id)
            .iter()
            .zip(entry.epochs)
            .all(|(tag, epoch)| self.epochs.get(tag).is_some_and(|(current, _)| *current == epoch));
        let is_fresh = entry.fresh_until > self.now;
        is_valid.then(|| (entry.answer.clone(), is_fresh))
    }

    fn life(terms: Terms, answer: &Answer) -> Option<u64> {
        let life = match answer {
            Ok(Some(_)) => Some(terms.ttl),
            Ok(None) => terms.none_ttl,
            Err(_) => terms.err_ttl,
        };
        life.filter(|life| *life > 0)
    }

    /// Epochs are made, and live at least for the lease and a minute.
    fn claim(&mut self, terms: Terms, id: u64) {
        for tag in tags(id) {
            let end = self.now + terms.lease + 60;
            self.epochs_made += 1;
            self.epochs.entry(tag).or_insert((self.epochs_made, end));
            self.prolong(tag, terms.lease + 60);
        }
    }

    /// An epoch that is there lives for so long at least, or else for twice as long.
    fn prolong(&mut self, tag: u64, life: u64) {
        let (_, end) = self.epochs.get_mut(&tag).unwrap();
        if *end < self.now + life {
            *end = self.now + 2 * life;
        }
    }

    fn store(&mut self, terms: Terms, id: u64, answer: &Answer) -> bool {
        let Some(life) = Self::life(terms, answer) else {
            self.entries.remove(&id);
            return false;
        };
        // Only values are served beyond their time.
        let stale = if matches!(answer, Ok(Some(_))) { terms.stale } else { 0 };
        let (fresh_until, kept_until) = (self.now + life, self.now + life + stale);
        for tag in tags(id) {
            self.prolong(tag, kept_until - self.now);
        }
        let epochs = tags(id).map(|tag| self.epochs[&tag].0);
        self.entries.insert(id, ModelEntry { answer: answer.clone(), fresh_until, kept_until, epochs });
        true
    }

    fn call(&mut self, terms: Terms, id: u64, body: &Answer) -> Answer {
        let present = self.served(id);
        if let Some((answer, true)) = present {
            self.info[HITS] += 1;
            return answer;
        }
        self.claim(terms, id);
        self.info[COMPUTES] += 1;
        if let (Some((answer, false)), Err(_)) = (present, body) {
            self.info[STALE] += 1;
            return answer;
        }
        self.info[MISSES] += 1;
        // One that fails leaves what there is.
        if body.is_ok() || Self::life(terms, body).is_some() {
            self.store(terms, id, body);
        }
        body.clone()
    }
}

/// What is under test.
struct Real {
    engine: Engine,
    store: blocking::Store,
    function: Function,
    terms: Terms,
}

impl Real {
    fn new(terms: Terms) -> Self {
        let engine = Engine::with_manual_clock();
        let store = blocking::Store::on_engine(&engine);
        let seconds = Duration::from_secs;
        let mut function = Function::new("historical").early(0.0).jitter(0.0).stale(seconds(terms.stale));
        function = function.lease(seconds(terms.lease));
        if let Some(none_ttl) = terms.none_ttl {
            function = function.none_ttl(seconds(none_ttl));
        }
        if let Some(err_ttl) = terms.err_ttl {
            function = function.err_ttl(seconds(err_ttl));
        }
        Self { engine, store, function, terms }
    }

    fn store(&self) -> Option<blocking::Store> {
        Some(self.store.clone())
    }

    fn call(&self, id: u64) -> Call<'_> {
        tags(id).iter().fold(Call::new(&self.function, &(id,)), Call::tag)
    }

    fn form(&self) -> impl Form<Answer> + use<> {
        let ttl = Duration::from_secs(self.terms.ttl);
        Shape::new(&(&&&&Probe::<Answer>::new()).values()).ttl(move |_| ttl).errors()
    }

    fn info(&self) -> [u64; 4] {
        let info = cached::info(self.store(), &self.call(0));
        assert_eq!((info.waits, info.fenced, info.errors, info.bypassed, info.l1_hits), (0, 0, 0, 0, 0));
        [info.l2_hits, info.stale, info.misses, info.computes]
    }
}

/// Takes a step on both sides, and compares what comes of it.
fn take(step: &Step, real: &Real, model: &mut Model) -> Result<(), TestCaseError> {
    let (terms, store) = (real.terms, real.store());
    match step {
        Step::Wait(seconds) => {
            real.engine.advance(Duration::from_secs(*seconds));
            model.pass(*seconds);
        }
        Step::Call(id, body) => {
            let run = cached::run::<Blocking, _, _, _, _>(store, real.call(*id), real.form(), Bypass, || async {
                body.clone()
            });
            prop_assert_eq!(cached::wait(run), model.call(terms, *id, body));
        }
        Step::Peek(id) => {
            let peeked = cached::wait(cached::peek::<Blocking, Answer, _>(store, real.call(*id), real.form()));
            prop_assert_eq!(peeked.unwrap(), model.served(*id).map(|(answer, _)| answer));
        }
        Step::Put(id, answer) => {
            let put = cached::wait(cached::put::<Blocking, _, _>(store, real.call(*id), real.form(), answer)).unwrap();
            if put {
                model.claim(terms, *id);
            }
            prop_assert_eq!(put, model.store(terms, *id, answer));
        }
        Step::Invalidate(id) => {
            let removed = cached::wait(cached::invalidate::<Blocking>(store, real.call(*id))).unwrap();
            prop_assert_eq!(removed, model.entries.remove(id).is_some());
        }
        Step::Clear => {
            let removed = cached::wait(cached::clear::<Blocking>(store, real.call(0))).unwrap();
            prop_assert_eq!(removed, model.entries.drain().count() as u64);
        }
        Step::Tag(tag) => {
            prop_assert_eq!(invalidate_tag(&real.store, tag).unwrap(), model.epochs.remove(tag).is_some());
        }
    }
    let size = cached::wait(cached::size::<Blocking>(real.store(), real.call(0))).unwrap();
    prop_assert_eq!(size, model.entries.len() as u64);
    prop_assert_eq!(real.info(), model.info);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_history_goes_as_in_the_model(terms in terms(), steps in steps()) {
        let (real, mut model) = (Real::new(terms), Model::default());
        for step in &steps {
            take(step, &real, &mut model)?;
        }
        let calls = steps.iter().filter(|step| matches!(step, Step::Call(..))).count() as u64;
        prop_assert_eq!(model.info[HITS] + model.info[STALE] + model.info[MISSES], calls);
    }
}
