//! Random operations, against a plain map.

use std::{collections::BTreeMap, time::Duration};

use proptest::{
    collection::vec,
    prelude::*,
    sample::select,
    test_runner::{Config, TestRunner},
};
use redis_model::Refresh;
use redis_model_tests::{Backend, Wait};

use super::*;

type Value = Option<String>;

#[derive(Debug, Clone)]
enum Operation {
    /// Looks keys up, fills the misses among these, and saves unless it is to be forgotten.
    Lookup {
        keys: Vec<u8>,
        fill: Vec<(u8, Value)>,
        save: bool,
    },
    Get(u8),
    GetMany(Vec<u8>),
    Insert(u8, Value),
    InsertMany(Vec<(u8, Value)>),
    Remove(u8),
    RemoveMany(Vec<u8>),
    Length,
    Clear,
}

fn key() -> impl Strategy<Value = u8> + Clone {
    0..8_u8
}

fn value() -> impl Strategy<Value = Value> + Clone {
    select(vec![None, Some(String::new()), Some("a".to_owned()), Some("b\0".to_owned())])
}

fn operation() -> impl Strategy<Value = Operation> {
    let keys = || vec(key(), 0..6);
    let entries = || vec((key(), value()), 0..6);
    prop_oneof![
        4 => (keys(), entries(), any::<bool>()).prop_map(|(keys, fill, save)| Operation::Lookup { keys, fill, save }),
        1 => key().prop_map(Operation::Get),
        1 => keys().prop_map(Operation::GetMany),
        1 => (key(), value()).prop_map(|(key, value)| Operation::Insert(key, value)),
        1 => entries().prop_map(Operation::InsertMany),
        2 => key().prop_map(Operation::Remove),
        1 => keys().prop_map(Operation::RemoveMany),
        1 => Just(Operation::Length),
        1 => Just(Operation::Clear),
    ]
}

/// What the map in Redis should hold.
type Model = BTreeMap<u8, Value>;

fn run<M: Wait>(backend: &Backend<M>, map: &CachedMap<u8, Value>, model: &mut Model, operation: Operation) {
    match operation {
        Operation::Lookup { keys, fill, save } => look_up(backend, map, model, &keys, fill, save),
        Operation::Get(key) => assert_eq!(backend.run(map.get(key)).unwrap(), model.get(&key).cloned()),
        Operation::GetMany(keys) => {
            let expected: Vec<_> = keys.iter().map(|key| model.get(key).cloned()).collect();
            assert_eq!(backend.run(map.get_many(&keys)).unwrap(), expected);
        }
        Operation::Insert(key, value) => {
            backend.run(map.insert(key, &value)).unwrap();
            model.insert(key, value);
        }
        Operation::InsertMany(entries) => {
            backend.run(map.insert_many(entries.clone())).unwrap();
            model.extend(entries);
        }
        Operation::Remove(key) => assert_eq!(backend.run(map.remove(key)).unwrap(), model.remove(&key).is_some()),
        Operation::RemoveMany(keys) => {
            let removed = keys.iter().filter(|key| model.remove(key).is_some()).count();
            assert_eq!(backend.run(map.remove_many(&keys)).unwrap(), removed as u64);
        }
        Operation::Length => assert_eq!(backend.run(map.len()).unwrap(), model.len() as u64),
        Operation::Clear => {
            assert_eq!(backend.run(map.clear()).unwrap(), !model.is_empty());
            model.clear();
        }
    }
}

fn look_up<M: Wait>(
    backend: &Backend<M>,
    map: &CachedMap<u8, Value>,
    model: &mut Model,
    keys: &[u8],
    fill: Vec<(u8, Value)>,
    save: bool,
) {
    let mut lookup = backend.run(map.lookup(keys.iter().copied())).unwrap();
    let mut expected: Vec<(u8, Option<Value>)> = Vec::new();
    for key in keys {
        if expected.iter().all(|(known, _)| known != key) {
            expected.push((*key, model.get(key).cloned()));
        }
    }
    assert_eq!(misses(&lookup).len(), expected.iter().filter(|(_, value)| value.is_none()).count());
    for (key, value) in fill {
        let place = expected.iter().position(|(known, _)| *known == key);
        let place = place.unwrap_or_else(|| {
            expected.push((key, None));
            expected.len() - 1
        });
        assert_eq!(lookup.insert(key, value.clone()), expected[place].1.replace(value.clone()));
        if save {
            model.insert(key, value);
        }
    }
    if save {
        backend.run(lookup.save()).unwrap();
    }
    assert_eq!(lookup.into_iter().collect::<Vec<_>>(), expected);
}

on_every_backend! {
    fn any_operations_do_what_they_do_to_a_plain_map(backend) {
        let lives = vec![None, Some(Refresh::Write), Some(Refresh::Read), Some(Refresh::Never)];
        let cases = (select(lives), vec(operation(), 1..40));
        let mut runner = TestRunner::new(Config { cases: 60, failure_persistence: None, ..Config::default() });
        let outcome = runner.run(&cases, |(life, operations)| {
            let map = CachedMap::at("random");
            let map = life.map_or(map.clone(), |refresh| map.with_ttl(Duration::from_secs(600)).with_refresh(refresh));
            backend.run(map.clear()).unwrap();
            let mut model = Model::new();
            for operation in operations {
                run(backend, &map, &mut model, operation);
            }
            let stored = backend.run(map.get_many(0..8)).unwrap();
            assert_eq!(stored, (0..8).map(|key| model.get(&key).cloned()).collect::<Vec<_>>());
            Ok(())
        });
        outcome.unwrap();
    }
}
