//! Trees of JSON at dotted paths.

// A test reports by its panic.
#![allow(clippy::unwrap_used)]

#[path = "trees/cost.rs"]
mod cost;
#[path = "trees/documented.rs"]
mod documented;
#[path = "trees/histories.rs"]
mod histories;
#[path = "trees/large.rs"]
mod large;
#[path = "trees/locks.rs"]
mod locks;
#[path = "trees/model.rs"]
mod model;
#[path = "trees/numbers.rs"]
mod numbers;
#[path = "trees/paths.rs"]
mod paths;
#[path = "trees/together.rs"]
mod together;
#[path = "trees/values.rs"]
mod values;

use redis_model::{Error, Tree, TreePath, blocking, prelude::*};
use redis_model_tests::{Backend, Wait, on_every_backend};
use serde_json::{Value, json};

/// What lies at a path, as a nested value.
fn value<M: Wait>(backend: &Backend<M>, path: &TreePath) -> Option<Value> {
    backend.run(path.get::<Value>()).unwrap()
}

/// Gives a tree so many leaves that have expired and that nobody has removed.
fn outdated<M: Wait>(backend: &Backend<M>, tree: &str, count: u32) {
    let script = "for i = 1, ARGV[1] do local leaf = 'outdated.' .. i redis.call('HSET', KEYS[1], leaf, i) \
                  redis.call('ZADD', KEYS[2], 0, leaf) redis.call('ZADD', KEYS[3], 1, leaf) end";
    let [hash, paths, deadlines] = ["", ":paths", ":deadlines"].map(|end| format!("{{{tree}}}@tree{end}"));
    backend.raw::<()>(&["EVAL", script, "3", &hash, &paths, &deadlines, &count.to_string()]);
}
