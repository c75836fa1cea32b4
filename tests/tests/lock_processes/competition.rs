//! Processes that compete for one lock have about equal shares of it.

use std::{
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    thread,
};

use redis_model_tests::wait_until;

use super::*;
use crate::role::{listen, say};

const THREADS: usize = 5;

/// Takes the lock with several threads until told to stop, and says how often each has had it.
pub(crate) fn compete<M: Wait>(store: &generic::Store<M>) {
    let (is_over, turns) = (AtomicBool::new(false), [const { AtomicU32::new(0) }; THREADS]);
    let lock = Lock::at("competition").wait(Duration::from_secs(60));
    say("ready");
    listen();
    thread::scope(|scope| {
        for turns in &turns {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    M::wait(M::wait(lock.acquire(store)).unwrap().release()).unwrap();
                    turns.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        listen();
        is_over.store(true, Ordering::Relaxed);
    });
    let turns: Vec<String> = turns.iter().map(|turns| turns.load(Ordering::Relaxed).to_string()).collect();
    say(&turns.join(" "));
}

/// Jain's index of fairness: 1 for equal shares, 1/n where one has it all.
fn fairness(shares: &[f64]) -> f64 {
    let squares: f64 = shares.iter().map(|share| share * share).sum();
    let count = f64::from(u32::try_from(shares.len()).unwrap());
    shares.iter().sum::<f64>().powi(2) / (count * squares)
}

#[test]
fn threads_of_several_processes_have_equal_shares() {
    let server = RedisServer::start();
    let roles = ["compete", "compete async", "compete", "compete async"];
    let mut workers = roles.map(|role| Worker::start(role, &server));
    for worker in &workers {
        assert_eq!(worker.hear(), "ready");
    }
    for worker in &mut workers {
        worker.tell("go");
    }
    // A turn is two scripts.
    wait_until("each has had a hundred turns on average", || server.scripts_run() >= 2 * 100 * 20);
    for worker in &mut workers {
        worker.tell("stop");
    }
    let shares: Vec<f64> = workers
        .iter()
        .flat_map(|worker| worker.hear().split(' ').map(|turns| turns.parse().unwrap()).collect::<Vec<_>>())
        .collect();
    println!("{shares:?}: {}", fairness(&shares));
    assert_eq!(shares.len(), roles.len() * THREADS);
    assert!(fairness(&shares) >= 0.9, "{shares:?}");
}
