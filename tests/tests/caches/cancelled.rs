//! Callers that go away while their value is computed, or before.

use std::sync::atomic::{AtomicU64, Ordering};

use redis_model_tests::{poll_and_drop, poll_counts};
use tokio::task::yield_now;

use super::*;

type AsyncStore = redis_model::Store;

/// Waits until no call has a lock.
async fn until_unlocked(store: &AsyncStore, id: u64) {
    for _ in 0..10_000 {
        let exists = redis_model::Query::<i64>::command(redis_model::redis::cmd("EXISTS").arg(lock(id)).take());
        if redis_model::Run::run(exists, store).await.unwrap() == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("the lock is left");
}

/// Two stores on the same database: on an engine, and on a server.
async fn stores() -> [(AsyncStore, AsyncStore, Option<RedisServer>); 2] {
    let engine = redis_model::embedded::Engine::new();
    let server = RedisServer::start();
    let (one, other) = (AsyncStore::connect(&server.url()).await, AsyncStore::connect(&server.url()).await);
    [
        (AsyncStore::on_engine(&engine), AsyncStore::on_engine(&engine), None),
        (one.unwrap(), other.unwrap(), Some(server)),
    ]
}

#[tokio::test]
async fn whoever_comes_after_a_caller_that_went_away_computes() {
    for (store, other, _server) in stores().await {
        let (mut finished, mut computing) = (0, 0);
        for (id, times) in (0..).zip(poll_counts()) {
            for next in [&store, &other] {
                let cache = cache::<u64>();
                let is_computing = AtomicU64::new(0);
                let body = async || {
                    is_computing.store(1, Ordering::SeqCst);
                    for _ in 0..3 {
                        yield_now().await;
                    }
                    7
                };
                let values = cache.on(&store);
                finished += u64::from(poll_and_drop(values.get_or_load(&(id,), body), times).await);
                computing += is_computing.load(Ordering::SeqCst);
                let value = cache.on(next).get_or_load(&(id,), async || 8).await;
                assert!(value == 8 || is_computing.load(Ordering::SeqCst) == 1, "after {times}");
                until_unlocked(&store, id).await;
                assert_eq!(cache.on(&store).get_or_load(&(id,), async || never::<u64>()).await, value);
                assert_eq!(cache.info().fenced, 0);
                cache.on(&store).invalidate(&(id,)).await.unwrap();
            }
        }
        assert!((1..86).contains(&finished) && finished < computing, "{finished} of {computing} were dropped half-way");
    }
}

#[tokio::test]
async fn who_waits_for_a_caller_that_goes_away_computes() {
    for (store, other, _server) in stores().await {
        for waiting in [&store, &other] {
            let cache = cache::<u64>();
            let forever = async || std::future::pending::<u64>().await;
            let values = cache.on(&store);
            let mut leader = Box::pin(values.get_or_load(&(1,), forever));
            while cache.info().computes == 0 {
                assert!(futures_util::poll!(&mut leader).is_pending());
                yield_now().await;
            }
            let values = cache.on(waiting);
            let mut follower = Box::pin(values.get_or_load(&(1,), async || 8));
            while cache.info().waits == 0 {
                assert!(futures_util::poll!(&mut follower).is_pending());
                yield_now().await;
            }
            drop(leader);
            assert_eq!(follower.await, 8);
            assert_eq!(counters(&cache), "misses 1, computes 2, waits 1");
            cache.on(&store).invalidate(&(1,)).await.unwrap();
        }
    }
}

#[tokio::test]
async fn who_waits_may_go_away() {
    for (store, other, _server) in stores().await {
        let cache = cache::<u64>();
        let go = tokio::sync::Notify::new();
        let values = cache.on(&store);
        let mut leader = Box::pin(values.get_or_load(&(1,), async || {
            go.notified().await;
            7
        }));
        while cache.info().computes == 0 {
            assert!(futures_util::poll!(&mut leader).is_pending());
            yield_now().await;
        }
        for waiting in [&store, &other] {
            for times in 0..20 {
                assert!(!poll_and_drop(cache.on(waiting).get_or_load(&(1,), async || never::<u64>()), times).await);
            }
        }
        go.notify_one();
        assert_eq!(leader.await, 7);
        assert_eq!(cache.on(&other).get_or_load(&(1,), async || never::<u64>()).await, 7);
        assert_eq!((cache.info().computes, cache.info().fenced), (1, 0));
    }
}

#[tokio::test]
async fn invalidations_and_puts_that_are_given_up_leave_no_lock() {
    for (store, _, _server) in stores().await {
        for times in 0..20 {
            let cache = cache::<u64>();
            poll_and_drop(cache.on(&store).put(&(1,), &6), times).await;
            poll_and_drop(cache.on(&store).invalidate(&(1,)), times).await;
            poll_and_drop(cache.on(&store).clear(), times).await;
            let value = cache.on(&store).get_or_load(&(1,), async || 7).await;
            assert!([6, 7].contains(&value));
            until_unlocked(&store, 1).await;
            cache.on(&store).invalidate(&(1,)).await.unwrap();
        }
    }
}
