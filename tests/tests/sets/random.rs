//! Random operations, against the set of the standard library.

use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, TestRunner},
};
use redis_model_tests::{Backend, Wait};

use super::*;

#[derive(Debug, Clone)]
enum Operation {
    Insert(u8),
    Extend(Vec<u8>),
    Remove(u8),
    RemoveMany(Vec<u8>),
    Pop,
    PopMany(usize),
    Contains(Vec<u8>),
    Keep(Vec<u8>),
    Toggle(Vec<u8>),
    Replace(Vec<u8>),
    Clear,
}

fn operation() -> impl Strategy<Value = Operation> {
    let value = || 0..12_u8;
    let values = || vec(value(), 0..6);
    prop_oneof![
        3 => value().prop_map(Operation::Insert),
        3 => values().prop_map(Operation::Extend),
        2 => value().prop_map(Operation::Remove),
        1 => values().prop_map(Operation::RemoveMany),
        1 => Just(Operation::Pop),
        1 => (0..4_usize).prop_map(Operation::PopMany),
        2 => values().prop_map(Operation::Contains),
        1 => values().prop_map(Operation::Keep),
        1 => values().prop_map(Operation::Toggle),
        1 => values().prop_map(Operation::Replace),
        1 => Just(Operation::Clear),
    ]
}

fn run<M: Wait>(backend: &Backend<M>, set: &Set<u8>, model: &mut HashSet<u8>, operation: Operation) {
    match operation {
        Operation::Insert(value) => assert_eq!(backend.run(set.insert(value)).unwrap(), model.insert(value)),
        Operation::Extend(values) => {
            let added = values.iter().filter(|value| model.insert(**value)).count();
            assert_eq!(backend.run(set.extend(values)).unwrap(), added as u64);
        }
        Operation::Remove(value) => assert_eq!(backend.run(set.remove(value)).unwrap(), model.remove(&value)),
        Operation::RemoveMany(values) => {
            let removed = values.iter().filter(|value| model.remove(value)).count();
            assert_eq!(backend.run(set.remove_many(values)).unwrap(), removed as u64);
        }
        Operation::Pop => match backend.run(set.pop()).unwrap() {
            Some(popped) => assert!(model.remove(&popped)),
            None => assert!(model.is_empty()),
        },
        Operation::PopMany(count) => {
            let popped = backend.run(set.pop_many(count)).unwrap();
            assert_eq!(popped.len(), count.min(model.len()));
            assert!(popped.iter().all(|value| model.remove(value)));
        }
        Operation::Contains(values) => {
            let expected: Vec<_> = values.iter().map(|value| model.contains(value)).collect();
            assert_eq!(backend.run(set.contains_many(values)).unwrap(), expected);
        }
        Operation::Keep(values) => {
            model.retain(|value| values.contains(value));
            assert_eq!(backend.run(set.intersect_with(Values(values))).unwrap(), model.len() as u64);
        }
        Operation::Toggle(values) => {
            *model = &*model ^ &values.iter().copied().collect();
            assert_eq!(backend.run(set.symmetric_difference_with(Values(values))).unwrap(), model.len() as u64);
        }
        Operation::Replace(values) => {
            *model = values.iter().copied().collect();
            backend.run(set.replace(values)).unwrap();
        }
        Operation::Clear => {
            assert_eq!(backend.run(set.clear()).unwrap(), !model.is_empty());
            model.clear();
        }
    }
}

on_every_backend! {
    fn any_operations_do_what_they_do_to_a_set_of_the_standard_library(backend) {
        let mut runner = TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() });
        let outcome = runner.run(&vec(operation(), 0..24), |operations| {
            let set = Set::at("random");
            backend.run(set.clear()).unwrap();
            let mut model = HashSet::new();
            for operation in operations {
                run(backend, &set, &mut model, operation);
                assert_eq!(backend.run(set.len()).unwrap(), model.len() as u64);
            }
            assert_eq!(backend.run(set.load()).unwrap(), model);
            Ok(())
        });
        outcome.unwrap();
    }
}
