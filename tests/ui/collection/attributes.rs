use std::collections::{BTreeSet, HashMap, HashSet};

use redis_model::{List, RedisFields, RedisModel, Remote, Set};

#[derive(RedisModel)]
struct User {
    #[redis(id, set)]
    id: u64,
    #[redis(set, list)]
    both: Vec<String>,
    #[redis(set, ttl = "5m")]
    lives: HashSet<String>,
    #[redis(nested, map)]
    part: Part,
    #[redis(version, counter)]
    version: u64,
    #[redis(set, max_len = 5)]
    most: BTreeSet<u8>,
    #[redis(max_len = 5)]
    name: String,
    #[redis(list, max_len = 0)]
    none: Vec<u8>,
    #[redis(set)]
    maybe: Option<HashSet<String>>,
    #[redis(list, default, alias = "old")]
    feed: Vec<u8>,
    #[redis(skip, sorted_set)]
    skipped: HashMap<String, f64>,
    #[redis(list)]
    events: Remote<List<u8>>,
    #[redis(json, default)]
    readers: redis_model::Remote<Set<u8>>,
    absent: Option<Remote<Set<u8>>>,
    #[redis(sortedset)]
    scores: Vec<(String, f64)>,
    #[redis(set = 5)]
    tags: BTreeSet<u8>,
    #[redis(set, set)]
    again: BTreeSet<u8>,
}

#[derive(RedisFields)]
struct Part {
    #[redis(list, nested)]
    lines: Vec<String>,
}

fn main() {
    let user = User::at(1);
    let _ = (user.tags(), user.feed(), user.most(), user.part());
}
