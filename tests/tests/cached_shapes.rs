//! Functions of every shape can be cached: what the macro makes of them compiles under strict lints, and their bodies run once.

#![deny(unused, missing_docs, private_interfaces, private_bounds, unreachable_pub, missing_debug_implementations)]
// What these functions do is not the point: bodies that await nothing, and tests that await many calls in one future.
#![allow(clippy::large_futures, clippy::option_option, clippy::unused_async)]

#[path = "cached_shapes/arguments.rs"]
mod arguments;
#[path = "cached_shapes/batches.rs"]
mod batches;
#[path = "cached_shapes/generics.rs"]
mod generics;
#[path = "cached_shapes/inside.rs"]
mod inside;
#[path = "cached_shapes/methods.rs"]
pub mod methods;
#[path = "cached_shapes/names.rs"]
pub mod names;
#[path = "cached_shapes/options.rs"]
mod options;
#[path = "cached_shapes/recursion.rs"]
mod recursion;
#[path = "cached_shapes/returns.rs"]
mod returns;
#[path = "cached_shapes/stores.rs"]
mod stores;

use std::{
    future::Future,
    sync::atomic::{AtomicU32, Ordering},
};

use redis_model::{Store, blocking, cache};

/// Counts how often a body runs.
#[derive(Debug, Default)]
pub struct Runs(AtomicU32);

impl Runs {
    /// No run yet.
    pub const fn new() -> Self {
        Self(AtomicU32::new(0))
    }

    /// One more run; how many there are now.
    pub fn add(&self) -> u32 {
        self.0.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// How many there are.
    pub fn count(&self) -> u32 {
        self.0.load(Ordering::SeqCst)
    }
}

/// Runs a test in a store of its own.
async fn stored<F: Future>(test: F) -> F::Output {
    cache::scope(&Store::embedded(), test).await
}

/// Runs a blocking test in a store of its own.
fn stored_blocking<T>(test: impl FnOnce() -> T) -> T {
    cache::scope_in_thread(&blocking::Store::embedded(), test)
}
