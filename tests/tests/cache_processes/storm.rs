//! Many processes call, and change what the values are computed from, and are stopped and killed at random.

use std::{
    collections::HashMap,
    hash::{BuildHasher as _, Hasher as _, RandomState},
    thread,
};

use redis_model::Result;

use super::*;
use crate::{
    role::{listen, say},
    tagged::{CACHES, Caches, FAR, HURRIED, LASTING, NEAR, NUMBERS},
    truth::{Of, Truth},
};

const WORKERS: usize = 4;
/// How many threads of each process call.
const THREADS: usize = 6;
/// How many things each thread does.
const OPERATIONS: usize = 400;
/// After how many of them it says so.
const STEP: usize = 25;
/// How often a process is stopped or killed.
const STROKES: usize = 40;
/// The first of the numbers that one process alone changes.
const OWNED: u64 = 1_000;

/// One of the threads.
struct Stormer<M: Wait> {
    store: generic::Store<M>,
    caches: &'static Caches,
    truth: Truth,
    dice: Dice,
    /// What it has told the caches itself; that is all that counts where other processes' changes come a moment later.
    told: Option<HashMap<Of, u64>>,
    own: u64,
}

/// Does many things at random, and says where a call gets what is too old. In the end, waits until all values are as new as
/// can be.
pub(crate) fn work<M: Wait>(store: &generic::Store<M>, rest: &str) {
    let (kind, url) = rest.split_once(' ').unwrap();
    let caches = match kind {
        "far" => &FAR,
        "near" => &NEAR,
        "hurried" => &HURRIED,
        _ => panic!("there is no storm of the kind {kind}"),
    };
    let mut stormers = [(); THREADS].map(|()| {
        let mut truth = Truth::at(url);
        let own = OWNED + truth.take_number();
        let told = (kind == "near").then(HashMap::new);
        Stormer { store: store.clone(), caches, truth, dice: Dice::new(), told, own }
    });
    thread::scope(|scope| {
        for stormer in &mut stormers {
            scope.spawn(|| {
                for operation in 0..OPERATIONS {
                    if operation % STEP == 0 {
                        say("goes on");
                    }
                    stormer.act();
                }
            });
        }
    });
    say("is done");
    listen();
    stormers[0].settle();
    say("has settled");
}

impl<M: Wait> Stormer<M> {
    fn act(&mut self) {
        let of = self.anything();
        match self.dice.below(100) {
            0..70 => self.read(of),
            70..76 => self.read_another_ones(),
            76..86 => self.change_and_invalidate(of),
            86..94 => self.change_and_put(),
            94..96 => self.change_and_clear(of.0),
            96..98 => self.recompute(of.1),
            _ => self.await_news(of),
        }
    }

    fn anything(&mut self) -> Of {
        (usize::try_from(self.dice.below(CACHES as u64)).unwrap(), self.dice.below(NUMBERS))
    }

    fn load(&mut self, of: Of) -> u64 {
        let (truth, pause) = (&mut self.truth, self.dice.below(6));
        self.caches.load(&self.store, of, || {
            let number = truth.now(of);
            // What a body does after it has read.
            thread::sleep(Duration::from_millis(pause));
            number
        })
    }

    fn read(&mut self, of: Of) {
        let least = match &self.told {
            Some(told) => told.get(&of).copied().unwrap_or(0),
            None => self.truth.acknowledged(of),
        };
        let value = self.load(of);
        if value < least {
            say(&format!("violation: {value} of {of:?}, which is {least} at least"));
        }
    }

    fn read_another_ones(&mut self) {
        let last = self.truth.last_number();
        let number = OWNED + last - self.dice.below(last.min(WORKERS as u64));
        self.read((LASTING, number));
    }

    fn change_and_invalidate(&mut self, of: Of) {
        let changed: Vec<_> = Caches::invalidated_with(of).map(|of| (of, self.truth.change(of))).collect();
        insist(|| self.caches.invalidate(&self.store, of));
        self.acknowledge(changed);
        self.read(of);
    }

    fn change_and_put(&mut self) {
        let of = (LASTING, self.own);
        let number = self.truth.change(of);
        insist(|| self.caches.put(&self.store, self.own, number));
        self.acknowledge([(of, number)]);
        self.read(of);
    }

    fn change_and_clear(&mut self, cache: usize) {
        let cache = cache % (CACHES - 1);
        let changed: Vec<_> =
            (0..NUMBERS).map(|number| ((cache, number), self.truth.change((cache, number)))).collect();
        insist(|| self.caches.clear(&self.store, cache));
        self.acknowledge(changed);
    }

    fn recompute(&mut self, number: u64) {
        let (of, truth) = ((CACHES - 1, number), &mut self.truth);
        self.caches.recompute(&self.store, number, || truth.now(of));
    }

    fn acknowledge(&mut self, changed: impl IntoIterator<Item = (Of, u64)>) {
        for (of, number) in changed {
            self.truth.acknowledge(of, number);
            if let Some(told) = &mut self.told {
                told.insert(of, number);
            }
        }
    }

    /// What has been acknowledged comes to every process.
    fn await_news(&mut self, of: Of) {
        let least = self.truth.acknowledged(of);
        wait_until("the value is as new as what was acknowledged", || self.load(of) >= least);
    }

    fn settle(&mut self) {
        for of in (0..CACHES).flat_map(|cache| (0..NUMBERS).map(move |number| (cache, number))) {
            self.await_news(of);
        }
    }
}

/// Does it until it is done.
fn insist<T>(mut act: impl FnMut() -> Result<T>) {
    wait_until("the server answers", || match act() {
        Ok(_) => true,
        Err(error) if error.is_connection() || error.is_timeout() => false,
        Err(error) => panic!("{error:?}"),
    });
}

/// Numbers that differ from run to run.
struct Dice(u64);

impl Dice {
    fn new() -> Self {
        Self(RandomState::new().build_hasher().finish() | 1)
    }

    fn below(&mut self, bound: u64) -> u64 {
        // Xorshift, as Marsaglia has it.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

/// Processes in a storm, and what they have said.
struct Storm {
    server: RedisServer,
    truth: RedisServer,
    kinds: &'static [&'static str],
    workers: Vec<Worker>,
    said: Vec<String>,
}

impl Storm {
    fn begin(kinds: &'static [&'static str]) -> Self {
        let mut storm = Self {
            server: RedisServer::start(),
            truth: RedisServer::start(),
            kinds,
            workers: Vec::new(),
            said: Vec::new(),
        };
        storm.workers = (0..WORKERS).map(|number| storm.start(number)).collect();
        storm
    }

    fn start(&self, number: usize) -> Worker {
        let role = format!("{} {}", self.kinds[number % self.kinds.len()], self.truth.url());
        Worker::start(&role, &self.server)
    }

    /// Waits until one of them has done something; another one comes in place of one that is done.
    fn hear_one(&mut self, dice: &mut Dice) -> usize {
        let number = usize::try_from(dice.below(WORKERS as u64)).unwrap();
        let said = self.workers[number].hear();
        if said == "is done" {
            self.replace(number);
        }
        self.said.push(said);
        number
    }

    /// Kills one of them; another one comes in its place.
    fn replace(&mut self, number: usize) {
        let next = self.start(number);
        let mut killed = std::mem::replace(&mut self.workers[number], next);
        killed.kill();
        self.said.extend(killed.last_words());
    }

    /// Stops one of them for longer than a lease, or kills it, after it has done something.
    fn strike(&mut self, dice: &mut Dice) {
        let number = self.hear_one(dice);
        if dice.below(2) == 0 {
            self.replace(number);
        } else {
            self.workers[number].pause();
            // No synchronization, but what is tested.
            thread::sleep(Duration::from_millis(50 + dice.below(150)));
            self.workers[number].resume();
        }
    }

    fn hear_until(&mut self, last: &str) {
        for worker in &self.workers {
            let until_last = std::iter::from_fn(|| Some(worker.hear()).filter(|said| said != last));
            self.said.extend(until_last);
        }
    }

    /// Lets them come to their ends, and answers with what they have said.
    fn end(mut self) -> Vec<String> {
        self.hear_until("is done");
        self.workers.iter_mut().for_each(|worker| worker.tell("settle"));
        self.hear_until("has settled");
        self.said
    }

    /// Stops the server of the caches for longer than a request may take, or kills it.
    fn strike_server(&mut self, dice: &mut Dice) {
        self.hear_one(dice);
        if dice.below(2) == 0 {
            self.server.restart();
        } else {
            self.server.pause();
            // No synchronization, but what is tested.
            thread::sleep(Duration::from_millis(50 + dice.below(300)));
            self.server.resume();
        }
    }
}

fn weather(kinds: &'static [&'static str], strike: impl Fn(&mut Storm, &mut Dice)) {
    let mut dice = Dice::new();
    let mut storm = Storm::begin(kinds);
    for _ in 0..STROKES {
        strike(&mut storm, &mut dice);
    }
    let said = storm.end();
    let steps = said.iter().filter(|said| *said == "goes on").count();
    println!("{steps} times {STEP} operations");
    let violations: Vec<_> = said.iter().filter(|said| said.starts_with("violation")).collect();
    assert!(violations.is_empty(), "{violations:?}");
}

#[test]
fn nobody_gets_what_was_invalidated_before_the_call_whoever_is_stopped_or_killed() {
    weather(&["storm far", "async storm far"], Storm::strike);
}

#[test]
fn who_keeps_values_hears_of_all_changes_and_reads_back_what_it_has_written() {
    weather(&["storm near", "async storm near", "storm far"], Storm::strike);
}

#[test]
fn nobody_gets_what_was_invalidated_before_the_call_while_the_server_comes_and_goes() {
    weather(&["storm hurried", "async storm hurried"], Storm::strike_server);
}
