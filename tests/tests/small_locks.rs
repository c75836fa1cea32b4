//! Locks on names: mutexes, fetch locks, rate limits, semaphores, and Redlock.

// A test reports by its panic.
#![allow(clippy::unwrap_used)]

#[path = "small_locks/cancelled.rs"]
mod cancelled;
#[path = "small_locks/fetch.rs"]
mod fetch;
#[path = "small_locks/lost_replies.rs"]
mod lost_replies;
#[path = "small_locks/mutex.rs"]
mod mutex;
#[path = "small_locks/rate_limit.rs"]
mod rate_limit;
#[path = "small_locks/redlock.rs"]
mod redlock;
#[path = "small_locks/redlock_servers.rs"]
mod redlock_servers;
#[path = "small_locks/semaphore.rs"]
mod semaphore;

use std::time::Duration;

use redis_model::{Error, Query, Released, Result};
use redis_model_tests::{Backend, Proxy, RedisServer, Wait, on_every_backend, wait_until};

/// Longer than a test takes, so that nothing of it ends by itself.
const LONG: Duration = Duration::from_secs(600);

/// Shorter than it takes to notice, for those who are not to get what they wait for.
const SHORT: Duration = Duration::from_millis(20);

fn set(key: &str, value: &str) -> Query<()> {
    Query::command(redis::cmd("SET").arg(key).arg(value).take())
}

fn is_invalid<T>(result: &Result<T>) -> bool {
    matches!(result, Err(Error::InvalidQuery { .. }))
}

fn is_lost<T>(result: &Result<T>) -> bool {
    matches!(result, Err(Error::LockLost { .. }))
}
