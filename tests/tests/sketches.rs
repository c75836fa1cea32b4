//! Bloom filters and `HyperLogLog`s.

// A test reports by its panic.
#![allow(clippy::unwrap_used)]

#[path = "sketches/bloom_filters.rs"]
mod bloom_filters;
#[path = "sketches/estimates.rs"]
mod estimates;
#[path = "sketches/fields.rs"]
mod fields;
#[path = "sketches/precision.rs"]
mod precision;
