//! Walks over lists, alone and while others write.

use std::collections::HashSet;

use futures_util::TryStreamExt as _;
use redis_model::{Blocking, Result, Store};

use super::*;

fn numbers(backend: &Backend<Blocking>, count: u32) -> List<u32> {
    let list = List::at("numbers");
    backend.run(list.replace(0..count)).unwrap();
    list
}

/// Walks and writes behind every element; what has come.
fn walk(walk: impl Iterator<Item = Result<u32>>, mut write: impl FnMut(u32)) -> Vec<u32> {
    walk.map(|number| number.inspect(|number| write(*number)).unwrap()).collect()
}

fn check(backend: &Backend<Blocking>) {
    for count in [0, 1, 9, 10, 11, 250, 1_000] {
        let list = numbers(backend, count);
        for size in [0, 1, 10, 250, usize::MAX] {
            let forwards = list.iter(&backend.store).page_size(size);
            assert_eq!(forwards.collect::<Result<Vec<_>>>().unwrap(), (0..count).collect::<Vec<_>>());
            let backwards = list.iter_back(&backend.store).page_size(size);
            assert_eq!(backwards.collect::<Result<Vec<_>>>().unwrap(), (0..count).rev().collect::<Vec<_>>());
        }
    }
}

#[test]
fn a_walk_gives_every_element_in_order_on_the_engine() {
    check(&Backend::embedded());
}

#[test]
fn a_walk_gives_every_element_in_order_on_a_server() {
    check(&Backend::server(""));
}

#[tokio::test]
async fn an_asynchronous_walk_is_a_stream() {
    let store = Store::embedded();
    let list = List::<u32>::at("numbers");
    list.extend(0..600).run(&store).await.unwrap();
    assert_eq!(list.iter(&store).try_collect::<Vec<_>>().await.unwrap(), (0..600).collect::<Vec<_>>());
    let task = tokio::spawn(async move { list.iter_back(&store).try_collect::<Vec<_>>().await });
    assert_eq!(task.await.unwrap().unwrap(), (0..600).rev().collect::<Vec<_>>());
}

#[test]
fn a_walk_over_a_list_that_changes_at_its_back_gives_each_element_once() {
    let backend = Backend::<Blocking>::embedded();
    let list = numbers(&backend, 100);
    let found = walk(list.iter(&backend.store).page_size(10), |number| {
        if number < 90 {
            backend.run((list.extend([1_000 + number, 2_000 + number]), list.pop_back()).batch()).unwrap();
        }
    });
    assert_eq!(found[..100], (0..100).collect::<Vec<_>>());
    assert_eq!(found.iter().collect::<HashSet<_>>().len(), found.len());
}

#[test]
fn a_walk_over_a_list_that_grows_misses_nothing() {
    let backend = Backend::<Blocking>::embedded();
    let list = numbers(&backend, 100);
    let mut left = 50;
    let grow = |_| {
        if left > 0 {
            left -= 1;
            backend.run((list.push_front(1_000), list.insert(7, 1_001), list.push_back(1_002)).batch()).unwrap();
        }
    };
    let found = walk(list.iter(&backend.store).page_size(10), grow);
    let found: HashSet<_> = found.into_iter().collect();
    assert!((0..100).all(|number| found.contains(&number)));
}

#[test]
fn a_walk_from_the_back_of_a_queue_misses_nothing_that_stays() {
    let backend = Backend::<Blocking>::embedded();
    let list = numbers(&backend, 200);
    let mut steps = 0;
    let found = walk(list.iter_back(&backend.store).page_size(10), |_| {
        steps += 1;
        if steps <= 90 {
            backend.run((list.pop_front(), list.push_back(1_000 + steps)).batch()).unwrap();
        }
    });
    let found: HashSet<_> = found.into_iter().collect();
    assert!((90..200).all(|number| found.contains(&number)), "{found:?}");
}

#[test]
fn an_element_that_does_not_decode_does_not_end_the_walk() {
    let backend = Backend::<Blocking>::embedded();
    backend.raw::<i64>(&["RPUSH", "numbers", "1", "two", "3"]);
    let list = List::<u32>::at("numbers");
    let found: Vec<_> = list.iter(&backend.store).map(Result::ok).collect();
    assert_eq!(found, [Some(1), None, Some(3)]);
    backend.raw::<()>(&["SET", "text", "x"]);
    let mut refused = List::<u32>::at("text").iter(&backend.store);
    assert!(matches!(refused.next(), Some(Err(Error::WrongType { .. }))));
    assert!(refused.next().is_none());
}
