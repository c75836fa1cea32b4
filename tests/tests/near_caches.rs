//! Values that are kept in the process: when they are given, and when no more.

// A test reports by its panic.
#![allow(clippy::unwrap_used)]

#[path = "near_caches/changes.rs"]
mod changes;
#[path = "near_caches/disturbed.rs"]
mod disturbed;
#[path = "near_caches/epochs.rs"]
mod epochs;
#[path = "near_caches/own.rs"]
mod own;
#[path = "near_caches/room.rs"]
mod room;
#[path = "near_caches/runtimes.rs"]
mod runtimes;

use std::time::Duration;

use redis_model::{Key, Query, cache::Cache, generic::Store, redis};
use redis_model_tests::{Backend, Proxy, RedisServer, Wait, in_both_modes, wait_until};

/// Longer than a test takes, so that nothing of it ends by itself.
const LONG: Duration = Duration::from_secs(600);

/// Values by number.
type Numbers = Cache<(u64,), u64>;

/// A cache in which nothing is left to chance, and whose values are kept in the process.
fn numbers() -> Numbers {
    numbers_for(LONG).timeout(LONG).wait(LONG).lease(LONG).l1(100)
}

/// The same with values that are fresh for so long, and nothing else that has been set. All share their entries.
fn numbers_for(ttl: Duration) -> Numbers {
    Numbers::new("near", ttl).early(0.0).jitter(0.0)
}

fn entry(number: u64) -> Key {
    Key::new(format!("cache:{{near:0:{number}}}"))
}

/// What a call gives, and whether that was kept in the process.
fn look<M: Wait>(store: &Store<M>, cache: &Numbers, number: u64, otherwise: u64) -> (u64, bool) {
    let hits = cache.info().l1_hits;
    let value = M::load(cache.on(store), &(number,), || otherwise);
    (value, cache.info().l1_hits > hits)
}

/// Calls until the value is kept in the process.
fn keep<M: Wait>(store: &Store<M>, cache: &Numbers, number: u64, value: u64) {
    wait_until("the value is kept", || look(store, cache, number, value) == (value, true));
}

/// Calls until the value is another one, which the calls would compute.
fn await_value<M: Wait>(store: &Store<M>, cache: &Numbers, number: u64, value: u64) {
    wait_until("there is another value", || look(store, cache, number, value).0 == value);
}

/// Runs a raw command in a store of whichever mode.
fn raw<M: Wait>(store: &Store<M>, command: &[&str]) {
    let mut cmd = redis::cmd(command[0]);
    cmd.arg(&command[1..]);
    M::wait(Query::<redis::Value>::command(cmd).run(store)).unwrap();
}

/// Makes a test of each function for the engine and for a server of its own, in both modes.
macro_rules! on_each_side {
    ($($(#[$attribute:meta])* fn $name:ident($backend:ident) $body:block)*) => {$(
        $(#[$attribute])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            fn check<M: Wait>($backend: &Backend<M>) $body

            #[test]
            fn on_the_engine_blocking() {
                check(&Backend::<redis_model::Blocking>::embedded());
            }

            #[test]
            fn on_the_engine_async() {
                check(&Backend::<redis_model::Async>::embedded());
            }

            #[test]
            fn on_a_server_blocking() {
                check(&Backend::<redis_model::Blocking>::at(&RedisServer::start().url()));
            }

            #[test]
            fn on_a_server_async() {
                check(&Backend::<redis_model::Async>::at(&RedisServer::start().url()));
            }
        }
    )*};
}
use on_each_side;
