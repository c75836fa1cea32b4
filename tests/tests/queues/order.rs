//! What is taken, and in which order.

use std::num::ParseIntError;

use proptest::{collection::vec, prelude::*, sample::select};
use redis_model::{Async, Blocking};

use super::*;
use crate::{config::cases, kind::Kind};

#[derive(Debug, Clone)]
enum Step {
    Put(Vec<(String, i32)>),
    TryGet,
    Get,
    Look,
    Clear,
}

fn history() -> impl Strategy<Value = Vec<Step>> {
    // Few of them, so that there are equal ones.
    let value = (select(&["", "a", "b", "a\0b", "\r\n"][..]).prop_map(str::to_owned), -2..3);
    let step = prop_oneof![
        4 => vec(value, 0..4).prop_map(Step::Put),
        4 => Just(Step::TryGet),
        2 => Just(Step::Get),
        2 => Just(Step::Look),
        1 => Just(Step::Clear),
    ];
    vec(step, 0..40)
}

/// Plays a history on the queue and on a plain list.
fn play<K: Kind, M: Wait>(backend: &Backend<M>, history: &[Step]) {
    let queue = K::new("queue");
    let mut model: Vec<(String, i32)> = Vec::new();
    backend.raw::<()>(&["FLUSHDB"]);
    for step in history {
        match step {
            Step::Put(values) => {
                backend.run(queue.put_all(values)).unwrap();
                model.extend_from_slice(values);
            }
            Step::TryGet => assert_eq!(backend.run(queue.try_get()).unwrap(), take::<K>(&mut model)),
            Step::Get => {
                let taken = queue.get(backend, Duration::from_millis(1)).unwrap();
                assert_eq!(taken, take::<K>(&mut model));
            }
            Step::Look => {
                let next = K::next(&model).map(|place| model[place].0.clone());
                assert_eq!(backend.run(queue.peek()).unwrap(), next);
                let mut rest = model.clone();
                let all: Vec<_> = std::iter::from_fn(|| take::<K>(&mut rest)).collect();
                let seen = backend.run((queue.load(), queue.len()).batch()).unwrap();
                assert_eq!(seen, (all, model.len() as u64));
                assert_eq!(backend.run((queue.load(), queue.peek()).batch().atomic()).unwrap(), (seen.0, next));
            }
            Step::Clear => {
                backend.raw::<()>(&["UNLINK", "queue"]);
                model.clear();
            }
        }
    }
}

fn take<K: Kind>(model: &mut Vec<(String, i32)>) -> Option<String> {
    K::next(model).map(|place| model.remove(place).0)
}

fn play_all<M: Wait>(backend: &Backend<M>, count: u32) {
    proptest!(cases(count), |(history in history())| {
        play::<Queue<String>, M>(backend, &history);
        play::<Stack<String>, M>(backend, &history);
        play::<PriorityQueue<String>, M>(backend, &history);
    });
}

#[test]
fn histories_on_the_engine() {
    play_all(&Backend::<Blocking>::embedded(), 60);
    play_all(&Backend::<Async>::embedded(), 20);
}

#[test]
fn histories_on_a_server() {
    play_all(&Backend::<Blocking>::server(""), 15);
    play_all(&Backend::<Async>::server("?protocol=resp3"), 15);
}

#[test]
fn a_hundred_thousand_values_are_no_burden() {
    let server = RedisServer::start();
    let backend = patient::<Blocking>(&server);
    let (many, ranked) = (Queue::<u32>::at("many"), PriorityQueue::<u32>::at("many ranked"));
    backend.run(many.put_all(0..100_000)).unwrap();
    backend.run(ranked.put_all((0..100_000).map(|number| (number, 100_000 - number)))).unwrap();
    assert!(backend.run(many.load()).unwrap().into_iter().eq(0..100_000));
    assert!(backend.run(ranked.load()).unwrap().into_iter().map(|(number, _)| number).eq((0..100_000).rev()));
}

/// A number that is stored as text.
fn parse(text: &str) -> Result<u32, ParseIntError> {
    text.parse()
}

on_every_backend! {
    fn an_empty_queue_has_nothing(backend) {
        let (queue, stack) = (Queue::<u32>::at("queue"), Stack::<u32>::temporary());
        let ranked = PriorityQueue::<u32>::at("ranked");
        assert_eq!(backend.run((queue.try_get(), stack.try_get(), ranked.try_get()).batch()).unwrap(), (None, None, None));
        assert_eq!(backend.run((queue.peek(), stack.peek(), ranked.peek()).batch()).unwrap(), (None, None, None));
        assert_eq!(backend.run((queue.len(), stack.len(), ranked.len()).batch()).unwrap(), (0, 0, 0));
        let nothing = [0_u32; 0];
        backend.run((queue.put_all(nothing), stack.put_all(nothing)).batch()).unwrap();
        backend.run(ranked.put_all([(1_u32, 1.0); 0])).unwrap();
        assert!(backend.run((queue.is_empty(), stack.is_empty(), ranked.is_empty()).batch()).unwrap() == (true, true, true));
    }

    fn values_may_be_large_and_many(backend) {
        let large = vec![0_u8; 1 << 20];
        let queue = Queue::<Vec<u8>, redis_model::Bytes>::at("large");
        backend.run(queue.put(&large)).unwrap();
        let taken = backend.wait(queue.get(&backend.store, LONG)).unwrap();
        assert_eq!(taken, Some(large));

        let (many, ranked) = (Queue::<u32>::at("many"), PriorityQueue::<u32>::at("many ranked"));
        backend.run(many.put_all(0..20_000)).unwrap();
        backend.run(ranked.put_all((0..20_000).map(|number| (number, 20_000 - number)))).unwrap();
        assert_eq!(backend.run((many.len(), ranked.len()).batch()).unwrap(), (20_000, 20_000));
        assert!(backend.run(many.load()).unwrap().into_iter().eq(0..20_000));
        assert!(backend.run(ranked.load()).unwrap().into_iter().map(|(number, _)| number).eq((0..20_000).rev()));
    }

    fn priorities_are_any_numbers(backend) {
        let queue = PriorityQueue::<String>::at("queue");
        let priorities = [f64::INFINITY, 1e300, 1.0 / 3.0, 0.1, 0.0, -1e-300, f64::NEG_INFINITY];
        backend.run(queue.put_all(priorities.map(|priority| (priority.to_string(), priority)))).unwrap();
        let mut taken = Vec::new();
        for priority in priorities.into_iter().rev() {
            let next = backend.wait(queue.get(&backend.store, LONG)).unwrap();
            assert_eq!(next, Some((priority.to_string(), priority)));
            taken.extend(next);
        }
        assert!(matches!(backend.run(queue.put("none", f64::NAN)), Err(Error::InvalidQuery { .. })));
        assert!(backend.run(queue.is_empty()).unwrap());
    }

    fn equal_values_of_different_priorities_are_different(backend) {
        let queue = PriorityQueue::<String>::at("queue");
        backend.run(queue.put_all([("same", 2), ("same", 1), ("same", 2)])).unwrap();
        let same = |priority: f64| Some(("same".to_owned(), priority));
        for priority in [1.0, 2.0, 2.0] {
            assert_eq!(backend.run(queue.try_get()).unwrap(), same(priority));
        }
    }

    fn another_type_at_the_key_is_an_error(backend) {
        backend.raw::<()>(&["SET", "text", "x"]);
        let (queue, ranked) = (Queue::<u32>::at("text"), PriorityQueue::<u32>::at("text"));
        let jobs = ReliableQueue::<u32>::at("text");
        let is_wrong = |error: Option<Error>| assert!(matches!(error, Some(Error::WrongType { .. })), "{error:?}");
        is_wrong(backend.run(queue.put(1)).err());
        is_wrong(backend.wait(queue.get(&backend.store, LONG)).err());
        is_wrong(backend.run(ranked.put(1, 1)).err());
        is_wrong(backend.wait(ranked.get(&backend.store, LONG)).err());
        is_wrong(backend.run(jobs.put(1)).err());
        is_wrong(backend.wait(jobs.get(&backend.store, LONG)).err());
        assert_eq!(backend.raw::<Vec<String>>(&["KEYS", "*"]), ["text"]);
    }

    fn what_is_no_value_is_an_error_that_names_the_key(backend) {
        backend.raw::<()>(&["RPUSH", "numbers", "one", "two", "3"]);
        let numbers = Queue::<u32>::at("numbers");
        for error in [backend.wait(numbers.get(&backend.store, LONG)).err(), backend.run(numbers.try_get()).err()] {
            assert!(matches!(&error, Some(Error::Decode { key, .. }) if key.to_string() == "numbers"), "{error:?}");
        }
        assert_eq!(backend.run(numbers.peek()).unwrap(), parse("3").ok());
    }

    fn it_expires_as_any_container(backend) {
        let queue = Queue::<u32>::at("queue");
        backend.run(queue.put(1)).unwrap();
        assert!(backend.run(queue.expire(LONG)).unwrap());
        backend.run(queue.put(2)).unwrap();
        backend.expire_now(queue.key());
        assert_eq!(backend.run((queue.try_get(), queue.exists()).batch()).unwrap(), (None, false));
    }
}
