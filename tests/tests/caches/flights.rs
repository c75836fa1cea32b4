//! Callers of one process who want the same value at the same time.

use std::sync::atomic::{AtomicU64, Ordering};

use super::*;

/// How many callers there are.
const CROWD: u64 = SIZE as u64;
const SIZE: usize = 32;

/// Lets a crowd call. The first body that runs goes on when all others wait.
fn crowd<M: Wait, R: Returns<u64> + Send>(store: &Store<M>, cache: &By<u64>, body: impl Fn(u64) -> R + Sync) -> Vec<R> {
    let runs = AtomicU64::new(0);
    let call = || {
        load(store, cache, 1, || {
            let run = runs.fetch_add(1, Ordering::SeqCst);
            wait_until("all others wait", || run > 0 || cache.info().waits == CROWD - 1);
            body(run)
        })
    };
    thread::scope(|scope| {
        let callers: Vec<_> = (0..CROWD).map(|_| scope.spawn(call)).collect();
        callers.into_iter().map(|caller| caller.join().unwrap()).collect()
    })
}

on_every_backend! {
    fn one_of_a_crowd_computes(backend) {
        let cache = cache::<u64>();
        assert_eq!(crowd(&backend.store, &cache, |_| 7), [7; SIZE]);
        assert_eq!(counters(&cache), "misses 32, computes 1, waits 31");
        assert_eq!(keys(backend), 1);
    }

    fn what_is_not_stored_is_still_computed_once_for_those_who_wait(backend) {
        let cache = cache::<u64>();
        assert_eq!(crowd(&backend.store, &cache, |_| None), [None; SIZE]);
        assert_eq!(counters(&cache), "misses 32, computes 1, waits 31");
        assert_eq!(keys(backend), 0);
    }

    fn when_one_fails_another_one_computes(backend) {
        let cache = cache::<u64>();
        let results = crowd(&backend.store, &cache, |run| if run == 0 { fails() } else { Ok(7) });
        assert_eq!(results.iter().filter(|result| **result == Ok(7)).count(), SIZE - 1);
        assert_eq!(counters(&cache), "misses 32, computes 2, waits 31");
    }

    fn when_one_panics_another_one_computes(backend) {
        let cache = cache::<u64>();
        thread::scope(|scope| {
            let mut waiting = None;
            let panicked = scope.spawn(|| {
                load::<_, _, u64>(&backend.store, &cache, 1, || {
                    wait_until("the other one waits", || cache.info().waits == 1);
                    panic!("as it is told to");
                });
            });
            wait_until("it computes", || cache.info().computes == 1);
            waiting.get_or_insert(scope.spawn(|| load(&backend.store, &cache, 1, || 7)));
            assert!(panicked.join().is_err());
            assert_eq!(waiting.unwrap().join().unwrap(), 7);
        });
        assert_eq!(counters(&cache), "misses 1, computes 2, waits 1");
        assert_eq!(keys(backend), 1, "no lock is left");
    }

    fn who_has_waited_for_too_long_computes_alone(backend) {
        let cache = cache::<u64>().wait(SHORT);
        let value = load(&backend.store, &cache, 1, || {
            assert_eq!(meanwhile(|| load(&backend.store, &cache, 1, || 8)), 8);
            assert_eq!(meanwhile(|| peek(backend, &cache, 1)), None, "and stores nothing");
            7
        });
        assert_eq!(value, 7);
        assert_eq!(load(&backend.store, &cache, 1, never::<u64>), 7);
        assert_eq!(counters(&cache), "l2_hits 1, misses 2, computes 2, waits 1");
    }

    fn a_computation_that_outlives_its_lease_is_waited_for_no_longer(backend) {
        let cache = cache::<u64>().lease(SHORT);
        let value = load(&backend.store, &cache, 1, || {
            thread::scope(|scope| {
                let waiting = scope.spawn(|| load(&backend.store, &cache, 1, || 8));
                // It may come too late to wait at all.
                wait_until("it is under way", || cache.info().waits + calls(&cache.info()) > 0);
                backend.advance(SHORT);
                assert_eq!(waiting.join().unwrap(), 8);
            });
            7
        });
        assert_eq!(value, 7);
        assert_eq!(load(&backend.store, &cache, 1, never::<u64>), 8);
        let info = cache.info();
        assert_eq!((info.l2_hits, info.misses, info.computes, info.fenced), (1, 2, 2, 1));
    }

    fn other_values_are_not_waited_for(backend) {
        let cache = cache::<u64>();
        load(&backend.store, &cache, 1, || {
            assert_eq!(meanwhile(|| load(&backend.store, &cache, 2, || 8)), 8);
            7
        });
        assert_eq!(counters(&cache), "misses 2, computes 2");
    }
}

#[tokio::test]
async fn one_of_a_crowd_of_tasks_computes() {
    static CACHE: Cache<(u64,), u64> = Cache::new("tasks", TTL);
    for store in
        [redis_model::Store::embedded(), redis_model::Store::connect(&RedisServer::shared().url()).await.unwrap()]
    {
        CACHE.on(&store).clear().await.unwrap();
        let before = CACHE.info();
        let call = |store: redis_model::Store| async move {
            let body = async || {
                while CACHE.info().waits - before.waits < CROWD - 1 {
                    tokio::task::yield_now().await;
                }
                7
            };
            CACHE.on(&store).get_or_load(&(1,), body).await
        };
        let tasks: Vec<_> = (0..CROWD).map(|_| tokio::spawn(call(store.clone()))).collect();
        for task in tasks {
            assert_eq!(task.await.unwrap(), 7);
        }
        let after = CACHE.info();
        assert_eq!((after.computes - before.computes, after.misses - before.misses), (1, CROWD));
    }
}

#[test]
fn a_body_may_call_its_own_cache() {
    static SUMS: Cache<(u64,), u64> = Cache::new("sums", TTL);
    fn sum(store: &redis_model::blocking::Store, to: u64) -> u64 {
        SUMS.on(store).get_or_load(&(to,), || if to == 0 { 0 } else { to + sum(store, to - 1) })
    }
    let store = redis_model::blocking::Store::embedded();
    assert_eq!((sum(&store, 20), sum(&store, 20), sum(&store, 21)), (210, 210, 231));
    assert_eq!((SUMS.info().computes, SUMS.info().hits(), SUMS.info().waits), (22, 2, 0));
}

#[tokio::test]
async fn a_body_may_call_its_own_cache_as_a_task() {
    static SUMS: Cache<(u64,), u64> = Cache::new("async sums", TTL);
    fn sum(store: &redis_model::Store, to: u64) -> std::pin::Pin<Box<dyn Future<Output = u64> + '_>> {
        Box::pin(async move {
            let body = async || if to == 0 { 0 } else { to + sum(store, to - 1).await };
            SUMS.on(store).get_or_load(&(to,), body).await
        })
    }
    let store = redis_model::Store::embedded();
    assert_eq!((sum(&store, 8).await, sum(&store, 8).await, sum(&store, 9).await), (36, 36, 45));
    assert_eq!((SUMS.info().computes, SUMS.info().hits(), SUMS.info().waits), (10, 2, 0));
}
