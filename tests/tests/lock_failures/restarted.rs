//! Servers that start again, or lose their keys or scripts, while locks are held, waited for and released.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use redis_model::{Error, Guard, Store, generic};
use redis_model_tests::wait_until;

use super::*;

/// Counts who is inside, and never lets two be.
#[derive(Default)]
struct Inside(AtomicUsize);

impl Inside {
    fn enter(&self) {
        assert_eq!(self.0.fetch_add(1, Ordering::SeqCst), 0, "two are inside");
    }

    fn leave(&self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

in_both_modes! {
    fn every_waiter_gets_its_turn_after_a_restart<M>() {
        let mut server = RedisServer::start();
        let url = server.url();
        let holder = M::wait(lock().acquire(&M::connect(&url).unwrap())).unwrap();
        let (inside, turns) = (Inside::default(), AtomicUsize::new(0));
        thread::scope(|scope| {
            let stores = [M::connect(&url).unwrap(), M::connect(&url).unwrap()];
            for number in 0..6 {
                let (store, inside, turns) = (stores[number % 2].clone(), &inside, &turns);
                scope.spawn(move || {
                    let guard = acquire_in_spite_of_cuts(&store);
                    inside.enter();
                    M::wait(guard.run(write(1))).unwrap();
                    turns.fetch_add(1, Ordering::SeqCst);
                    inside.leave();
                    M::wait(guard.release()).unwrap();
                });
            }
            wait_until("all wait", || waiting(&server) == 6);
            server.restart();
            wait_until("all were served", || turns.load(Ordering::SeqCst) == 6);
        });
        let error = M::wait(holder.run(write(2))).unwrap_err();
        assert!(matches!(error, Error::LockLost { .. }), "{error:?}");
        drop(holder);
        wait_until("nothing is left", || entries(&server).is_empty());
    }

    fn a_holder_learns_of_its_loss<M>() {
        let mut server = RedisServer::start();
        let store = M::connect(&server.url()).unwrap();
        // The lease lasts long: only the server can say that it is lost.
        let guard = M::wait(lock().lease(Duration::from_secs(1)).acquire(&store)).unwrap();
        server.restart();
        M::wait(guard.lost()).unwrap();
        assert!(!guard.is_held());
        let error = M::wait(guard.run(write(1))).unwrap_err();
        assert!(matches!(error, Error::LockLost { .. }), "{error:?}");
        assert_eq!(ask::<i64>(&server, &["EXISTS", "{a}"]), 0);
        // A release that finds no server gives up, and so does the drop behind it.
        let guard = M::wait(lock().acquire(&store)).unwrap();
        server.kill();
        assert!(M::wait(guard.release()).is_err());
        server.restart();
        let guard: generic::Guard<M> = M::wait(lock().acquire(&store)).unwrap();
        assert!(guard.is_held());
    }
}

#[tokio::test]
async fn a_suspended_process_is_not_deceived_by_an_old_message() {
    let server = RedisServer::start();
    let proxy = redis_model_tests::Proxy::start(&server);
    let (store, direct) = (Store::connect(&proxy.url()).await.unwrap(), Store::connect(&server.url()).await.unwrap());
    let holder = lock().acquire(&direct).await.unwrap();
    let waiting_store = store.clone();
    let waiter = tokio::spawn(async move { lock().acquire(&waiting_store).await });
    until("it waits", || waiting(&server) == 1).await;
    until("it listens", || !ask::<String>(&server, &["CLIENT", "LIST", "TYPE", "pubsub"]).is_empty()).await;
    // The message that it was granted the lock stays on its way, ...
    proxy.hold_messages();
    let fields = entries(&server);
    let name = fields.iter().find_map(|field| field.strip_prefix("q:")).unwrap().to_owned();
    let channels: Vec<String> = ask(&server, &["PUBSUB", "CHANNELS"]);
    server.command(&["PUBLISH", &channels[0], &format!("{name} 7\n")]);
    // ... while the keys are lost and somebody else is faster.
    server.command(&["DEL", "{a}@lock", "{a}@lock:queue"]);
    let other = lock().acquire(&direct).await.unwrap();
    until("it has asked again", || waiting(&server) == 1).await;
    until("it has heard that it waits", || {
        let fields = entries(&server);
        fields.iter().any(|field| field.contains(&name))
    })
    .await;
    proxy.release();
    // It would come now.
    tokio::time::timeout(Duration::from_millis(300), async {
        while !waiter.is_finished() {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect_err("somebody else holds the lock");
    drop(holder);
    other.release().await.unwrap();
    assert!(waiter.await.unwrap().unwrap().fence() > 7);
}

#[tokio::test]
async fn twenty_waiters_outlive_lost_keys_and_scripts() {
    let server = RedisServer::start();
    let stores = [Store::connect(&server.url()).await.unwrap(), Store::connect(&server.url()).await.unwrap()];
    let inside = std::sync::Arc::new(Inside::default());
    for lost in [["FLUSHALL", "SYNC"], ["SCRIPT", "FLUSH"]] {
        let holder = lock().acquire(&stores[0]).await.unwrap();
        let tasks: Vec<_> = (0..20)
            .map(|number| {
                let (store, inside) = (stores[number % 2].clone(), inside.clone());
                tokio::spawn(async move {
                    let guard: Guard = lock().acquire(&store).await?;
                    inside.enter();
                    guard.run(write(1)).await?;
                    inside.leave();
                    guard.release().await
                })
            })
            .collect();
        until("all wait", || waiting(&server) == 20).await;
        server.command(&lost);
        if lost[0] == "SCRIPT" {
            holder.release().await.unwrap();
        } else {
            assert!(holder.run(write(2)).await.unwrap_err().is_lock_lost());
        }
        for task in tasks {
            while !task.is_finished() {
                server.command(&["SCRIPT", "FLUSH"]);
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            task.await.unwrap().unwrap();
        }
        until("nothing is left", || entries(&server).is_empty()).await;
    }
}
