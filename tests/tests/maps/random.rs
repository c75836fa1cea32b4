//! Random operations, against a map of the standard library.

use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, TestRunner},
};

use super::*;

#[derive(Debug, Clone)]
enum Operation {
    Insert(u8, i16),
    Swap(u8, i16),
    InsertIfAbsent(u8, i16),
    GetOrInsert(u8, i16),
    Extend(Vec<(u8, i16)>),
    Replace(Vec<(u8, i16)>),
    Remove(u8),
    RemoveMany(Vec<u8>),
    Take(u8),
    Get(u8),
    GetMany(Vec<u8>),
    ContainsMany(Vec<u8>),
    CompareAndSet(u8, i16, i16),
    Increment(u8, i64),
    Update(u8, i16),
    Pop,
    Clear,
}

fn key() -> impl Strategy<Value = u8> + Clone {
    0..8_u8
}

fn value() -> impl Strategy<Value = i16> + Clone {
    0..4_i16
}

fn operation() -> impl Strategy<Value = Operation> {
    use Operation::*;
    let entries = || vec((key(), value()), 0..6);
    let keys = || vec(key(), 0..6);
    prop_oneof![
        (key(), value()).prop_map(|(key, value)| Insert(key, value)),
        (key(), value()).prop_map(|(key, value)| Swap(key, value)),
        (key(), value()).prop_map(|(key, value)| InsertIfAbsent(key, value)),
        (key(), value()).prop_map(|(key, value)| GetOrInsert(key, value)),
        entries().prop_map(Extend),
        entries().prop_map(Replace),
        key().prop_map(Remove),
        keys().prop_map(RemoveMany),
        key().prop_map(Take),
        key().prop_map(Get),
        keys().prop_map(GetMany),
        keys().prop_map(ContainsMany),
        (key(), value(), value()).prop_map(|(key, current, value)| CompareAndSet(key, current, value)),
        (key(), prop_oneof![-40_000..40_000_i64, Just(i64::MIN), Just(i64::MAX)])
            .prop_map(|(key, by)| Increment(key, by)),
        (key(), value()).prop_map(|(key, value)| Update(key, value)),
        Just(Pop),
        Just(Clear),
    ]
}

type Model = HashMap<u8, i16>;

/// What a map of the standard library would answer, as text.
fn expected(model: &mut Model, operation: &Operation) -> String {
    use Operation::*;
    match operation.clone() {
        Insert(key, value) => shown(model.insert(key, value).is_none()),
        Swap(key, value) => shown(model.insert(key, value)),
        InsertIfAbsent(key, value) => {
            let is_new = !model.contains_key(&key);
            model.entry(key).or_insert(value);
            shown(is_new)
        }
        GetOrInsert(key, value) => shown(*model.entry(key).or_insert(value)),
        Extend(entries) => {
            let before = model.len();
            model.extend(entries);
            shown((model.len() - before) as u64)
        }
        Replace(entries) => {
            *model = entries.into_iter().collect();
            String::new()
        }
        Remove(key) => shown(model.remove(&key).is_some()),
        RemoveMany(keys) => shown(keys.iter().filter(|key| model.remove(key).is_some()).count() as u64),
        Take(key) => shown(model.remove(&key)),
        Get(key) => shown(model.get(&key)),
        GetMany(keys) => shown(keys.iter().map(|key| model.get(key)).collect::<Vec<_>>()),
        ContainsMany(keys) => shown(keys.iter().map(|key| model.contains_key(key)).collect::<Vec<_>>()),
        CompareAndSet(key, current, value) => {
            let holds = model.get(&key) == Some(&current);
            if holds {
                model.insert(key, value);
            }
            shown(holds)
        }
        Increment(key, by) => {
            let sum = i64::from(model.get(&key).copied().unwrap_or(0)).checked_add(by);
            let sum = sum.and_then(|sum| i16::try_from(sum).ok());
            model.extend(sum.map(|sum| (key, sum)));
            shown(sum)
        }
        Update(key, value) => {
            let changed =
                model.remove(&key).filter(|current| *current != value).or(Some(value).filter(|value| *value > 1));
            model.extend(changed.map(|changed| (key, changed)));
            shown(changed)
        }
        // Which entry it is, only the answer tells.
        Pop => String::new(),
        Clear => {
            let was_filled = !model.is_empty();
            model.clear();
            shown(was_filled)
        }
    }
}

fn answer<M: Wait>(backend: &Backend<M>, map: &Map<u8, i16>, model: &mut Model, operation: Operation) -> String {
    use Operation::*;
    match operation {
        Insert(key, value) => shown(backend.run(map.insert(key, value)).unwrap()),
        Swap(key, value) => shown(backend.run(map.swap(key, value)).unwrap()),
        InsertIfAbsent(key, value) => shown(backend.run(map.insert_if_absent(key, value)).unwrap()),
        GetOrInsert(key, value) => shown(backend.run(map.get_or_insert(key, value)).unwrap()),
        Extend(entries) => shown(backend.run(map.extend(entries)).unwrap()),
        Replace(entries) => {
            backend.run(map.replace(entries)).unwrap();
            String::new()
        }
        Remove(key) => shown(backend.run(map.remove(key)).unwrap()),
        RemoveMany(keys) => shown(backend.run(map.remove_many(keys)).unwrap()),
        Take(key) => shown(backend.run(map.take(key)).unwrap()),
        Get(key) => shown(backend.run(map.get(key)).unwrap()),
        GetMany(keys) => shown(backend.run(map.get_many(keys)).unwrap()),
        ContainsMany(keys) => shown(backend.run(map.contains_many(keys)).unwrap()),
        CompareAndSet(key, current, value) => {
            let result = backend.run(map.compare_and_set(key, current, value));
            assert!(result.as_ref().is_ok() || result.as_ref().is_err_and(Error::is_conflict), "{result:?}");
            shown(result.is_ok())
        }
        Increment(key, by) => match backend.run(map.incr(key, by)) {
            Err(Error::OutOfRange { .. }) => shown(None::<i16>),
            sum => shown(Some(sum.unwrap())),
        },
        Update(key, value) => {
            let change = move |current: Option<i16>| {
                current.filter(|current| *current != value).or(Some(value).filter(|value| *value > 1))
            };
            shown(backend.wait(map.update(&backend.store, key, change)).unwrap())
        }
        Pop => {
            let popped = backend.run(map.pop()).unwrap();
            let was_there = popped.map_or(model.is_empty(), |(key, value)| model.remove(&key) == Some(value));
            assert!(was_there, "{popped:?}");
            String::new()
        }
        Clear => shown(backend.run(map.clear()).unwrap()),
    }
}

fn shown(value: impl std::fmt::Debug) -> String {
    format!("{value:?}")
}

on_every_backend! {
    fn it_does_what_a_map_of_the_standard_library_does(backend) {
        let config = Config { cases: 24, failure_persistence: None, ..Config::default() };
        let run = TestRunner::new(config).run(&vec(operation(), 1..40), |operations| {
            let (map, mut model) = (Map::<u8, i16>::at("random"), Model::new());
            backend.run(map.clear()).unwrap();
            for operation in operations {
                let expected = expected(&mut model, &operation);
                prop_assert_eq!(answer(backend, &map, &mut model, operation.clone()), expected, "{:?}", operation);
                prop_assert_eq!(backend.run(map.len()).unwrap(), model.len() as u64);
            }
            prop_assert_eq!(backend.run(map.load()).unwrap(), model);
            Ok(())
        });
        run.unwrap();
    }
}
