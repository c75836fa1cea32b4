//! Many processes write under one lock, and are stopped and killed at random.

use std::{
    hash::{BuildHasher as _, Hasher as _, RandomState},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Instant,
};

use redis_model::{Async, Query, generic::Guard};

use super::*;
use crate::role::{listen, say};

const WORKERS: usize = 5;

/// Increments the counter until it is told to stop; it may be stopped between reading and the guard's check.
pub(crate) fn work(store: &Store) {
    work_with(store, |guard, write| {
        pause();
        guard.run(write)
    });
}

/// The same, where it may be stopped between the guard's check and the sending: only the server can refuse it.
pub(crate) fn work_with_late_checks(store: &redis_model::Store) {
    work_with(store, |guard, write| {
        let write = guard.run(write);
        pause();
        Async::wait(write)
    });
}

/// When the test likes to stop it.
fn pause() {
    say("has read");
    thread::sleep(Duration::from_millis(2));
}

fn work_with<M: Wait>(store: &generic::Store<M>, run: impl Fn(&Guard<M>, Query<((), i64)>) -> Result<((), i64)>) {
    static IS_OVER: AtomicBool = AtomicBool::new(false);
    thread::spawn(|| {
        listen();
        IS_OVER.store(true, Ordering::Relaxed);
    });
    let it = Counter::at(1);
    while !IS_OVER.load(Ordering::Relaxed) {
        let guard = M::wait(lock().acquire(store)).unwrap();
        let value = M::wait(it.value().get().run(store)).unwrap().unwrap();
        match run(&guard, (it.value().set(value + 1), it.writes().incr(1)).batch()) {
            Ok(_) => say("written"),
            Err(Error::LockLost { .. }) => say("refused"),
            Err(error) => panic!("{error:?}"),
        }
        // To give back what was lost is no error.
        M::wait(guard.release()).unwrap();
    }
}

/// Numbers that differ from run to run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        // Xorshift, as Marsaglia has it.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

#[derive(Debug, Default)]
struct Tally {
    written: i64,
    refused: i64,
    pauses: u32,
    kills: i64,
}

impl Tally {
    fn count(&mut self, said: impl Iterator<Item = String>) {
        for what in said {
            match what.as_str() {
                "written" => self.written += 1,
                "refused" => self.refused += 1,
                _ => {}
            }
        }
    }
}

fn start(number: usize, server: &RedisServer) -> Worker {
    Worker::start(if number.is_multiple_of(2) { "storm" } else { "storm with late checks" }, server)
}

/// From a part of the lease to twice of it; rarely for longer than somebody who waits may be silent.
fn length_of_a_stop(dice: &mut Dice) -> Duration {
    let is_long = dice.below(25) == 0;
    Duration::from_millis(if is_long { 3500 } else { 50 + dice.below(350) })
}

#[test]
fn no_update_is_lost_whoever_is_stopped_or_killed() {
    let (server, store) = server_with_a_counter();
    let mut dice = Dice(RandomState::new().build_hasher().finish() | 1);
    let mut tally = Tally::default();
    let mut workers: Vec<Worker> = (0..WORKERS).map(|number| start(number, &server)).collect();
    let until = Instant::now() + duration(Duration::from_secs(4));
    while Instant::now() < until {
        let number = usize::try_from(dice.below(WORKERS as u64)).unwrap();
        tally.count(workers[number].heard());
        // Who has just read holds the lock.
        let until_read = std::iter::from_fn(|| Some(workers[number].hear()).filter(|what| what != "has read"));
        tally.count(until_read);
        workers[number].pause();
        // Another one is stopped where it is: most wait, and may be handed the lock while they cannot hear of it.
        let other = (number + 1) % WORKERS;
        workers[other].pause();
        tally.pauses += 2;
        // No synchronization, but what is tested.
        thread::sleep(length_of_a_stop(&mut dice));
        workers[other].resume();
        if dice.below(5) == 0 {
            tally.kills += 1;
            let mut killed = std::mem::replace(&mut workers[number], start(number, &server));
            killed.kill();
            tally.count(killed.last_words().into_iter());
        } else {
            workers[number].resume();
            tally.count(workers[number].heard());
        }
    }
    for worker in &mut workers {
        worker.tell("stop");
    }
    for worker in workers {
        tally.count(worker.last_words().into_iter());
    }

    let (value, writes) = (Counter::at(1).value().get(), Counter::at(1).writes().get()).batch().run(&store).unwrap();
    println!("{tally:?}, counter {value:?}, writes {writes:?}");
    assert!(tally.pauses > 0);
    assert_eq!(value, writes, "updates were lost");
    // Who is killed may have written, and not have said so any more.
    let said = tally.written..=tally.written + tally.kills;
    assert!(value.is_some_and(|value| value > 0 && said.contains(&value)), "{value:?} {said:?}");
}
