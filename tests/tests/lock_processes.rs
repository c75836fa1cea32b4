//! Locks among real processes, which are stopped for longer than their lease and killed in the middle.

// A test reports by its panic.
#![allow(clippy::unwrap_used)]
// Processes are stopped and killed by signals.
#![cfg(unix)]

#[path = "lock_processes/competition.rs"]
mod competition;
#[path = "lock_processes/deaths.rs"]
mod deaths;
#[path = "lock_processes/pauses.rs"]
mod pauses;
#[path = "lock_processes/role.rs"]
mod role;
#[path = "lock_processes/storm.rs"]
mod storm;
#[path = "lock_processes/worker.rs"]
mod worker;

use std::{env, time::Duration};

use redis_model::{Error, Lock, RedisModel, Result, blocking::Store, generic, prelude::*};
use redis_model_tests::{RedisServer, Wait};

use self::worker::Worker;

#[derive(RedisModel, Debug)]
#[redis(prefix = "processes")]
struct Counter {
    #[redis(id)]
    id: u64,
    /// Written by those who have read it before.
    value: i64,
    /// Counts those writes, in the same request.
    writes: i64,
}

/// The lock under which the counter is written.
fn lock() -> Lock {
    Counter::at(1).lock().lease(Duration::from_millis(200)).wait(Duration::from_secs(60))
}

/// A server of one's own, with the counter at zero.
fn server_with_a_counter() -> (RedisServer, Store) {
    let server = RedisServer::start();
    let store = Store::connect(&server.url()).unwrap();
    Counter { id: 1, value: 0, writes: 0 }.save().run(&store).unwrap();
    (server, store)
}

/// How long the tests run that run for a while: so long, or as many seconds as `LOCK_PROCESSES_SECONDS` says.
fn duration(usually: Duration) -> Duration {
    let asked = env::var("LOCK_PROCESSES_SECONDS").ok().map(|seconds| seconds.parse().expect("a number of seconds"));
    asked.map_or(usually, Duration::from_secs)
}
