//! Random histories, against a plain tree.

use std::{collections::HashMap, time::Duration};

use proptest::{
    collection::{btree_map, vec},
    prelude::*,
    sample::select,
    test_runner::{Config, TestRunner},
};
use redis_model::{Error, TimeLeft};

use super::{
    model::{Left, Model},
    *,
};

#[derive(Debug, Clone)]
enum Operation {
    Set(String, Value),
    SetFor(String, Value, u64),
    Delete(String),
    Add(String, i64),
    Expire(String, u64),
    Persist(String),
    Advance(u64),
    /// Lets the leaves at and below a path expire, also where time cannot be moved.
    End(String),
}

/// Names around the dot, which is between `-` and `/` in the order of bytes.
const NAMES: [&str; 7] = ["a", "a-", "a/", "a\"\n", "b", "é", " "];

fn path() -> impl Strategy<Value = String> + Clone {
    vec(select(&NAMES[..]), 1..4).prop_map(|segments| segments.join("."))
}

fn path_or_root() -> impl Strategy<Value = String> + Clone {
    prop_oneof![9 => path(), 1 => Just(String::new())]
}

fn leaf() -> impl Strategy<Value = Value> + Clone {
    let numbers = select(vec![json!(0), json!(-7), json!(i64::MAX), json!(u64::MAX), json!(0.1), json!(1e300)]);
    let others = select(vec![json!(null), json!(true), json!("text"), json!("1"), json!([1, {"a": []}]), json!({})]);
    prop_oneof![2 => (0..100_i64).prop_map(|number| json!(number)), 1 => numbers, 1 => others]
}

fn any_value() -> impl Strategy<Value = Value> + Clone {
    leaf().prop_recursive(3, 12, 4, |inner| btree_map(select(&NAMES[..]), inner, 0..4).prop_map(|map| json!(map)))
}

fn any_map() -> impl Strategy<Value = Value> + Clone {
    btree_map(select(&NAMES[..]), any_value(), 0..4).prop_map(|map| json!(map))
}

/// Values with their places: only a map can be the root.
fn placed() -> impl Strategy<Value = (String, Value)> {
    prop_oneof![9 => (path(), any_value()), 1 => (Just(String::new()), any_map())]
}

fn operation() -> impl Strategy<Value = Operation> {
    let milliseconds = 1..100_u64;
    prop_oneof![
        6 => placed().prop_map(|(path, value)| Operation::Set(path, value)),
        3 => (placed(), milliseconds.clone()).prop_map(|((path, value), ttl)| Operation::SetFor(path, value, ttl)),
        2 => path_or_root().prop_map(Operation::Delete),
        3 => (path(), select(vec![1, -50, i64::MAX])).prop_map(|(path, number)| Operation::Add(path, number)),
        2 => (path_or_root(), milliseconds.clone()).prop_map(|(path, ttl)| Operation::Expire(path, ttl)),
        1 => path_or_root().prop_map(Operation::Persist),
        2 => milliseconds.prop_map(Operation::Advance),
        1 => path().prop_map(Operation::End),
    ]
}

/// Times to live are hours for the tree, so that they do not end by themselves where time cannot be moved.
fn time(milliseconds: u64) -> Duration {
    Duration::from_secs(milliseconds * 3600)
}

fn run<M: Wait>(backend: &Backend<M>, tree: &Tree, model: &mut Model, operation: Operation) {
    let at = |path: &str| if path.is_empty() { (**tree).clone() } else { tree.path(path) };
    match operation {
        Operation::Set(path, value) => {
            backend.run(at(&path).set(&value)).unwrap();
            model.set(&path, &value, None);
        }
        Operation::SetFor(path, value, ttl) => {
            backend.run(at(&path).set_for(&value, time(ttl))).unwrap();
            model.set(&path, &value, Some(ttl));
        }
        Operation::Delete(path) => {
            assert_eq!(backend.run(at(&path).delete()).unwrap(), model.delete(&path) as u64);
        }
        Operation::Add(path, number) => match (backend.run(at(&path).add(number)), model.add(&path, number)) {
            (Ok(sum), Some(expected)) => assert_eq!(sum, expected),
            (Err(Error::Decode { path: named, .. } | Error::OutOfRange { path: named, .. }), None) => {
                assert_eq!(named, path.as_bytes().escape_ascii().to_string());
            }
            other => panic!("{other:?}"),
        },
        Operation::Expire(path, ttl) => {
            assert_eq!(backend.run(at(&path).expire(time(ttl))).unwrap(), model.expire(&path, ttl) as u64);
        }
        Operation::Persist(path) => {
            assert_eq!(backend.run(at(&path).persist()).unwrap(), model.persist(&path) as u64);
        }
        Operation::Advance(by) => {
            if backend.advance(time(by)) {
                model.advance(by);
            }
        }
        Operation::End(path) => {
            for leaf in model.end(&path) {
                backend.raw::<i64>(&["ZADD", "{random}@tree:deadlines", "1", &leaf]);
            }
        }
    }
}

fn compare<M: Wait>(backend: &Backend<M>, tree: &Tree, model: &Model, path: &str) {
    let it = if path.is_empty() { (**tree).clone() } else { tree.path(path) };
    let queries = (it.get::<Value>(), it.children(), it.keys(), it.len(), it.exists(), it.ttl(), it.is_empty());
    let (value, children, keys, len, exists, left, is_empty) = backend.run(queries.batch()).unwrap();
    let expected = model.keys(path);
    assert_eq!(value, model.get(path), "value of `{path}`");
    assert_eq!(children, model.children(path), "children of `{path}`");
    assert_eq!(keys, expected, "keys of `{path}`");
    assert_eq!((len, exists, is_empty), (expected.len() as u64, !expected.is_empty(), expected.is_empty()));
    match (left, model.ttl(path)) {
        (TimeLeft::Left(left), Left::Milliseconds(expected)) => {
            // Where time cannot be moved, it goes on.
            assert!(left <= time(expected) && left + time(1) > time(expected), "{left:?} {expected:?}");
        }
        (TimeLeft::Missing, Left::Missing) | (TimeLeft::Unlimited, Left::Unlimited) => {}
        other => panic!("{other:?}"),
    }
}

/// What the three keys hold belongs together: the same leaves, none of them above another.
fn assert_sound<M: Wait>(backend: &Backend<M>) {
    let values: HashMap<String, String> = backend.raw(&["HGETALL", "{random}@tree"]);
    let mut paths: Vec<String> = backend.raw(&["ZRANGE", "{random}@tree:paths", "0", "-1"]);
    let deadlines: Vec<String> = backend.raw(&["ZRANGE", "{random}@tree:deadlines", "0", "-1"]);
    assert!(deadlines.iter().all(|leaf| values.contains_key(leaf)), "{deadlines:?} {values:?}");
    for leaf in &paths {
        assert!(
            values.contains_key(leaf) && !paths.iter().any(|other| other.starts_with(&format!("{leaf}."))),
            "{leaf}"
        );
    }
    paths.dedup();
    assert_eq!(paths.len(), values.len());
}

on_every_backend! {
    fn any_operations_do_what_they_do_to_a_plain_tree(backend) {
        let cases = vec((operation(), path_or_root()), 1..40);
        let mut runner = TestRunner::new(Config { cases: 100, failure_persistence: None, ..Config::default() });
        let outcome = runner.run(&cases, |operations| {
            let tree = Tree::at("random");
            backend.run(tree.clear()).unwrap();
            let mut model = Model::default();
            for (operation, look) in operations {
                run(backend, &tree, &mut model, operation);
                compare(backend, &tree, &model, &look);
                assert_sound(backend);
            }
            compare(backend, &tree, &model, "");
            Ok(())
        });
        outcome.unwrap();
    }
}
