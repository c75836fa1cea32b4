//! Futures that are dropped at any of their awaits leave nothing behind.

use std::{
    future::Future,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
};

use redis_model::{Error, Guard, Released, Store};
use redis_model_tests::Proxy;
use tokio::{sync::Notify, time::timeout};

use super::*;

/// How long a future that waits for nothing but time is left alone before it is polled again.
const NUDGE: Duration = Duration::from_millis(10);

#[derive(Default)]
struct Woken(Notify);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.notify_one();
    }
}

/// Polls a future so many times, each when it is woken, and drops it then; its result if it was done before.
async fn drop_after<T>(polls: usize, future: impl Future<Output = T>) -> Option<T> {
    let (mut future, woken) = (pin!(future), Arc::new(Woken::default()));
    let waker = Waker::from(woken.clone());
    for _ in 0..polls {
        if let Poll::Ready(result) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return Some(result);
        }
        _ = timeout(NUDGE, woken.0.notified()).await;
    }
    None
}

async fn until_nothing_is_left(server: &RedisServer) {
    until("neither a hold nor a waiter is left", || entries(server).is_empty()).await;
}

/// Runs an attempt that drops its future after so many polls, for more and more of them until the future is done; after each, nothing must be
/// left and others get the lock.
async fn at_every_await(server: &RedisServer, mut attempt: impl AsyncFnMut(usize) -> bool) {
    let other = Store::connect(&server.url()).await.unwrap();
    for polls in 0..60 {
        let is_done = attempt(polls).await;
        until_nothing_is_left(server).await;
        let guard = lock().acquire(&other).await.unwrap();
        assert_eq!(guard.release().await.unwrap(), Released::InTime);
        if is_done && polls > 0 {
            return;
        }
    }
    panic!("it is never done");
}

async fn held(store: &Store) -> Guard {
    lock().acquire(store).await.unwrap()
}

#[tokio::test]
async fn an_acquisition() {
    let server = RedisServer::start();
    at_every_await(&server, async |polls| {
        // A new store, as its first request also connects.
        let store = Store::connect(&server.url()).await.unwrap();
        drop_after(polls, lock().acquire(&store)).await.is_some_and(|guard| guard.is_ok())
    })
    .await;
    let store = Store::connect(&server.url()).await.unwrap();
    at_every_await(&server, async |polls| drop_after(polls, lock().try_acquire(&store)).await.is_some()).await;
    let all = || Lock::all([lock(), Lock::at("b"), Lock::at("c.d")]);
    at_every_await(&server, async |polls| drop_after(polls, all().acquire(&store)).await.is_some()).await;
}

#[tokio::test]
async fn an_acquisition_that_waits() {
    let server = RedisServer::start();
    let (store, holder) = (Store::connect(&server.url()).await.unwrap(), Store::connect(&server.url()).await.unwrap());
    at_every_await(&server, async |polls| {
        let guard = held(&holder).await;
        assert!(drop_after(polls, lock().acquire(&store)).await.is_none());
        until("only the holder is left", || entries(&server).len() == 1).await;
        assert_eq!(guard.release().await.unwrap(), Released::InTime);
        polls > 20
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_acquisition_that_is_just_being_granted() {
    let server = RedisServer::start();
    let (store, holder) = (Store::connect(&server.url()).await.unwrap(), Store::connect(&server.url()).await.unwrap());
    let mut granted = 0;
    at_every_await(&server, async |polls| {
        let guard = held(&holder).await;
        let release = tokio::spawn(async move {
            tokio::task::yield_now().await;
            guard.release().await
        });
        granted += u32::from(drop_after(polls % 20, lock().acquire(&store)).await.is_some());
        assert_eq!(release.await.unwrap().unwrap(), Released::InTime);
        polls == 50
    })
    .await;
    assert!(granted > 0);
}

#[tokio::test]
async fn what_a_guard_does() {
    let server = RedisServer::start();
    let store = Store::connect(&server.url()).await.unwrap();
    at_every_await(&server, async |polls| {
        let guard = held(&store).await;
        drop_after(polls, guard.release()).await.is_some()
    })
    .await;
    at_every_await(&server, async |polls| {
        let guard = held(&store).await;
        let is_done = drop_after(polls, guard.run(write(1))).await.is_some();
        assert!(drop_after(polls, guard.lost()).await.is_none());
        let is_done = is_done && drop_after(polls, guard.check()).await.is_some();
        let is_done = is_done && drop_after(polls, guard.renew()).await.is_some();
        assert!(guard.is_held());
        guard.run(write(2)).await.unwrap();
        assert_eq!(guard.release().await.unwrap(), Released::InTime);
        is_done
    })
    .await;
    at_every_await(&server, async |polls| {
        let guards = Lock::all([lock(), Lock::at("b")]).acquire(&store).await.unwrap();
        drop_after(polls, guards.release()).await.is_some()
    })
    .await;
}

#[tokio::test]
async fn code_under_a_lock() {
    let server = RedisServer::start();
    let store = Store::connect(&server.url()).await.unwrap();
    at_every_await(&server, async |polls| {
        let code = async |guard: &Guard| {
            guard.run(write(1)).await?;
            tokio::task::yield_now().await;
            Ok::<_, Error>(())
        };
        drop_after(polls, lock().on(&store).with(code)).await.is_some()
    })
    .await;
}

#[tokio::test]
async fn a_request_whose_reply_is_withheld() {
    let server = RedisServer::start();
    let proxy = Proxy::start(&server);
    let store = Store::connect(&proxy.url()).await.unwrap();
    for polls in 1..8 {
        proxy.hold();
        assert!(drop_after(polls, lock().acquire(&store)).await.is_none());
        proxy.release();
        until_nothing_is_left(&server).await;
        let guard = held(&store).await;
        proxy.hold();
        assert!(drop_after(polls, guard.release()).await.is_none());
        proxy.release();
        until_nothing_is_left(&server).await;
    }
}

#[tokio::test]
async fn a_request_that_a_suspended_server_reads_late() {
    let mut server = RedisServer::start();
    let store = Store::connect(&server.url()).await.unwrap();
    for polls in 1..6 {
        server.pause();
        assert!(drop_after(polls, lock().acquire(&store)).await.is_none());
        server.resume();
        until_nothing_is_left(&server).await;
    }
}

#[test]
fn a_blocking_request_that_is_read_after_its_time() {
    let mut server = RedisServer::start();
    let limit = Duration::from_millis(40);
    let store = redis_model::blocking::Store::builder().url(&server.url()).response_timeout(limit).connect().unwrap();
    for _ in 0..3 {
        server.pause();
        let error = lock().acquire(&store).unwrap_err();
        assert!(error.is_timeout(), "{error:?}");
        server.resume();
        // The request is read now, before or after the one that takes it back.
        let guard = lock().acquire(&store).unwrap();
        assert_eq!(guard.release().unwrap(), Released::InTime);
        redis_model_tests::wait_until("nothing is left", || entries(&server).is_empty());
    }
}
