//! Queues: in which order things are taken, and waiting for them.

// A test reports by its panic.
#![allow(clippy::unwrap_used)]

#[path = "queues/cancelled.rs"]
mod cancelled;
#[path = "properties/config.rs"]
mod config;
#[path = "queues/cut.rs"]
mod cut;
#[path = "queues/fields.rs"]
mod fields;
#[path = "queues/kind.rs"]
mod kind;
#[path = "queues/leases.rs"]
mod leases;
#[path = "queues/order.rs"]
mod order;
#[path = "queues/reliable.rs"]
mod reliable;
#[path = "queues/waiting.rs"]
mod waiting;

use std::{thread, time::Duration};

use redis_model::generic::Store;
use redis_model::{Error, PriorityQueue, Queue, ReliableQueue, Settled, Stack, prelude::*};
use redis_model_tests::{Backend, RedisServer, Wait, on_every_backend, wait_until};

/// Longer than a test takes.
const LONG: Duration = Duration::from_secs(60);

/// A server of a test's own, of whose requests none is given up because the machine is busy.
fn patient<M: Wait>(server: &RedisServer) -> Backend<M> {
    let mut backend = Backend::at(&server.url());
    let settings = Store::builder().url(&server.url()).connect_timeout(LONG).response_timeout(LONG);
    backend.store = M::connect_with(settings).unwrap();
    backend
}

/// How many clients wait in the test's database for something to be there.
fn waiting<M: Wait>(backend: &Backend<M>) -> usize {
    let database = |line: &str| line.split(' ').find(|word| word.starts_with("db=")).map(str::to_owned);
    let own = database(&backend.raw::<String>(&["CLIENT", "INFO"]));
    let waits = |line: &&str| line.split(' ').any(|word| word.starts_with("flags=") && word.contains('b'));
    let clients = backend.raw::<String>(&["CLIENT", "LIST"]);
    clients.lines().filter(waits).filter(|line| database(line) == own).count()
}
