//! Acquisitions that are dropped half-way.

use redis_model::{Mutex, Redlock, Semaphore, Store};
use redis_model_tests::{poll_and_drop, poll_counts};

use super::*;

async fn exists(store: &Store, key: &str) -> bool {
    Query::<bool>::command(redis::cmd("EXISTS").arg(key).take()).run(store).await.unwrap()
}

/// Waits until what was dropped has been given back.
async fn until_gone(store: &Store, key: &str) {
    let started = std::time::Instant::now();
    while exists(store, key).await {
        assert!(started.elapsed() < Duration::from_secs(10), "`{key}` was left behind");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_dropped_acquisition_leaves_no_mutex_behind() {
    let server = RedisServer::start();
    let store = Store::connect(&server.url()).await.unwrap();
    let mut finished = 0;
    for times in poll_counts() {
        finished += usize::from(poll_and_drop(Mutex::named("a").acquire(&store), times).await);
        until_gone(&store, "{a}@mutex").await;
        poll_and_drop(Mutex::named("a").try_acquire(&store), times).await;
        until_gone(&store, "{a}@mutex").await;
    }
    assert!((1..43).contains(&finished), "some were dropped half-way: {finished}");
}

#[tokio::test]
async fn a_dropped_wait_takes_no_mutex_from_anybody() {
    let server = RedisServer::start();
    let store = Store::connect(&server.url()).await.unwrap();
    for times in [1, 5, 20, 80] {
        let guard = Mutex::named("a").acquire(&store).await.unwrap();
        assert!(!poll_and_drop(Mutex::named("a").acquire(&store), times).await);
        assert!(guard.check().await.is_ok());
        assert_eq!(guard.release().await.unwrap(), Released::InTime);
        until_gone(&store, "{a}@mutex").await;
    }
}

#[tokio::test]
async fn a_dropped_acquisition_leaves_no_permit_behind() {
    let server = RedisServer::start();
    let store = Store::connect(&server.url()).await.unwrap();
    let semaphore = Semaphore::named("a", 1);
    let mut finished = 0;
    for times in poll_counts() {
        finished += usize::from(poll_and_drop(semaphore.acquire(&store), times).await);
        until_gone(&store, "{a}@semaphore").await;
        poll_and_drop(semaphore.try_acquire(&store), times).await;
        until_gone(&store, "{a}@semaphore").await;
    }
    assert!((1..43).contains(&finished), "some were dropped half-way: {finished}");
    let guard = semaphore.acquire(&store).await.unwrap();
    assert!(!poll_and_drop(semaphore.acquire(&store), 20).await);
    assert_eq!(guard.release().await.unwrap(), Released::InTime);
    until_gone(&store, "{a}@semaphore").await;
}

#[tokio::test]
async fn a_dropped_acquisition_leaves_no_redlock_behind() {
    let servers = [RedisServer::start(), RedisServer::start(), RedisServer::start()];
    let mut stores = Vec::new();
    for server in &servers {
        stores.push(Store::connect(&server.url()).await.unwrap());
    }
    let redlock = Redlock::named("a", stores.clone());
    let mut finished = 0;
    for times in poll_counts() {
        finished += usize::from(poll_and_drop(redlock.acquire(), times).await);
        for store in &stores {
            until_gone(store, "{a}@redlock").await;
        }
    }
    assert!((1..43).contains(&finished), "some were dropped half-way: {finished}");
}
