//! Models with `#[redis(invalidates)]`: a write of a record deletes its epoch, and nothing else does.

// A test reports by its panic.
#![allow(clippy::unwrap_used)]

#[path = "properties/config.rs"]
mod config;
#[path = "invalidates/failing.rs"]
mod failing;
#[path = "invalidates/history.rs"]
mod history;
#[path = "invalidates/isolation.rs"]
mod isolation;
#[path = "invalidates/keys.rs"]
mod keys;
#[path = "invalidates/models.rs"]
mod models;
#[path = "invalidates/requests.rs"]
mod requests;
#[path = "invalidates/writes.rs"]
mod writes;

use redis_model::Key;
use redis_model_tests::{Backend, Wait};

/// Puts something where the epochs of these records lie.
fn arm<M: Wait>(backend: &Backend<M>, epochs: &[Key]) {
    for epoch in epochs {
        backend.raw::<()>(&["SET", &epoch.to_string(), "nonce"]);
    }
}

fn is_armed<M: Wait>(backend: &Backend<M>, epoch: &Key) -> bool {
    backend.raw(&["EXISTS", &epoch.to_string()])
}
