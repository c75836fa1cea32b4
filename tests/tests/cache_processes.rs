//! Caches among real processes, which come all at once, are stopped for longer than their lease, and killed in the middle.

// A test reports by its panic.
#![allow(clippy::unwrap_used)]
// Processes are stopped and killed by signals.
#![cfg(unix)]

#[path = "cache_processes/crowds.rs"]
mod crowds;
#[path = "cache_processes/deaths.rs"]
mod deaths;
#[path = "cache_processes/outages.rs"]
mod outages;
#[path = "cache_processes/role.rs"]
mod role;
#[path = "cache_processes/storm.rs"]
mod storm;
#[path = "cache_processes/tagged.rs"]
mod tagged;
#[path = "cache_processes/truth.rs"]
mod truth;
#[path = "lock_processes/worker.rs"]
mod worker;

use std::time::Duration;

use redis_model::{Async, Blocking, blocking::Store, cache::Cache, generic};
use redis_model_tests::{RedisServer, Wait, wait_until};

use self::worker::Worker;

/// Values by a number.
type Numbers = Cache<(u64,), u64>;

/// Longer than a test takes, so that nothing of it ends by itself.
const LONG: Duration = Duration::from_secs(600);

/// A cache whose values last, of whose requests none is given up because the machine is busy, and whose callers wait for
/// each other as long as it takes.
const fn numbers(name: &'static str, ttl: Duration) -> Numbers {
    Cache::new(name, ttl).timeout(LONG).wait(LONG)
}
