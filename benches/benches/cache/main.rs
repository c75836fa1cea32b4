//! `#[cached]`: what a hit and a miss cost, in the process and in Redis, with tags and in batches, when Redis is down, and
//! next to other libraries.
//!
//! Each section starts a `redis-server` of its own. After `--` come words that the names of the sections to measure hold.

// What is computed takes no time.
#![allow(clippy::unused_async)]

mod by_hand;
mod functions;
mod hits;
mod misses;
mod other_libraries;
mod outage;
mod pottery;
mod process;
mod stampede;
mod throughput;

use redis_model_benches::Options;

/// Measures, and prints what it has found.
type Measure = fn(&Options);

/// The sections, by name.
const SECTIONS: [(&str, Measure); 6] = [
    ("hits in Redis", hits::measure),
    ("64 tasks", throughput::measure),
    ("hits in the process", process::measure),
    ("misses", misses::measure),
    ("outage", outage::measure),
    ("other libraries", other_libraries::measure),
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
