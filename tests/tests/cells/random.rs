//! Random operations, against an option.

use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, TestRunner},
};

use super::*;

#[derive(Debug, Clone, Copy)]
enum Operation {
    Get,
    Set(u8),
    SetIfAbsent(u8),
    SetIfPresent(u8),
    Swap(u8),
    Take,
    GetOrInsert(u8),
    CompareAndSet(u8, u8),
    RemoveIf(u8),
    SetMax(u8),
    SetMin(u8),
    Increment(i64),
    Update(u8),
}

fn operation() -> impl Strategy<Value = Operation> {
    use Operation::*;
    let value = || 0..4_u8;
    prop_oneof![
        Just(Get),
        value().prop_map(Set),
        value().prop_map(SetIfAbsent),
        value().prop_map(SetIfPresent),
        value().prop_map(Swap),
        Just(Take),
        value().prop_map(GetOrInsert),
        (value(), value()).prop_map(|(current, value)| CompareAndSet(current, value)),
        value().prop_map(RemoveIf),
        value().prop_map(SetMax),
        value().prop_map(SetMin),
        prop_oneof![-3..260_i64, Just(i64::MIN), Just(i64::MAX)].prop_map(Increment),
        value().prop_map(Update),
    ]
}

/// What the operation answers, and what there is after it.
fn expected(before: Option<u8>, operation: Operation) -> (String, Option<u8>) {
    use Operation::*;
    match operation {
        Get => (shown(before), before),
        Set(value) => (String::new(), Some(value)),
        SetIfAbsent(value) => (shown(before.is_none()), before.or(Some(value))),
        SetIfPresent(value) => (shown(before.is_some()), before.and(Some(value))),
        Swap(value) => (shown(before), Some(value)),
        Take => (shown(before), None),
        GetOrInsert(value) => (shown(before.unwrap_or(value)), before.or(Some(value))),
        CompareAndSet(current, value) if before == Some(current) => (shown(true), Some(value)),
        RemoveIf(current) if before == Some(current) => (shown(true), None),
        CompareAndSet(..) | RemoveIf(_) => (shown(false), before),
        SetMax(value) => extreme(before.map_or(value, |before| before.max(value))),
        SetMin(value) => extreme(before.map_or(value, |before| before.min(value))),
        Increment(by) => {
            let sum = i64::from(before.unwrap_or(0)).checked_add(by).and_then(|sum| u8::try_from(sum).ok());
            (shown(sum), sum.or(before))
        }
        Update(value) => {
            let after = before.filter(|before| *before != value).or(Some(value).filter(|value| *value > 1));
            (shown(after), after)
        }
    }
}

fn extreme(kept: u8) -> (String, Option<u8>) {
    (shown(kept), Some(kept))
}

fn answer<M: Wait>(backend: &Backend<M>, cell: &Cell<u8>, operation: Operation) -> String {
    use Operation::*;
    match operation {
        Get => shown(backend.run(cell.get()).unwrap()),
        Set(value) => {
            backend.run(cell.set(value)).unwrap();
            String::new()
        }
        SetIfAbsent(value) => shown(backend.run(cell.set_if_absent(value)).unwrap()),
        SetIfPresent(value) => shown(backend.run(cell.set_if_present(value)).unwrap()),
        Swap(value) => shown(backend.run(cell.swap(value)).unwrap()),
        Take => shown(backend.run(cell.take()).unwrap()),
        GetOrInsert(value) => shown(backend.run(cell.get_or_insert(value)).unwrap()),
        CompareAndSet(current, value) => succeeded(&backend.run(cell.compare_and_set(current, value))),
        RemoveIf(current) => succeeded(&backend.run(cell.remove_if(current))),
        SetMax(value) => shown(backend.run(cell.set_max(value)).unwrap()),
        SetMin(value) => shown(backend.run(cell.set_min(value)).unwrap()),
        Increment(by) => match backend.run(cell.incr(by)) {
            Err(Error::OutOfRange { .. }) => shown(None::<u8>),
            sum => shown(Some(sum.unwrap())),
        },
        Update(value) => {
            let change = move |current: Option<u8>| {
                current.filter(|current| *current != value).or(Some(value).filter(|value| *value > 1))
            };
            shown(backend.wait(cell.update(&backend.store, change)).unwrap())
        }
    }
}

fn succeeded(result: &redis_model::Result<()>) -> String {
    let is_done = result.is_ok();
    assert!(result.as_ref().err().is_none_or(Error::is_conflict), "{result:?}");
    shown(is_done)
}

fn shown(value: impl std::fmt::Debug) -> String {
    format!("{value:?}")
}

on_every_backend! {
    fn it_does_what_an_option_does(backend) {
        let config = Config { cases: 24, failure_persistence: None, ..Config::default() };
        let run = TestRunner::new(config).run(&vec(operation(), 1..40), |operations| {
            let (cell, mut value) = (Cell::<u8>::at("random"), None);
            backend.run(cell.clear()).unwrap();
            for operation in operations {
                let (expected, after) = expected(value, operation);
                prop_assert_eq!(answer(backend, &cell, operation), expected, "{:?}", operation);
                prop_assert_eq!(backend.run(cell.get()).unwrap(), after, "{:?}", operation);
                value = after;
            }
            Ok(())
        });
        run.unwrap();
    }
}
