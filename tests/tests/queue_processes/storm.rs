//! Many processes work on one queue, and are stopped and killed at random.

use std::{
    hash::{BuildHasher as _, Hasher as _, RandomState},
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use redis_model::Error;

use super::*;
use crate::role::{listen, say};

const WORKERS: usize = 5;
const JOBS: u32 = 600;

/// Works until it is told to stop.
pub(crate) fn work<M: Wait>(store: &generic::Store<M>) {
    static IS_OVER: AtomicBool = AtomicBool::new(false);
    thread::spawn(|| {
        listen();
        IS_OVER.store(true, Ordering::Relaxed);
    });
    while !IS_OVER.load(Ordering::Relaxed) {
        let Some(job) = M::wait(jobs().get(store, Duration::from_millis(100))).unwrap() else { continue };
        say("has begun");
        // What the job takes.
        thread::sleep(Duration::from_millis(2));
        match M::wait(finish(&job).run(store)) {
            Ok((settled, ())) => assert_eq!(settled, Settled::Done),
            Err(Error::Conflict { .. }) => say("too late"),
            Err(error) => panic!("{error:?}"),
        }
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

fn start(number: usize, server: &RedisServer) -> Worker {
    Worker::start(if number.is_multiple_of(2) { "storm" } else { "storm async" }, server)
}

#[test]
fn every_job_is_done_once_whoever_is_stopped_or_killed() {
    let server = RedisServer::start();
    let store = Store::connect(&server.url()).unwrap();
    let mut dice = Dice(RandomState::new().build_hasher().finish() | 1);
    let mut workers: Vec<Worker> = (0..WORKERS).map(|number| start(number, &server)).collect();
    let (mut kills, mut pauses, mut put, mut said) = (0, 0, 0, Vec::new());
    while put < JOBS || !jobs().is_empty().run(&store).unwrap() {
        let more = (JOBS - put).min(u32::try_from(dice.below(60)).unwrap());
        jobs().put_all(put..put + more).run(&store).unwrap();
        put += more;
        let number = usize::try_from(dice.below(WORKERS as u64)).unwrap();
        said.extend(workers[number].heard());
        workers[number].pause();
        if dice.below(3) == 0 {
            kills += 1;
            workers[number].kill();
            workers[number] = start(number, &server);
        } else {
            pauses += 1;
            // Some for less than the lease, some for more: no synchronization, but what is tested.
            thread::sleep(Duration::from_millis(50 + dice.below(500)));
            workers[number].resume();
        }
    }
    for worker in &mut workers {
        worker.tell("stop");
    }
    said.extend(workers.into_iter().flat_map(Worker::last_words));
    let mut done = log().load().run(&store).unwrap();
    println!("{kills} killed, {pauses} stopped, {} too late", said.iter().filter(|what| *what == "too late").count());
    done.sort_unstable();
    assert!(done.into_iter().eq(0..JOBS), "a job was lost, or done twice");
    assert_eq!((jobs().waiting(), jobs().in_flight()).batch().run(&store).unwrap(), (0, 0));
}
