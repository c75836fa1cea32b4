//! Stores that outlive runtimes, guards that outlive both, and many guards at once.

use std::future::Future;

use futures_util::future::join_all;
use redis_model::{Guard, Released, Store, blocking};
use redis_model_tests::{Proxy, wait_until};

use super::*;

const SHORT: Duration = Duration::from_millis(300);

/// Runs a future on a runtime that ends with it.
fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

fn brief() -> Lock {
    Lock::at("b").lease(SHORT)
}

async fn outlast(guard: &Guard) {
    let started = Instant::now();
    until("it was held for twice its lease", || {
        assert!(guard.is_held(), "lost after {:?}", started.elapsed());
        started.elapsed() > 2 * SHORT
    })
    .await;
}

#[test]
fn a_store_works_in_one_runtime_after_another() {
    let server = RedisServer::start();
    let store = run(Store::connect(&server.url())).unwrap();
    for _ in 0..3 {
        run(async {
            let guard = lock().acquire(&store).await.unwrap();
            let renewed = brief().acquire(&store).await.unwrap();
            let waiter = tokio::spawn({
                let store = store.clone();
                async move { lock().acquire(&store).await }
            });
            until("it waits", || waiting(&server) == 1).await;
            outlast(&renewed).await;
            drop(guard);
            assert_eq!(waiter.await.unwrap().unwrap().release().await.unwrap(), Released::InTime);
        });
    }
}

#[test]
fn a_guard_is_renewed_in_the_next_runtime() {
    let server = RedisServer::start();
    let store = run(Store::connect(&server.url())).unwrap();
    let guard = run(brief().acquire(&store)).unwrap();
    for _ in 0..2 {
        run(async {
            // Using the guard is all that it takes.
            guard.check().await.unwrap();
            outlast(&guard).await;
        });
    }
    run(async { assert_eq!(guard.release().await.unwrap(), Released::InTime) });
}

#[test]
fn what_a_runtime_did_not_finish_is_done_in_the_next() {
    let mut server = RedisServer::start();
    let proxy = Proxy::start(&server);
    let store = run(Store::connect(&proxy.url())).unwrap();
    let guard = run(async {
        let guard = brief().acquire(&store).await.unwrap();
        let calls = || ask::<String>(&server, &["INFO", "commandstats"]).matches("cmdstat_eval").count();
        proxy.hold();
        server.command(&["CONFIG", "RESETSTAT"]);
        until("a renewal is under way", || calls() > 0).await;
        guard
    });
    proxy.release();
    run(async {
        guard.check().await.unwrap();
        outlast(&guard).await;
    });
    // The same with what is dropped: here the connection for it is not yet there.
    let dropped = run(lock().acquire(&store)).unwrap();
    run(async {
        server.pause();
        proxy.cut();
        let connections = proxy.connections();
        drop(dropped);
        until("it is being given back", || proxy.connections() > connections).await;
    });
    server.resume();
    run(async {
        _ = guard.check().await;
        until("it is given back", || entries(&server).is_empty()).await;
    });
}

#[test]
fn a_guard_that_is_dropped_without_a_runtime_is_given_back_in_the_next() {
    let server = RedisServer::start();
    let store = run(Store::connect(&server.url())).unwrap();
    let (first, second) =
        run(async { (lock().acquire(&store).await.unwrap(), brief().acquire(&store).await.unwrap()) });
    drop(first);
    assert_eq!(entries(&server).len(), 1, "there is nothing that could give it back");
    // Any use of a lock in a runtime does it.
    run(async {
        _ = second.check().await;
        until("it is given back", || entries(&server).is_empty()).await;
    });
    let guard = run(lock().acquire(&store)).unwrap();
    // A guard that is dropped in a runtime needs no other one.
    run(async {
        drop(guard);
        until("it is given back", || entries(&server).is_empty()).await;
    });
    let guard = run(lock().acquire(&store)).unwrap();
    drop(guard);
    run(store.close()).unwrap();
    assert!(entries(&server).is_empty());
}

#[test]
fn a_guard_outlives_its_store() {
    let server = RedisServer::start();
    run(async {
        let store = Store::connect(&server.url()).await.unwrap();
        let (guard, dropped) = (brief().acquire(&store).await.unwrap(), lock().acquire(&store).await.unwrap());
        drop(store);
        outlast(&guard).await;
        drop(dropped);
        until("it is given back", || entries(&server).is_empty()).await;
        assert_eq!(guard.release().await.unwrap(), Released::InTime);
    });
    let store = blocking::Store::connect(&server.url()).unwrap();
    let (guard, dropped) = (brief().acquire(&store).unwrap(), lock().acquire(&store).unwrap());
    drop(store);
    let started = Instant::now();
    wait_until("it was held for twice its lease", || {
        assert!(guard.is_held(), "lost after {:?}", started.elapsed());
        started.elapsed() > 2 * SHORT
    });
    drop(dropped);
    assert!(entries(&server).is_empty());
    assert_eq!(guard.release().unwrap(), Released::InTime);
}

#[test]
fn closing_a_store_waits_for_what_is_being_given_back() {
    let server = RedisServer::start();
    for _ in 0..20 {
        run(async {
            let store = Store::connect(&server.url()).await.unwrap();
            drop(lock().acquire(&store).await.unwrap());
            // The worker may be at it already, and end with the runtime.
            tokio::task::yield_now().await;
            store.close().await.unwrap();
        });
        assert!(entries(&server).is_empty());
    }
}

#[tokio::test]
async fn many_guards_are_renewed_together() {
    const GUARDS: u64 = 2000;
    let lease = Duration::from_secs(3);
    let server = RedisServer::start();
    let store = Store::connect(&server.url()).await.unwrap();
    let acquisitions = (0..GUARDS).map(|number| Lock::at(format!("{number}.x")).lease(lease).acquire(&store));
    let guards: Vec<Guard> = join_all(acquisitions).await.into_iter().map(Result::unwrap).collect();
    server.command(&["CONFIG", "RESETSTAT"]);
    let started = Instant::now();
    until("they were held for longer than a lease", || {
        assert!(guards.iter().all(Guard::is_held), "lost after {:?}", started.elapsed());
        started.elapsed() > lease + lease / 4
    })
    .await;
    let renewals = server.scripts_run();
    // Every third of a lease, and some time to spare.
    assert!((3 * GUARDS..=6 * GUARDS).contains(&renewals), "{renewals}");
    drop(guards);
    until("all are given back", || {
        let keys: Vec<String> = ask(&server, &["HKEYS", "{7}@lock"]);
        keys.iter().all(|key| !key.starts_with("h:"))
    })
    .await;
    store.close().await.unwrap();
}

#[test]
fn a_guard_that_a_runtime_takes_with_it_is_given_back_in_the_next() {
    let server = RedisServer::start();
    let store = run(Store::connect(&server.url())).unwrap();
    for workers in [1, 2] {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(workers).enable_all().build().unwrap();
        for path in ["a", "a.b", "a.c"] {
            let store = store.clone();
            runtime.spawn(async move {
                let _guard = Lock::at(path).lease(LONG).wait(LONG).acquire(&store).await.unwrap();
                std::future::pending::<()>().await;
            });
        }
        // One holds it, or two next to each other; the others wait.
        wait_until("all are there", || entries(&server).iter().filter(|entry| !entry.contains('\0')).count() == 3);
        drop(runtime);
        run(async {
            let guard = lock().acquire(&store).await.unwrap();
            assert_eq!(guard.release().await.unwrap(), Released::InTime);
            until("all are given back", || entries(&server).is_empty()).await;
        });
    }
}

#[test]
fn those_who_wait_subscribe_again_when_the_runtime_that_listened_ends() {
    let server = RedisServer::start();
    let store = run(Store::connect(&server.url())).unwrap();
    let guard = lock().acquire(&blocking::Store::connect(&server.url()).unwrap()).unwrap();
    let runtimes = [1, 2].map(|place| {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let store = store.clone();
        let waiter = runtime.spawn(async move { lock().wait(LONG).acquire(&store).await });
        wait_until("it waits", || waiting(&server) == place && !subscription(&server).is_empty());
        (runtime, waiter)
    });
    let before = subscription(&server);
    let [first, (second, waiter)] = runtimes;
    drop(first);
    wait_until("another one listens", || ![String::new(), before.clone()].contains(&subscription(&server)));
    assert_eq!(guard.release().unwrap(), Released::InTime);
    assert!(second.block_on(waiter).unwrap().is_ok());
}

/// The id of the only connection that is subscribed; empty without one.
fn subscription(server: &RedisServer) -> String {
    let clients: String = ask(server, &["CLIENT", "LIST", "TYPE", "pubsub"]);
    clients.split(' ').next().unwrap_or_default().to_owned()
}
