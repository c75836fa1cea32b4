//! Many leaves, and many that have expired.

use std::{collections::BTreeMap, time::Duration};

use redis_model::{Query, TimeLeft, generic::Store};
use redis_model_tests::{RedisServer, in_both_modes};

use super::{
    model::{Left, Model},
    *,
};

/// A hundred branches of a thousand leaves.
fn branches() -> BTreeMap<String, BTreeMap<String, u32>> {
    let leaves = |branch: u32| (0..1000).map(move |leaf| (format!("leaf{leaf:03}"), branch * 1000 + leaf)).collect();
    (0..100).map(|branch| (format!("branch{branch:02}"), leaves(branch))).collect()
}

type Branches = BTreeMap<String, BTreeMap<String, u32>>;

fn every_operation<M: Wait>(store: &Store<M>) {
    fn run<M: Wait, T: Send + 'static>(store: &Store<M>, query: Query<T>) -> T {
        M::wait(query.run(store)).unwrap()
    }
    let tree = Tree::at("large");
    let hour = Duration::from_secs(3600);
    run(store, tree.set_for(branches(), hour));
    assert_eq!(run(store, tree.len()), 100_000);
    assert_eq!(run(store, tree.get::<Branches>()), Some(branches()));
    assert_eq!(run(store, tree.keys()).len(), 100_000);
    assert_eq!(run(store, tree.children()), branches().into_keys().collect::<Vec<_>>());
    assert_eq!(run(store, tree.path("branch07").children()).len(), 1000);
    assert!(matches!(run(store, tree.ttl()), TimeLeft::Left(left) if left <= hour));
    assert_eq!(run(store, tree.persist()), 100_000);
    assert_eq!(run(store, tree.ttl()), TimeLeft::Unlimited);
    assert_eq!(run(store, tree.expire(hour)), 100_000);
    assert_eq!(run(store, tree.path("branch99").delete()), 1000);
    run(store, tree.path("below").set(branches()));
    assert_eq!(run(store, tree.path("below").get::<Branches>()), Some(branches()));
    assert_eq!(run(store, tree.path("below").expire(hour)), 100_000);
    assert_eq!(run(store, tree.path("below").len()), 100_000);
    // A value in the place of all that.
    run(store, tree.path("below").set(1));
    assert_eq!(run(store, tree.len()), 99_001);
    assert_eq!(run(store, tree.delete()), 99_001);
    assert_eq!(run(store, Query::<i64>::command(redis_model::redis::cmd("DBSIZE"))), 0);
}

#[test]
fn a_hundred_thousand_leaves_are_no_problem_for_the_engine() {
    every_operation(&blocking::Store::embedded());
}

in_both_modes! {
    fn a_hundred_thousand_leaves_are_no_problem_for_a_server<M>() {
        let server = RedisServer::start();
        // A machine that has much else to do may take its time.
        let settings = Store::builder().url(&server.url()).response_timeout(Duration::from_secs(60));
        every_operation(&M::connect_with(settings).unwrap());
    }
}

/// A number that looks random.
fn next(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

/// A value with hundreds of leaves in a few maps and names that sort before and behind the dot.
fn wide(state: &mut u64) -> Value {
    let mut map = serde_json::Map::new();
    for _ in 0..next(state) % 400 {
        let number = next(state) % 300;
        let name = ["x", "x-", "x/"][usize::try_from(number % 3).unwrap()];
        let name = format!("{name}{}", number / 3);
        let value = match next(state) % 8 {
            0 => json!({"a": number, "b": {"c": 1, "d-": 2}}),
            1 => json!((0..next(state) % 200).map(|n| (n.to_string(), n)).collect::<BTreeMap<_, _>>()),
            _ => json!(number),
        };
        map.insert(name, value);
    }
    json!(map)
}

/// The most of what can be asked, of the paths to the maps and of some leaves.
fn compare<M: Wait>(backend: &Backend<M>, tree: &Tree, model: &Model, state: &mut u64) {
    let keys = model.keys("");
    let mut paths: Vec<String> = ["", "p", "q", "p.x1", "q.x-2", "p.x/3"].map(str::to_owned).into();
    paths.extend((0..4).filter_map(|_| keys.get(usize::try_from(next(state)).unwrap() % keys.len().max(1)).cloned()));
    for path in paths {
        let it = if path.is_empty() { (**tree).clone() } else { tree.path(&path) };
        let queries = (it.get::<Value>(), it.children(), it.keys(), it.len(), it.exists(), it.ttl());
        let (value, children, keys, len, exists, left) = backend.run(queries.batch()).unwrap();
        let expected = model.keys(&path);
        assert_eq!(value, model.get(&path));
        assert_eq!(children, model.children(&path));
        assert_eq!((len, exists), (expected.len() as u64, !expected.is_empty()));
        assert_eq!(keys, expected);
        assert_eq!(left == TimeLeft::Missing, model.ttl(&path) == Left::Missing);
        assert_eq!(left == TimeLeft::Unlimited, model.ttl(&path) == Left::Unlimited);
    }
}

on_every_backend! {
    fn children_of_every_size_are_found(backend) {
        let tree = Tree::at("sizes");
        let leaves = |count: u32| (0..count).map(|number| (format!("{number:04}"), number)).collect::<BTreeMap<_, _>>();
        backend.run(tree.set(leaves(8000))).unwrap();
        let mut expected: Vec<String> = leaves(8000).into_keys().collect();
        // Behind many leaves, where pages are long, come children of which only the beginning is read.
        let sizes = [7000, 3600, 3600, 1800, 1000, 500, 500, 250, 250, 200, 100, 100, 1, 30];
        for (name, size) in ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n"].into_iter().zip(sizes) {
            backend.run(tree.path(name).set(leaves(size))).unwrap();
            expected.push(name.to_owned());
        }
        assert_eq!(backend.run(tree.children()).unwrap(), expected);
    }

    fn wide_trees_with_expired_leaves_are_as_plain_ones(backend) {
        let tree = Tree::at("wide");
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        for _ in 0..6 {
            backend.run(tree.clear()).unwrap();
            let mut model = Model::default();
            for (round, path) in ["p", "q", "p.deep.er", "q"].into_iter().enumerate() {
                let (value, ttl) = (wide(&mut state), (round % 2 == 1).then_some(1));
                match ttl {
                    Some(_) => backend.run(tree.path(path).set_for(&value, Duration::from_secs(3600))).unwrap(),
                    None => backend.run(tree.path(path).set(&value)).unwrap(),
                }
                model.set(path, &value, ttl);
                // Runs of leaves that have expired, and single ones: far more than a write removes.
                let keys = model.keys("");
                let run = next(&mut state) % 3;
                let ended: Vec<_> = keys.iter().enumerate().filter(|(place, _)| match run {
                    0 => place % 400 < 300,
                    1 => next(&mut state).is_multiple_of(2),
                    _ => next(&mut state).is_multiple_of(50),
                }).map(|(_, leaf)| leaf.clone()).collect();
                for chunk in ended.chunks(500) {
                    let mut command = vec!["ZADD", "{wide}@tree:deadlines"];
                    command.extend(chunk.iter().flat_map(|leaf| ["1", leaf.as_str()]));
                    backend.raw::<i64>(&command);
                }
                for leaf in &ended {
                    model.end_leaf(leaf);
                }
                compare(backend, &tree, &model, &mut state);
            }
            let deleted = backend.run(tree.path("p").delete()).unwrap();
            assert_eq!(deleted, model.delete("p") as u64);
            assert_eq!(backend.run(tree.path("q").persist()).unwrap(), model.persist("q") as u64);
            assert_eq!(backend.run(tree.path("q").expire(Duration::from_secs(60))).unwrap(), model.expire("q", 1) as u64);
            compare(backend, &tree, &model, &mut state);
            assert_eq!(backend.run(tree.delete()).unwrap(), model.delete("") as u64);
        }
    }

    fn a_write_removes_a_hundred_expired_leaves_and_a_read_none(backend) {
        let tree = Tree::at("old");
        outdated(backend, "old", 250);
        let left = || backend.raw::<i64>(&["ZCARD", "{old}@tree:paths"]);
        for reads in 0..2 {
            backend.run((tree.get::<Value>(), tree.children(), tree.keys(), tree.len(), tree.exists(), tree.ttl()).batch()).unwrap();
            assert_eq!((backend.run(tree.len()).unwrap(), left()), (0, 250), "{reads}");
        }
        backend.run(tree.path("a").set(1)).unwrap();
        assert_eq!((backend.run(tree.len()).unwrap(), left()), (1, 151));
        assert_eq!(backend.run(tree.path("none").delete()).unwrap(), 0);
        assert_eq!(left(), 51);
        assert_eq!(backend.run(tree.path("a").add(1)).unwrap(), 2);
        assert_eq!(left(), 1);
        assert_eq!(backend.run(tree.persist()).unwrap(), 0);
        assert_eq!(backend.raw::<i64>(&["EXISTS", "{old}@tree:deadlines"]), 0);
    }

    fn what_has_expired_and_is_still_there_counts_for_nothing(backend) {
        let tree = Tree::at("old");
        outdated(backend, "old", 500);
        assert_eq!(backend.run(tree.path("outdated.9").delete()).unwrap(), 0);
        assert_eq!(backend.run(tree.path("outdated").add(1)).unwrap(), 1);
        assert_eq!(value(backend, &tree), Some(json!({"outdated": 1})));
        assert_eq!(backend.raw::<Vec<String>>(&["HKEYS", "{old}@tree"]), ["outdated"]);
        outdated(backend, "older", 500);
        let older = Tree::at("older");
        assert_eq!(backend.run(older.path("outdated.9.a").add(1)).unwrap(), 1);
        backend.run(older.path("outdated.8.a").set(1)).unwrap();
        assert_eq!(value(backend, &older), Some(json!({"outdated": {"9": {"a": 1}, "8": {"a": 1}}})));
        assert_eq!(backend.raw::<i64>(&["HLEN", "{older}@tree"]), 300, "two writes, and two leaves that gave way to two others");
    }

    fn leaves_expire_on_their_own_and_the_others_stay(backend) {
        let tree = Tree::at("ends");
        backend.run(tree.set(json!({"a": {"b": 1, "c": 2}, "d": 3}))).unwrap();
        assert_eq!(backend.run(tree.path("a").expire(Duration::from_secs(10))).unwrap(), 2);
        backend.run(tree.path("a.e").set(4)).unwrap();
        assert_eq!(backend.run(tree.path("a").ttl()).unwrap(), TimeLeft::Unlimited, "one of them never expires");
        assert_eq!(backend.run(tree.path("a.b").persist()).unwrap(), 1);
        if backend.advance(Duration::from_secs(10)) {
            assert_eq!(value(backend, &tree), Some(json!({"a": {"b": 1, "e": 4}, "d": 3})));
            assert_eq!(backend.run(tree.path("a.c").expire(Duration::from_secs(1))).unwrap(), 0);
            assert_eq!(backend.run(tree.path("a.c").persist()).unwrap(), 0, "what has expired does not come back");
        }
        backend.run(tree.path("a").set_for(5, Duration::from_millis(1500))).unwrap();
        backend.run(tree.path("a").set(6)).unwrap();
        assert_eq!(backend.run(tree.path("a").ttl()).unwrap(), TimeLeft::Unlimited, "a set drops the time limit");
        for refused in [backend.run(tree.path("a").expire(Duration::ZERO)).map(drop), backend.run(tree.path("a").set_for(1, Duration::ZERO))] {
            assert!(matches!(refused, Err(Error::InvalidQuery { .. })));
        }
        backend.run(tree.path("long").set_for(1, Duration::from_secs(u64::MAX / 4000))).unwrap();
        assert!(matches!(backend.run(tree.path("long").ttl()).unwrap(), TimeLeft::Left(left) if left > Duration::from_secs(1 << 40)));
    }
}
