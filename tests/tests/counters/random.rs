//! Any operations, next to a map of the standard library.

use proptest::{collection::vec, prelude::*, test_runner::TestRunner};

use super::*;

#[derive(Debug, Clone)]
enum Step {
    Add(u8, i64),
    Extend(Vec<u8>),
    Subtract(Vec<(u8, i64)>),
    Insert(u8, i64),
    Remove(Vec<u8>),
    Replace(Vec<(u8, i64)>),
    With(&'static str, Vec<(u8, i64)>),
    MostCommon(usize),
}

fn value() -> impl Strategy<Value = u8> {
    0..8_u8
}

fn count() -> impl Strategy<Value = i64> {
    prop_oneof![8 => -5..6_i64, 1 => Just((1 << 53) + 1), 1 => Just(-(1 << 53) - 1)]
}

fn step() -> impl Strategy<Value = Step> {
    let pairs = || vec((value(), count()), 0..6);
    prop_oneof![
        3 => (value(), count()).prop_map(|(value, count)| Step::Add(value, count)),
        3 => vec(value(), 0..9).prop_map(Step::Extend),
        2 => pairs().prop_map(Step::Subtract),
        1 => (value(), count()).prop_map(|(value, count)| Step::Insert(value, count)),
        1 => vec(value(), 0..4).prop_map(Step::Remove),
        1 => pairs().prop_map(Step::Replace),
        4 => (prop_oneof![Just("+"), Just("-"), Just("|"), Just("&")], pairs()).prop_map(|(with, other)| Step::With(with, other)),
        2 => (0..10_usize).prop_map(Step::MostCommon),
    ]
}

type Model = HashMap<u8, i64>;

fn positive(model: Model) -> Model {
    model.into_iter().filter(|(_, count)| *count > 0).collect()
}

/// Both counters by an operation on each value.
fn both(one: &Model, other: &Model, combine: impl Fn(i64, i64) -> i64) -> Model {
    let values = one.keys().chain(other.keys());
    let of = |model: &Model, value| model.get(value).copied().unwrap_or(0);
    values.map(|value| (*value, combine(of(one, value), of(other, value)))).collect()
}

/// What of the other counter joins: only values that it has change.
fn changed(one: &Model, other: &Model, sign: i64) -> Model {
    let mut changed = one.clone();
    for (value, count) in other {
        *changed.entry(*value).or_default() += sign * count;
    }
    changed
}

fn apply<M: Wait>(backend: &Backend<M>, c: &Counter<u8>, model: &mut Model, step: Step) {
    match step {
        Step::Add(value, count) => {
            let sum = model.entry(value).or_default();
            *sum += count;
            assert_eq!(backend.run(c.add(value, count)).unwrap(), *sum);
        }
        Step::Extend(values) => {
            backend.run(c.extend(&values)).unwrap();
            for value in values {
                *model.entry(value).or_default() += 1;
            }
        }
        Step::Subtract(pairs) => {
            backend.run(c.subtract_counts(pairs.iter().copied())).unwrap();
            for (value, count) in pairs {
                *model.entry(value).or_default() -= count;
            }
        }
        Step::Insert(value, count) => {
            assert_eq!(backend.run(c.insert(value, count)).unwrap(), model.insert(value, count).is_none());
        }
        Step::Remove(values) => {
            let removed = values.iter().filter(|value| model.remove(value).is_some()).count();
            assert_eq!(backend.run(c.remove_many(&values)).unwrap(), removed as u64);
        }
        Step::Replace(pairs) => {
            backend.run(c.replace(pairs.iter().copied())).unwrap();
            *model = pairs.into_iter().collect();
        }
        Step::With(operation, pairs) => with(backend, c, model, operation, &pairs.into_iter().collect()),
        Step::MostCommon(count) => {
            let mut sorted: Vec<_> = model.iter().map(|(value, count)| (*value, *count)).collect();
            sorted.sort_by_key(|(value, count)| (-count, value.to_string()));
            sorted.truncate(count);
            assert_eq!(backend.run(c.most_common(count)).unwrap(), sorted);
        }
    }
}

/// First what a copy of both is, then what the first becomes.
fn with<M: Wait>(backend: &Backend<M>, c: &Counter<u8>, model: &mut Model, operation: &str, other: &Model) {
    let d = Counter::<u8>::at("other");
    backend.run(d.replace(other.iter().map(|(value, count)| (*value, *count)))).unwrap();
    let (copy, in_place, expected, after) = match operation {
        "+" => (c.sum(&d), c.add_all(&d), both(model, other, |a, b| a + b), changed(model, other, 1)),
        "-" => (c.difference(&d), c.subtract_all(&d), both(model, other, |a, b| a - b), changed(model, other, -1)),
        "|" => {
            let union = both(model, other, i64::max);
            (c.union(&d), c.union_with(&d), union.clone(), positive(union))
        }
        _ => {
            let intersection = both(model, other, i64::min);
            (c.intersection(&d), c.intersect_with(&d), intersection.clone(), positive(intersection))
        }
    };
    assert_eq!(backend.run(copy).unwrap(), positive(expected), "{operation}");
    backend.run(in_place).unwrap();
    *model = after;
}

on_every_backend! {
    fn it_does_what_a_map_of_counts_does(backend) {
        let mut runner = TestRunner::new(ProptestConfig::with_cases(40));
        let histories = vec(step(), 1..25);
        let check = |steps: Vec<Step>| {
            let c = Counter::<u8>::at("c");
            backend.run(c.clear()).unwrap();
            let mut model = Model::new();
            for step in steps {
                apply(backend, &c, &mut model, step);
                assert_eq!(backend.run(c.load()).unwrap(), model);
                assert_eq!(backend.run((c.len(), c.total()).batch()).unwrap(), (model.len() as u64, model.values().sum()));
            }
            Ok(())
        };
        runner.run(&histories, check).unwrap();
    }
}
