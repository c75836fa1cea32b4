//! The server is stopped, killed and started again while processes call.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use super::*;
use crate::role::{listen, say};

/// Values that are soon outdated, of whose requests each is given up after a tenth of a second.
static REPEATED: Numbers =
    Cache::new("processes::repeated", Duration::from_millis(20)).stale(Duration::from_millis(20));

const NUMBERS: u64 = 5;

/// Calls until told to stop; when told anything else, says how many calls have gone without Redis, and how many hits there
/// have been. Says so at once when a value is wrong.
pub(crate) fn repeat<M: Wait>(store: &generic::Store<M>) {
    static IS_OVER: AtomicBool = AtomicBool::new(false);
    thread::spawn(|| {
        while listen() != "stop" {
            let info = REPEATED.info();
            say(&format!("{} {}", info.bypassed, info.hits() + info.stale));
        }
        IS_OVER.store(true, Ordering::Relaxed);
    });
    for call in 0.. {
        if IS_OVER.load(Ordering::Relaxed) {
            break;
        }
        let number = call % NUMBERS;
        let value = M::load(REPEATED.on(store), &(number,), || 1_000 + number);
        if value != 1_000 + number {
            say(&format!("{value} instead of {}", 1_000 + number));
        }
    }
    say("has stopped");
}

fn counted(worker: &mut Worker) -> (u64, u64) {
    worker.tell("count");
    let said = worker.hear();
    let (bypassed, hits) = said.split_once(' ').unwrap();
    (bypassed.parse().unwrap(), hits.parse().unwrap())
}

/// Waits until each of them has gone on calling, with Redis or without it.
fn await_calls(workers: &mut [Worker], what: &str, count: impl Fn((u64, u64)) -> u64) {
    let before: Vec<_> = workers.iter_mut().map(|worker| count(counted(worker))).collect();
    wait_until(what, || workers.iter_mut().zip(&before).all(|(worker, before)| count(counted(worker)) > *before + 10));
}

#[test]
fn callers_go_on_while_the_server_is_away_and_find_values_when_it_is_back() {
    let mut server = RedisServer::start();
    let roles = ["repeat", "async repeat", "repeat", "async repeat"];
    let mut workers = roles.map(|role| Worker::start(role, &server));
    await_calls(&mut workers, "all have hits", |(_, hits)| hits);
    for round in 0..3 {
        if round == 1 {
            server.pause();
        } else {
            server.kill();
        }
        await_calls(&mut workers, "all go on without the server", |(bypassed, _)| bypassed);
        if round == 1 {
            server.resume();
        } else {
            server.restart();
        }
        await_calls(&mut workers, "all have hits again", |(_, hits)| hits);
    }
    for worker in &mut workers {
        worker.tell("stop");
        assert_eq!(worker.hear(), "has stopped");
    }
}
