//! Reliable queues among real processes, which are stopped for longer than their lease, and killed in the middle.

// A test reports by its panic.
#![allow(clippy::unwrap_used)]
// Processes are stopped and killed by signals.
#![cfg(unix)]

#[path = "queue_processes/deaths.rs"]
mod deaths;
#[path = "queue_processes/role.rs"]
mod role;
#[path = "queue_processes/storm.rs"]
mod storm;
#[path = "lock_processes/worker.rs"]
mod worker;

use std::time::Duration;

use redis_model::{Job, Query, Queue, ReliableQueue, Settled, blocking::Store, generic, prelude::*};
use redis_model_tests::{RedisServer, Wait, wait_until};

use self::worker::Worker;

/// Longer than a test takes.
const LONG: Duration = Duration::from_secs(60);

/// Jobs whose consumers are taken to be dead soon.
fn jobs() -> ReliableQueue<u32> {
    ReliableQueue::at("jobs").lease(Duration::from_millis(300))
}

/// What was done, in the order in which it was.
fn log() -> Queue<u32> {
    Queue::at("{jobs}log")
}

/// Says that a job is done, and writes it down: both, if it is still this consumer's.
fn finish(job: &Job<u32>) -> Query<(Settled, ())> {
    (job.ack(), log().put(job.value())).batch().when(job.held())
}
