//! Collections as fields of models: loaded and saved with their records, or reached through handles alone; they live exactly
//! as long as their records do.

// A test reports by its panic.
#![allow(clippy::unwrap_used)]

#[path = "properties/config.rs"]
mod config;
#[path = "collection_fields/failing.rs"]
mod failing;
#[path = "collection_fields/handles.rs"]
mod handles;
#[path = "collection_fields/history.rs"]
mod history;
#[path = "collection_fields/kinds.rs"]
mod kinds;
#[path = "collection_fields/lives.rs"]
mod lives;
#[path = "collection_fields/locks.rs"]
mod locks;
#[path = "collection_fields/modify.rs"]
mod modify;
#[path = "collection_fields/oracle.rs"]
mod oracle;
#[path = "collection_fields/remote.rs"]
mod remote;
#[path = "collection_fields/saves.rs"]
mod saves;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use redis_model::{List, RedisFields, RedisModel, Remote, Set};
use redis_model_tests::{Backend, Wait};

#[derive(RedisModel, Debug, Clone, PartialEq)]
#[redis(prefix = "user")]
struct User {
    #[redis(id)]
    id: u64,
    name: String,
    #[redis(set)]
    tags: BTreeSet<String>,
    #[redis(set, json)]
    pairs: HashSet<(u8, String)>,
    #[redis(list, max_len = 5)]
    feed: VecDeque<i64>,
    #[redis(list, bytes, rename = "raw")]
    blobs: Vec<Vec<u8>>,
    #[redis(map)]
    prefs: HashMap<String, u8>,
    #[redis(map, json)]
    parts: BTreeMap<u32, Vec<String>>,
    #[redis(sorted_set)]
    scores: Vec<(String, f64)>,
    #[redis(sorted_set, text)]
    ranks: HashMap<i32, f64>,
    #[redis(counter)]
    votes: HashMap<String, i64>,
    #[redis(counter, json)]
    pairs_seen: BTreeMap<(u8, u8), i64>,
    #[redis(nested)]
    home: Home,
    #[redis(nested)]
    work: Option<Home>,
    readers: Remote<Set<u64>>,
    events: Remote<List<String>>,
}

#[derive(RedisFields, Debug, Clone, PartialEq, Default)]
struct Home {
    city: Option<String>,
    #[redis(set)]
    rooms: HashSet<String>,
    visitors: Remote<Set<u64>>,
}

fn texts<B: FromIterator<String>>(texts: &[&str]) -> B {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn user() -> User {
    User {
        id: 1,
        name: "Ada".into(),
        tags: texts(&["a", "b", "nul\0byte"]),
        pairs: HashSet::from([(1, "one".into()), (2, "two".into())]),
        feed: VecDeque::from([3, 1, 2]),
        blobs: vec![vec![0, 255, 10], Vec::new()],
        prefs: HashMap::from([("a".into(), 1), ("@v".into(), 2)]),
        parts: BTreeMap::from([(7, texts(&["x", "y"])), (8, Vec::new())]),
        scores: vec![("last".into(), f64::NEG_INFINITY), ("b".into(), 0.1), ("a".into(), 1e300)],
        ranks: HashMap::from([(-3, 2.0), (4, -0.5)]),
        votes: HashMap::from([("yes".into(), i64::MAX), ("no".into(), -3), ("none".into(), 0)]),
        pairs_seen: BTreeMap::from([((1, 2), 5)]),
        home: Home { city: None, rooms: texts(&["kitchen"]), visitors: Remote::new() },
        work: Some(Home { city: Some("Oslo".into()), rooms: texts(&["hall", "lab"]), visitors: Remote::new() }),
        readers: Remote::new(),
        events: Remote::new(),
    }
}

/// Puts something into each collection that is not saved with its record.
fn fill_remotes<M: Wait>(backend: &Backend<M>) {
    let it = User::at(1);
    backend.run(it.readers().extend([7, 8])).unwrap();
    backend.run(it.events().push_back("made")).unwrap();
    backend.run(it.home().visitors().insert(9)).unwrap();
    backend.run(it.work().visitors().insert(10)).unwrap();
}

/// All keys, in their order.
fn keys<M: Wait>(backend: &Backend<M>) -> Vec<String> {
    let mut keys: Vec<String> = backend.raw(&["KEYS", "*"]);
    keys.sort();
    keys
}
