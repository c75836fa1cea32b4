//! What redis-model costs, next to hand-written redis-rs that sends the same bytes.
//!
//! | command | what it measures |
//! |---|---|
//! | `cargo bench -p redis-model-benches --bench latency` | one operation at a time, blocking and async |
//! | `cargo bench -p redis-model-benches --bench throughput` | 64 tasks on one connection |
//! | `cargo bench -p redis-model-benches --bench locks` | locks, next to hand-written ones and to those of other crates |
//! | `cargo bench -p redis-model-benches --bench cache` | `#[cached]`, next to a raw `GET`, and to the caches of other libraries |
//! | `cargo bench -p redis-model-benches --bench tree` | trees, next to hand-written hashes of JSON, and to redicts |
//! | `cargo bench -p redis-model-benches --bench collections` | collections: operations, 64 tasks, and loads into the types of the standard library |
//! | `cargo bench -p redis-model-benches --bench embedded` | the engine in the process |
//! | `cargo bench -p redis-model-benches --bench growth` | the engine with 10 thousand, 100 thousand and a million entries |
//! | `benches/side-by-side` | the engine as a server, next to `redis-server`: requests per second, and memory |
//! | `benches/instructions` | instructions of the client for each operation, by callgrind |
//! | `benches/compile-time` | `cargo check` of 50 models |
//!
//! Each prints Markdown tables. Latency, throughput, locks, caches and collections start a `redis-server` of their own. After `--` come words that the
//! names of the operations to measure hold, and `--rounds N`: more rounds narrow the interval.
//!
//! # Method
//! Redis-model and hand-written code run in short blocks, in one process, on the same keys of the same server, in the
//! order A B, B A, A B: what disturbs the machine disturbs both. A pair of blocks is a round. The ratio is the median
//! of the rounds' ratios, and its interval the one that holds the true median with a probability of 95 %, whatever the
//! distribution. The rows called *control* measure hand-written code against itself: how far they are from 1 is how far
//! a ratio can be trusted.
//!
//! The ratio is one of times, also where operations per second are shown: less is better for redis-model. It depends on
//! the round trip that an operation is part of, and one machine can have 15 µs at one time and 60 µs at another, as the
//! scheduler places client and server: look at the difference of the two times as well.
//!
//! Before latency is measured, both sides run once and must give the same. Without `--bench`, as in
//! `cargo test --all-targets`, everything runs once and nothing is measured. A test of this crate compares the bytes
//! that the two sides send.

pub mod by_hand;
mod canned;
mod counters;
mod model;
mod options;
mod python;
mod rounds;
mod server;
mod statistics;
mod table;
mod tasks;

pub use canned::Canned;
pub use counters::{Calls, calls, reads, reset};
pub use model::{Mixed, Plan, User, mixed_batch};
pub use options::Options;
pub use python::Python;
pub use rounds::{compare, median_time, nanoseconds};
pub use server::{ByHand, ByModel, Server};
pub use statistics::{Ratio, median, median_ratio};
pub use table::{Table, time};
pub use tasks::{IDS, compare_tasks};

/// What almost everything is held to: five hundredths more than the best hand-written code.
pub const CLOSE: &str = "≤ 1.05";
