//! Locks: how many requests they take, how long those take, what a crowded tree changes, and how a lock changes hands.
//!
//! Each section starts a `redis-server` of its own. After `--` come words that the names of
//! the sections to measure hold.

mod by_hand;
mod crowd;
mod crowded_tree;
mod latency;
mod percentiles;
mod python;
mod requests;
mod wake_up;

use redis_model_benches::Options;

/// Measures, and prints what it has found.
type Measure = fn(&Options);

/// The sections, by name.
const SECTIONS: [(&str, Measure); 5] = [
    ("requests", requests::measure),
    ("latency", latency::measure),
    ("crowded tree", crowded_tree::measure),
    ("wake-up", wake_up::measure),
    ("crowd of workers", crowd::measure),
];

fn main() {
    let Some(options) = Options::from_args(100) else { return };
    for (name, measure) in SECTIONS {
        if options.wants(name) {
            println!("\n### {name}");
            measure(&options.of_all());
        }
    }
}
