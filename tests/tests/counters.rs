//! Counters: how often each value came.

// A test reports by its panic.
#![allow(clippy::unwrap_used)]

#[path = "counters/combined.rs"]
mod combined;
#[path = "counters/edges.rs"]
mod edges;
#[path = "counters/random.rs"]
mod random;

use std::collections::HashMap;

use redis_model::{Blocking, Condition, Counter, Error, PythonJson, prelude::*};
use redis_model_tests::{Backend, Wait, on_every_backend};

/// A counter with these counts.
fn counter<M: Wait>(backend: &Backend<M>, key: &str, counts: &[(&str, i64)]) -> Counter<String> {
    let counter = Counter::at(key);
    backend.run(counter.replace(counts.iter().copied())).unwrap();
    counter
}

fn counts(counts: &[(&str, i64)]) -> HashMap<String, i64> {
    counts.iter().map(|(value, count)| ((*value).to_owned(), *count)).collect()
}

on_every_backend! {
    fn a_value_that_was_not_counted_has_the_count_zero(backend) {
        let c = Counter::<String>::at("c");
        assert_eq!(backend.run(c.get("x")).unwrap(), 0);
        assert_eq!(backend.run(c.get_many(["x", "y"])).unwrap(), [0, 0]);
        assert!(!backend.run(c.contains("x")).unwrap());
        assert_eq!(backend.run((c.len(), c.total(), c.load()).batch()).unwrap(), (0, 0, HashMap::new()));
        assert_eq!(backend.run(c.most_common(3)).unwrap(), []);
        assert_eq!(backend.run(c.elements()).unwrap().count(), 0);
        assert!(!backend.run(c.remove("x")).unwrap());
    }

    fn counts_are_added_and_subtracted(backend) {
        let c = Counter::<String>::at("c");
        assert_eq!(backend.run(c.add("a", 3)).unwrap(), 3);
        assert_eq!(backend.run(c.subtract("a", 5)).unwrap(), -2);
        backend.run(c.extend(["a", "b", "a", "a"])).unwrap();
        backend.run(c.subtract_counts([("b", 1), ("c", 7), ("c", 1)])).unwrap();
        backend.run(c.add_counts([("d", 2)])).unwrap();
        assert_eq!(backend.run(c.load()).unwrap(), counts(&[("a", 1), ("b", 0), ("c", -8), ("d", 2)]));
        assert_eq!(backend.run(c.get_many(["c", "x", "a", "c"])).unwrap(), [-8, 0, 1, -8]);
        assert_eq!(backend.run((c.len(), c.total(), c.contains("b")).batch()).unwrap(), (4, -5, true));
        assert!(!backend.run(c.insert("d", 9)).unwrap() && backend.run(c.insert("e", 0)).unwrap());
        assert_eq!(backend.run(c.remove_many(["d", "e", "f"])).unwrap(), 2);
        backend.run(c.extend([""; 0])).unwrap();
    }

    fn the_most_frequent_come_first_and_equal_ones_in_their_order(backend) {
        let c = Counter::<char>::at("letters");
        backend.run(c.extend("abracadabra".chars())).unwrap();
        let all = [('a', 5), ('b', 2), ('r', 2), ('c', 1), ('d', 1)];
        for count in [0, 1, 2, 3, 5, 6, 1000] {
            assert_eq!(backend.run(c.most_common(count)).unwrap(), all[..count.min(5)]);
        }
    }

    fn elements_come_as_often_as_they_were_counted(backend) {
        let c = counter(backend, "c", &[("a", 4), ("b", 2), ("c", 0), ("d", -2)]);
        let mut elements: Vec<String> = backend.run(c.elements()).unwrap().collect();
        elements.sort_unstable();
        assert_eq!(elements, ["a", "a", "a", "a", "b", "b"]);
        backend.run(c.insert("a", i64::MAX)).unwrap();
        assert_eq!(backend.run(c.elements()).unwrap().filter(|value| value == "a").take(7).count(), 7);
    }

    fn counts_are_exact_to_their_ends_and_refused_beyond(backend) {
        let c = Counter::<String>::at("c");
        backend.run(c.add_counts([("high", i64::MAX - 1), ("low", i64::MIN), ("odd", (1 << 53) + 1)])).unwrap();
        assert_eq!(backend.run(c.add("high", 1)).unwrap(), i64::MAX);
        assert_eq!(backend.run(c.add("odd", 2).when(Condition::exists("c"))).unwrap(), (1 << 53) + 3);
        let before = backend.run(c.load()).unwrap();
        for refused in [
            backend.run(c.add("high", 1)).map(drop::<i64>),
            backend.run(c.subtract("low", 1)).map(drop::<i64>),
            backend.run(c.add_counts([("x", 1), ("odd", 1), ("high", 1), ("y", 1)])),
            backend.run(c.subtract_counts([("new", 3), ("low", 1)])),
            backend.run(c.extend(["a", "high", "z"])),
            backend.run(c.add_all(&c)),
        ] {
            assert!(matches!(refused, Err(Error::OutOfRange { .. })), "{refused:?}");
            assert_eq!(backend.run(c.load()).unwrap(), before);
        }
        backend.run(c.remove_many(["low", "odd"])).unwrap();
        backend.run(c.insert("more", 1)).unwrap();
        let refused = backend.run(c.total()).unwrap_err();
        assert!(matches!(refused, Error::OutOfRange { .. }), "{refused}");
    }

    fn what_is_no_count_is_told_and_stays(backend) {
        backend.raw::<i64>(&["HSET", "c", "a", "1", "text", "x"]);
        let c = Counter::<String>::at("c");
        let error = backend.run(c.load()).unwrap_err();
        assert!(matches!(&error, Error::Decode { path, .. } if path == "text"), "{error}");
        backend.run(c.extend(["a", "text", "b"])).unwrap_err();
        assert_eq!(backend.raw::<HashMap<String, String>>(&["HGETALL", "c"]).len(), 2);
        assert_eq!(backend.raw::<String>(&["HGET", "c", "a"]), "1");
        backend.raw::<()>(&["SET", "string", "1"]);
        let wrong = Counter::<String>::at("string");
        for error in [
            backend.run(wrong.extend(["a"])).unwrap_err(),
            backend.run(wrong.get("a")).map(drop::<i64>).unwrap_err(),
            backend.run(c.add_all(&wrong)).unwrap_err(),
        ] {
            assert!(matches!(error, Error::WrongType { .. }), "{error}");
        }
    }

    fn values_are_any_bytes_and_many(backend) {
        let c = Counter::<Vec<u8>>::at("c");
        let large = vec![b'x'; 1 << 20];
        backend.run(c.extend([&b"\0\n"[..], &large[..], b"", &large[..]])).unwrap();
        assert_eq!(backend.run(c.get(&large[..])).unwrap(), 2);
        assert_eq!(backend.run(c.get(&b""[..])).unwrap(), 1);
        let numbers = Counter::<u32>::at("numbers");
        backend.run(numbers.extend((0..100_000).chain(50_000..60_000))).unwrap();
        assert_eq!(backend.run((numbers.len(), numbers.total()).batch()).unwrap(), (100_000, 110_000));
        assert_eq!(backend.run(numbers.most_common(1)).unwrap(), [(50_000, 2)]);
        backend.run(numbers.intersect_with(&numbers)).unwrap();
        assert_eq!(backend.run(numbers.len()).unwrap(), 100_000);
    }

    fn values_as_python_writes_them_are_fields_of_their_json(backend) {
        let python = Counter::<String, PythonJson>::at("python");
        backend.run(python.extend(["é"])).unwrap();
        assert_eq!(backend.raw::<String>(&["HGET", "python", "\"\\u00e9\""]), "1");
    }

    fn writers_beside_each_other_lose_no_count(backend) {
        let c = Counter::<u8>::at("c");
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for round in 0..25 {
                        backend.run(c.extend([1, 2, 1])).unwrap();
                        backend.run(c.add(round % 2, 1)).unwrap();
                    }
                });
            }
        });
        assert_eq!(backend.run(c.total()).unwrap(), 400);
        assert_eq!(backend.run(c.get(2)).unwrap(), 100);
    }
}

#[test]
fn a_walk_goes_through_the_counts_that_match() {
    for backend in [Backend::<Blocking>::embedded(), Backend::server("")] {
        let c = counter(&backend, "c", &[("ant", 1), ("ape", 2), ("bee", 3)]);
        let found: Result<HashMap<String, i64>, Error> = c.iter(&backend.store).matching("a*").collect();
        assert_eq!(found.unwrap(), counts(&[("ant", 1), ("ape", 2)]));
    }
}
