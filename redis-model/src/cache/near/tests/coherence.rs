//! Values in this process, and what others do to them: on the engine and on a server, in both modes.

use std::{
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use redis::Value;
use redis_model_embedded::Engine;

use super::place::{Place, Server, Tested, until};
use crate::{
    cache::near::{Fill, Near, coherence::Coherence},
    key::Key,
    mode::{Blocking, Mode, tests::Waits as _},
    store::Store,
};

const HOUR: Duration = Duration::from_secs(3600);
const SECOND: Duration = Duration::from_secs(1);

/// Makes a test of each function for both modes, on the engine and on a server.
macro_rules! everywhere {
    ($(async fn $name:ident<M>($place:ident: &Place) $body:block)*) => {$(
        mod $name {
            use super::*;

            async fn check<M: Tested>($place: &Place) $body

            #[test]
            fn blocking_engine() {
                Blocking::wait(check::<Blocking>(&Place::Engine(Engine::with_manual_clock())));
            }

            #[test]
            fn blocking_server() {
                if let Some(server) = Server::start() {
                    Blocking::wait(check::<Blocking>(&Place::Server(server)));
                }
            }

            #[cfg(feature = "async")]
            #[test]
            fn async_engine() {
                use crate::mode::Async;
                Async::wait(check::<Async>(&Place::Engine(Engine::with_manual_clock())));
            }

            #[cfg(feature = "async")]
            #[test]
            fn async_server() {
                use crate::mode::Async;
                if let Some(server) = Server::start() {
                    Async::wait(check::<Async>(&Place::Server(server)));
                }
            }
        }
    )*};
}

/// The values of `cache:{name:1:...}`, which may depend on tags and on users.
fn near<M: Mode>(store: &Store<M>, name: &str) -> Near<M> {
    let watches = vec![b"cachetag:{".to_vec(), b"shop:user:{".to_vec()];
    Near::new(store, format!("cache:{{{name}:1:").into_bytes(), watches, 100)
}

/// Whether a value is there, however long ago news came: a busy machine may leave their reader waiting.
fn has<M: Mode>(near: &Near<M>, entry: &str) -> bool {
    static EARLY: OnceLock<Instant> = OnceLock::new();
    is_given(near, entry, *EARLY.get_or_init(Instant::now))
}

fn is_given<M: Mode>(near: &Near<M>, entry: &str, now: Instant) -> bool {
    near.get(entry.as_bytes(), now).is_some_and(|value| value.downcast_ref() == Some(&entry.to_owned()))
}

fn install<M: Mode>(near: &Near<M>, fill: Fill, entry: &str) -> bool {
    near.install(fill, Arc::new(entry.to_owned()), Instant::now() + HOUR)
}

/// Puts a value in as soon as that may be.
async fn keep<M: Mode>(near: &Near<M>, entry: &str, watched: &[&str]) {
    let watched: Vec<Key> = watched.iter().map(Key::new).collect();
    let put_in = || {
        let fill = near.begin(entry.as_bytes(), &watched);
        fill.is_some_and(|fill| install(near, fill, entry))
    };
    until::<M>("a value may be kept", || put_in() && has(near, entry)).await;
}

async fn is_gone<M: Mode>(near: &Near<M>, entry: &str) {
    until::<M>("the value is gone", || !has(near, entry)).await;
}

everywhere! {
    async fn what_another_client_changes_is_removed<M>(place: &Place) {
        let store = place.store::<M>().await;
        let near = near(&store, "user");
        keep(&near, "7", &[]).await;
        keep(&near, "8", &[]).await;
        for command in [&["SET", "cache:{user:1:7}", "x"], &["UNLINK", "cache:{user:1:7}", "other"]] {
            keep(&near, "7", &[]).await;
            place.run::<Value>(command);
            is_gone(&near, "7").await;
        }
        until::<M>("one value is left", || near.len() == 1).await;
        assert!(has(&near, "8"));
    }

    async fn what_was_read_before_a_change_is_not_kept<M>(place: &Place) {
        let store = place.store::<M>().await;
        let near = near(&store, "user");
        keep(&near, "7", &[]).await;
        let fill = near.begin(b"7", &[]).expect("there are news");
        place.set("cache:{user:1:7}");
        is_gone(&near, "7").await;
        assert!(!install(&near, fill, "7") && !has(&near, "7"));
    }

    async fn what_expires_is_removed<M>(place: &Place) {
        let store = place.store::<M>().await;
        let near = near(&store, "user");
        keep(&near, "1", &[]).await;
        place.run::<Value>(&["SET", "cache:{user:1:7}", "x", "PX", "20"]);
        place.set("cache:{user:1:1}");
        // News come in order: that of the first write has been heard, too.
        is_gone(&near, "1").await;
        keep(&near, "7", &[]).await;
        if let Place::Engine(engine) = place {
            assert!(has(&near, "7"));
            engine.advance(SECOND);
        }
        // The server does not look for expired keys by itself.
        until::<M>("it has expired", || place.run::<Option<String>>(&["GET", "cache:{user:1:7}"]).is_none()).await;
        is_gone(&near, "7").await;
    }

    async fn what_depends_on_a_changed_key_is_removed<M>(place: &Place) {
        let store = place.store::<M>().await;
        let near = near(&store, "user");
        for changed in ["cachetag:{eu}", "shop:user:{7}@epoch"] {
            keep(&near, "7", &["cachetag:{eu}", "shop:user:{7}@epoch"]).await;
            keep(&near, "8", &["cachetag:{us}", "shop:user:{8}@epoch"]).await;
            place.set(changed);
            is_gone(&near, "7").await;
            assert!(has(&near, "8"));
        }
    }

    async fn a_flush_removes_all<M>(place: &Place) {
        let store = place.store::<M>().await;
        let (users, posts) = (near(&store, "user"), near(&store, "post"));
        keep(&users, "7", &[]).await;
        keep(&posts, "1", &[]).await;
        place.run::<Value>(&["FLUSHALL"]);
        is_gone(&users, "7").await;
        is_gone(&posts, "1").await;
        keep(&users, "7", &[]).await;
    }

    async fn a_lost_connection_removes_all_until_there_is_another<M>(place: &Place) {
        let store = place.store::<M>().await;
        let near = near(&store, "user");
        for _ in 0..3 {
            keep(&near, "7", &[]).await;
            let fill = near.begin(b"8", &[]).expect("there are news");
            place.cut();
            // No value is given as soon as the connection is lost; values and reads are removed right behind that.
            is_gone(&near, "7").await;
            until::<M>("nothing is left", || near.map.is_empty()).await;
            assert!(!install(&near, fill, "8"));
        }
        keep(&near, "7", &[]).await;
        place.set("cache:{user:1:7}");
        is_gone(&near, "7").await;
    }

    async fn functions_that_come_later_are_heard_of_too<M>(place: &Place) {
        let store = place.store::<M>().await;
        let users = near(&store, "user");
        keep(&users, "7", &[]).await;
        let posts = near(&store, "post");
        keep(&posts, "1", &["cachetag:{eu}"]).await;
        assert!(has(&users, "7"));
        // One that also has to do with what begins with the others' prefixes.
        let all = Near::new(&store, b"cache:{all:1:".to_vec(), vec![b"cache".to_vec()], 10);
        keep(&all, "1", &["cache:{user:1:7}"]).await;
        keep(&users, "7", &[]).await;
        keep(&posts, "1", &[]).await;
        place.set("cache:{user:1:7}");
        is_gone(&users, "7").await;
        is_gone(&all, "1").await;
        assert!(has(&posts, "1"));
        place.set("cache:{post:1:1}");
        is_gone(&posts, "1").await;
    }

    async fn what_this_process_changes_is_gone_at_once<M>(place: &Place) {
        let store = place.store::<M>().await;
        let near = near(&store, "user");
        for entry in ["1", "2", "3"] {
            keep(&near, entry, &["cachetag:{eu}"]).await;
        }
        let fill = near.begin(b"1", &[]).expect("there are news");
        near.remove(b"1");
        assert!(!install(&near, fill, "1"));
        assert!(!has(&near, "1") && has(&near, "2"));
        keep(&near, "4", &["cachetag:{us}"]).await;
        near.remove_watching(b"cachetag:{eu}");
        assert!(!has(&near, "2") && has(&near, "4") && near.len() == 1);
        near.clear();
        assert!(!has(&near, "4") && near.len() == 0);
        keep(&near, "4", &[]).await;
    }

    async fn a_value_is_given_for_three_seconds_after_the_last_news<M>(place: &Place) {
        let store = place.store::<M>().await;
        let near = near(&store, "user");
        keep(&near, "7", &[]).await;
        let later = Instant::now() + SECOND * 3;
        // So it is if nobody drives the connection until then, as between two uses of a runtime.
        assert!(!is_given(&near, "7", later));
        until::<M>("the server has said that nothing has happened", || is_given(&near, "7", later)).await;
    }

    async fn where_tracking_is_refused_values_are_kept_for_a_second<M>(place: &Place) {
        let refuse = |rights| match place {
            Place::Engine(engine) => engine.fail_next(1, "NOPERM No permissions to run this"),
            Place::Server(_) => drop(place.run::<Value>(&["ACL", "SETUSER", "default", rights])),
        };
        let store = place.store::<M>().await;
        refuse("-client|tracking");
        let users = near(&store, "user");
        keep(&users, "7", &[]).await;
        assert!(users.get(b"7", Instant::now() + SECOND).is_none());
        // Those that join while it is so do the same.
        let posts = near(&store, "post");
        assert!(posts.begin(b"1", &[]).is_some());
        users.remove(b"7");
        assert!(!has(&users, "7"));
    }

    async fn the_subscription_ends_with_its_store<M>(place: &Place) {
        let store = place.store::<M>().await;
        let near = near(&store, "user");
        let clone = store.clone();
        keep(&near, "7", &[]).await;
        drop(store);
        assert!(near.begin(b"8", &[]).is_some());
        let coherence = Arc::downgrade(&Coherence::of(&clone));
        drop(clone);
        is_gone(&near, "7").await;
        until::<M>("the work is over", || Arc::strong_count(&near.coherence) == 1).await;
        assert!(near.begin(b"7", &[]).is_none());
        drop(near);
        assert_eq!(coherence.strong_count(), 0);
    }
}

/// The other end of the connection may be lost without a word.
async fn a_server_that_has_stopped_answering_is_not_relied_on<M: Tested>(server: Server) {
    let place = Place::Server(server);
    let Place::Server(server) = &place else { return };
    let store = place.store::<M>().await;
    let near = near(&store, "user");
    keep(&near, "7", &[]).await;
    let stopped = Instant::now();
    server.signal("-STOP");
    until::<M>("the lease has ended", || !is_given(&near, "7", Instant::now())).await;
    // Generous to a machine that is busy: without a lease it would be an hour.
    assert!(stopped.elapsed() < SECOND * 9);
    until::<M>("the connection is given up", || near.begin(b"8", &[]).is_none()).await;
    server.signal("-CONT");
    keep(&near, "7", &[]).await;
}

#[test]
fn a_server_that_has_stopped_answering_is_not_relied_on_blocking() {
    if let Some(server) = Server::start() {
        Blocking::wait(a_server_that_has_stopped_answering_is_not_relied_on::<Blocking>(server));
    }
}

#[cfg(feature = "async")]
#[test]
fn a_server_that_has_stopped_answering_is_not_relied_on_async() {
    use crate::mode::Async;
    if let Some(server) = Server::start() {
        Async::wait(a_server_that_has_stopped_answering_is_not_relied_on::<Async>(server));
    }
}

#[cfg(feature = "async")]
#[test]
fn the_next_runtime_goes_on_where_one_has_ended() {
    use crate::mode::Async;

    let store = Store::<Async>::embedded();
    // Without any runtime nothing can be heard.
    let near = near(&store, "user");
    assert!(near.begin(b"7", &[]).is_none());
    for _ in 0..3 {
        Async::wait(keep(&near, "7", &[]));
        assert!(!has(&near, "7") && near.begin(b"7", &[]).is_none());
    }
}
