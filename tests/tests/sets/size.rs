//! Large sets, and sets that many write at once.

use std::thread;

use redis_model::Blocking;
use redis_model_tests::Backend;

use super::*;

fn large(backend: &Backend<Blocking>) {
    let (set, other) = (Set::<u32>::at("large"), Set::<u32>::at("other"));
    assert_eq!(backend.run(set.extend(0..100_000_u32)).unwrap(), 100_000);
    let found: HashSet<u32> = set.iter(&backend.store).page_size(1000).collect::<Result<_, _>>().unwrap();
    assert_eq!(found.len(), 100_000);
    assert_eq!(backend.run(other.union_with(Values(50_000..150_000_u32))).unwrap(), 100_000);
    assert_eq!(backend.run(set.intersection_len(&other)).unwrap(), 50_000);
    assert!(backend.run(set.is_subset(Values(0..100_000_u32))).unwrap());
    assert!(!backend.run(set.is_subset(Values(1..100_000_u32))).unwrap());
    assert!(backend.run(set.is_superset(Values(0..100_000_u32))).unwrap());
    let conditional = set.extend(0..120_000_u32).when(Condition::exists("large"));
    assert_eq!(backend.run(conditional).unwrap(), 20_000);
    assert_eq!(backend.run(set.symmetric_difference_with(&other)).unwrap(), 50_000 + 30_000);
    assert_eq!(backend.run(set.remove_many(0..100_000_u32)).unwrap(), 50_000);
    backend.run(set.replace(0..100_000_u32)).unwrap();
    assert_eq!(backend.run(set.load()).unwrap().len(), 100_000);
}

#[test]
fn a_large_set_is_walked_combined_and_replaced() {
    large(&Backend::embedded());
    large(&Backend::server(""));
}

fn walked(backend: &Backend<Blocking>) {
    let set = Set::<u32>::at("walked");
    backend.run(set.extend(0..2_000_u32)).unwrap();
    let mut found = HashSet::new();
    for (number, item) in set.iter(&backend.store).page_size(10).enumerate() {
        found.insert(item.unwrap());
        let number = u32::try_from(number).unwrap();
        backend.run(set.insert(10_000 + number)).unwrap();
        backend.run(set.remove(1_000 + number % 1_000)).unwrap();
        if number > 20_000 {
            break;
        }
    }
    assert!((0..1_000).all(|value| found.contains(&value)));
}

#[test]
fn a_walk_sees_all_that_stays_while_others_write() {
    walked(&Backend::embedded());
    walked(&Backend::server(""));
}

fn crowded(backend: &Backend<Blocking>) {
    let (from, to) = (Set::<u32>::at("from"), Set::<u32>::at("to"));
    backend.run(from.extend(0..400_u32)).unwrap();
    let moved: usize = thread::scope(|scope| {
        let workers: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| (0..400_u32).filter(|value| backend.run(from.move_to(&to, value)).unwrap()).count())
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).sum()
    });
    assert_eq!(moved, 400, "each value was moved by one");
    let popped: Vec<u32> = thread::scope(|scope| {
        let pop = || std::iter::from_fn(|| backend.run(to.pop()).unwrap()).collect::<Vec<_>>();
        let workers: Vec<_> = (0..4).map(|_| scope.spawn(pop)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    assert_eq!(popped.len(), 400);
    assert_eq!(popped.into_iter().collect::<HashSet<_>>().len(), 400, "each value was popped once");
}

#[test]
fn values_are_moved_and_popped_once_by_many_at_once() {
    crowded(&Backend::embedded());
    crowded(&Backend::server(""));
}
