//! Futures that are dropped half-way: the store works on, and nobody gets their replies.

use std::future::Future;

use redis_model::{Query, Result, Store, prelude::*};
use redis_model_tests::{Proxy, RedisServer, poll_and_drop};

use crate::{User, command, user};

/// Answers that could not be those of a query that was dropped.
async fn check_answers(store: &Store, round: usize) {
    let echo = |text: String| async move { command::<String>(&["ECHO", &text]).run(store).await };
    for number in 0..3 {
        let text = format!("{round} {number}");
        assert_eq!(echo(text.clone()).await.unwrap(), text);
    }
    let (name, loaded) = (User::at(1).name().get(), User::load(2)).batch().run(store).await.unwrap();
    assert_eq!((name, loaded), (Some(user(1).name), Some(user(2))));
}

fn queries(store: &Store) -> [std::pin::Pin<Box<dyn Future<Output = Result<()>> + Send>>; 5] {
    let it = User::at(3);
    let dropped = (User::load(3).map(drop), it.name().get().map(drop)).batch().map(drop);
    [
        dropped.run(store),
        it.name().get().map(drop).run(store),
        it.logins().incr(1).map(drop).run(store),
        Query::all((0..50).map(|_| it.logins().incr(1))).map(drop).run(store),
        user(3).save().run(store),
    ]
}

async fn check_cancellation(proxy: &Proxy, between: impl Fn(&Proxy)) {
    let store = Store::connect(&proxy.url()).await.unwrap();
    for id in 1..=3 {
        user(id).save().run(&store).await.unwrap();
    }
    let mut finished = 0;
    for times in 0..24 {
        for future in queries(&store) {
            between(proxy);
            finished += usize::from(poll_and_drop(future, times).await);
        }
        // A cut that nobody has noticed yet may cost one request.
        let _ = command::<String>(&["PING"]).run(&store).await;
        check_answers(&store, times).await;
    }
    assert!(finished < 24 * 5, "some were dropped");
}

#[tokio::test]
async fn a_dropped_query_leaves_the_connection_usable() {
    let server = RedisServer::start();
    check_cancellation(&Proxy::start(&server), |_| {}).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_query_dropped_while_it_connects_leaves_the_store_usable() {
    let server = RedisServer::start();
    check_cancellation(&Proxy::start(&server), Proxy::cut).await;
}

#[tokio::test]
async fn a_dropped_modify_leaves_a_whole_record() {
    let server = RedisServer::start();
    let store = Store::connect(&server.url()).await.unwrap();
    user(1).save().run(&store).await.unwrap();
    for times in 0..40 {
        let change = User::modify(1, &store, |user| {
            user.logins += 1;
            user.name = user.logins.to_string();
        });
        let before = User::fetch(1).run(&store).await.unwrap();
        let is_done = poll_and_drop(change, times).await;
        let after = User::fetch(1).run(&store).await.unwrap();
        assert!(after.name == after.logins.to_string() || after == user(1), "{after:?}");
        assert!(
            after.logins - before.logins <= 1 && (!is_done || after.logins > before.logins),
            "{before:?} {after:?}"
        );
    }
}

#[tokio::test]
async fn a_future_sends_nothing_before_it_is_polled() {
    let server = RedisServer::start();
    let store = Store::connect(&server.url()).await.unwrap();
    drop(user(1).save().run(&store));
    drop(User::modify(1, &store, |user| user.logins += 1));
    assert!(!User::exists(1).run(&store).await.unwrap());
}
