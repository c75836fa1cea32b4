//! Servers whose memory is full: they refuse writes, or evict the keys of locks.

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
};

use redis_model::{Error, Released, Result, blocking::Store};
use redis_model_tests::wait_until;

use super::*;

fn set(store: &Store, key: &str, size: usize, ttl: Option<u32>) -> Result<()> {
    let mut set = redis::cmd("SET");
    set.arg(key).arg("x".repeat(size));
    if let Some(seconds) = ttl {
        set.arg("EX").arg(seconds);
    }
    Query::command(set).run(store)
}

#[test]
fn what_is_held_can_be_renewed_and_released_when_memory_is_full() {
    let server = RedisServer::start();
    let store = Store::connect(&server.url()).unwrap();
    let (guard, shared) = (lock().acquire(&store).unwrap(), Lock::at("b").lease(LONG).acquire(&store).unwrap());
    thread::scope(|scope| {
        let waiter = scope.spawn(|| lock().acquire(&store).unwrap());
        wait_until("it waits", || waiting(&server) == 1);
        server.command(&["CONFIG", "SET", "maxmemory", "1"]);
        for refused in [Lock::at("c"), Lock::at("a.b").wait(LONG)] {
            let error = refused.acquire(&store).unwrap_err();
            assert!(matches!(error, Error::OutOfMemory { .. }), "{error:?}");
        }
        guard.renew().unwrap();
        guard.check().unwrap();
        shared.renew().unwrap();
        let error = guard.run(write(1)).unwrap_err();
        assert!(matches!(error, Error::OutOfMemory { .. }), "{error:?}");
        assert_eq!(guard.release().unwrap(), Released::InTime);
        // The hand-over works as well, and what follows from it.
        let handed_over = waiter.join().unwrap();
        handed_over.renew().unwrap();
        drop(handed_over);
        wait_until("nothing is left", || entries(&server).is_empty());
    });
    server.command(&["CONFIG", "SET", "maxmemory", "0"]);
    assert_eq!(lock().acquire(&store).unwrap().release().unwrap(), Released::InTime);
}

/// How many trees there are, and how many threads want each of them.
const TREES: usize = 150;
const RIVALS: usize = 4;
const ROUNDS: usize = 3;

/// What became of an increment under a lock.
fn increment(store: &Store, tree: usize) -> Result<()> {
    let key = format!("count:{{{tree}}}");
    let guard = Lock::at(format!("{tree}.x")).lease(LONG).wait(PATIENCE).acquire(store)?;
    let count: Option<i64> = Query::command(redis::cmd("GET").arg(&key).take()).run(store)?;
    // Others have time to come in between.
    set(store, &format!("volatile:{tree}:{}", guard.fence()), 5_000, Some(100))?;
    guard.run(Query::<()>::command(redis::cmd("SET").arg(&key).arg(count.unwrap_or(0) + 1).take()))?;
    guard.release()?;
    Ok(())
}

/// Lets rivals increment counters under locks while the server evicts keys; gives how many of their writes succeeded.
fn evict(policy: &str) -> (RedisServer, usize) {
    let server = RedisServer::builder().config("maxmemory", "8mb").config("maxmemory-policy", policy).start();
    let store = Store::connect(&server.url()).unwrap();
    let (succeeded, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        scope.spawn(|| {
            for number in (0..200).cycle().take_while(|_| !is_over.load(Ordering::Relaxed)) {
                _ = set(&store, &format!("pressure:{number}"), 60_000, Some(100));
            }
        });
        let rivals = (0..RIVALS).map(|rival| {
            let (store, succeeded) = (store.clone(), &succeeded);
            scope.spawn(move || {
                for number in 0..TREES * ROUNDS {
                    match increment(&store, (number + rival) % TREES) {
                        Ok(()) => _ = succeeded.fetch_add(1, Ordering::Relaxed),
                        Err(Error::LockLost { .. } | Error::OutOfMemory { .. }) => {}
                        Err(error) => panic!("{error:?}"),
                    }
                }
            })
        });
        rivals.collect::<Vec<_>>().into_iter().for_each(|rival| rival.join().unwrap());
        is_over.store(true, Ordering::Relaxed);
    });
    let stats: String = ask(&server, &["INFO", "stats"]);
    let evicted = stats.lines().find_map(|line| line.strip_prefix("evicted_keys:")).unwrap();
    assert_ne!(evicted, "0");
    assert!(succeeded.load(Ordering::Relaxed) > 0);
    server.command(&["CONFIG", "SET", "maxmemory", "0"]);
    for tree in 0..TREES {
        let guard = Lock::at(tree.to_string()).wait(PATIENCE).acquire(&store).unwrap();
        assert_eq!(guard.release().unwrap(), Released::InTime);
    }
    (server, succeeded.into_inner())
}

#[test]
fn two_never_write_although_the_keys_of_their_locks_are_evicted() {
    for policy in ["volatile-random", "volatile-lru"] {
        let (server, succeeded) = evict(policy);
        let counts = (0..TREES).map(|tree| ask::<Option<usize>>(&server, &["GET", &format!("count:{{{tree}}}")]));
        assert_eq!(counts.map(Option::unwrap_or_default).sum::<usize>(), succeeded, "an increment was lost");
    }
}

#[test]
fn locks_work_where_any_key_may_be_evicted() {
    evict("allkeys-random");
}
