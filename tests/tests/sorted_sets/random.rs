//! Random operations, against a sorted vector.

use proptest::{
    collection::vec,
    prelude::*,
    sample::select,
    test_runner::{Config, TestRunner},
};
use redis_model_tests::{Backend, Wait};

use super::*;

#[derive(Debug, Clone)]
enum Operation {
    Insert(u8, f64),
    Extend(Vec<(u8, f64)>),
    InsertIf(InsertIf, u8, f64),
    Incr(u8, f64),
    Remove(u8),
    RemoveMany(Vec<u8>),
    PopMin,
    PopMax,
    PopMinMany(usize),
    RemoveRange(i64, i64),
    RemoveScores(f64, f64),
    Ranks(u8),
    Replace(Vec<(u8, f64)>),
    Clear,
}

fn operation() -> impl Strategy<Value = Operation> {
    let member = || 0..12_u8;
    let score = || select(vec![0.0, 1.0, 1.5, -2.0, 1e10, 0.1]);
    let pairs = move || vec((member(), score()), 0..5);
    let condition = select(vec![InsertIf::Absent, InsertIf::Present, InsertIf::Greater, InsertIf::Less]);
    prop_oneof![
        3 => (member(), score()).prop_map(|(member, score)| Operation::Insert(member, score)),
        3 => pairs().prop_map(Operation::Extend),
        3 => (condition, member(), score()).prop_map(|(condition, member, score)| Operation::InsertIf(condition, member, score)),
        2 => (member(), score()).prop_map(|(member, score)| Operation::Incr(member, score)),
        1 => member().prop_map(Operation::Remove),
        1 => vec(member(), 0..4).prop_map(Operation::RemoveMany),
        1 => Just(Operation::PopMin),
        1 => Just(Operation::PopMax),
        1 => (0..4_usize).prop_map(Operation::PopMinMany),
        1 => (-3..5_i64, -3..5_i64).prop_map(|(first, last)| Operation::RemoveRange(first, last)),
        1 => (score(), score()).prop_map(|(low, high)| Operation::RemoveScores(low, high)),
        3 => member().prop_map(Operation::Ranks),
        1 => pairs().prop_map(Operation::Replace),
        1 => Just(Operation::Clear),
    ]
}

/// Members by score, then by their bytes.
#[derive(Default)]
struct Model(Vec<(u8, f64)>);

impl Model {
    fn score(&self, member: u8) -> Option<f64> {
        self.0.iter().find(|(known, _)| *known == member).map(|(_, score)| *score)
    }

    /// Whether it was not there.
    fn insert(&mut self, member: u8, score: f64) -> bool {
        let is_new = self.remove(member).is_none();
        self.0.push((member, score));
        self.0.sort_by(|a, b| a.1.total_cmp(&b.1).then_with(|| a.0.to_string().cmp(&b.0.to_string())));
        is_new
    }

    fn remove(&mut self, member: u8) -> Option<f64> {
        let rank = self.rank(member)?;
        Some(self.0.remove(rank).1)
    }

    fn rank(&self, member: u8) -> Option<usize> {
        self.0.iter().position(|(known, _)| *known == member)
    }
}

fn run<M: Wait>(backend: &Backend<M>, set: &SortedSet<u8>, model: &mut Model, operation: Operation) {
    match operation {
        Operation::Insert(member, score) => {
            assert_eq!(backend.run(set.insert(member, score)).unwrap(), model.insert(member, score));
        }
        Operation::Extend(pairs) => {
            let added = pairs.iter().filter(|(member, score)| model.insert(*member, *score)).count();
            assert_eq!(backend.run(set.extend(pairs)).unwrap(), added as u64);
        }
        Operation::InsertIf(condition, member, score) => {
            let changes = match (condition, model.score(member)) {
                (InsertIf::Absent, before) => before.is_none(),
                (InsertIf::Present, before) => before.is_some_and(|before| before != score),
                (InsertIf::Greater, before) => before.is_none_or(|before| score > before),
                (_, before) => before.is_none_or(|before| score < before),
            };
            if changes {
                model.insert(member, score);
            }
            assert_eq!(backend.run(set.insert_if(condition, member, score)).unwrap(), changes);
        }
        Operation::Incr(member, by) => {
            let sum = model.score(member).unwrap_or(0.0) + by;
            model.insert(member, sum);
            assert_eq!(backend.run(set.incr(member, by)).unwrap(), sum);
        }
        Operation::Remove(member) => {
            assert_eq!(backend.run(set.remove(member)).unwrap(), model.remove(member).is_some());
        }
        Operation::RemoveMany(members) => {
            let removed = members.iter().filter(|member| model.remove(**member).is_some()).count();
            assert_eq!(backend.run(set.remove_many(members)).unwrap(), removed as u64);
        }
        Operation::PopMin => {
            let first = (!model.0.is_empty()).then(|| model.0.remove(0));
            assert_eq!(backend.run(set.peek_min()).unwrap(), first);
            assert_eq!(backend.run(set.pop_min()).unwrap(), first);
        }
        Operation::PopMax => {
            let last = model.0.pop();
            assert_eq!(backend.run(set.peek_max()).unwrap(), last);
            assert_eq!(backend.run(set.pop_max()).unwrap(), last);
        }
        Operation::PopMinMany(count) => {
            let first: Vec<_> = model.0.drain(..count.min(model.0.len())).collect();
            assert_eq!(backend.run(set.pop_min_many(count)).unwrap(), first);
        }
        Operation::RemoveRange(first, last) => {
            let count = i64::try_from(model.0.len()).unwrap();
            let place =
                |rank: i64| usize::try_from(if rank < 0 { rank + count } else { rank }.clamp(0, count)).unwrap();
            let (from, to) = (place(first), place(last));
            let removed = if from < to { model.0.drain(from..to).count() } else { 0 };
            assert_eq!(backend.run(set.remove_range(first..last)).unwrap(), removed as u64);
        }
        Operation::RemoveScores(low, high) => {
            let before = model.0.len();
            model.0.retain(|(_, score)| !(low..=high).contains(score));
            let removed = before - model.0.len();
            assert_eq!(backend.run(set.remove_range_by_score(low..=high)).unwrap(), removed as u64);
        }
        Operation::Ranks(member) => {
            let rank = model.rank(member);
            let batch = (set.rank(member), set.reverse_rank(member), set.score(member), set.contains(member)).batch();
            let expected = (
                rank.map(|rank| rank as u64),
                rank.map(|rank| (model.0.len() - 1 - rank) as u64),
                model.score(member),
                rank.is_some(),
            );
            assert_eq!(backend.run(batch).unwrap(), expected);
        }
        Operation::Replace(pairs) => {
            model.0.clear();
            for (member, score) in &pairs {
                model.insert(*member, *score);
            }
            backend.run(set.replace(pairs)).unwrap();
        }
        Operation::Clear => {
            assert_eq!(backend.run(set.clear()).unwrap(), !model.0.is_empty());
            model.0.clear();
        }
    }
}

on_every_backend! {
    fn any_operations_do_what_they_do_to_a_sorted_vector(backend) {
        let mut runner = TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() });
        let outcome = runner.run(&vec(operation(), 0..30), |operations| {
            let set = SortedSet::at("random");
            backend.run(set.clear()).unwrap();
            let mut model = Model::default();
            for operation in operations {
                run(backend, &set, &mut model, operation);
            }
            assert_eq!(backend.run(set.load()).unwrap(), model.0);
            assert_eq!(backend.run(set.len()).unwrap(), model.0.len() as u64);
            Ok(())
        });
        outcome.unwrap();
    }
}
