//! What goes wrong around hierarchical locks: futures that are dropped, servers that start again, connections that are
//! cut, memory that is full, runtimes that end; and many who want the same lock.

// A test reports by its panic.
#![allow(clippy::unwrap_used)]

#[path = "lock_failures/cancelled.rs"]
mod cancelled;
#[path = "lock_failures/code.rs"]
mod code;
#[path = "lock_failures/crowd.rs"]
mod crowd;
#[path = "lock_failures/cut.rs"]
mod cut;
#[path = "lock_failures/memory.rs"]
mod memory;
#[path = "lock_failures/restarted.rs"]
mod restarted;
#[path = "lock_failures/rights.rs"]
mod rights;
#[path = "lock_failures/runtimes.rs"]
mod runtimes;

use std::time::{Duration, Instant};

use redis_model::{Lock, Query, generic, redis};
use redis_model_tests::{RedisServer, Wait, in_both_modes};

/// Longer than a test takes, so that nothing of it ends by itself.
const LONG: Duration = Duration::from_secs(600);

/// Longer than anything takes here that works.
const PATIENCE: Duration = Duration::from_secs(10);

/// The lock on `a`, with a lease that does not end.
fn lock() -> Lock {
    Lock::at("a").lease(LONG).wait(PATIENCE)
}

/// Acquires the lock. Who has not yet been told to wait is told instead that there is no server.
fn acquire_in_spite_of_cuts<M: Wait>(store: &generic::Store<M>) -> generic::Guard<M> {
    loop {
        match M::wait(lock().acquire(store)) {
            Err(error) if error.is_connection() => std::thread::yield_now(),
            acquired => return acquired.unwrap(),
        }
    }
}

/// A write that the lock on `a` protects.
fn write(value: i64) -> Query<()> {
    Query::command(redis::cmd("SET").arg("{a}").arg(value).take())
}

fn ask<T: redis::FromRedisValue>(server: &RedisServer, command: &[&str]) -> T {
    redis::from_redis_value(server.command(command)).unwrap()
}

/// The server's holds (`h:`) and waiters (`q:`) of the tree `a`. Looking does not change anything.
fn entries(server: &RedisServer) -> Vec<String> {
    let fields: Vec<String> = ask(server, &["HKEYS", "{a}@lock"]);
    let queue: Vec<String> = ask(server, &["ZRANGE", "{a}@lock:queue", "0", "-1"]);
    fields.into_iter().filter(|field| field.starts_with("h:") || field.starts_with("q:")).chain(queue).collect()
}

/// How many wait in the tree `a`.
fn waiting(server: &RedisServer) -> usize {
    ask(server, &["ZCARD", "{a}@lock:queue"])
}

/// Waits as a task for what other tasks or processes do in their own time.
async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "waited {PATIENCE:?} until {what}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
