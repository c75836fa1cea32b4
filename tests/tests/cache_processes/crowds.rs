//! Many processes want the same value at the same time.

use std::thread;

use super::*;
use crate::role::{listen, say};

/// Nothing of it becomes outdated.
static LASTING: Numbers = numbers("processes::lasting", LONG).lease(LONG);

/// Its values are outdated at once, and served still.
static OUTDATED: Numbers = numbers("processes::outdated", Duration::from_millis(1)).stale(LONG).lease(LONG);

/// Who computes loses the turn soon.
pub(crate) static LEASED: Numbers = numbers("processes::leased", LONG).lease(Duration::from_secs(2));

/// The number whose value all want.
pub(crate) const NUMBER: u64 = 7;

const CROWD: usize = 64;

/// Calls a cache once when told to, and says whether it computes or waits, and what it has got in the end. Who computes
/// is told the value.
pub(crate) fn call<M: Wait>(store: &generic::Store<M>, cache: &str) {
    let cache = match cache {
        "lasting" => &LASTING,
        "outdated" => &OUTDATED,
        "leased" => &LEASED,
        _ => panic!("there is no cache {cache}"),
    };
    say("ready");
    listen();
    thread::spawn(|| {
        while cache.info().waits == 0 {
            thread::sleep(Duration::from_millis(1));
        }
        say("waits");
    });
    let value: u64 = M::load(cache.on(store), &(NUMBER,), || {
        say("computes");
        listen().parse::<u64>().unwrap()
    });
    let info = cache.info();
    assert_eq!((info.errors, info.bypassed), (0, 0));
    say(&format!("has {value}, {} fenced, {} stale", info.fenced, info.stale));
}

/// Processes that are about to call a cache, in either mode.
pub(crate) fn gather(count: usize, cache: &str, server: &RedisServer) -> Vec<Worker> {
    let mode = |number: usize| if number.is_multiple_of(2) { "" } else { "async " };
    let workers: Vec<_> =
        (0..count).map(|number| Worker::start(&format!("{}call {cache}", mode(number)), server)).collect();
    for worker in &workers {
        assert_eq!(worker.hear(), "ready");
    }
    workers
}

/// Lets all of them call; gives those who compute, and what the others have said first.
fn let_go(mut workers: Vec<Worker>) -> (Vec<Worker>, Vec<(Worker, String)>) {
    for worker in &mut workers {
        worker.tell("go");
    }
    let (mut leaders, mut others) = (Vec::new(), Vec::new());
    for worker in workers {
        match worker.hear().as_str() {
            "computes" => leaders.push(worker),
            said => others.push((worker, said.to_owned())),
        }
    }
    (leaders, others)
}

#[test]
fn of_64_processes_that_want_a_missing_value_one_computes_it() {
    let server = RedisServer::start();
    let (mut leaders, others) = let_go(gather(CROWD, "lasting", &server));
    assert_eq!(leaders.len(), 1);
    assert!(others.iter().all(|(_, said)| said == "waits"));
    leaders[0].tell("42");
    for worker in leaders.iter().chain(others.iter().map(|(worker, _)| worker)) {
        assert_eq!(worker.hear(), "has 42, 0 fenced, 0 stale");
    }
}

#[test]
fn of_64_processes_that_find_an_outdated_value_one_computes_and_nobody_else_waits() {
    let server = RedisServer::start();
    let store = Store::connect(&server.url()).unwrap();
    assert!(OUTDATED.on(&store).put(&(NUMBER,), &1).unwrap());
    // Before they have started, more than a millisecond has passed.
    let (mut leaders, others) = let_go(gather(CROWD, "outdated", &server));
    assert_eq!(leaders.len(), 1);
    for (worker, said) in &others {
        assert_eq!(said, "has 1, 0 fenced, 1 stale", "while the one still computes");
        assert_eq!(worker.heard().next(), None);
    }
    leaders[0].tell("2");
    assert_eq!(leaders[0].hear(), "has 2, 0 fenced, 0 stale");
    assert_eq!(OUTDATED.on(&store).peek(&(NUMBER,)).unwrap(), Some(2));
}
