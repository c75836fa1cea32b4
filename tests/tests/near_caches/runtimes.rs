//! Stores that outlive the runtimes in which they are used.

use redis_model::{Store, blocking};

use super::*;

fn in_one_thread() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn in_several_threads() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// Calls until the value is kept.
async fn keep_here(store: &Store, cache: &Numbers, value: u64) {
    let mut hits = cache.info().l1_hits;
    for _ in 0..1_000 {
        assert_eq!(cache.on(store).get_or_load(&(1,), async || value).await, value);
        if cache.info().l1_hits > hits {
            return;
        }
        hits = cache.info().l1_hits;
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    panic!("the value is not kept");
}

fn check(runtime: impl Fn() -> tokio::runtime::Runtime) {
    let server = RedisServer::start();
    let store = Store::builder().url(&server.url()).response_timeout(LONG);
    let store = runtime().block_on(store.connect()).unwrap();
    let (cache, other) = (numbers(), blocking::Store::connect(&server.url()).unwrap());
    for value in 1..4 {
        cache.on(&other).put(&(1,), &value).unwrap();
        runtime().block_on(async {
            let call = cache.on(&store).get_or_load(&(1,), async || 0).await;
            assert_eq!(call, value, "what was kept in the runtime before is gone with it");
            keep_here(&store, &cache, value).await;
        });
    }
}

#[test]
fn values_are_kept_in_one_runtime_after_another_and_not_in_between() {
    check(in_one_thread);
    check(in_several_threads);
}

/// Nobody hears news where nobody drives the runtime.
#[test]
fn a_runtime_that_stands_still_does_not_give_what_is_old() {
    let server = RedisServer::start();
    let (runtime, cache) = (in_one_thread(), numbers());
    let store = runtime.block_on(Store::connect(&server.url())).unwrap();
    runtime.block_on(keep_here(&store, &cache, 1));
    cache.on(&blocking::Store::connect(&server.url()).unwrap()).put(&(1,), &2).unwrap();
    wait_until("the value is new", || {
        // Polled once, and nothing else of the runtime with it, if the value is kept.
        runtime.block_on(async { cache.on(&store).get_or_load(&(1,), async || 0).await }) == 2
    });
}
