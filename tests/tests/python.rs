//! What pottery, the Python library, has stored is read here, and what is stored here is read by it.

// A test reports by its panic.
#![allow(clippy::unwrap_used)]

#[path = "python/caches.rs"]
mod caches;
#[path = "python/counters.rs"]
mod counters;
#[path = "python/lists.rs"]
mod lists;
#[path = "python/maps.rs"]
mod maps;
#[path = "python/pottery.rs"]
mod pottery;
#[path = "python/sets.rs"]
mod sets;
#[path = "python/sketches.rs"]
mod sketches;

use self::pottery::with_pottery;
