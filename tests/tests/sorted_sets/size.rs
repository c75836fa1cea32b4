//! Large ones, and those that many write at once.

use std::thread;

use redis_model::Blocking;
use redis_model_tests::Backend;

use super::*;

fn large(backend: &Backend<Blocking>) {
    let set = SortedSet::<u32>::at("large");
    assert_eq!(backend.run(set.extend((0..100_000_u32).map(|number| (number, number)))).unwrap(), 100_000);
    let found: HashMap<u32, f64> = set.iter(&backend.store).page_size(1000).collect::<Result<_, _>>().unwrap();
    assert_eq!(found.len(), 100_000);
    assert!(found.iter().all(|(member, score)| f64::from(*member) == *score));
    let raised = (0..100_000_u32).map(|number| (number, 50_000));
    assert_eq!(backend.run(set.extend_if(InsertIf::Greater, raised)).unwrap(), 50_000);
    let conditional = set.extend((0..110_000_u32).map(|number| (number, 1))).when(Condition::exists("large"));
    assert_eq!(backend.run(conditional).unwrap(), 10_000);
    assert_eq!(backend.run(set.remove_many(0..10_000_u32)).unwrap(), 10_000);
    assert_eq!(backend.run(set.load()).unwrap().len(), 100_000);
    let names = set.iter(&backend.store).matching("1234*").collect::<Result<Vec<_>, _>>().unwrap();
    assert_eq!(names.iter().map(|(member, _)| member).collect::<HashSet<_>>().len(), 10);
}

#[test]
fn a_large_one_is_walked_changed_and_removed() {
    large(&Backend::embedded());
    large(&Backend::server(""));
}

fn crowded(backend: &Backend<Blocking>) {
    let set = SortedSet::<u32>::at("crowded");
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..200).for_each(|number| _ = backend.run(set.incr(number % 10, 0.5)).unwrap()));
        }
    });
    assert_eq!(backend.run(set.load()).unwrap(), (0..10).map(|member| (member, 40.0)).collect::<Vec<_>>());
    backend.run(set.replace((0..400_u32).map(|number| (number, number)))).unwrap();
    let popped: Vec<(u32, f64)> = thread::scope(|scope| {
        let pop = || std::iter::from_fn(|| backend.run(set.pop_min()).unwrap()).collect::<Vec<_>>();
        let workers: Vec<_> = (0..4).map(|_| scope.spawn(pop)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    let members: HashSet<u32> = popped.iter().map(|(member, _)| *member).collect();
    assert_eq!((popped.len(), members.len()), (400, 400), "each was popped once");
}

#[test]
fn many_add_and_pop_at_once() {
    crowded(&Backend::embedded());
    crowded(&Backend::server(""));
}

fn walked(backend: &Backend<Blocking>) {
    let set = SortedSet::<u32>::at("walked");
    backend.run(set.extend((0..2_000_u32).map(|number| (number, 1)))).unwrap();
    let mut found = HashSet::new();
    for (number, item) in (0_u32..20_000).zip(set.iter(&backend.store).page_size(10)) {
        found.insert(item.unwrap().0);
        backend.run(set.insert(10_000 + number, 2)).unwrap();
        backend.run(set.remove(1_000 + number % 1_000)).unwrap();
    }
    assert!((0..1_000).all(|member| found.contains(&member)));
}

#[test]
fn a_walk_sees_all_that_stays_while_others_write() {
    walked(&Backend::embedded());
    walked(&Backend::server(""));
}
