//! Sets.

// A test reports by its panic.
#![allow(clippy::unwrap_used)]

#[path = "sets/algebra.rs"]
mod algebra;
#[path = "sets/in_records.rs"]
mod in_records;
#[path = "sets/random.rs"]
mod random;
#[path = "sets/size.rs"]
mod size;

use std::{collections::HashSet, time::Duration};

use redis_model::{Condition, Error, Json, Set, TimeLeft, collection::Values, prelude::*};
use redis_model_tests::on_every_backend;

fn words(key: &str) -> Set<String> {
    Set::at(key)
}

fn set_of<const N: usize>(values: [&str; N]) -> HashSet<String> {
    values.map(str::to_owned).into()
}

on_every_backend! {
    fn an_empty_set_answers_as_a_set_without_elements(backend) {
        let (set, none) = (words("set"), [""; 0]);
        assert_eq!(backend.run(set.len()).unwrap(), 0);
        assert!(!backend.run(set.contains("a")).unwrap());
        assert_eq!(backend.run(set.contains_many(["a", "b"])).unwrap(), [false, false]);
        assert_eq!(backend.run(set.contains_many(none)).unwrap(), [false; 0]);
        assert_eq!(backend.run(set.load()).unwrap(), HashSet::new());
        assert_eq!(backend.run(set.pop()).unwrap(), None);
        assert_eq!(backend.run(set.pop_many(3)).unwrap(), [""; 0]);
        assert_eq!(backend.run(set.random()).unwrap(), None);
        assert_eq!(backend.run(set.sample(3)).unwrap(), none);
        assert_eq!(backend.run(set.sample_with_repetition(3)).unwrap(), none);
        assert!(!backend.run(set.remove("a")).unwrap());
        assert_eq!(backend.run(set.remove_many(["a", "b"])).unwrap(), 0);
        assert_eq!((backend.run(set.remove_many(none)).unwrap(), backend.run(set.extend(none)).unwrap()), (0, 0));
        assert!(!backend.run(set.move_to(&words("other"), "a")).unwrap());
        assert!(backend.run(set.is_empty()).unwrap());
    }

    fn what_is_popped_is_gone_and_what_is_sampled_stays(backend) {
        let set = words("set");
        let all = set_of(["a", "b", "c", "d", "e"]);
        assert_eq!(backend.run(set.extend(&all)).unwrap(), 5);
        let sample = backend.run(set.sample(3)).unwrap();
        let distinct: HashSet<_> = sample.iter().cloned().collect();
        assert!(distinct.len() == 3 && distinct.is_subset(&all), "{sample:?}");
        assert_eq!(backend.run(set.sample(usize::MAX)).unwrap().into_iter().collect::<HashSet<_>>(), all);
        assert_eq!(backend.run(set.sample(0)).unwrap(), [""; 0]);
        let repeated = backend.run(set.sample_with_repetition(50)).unwrap();
        assert!(repeated.len() == 50 && repeated.iter().all(|value| all.contains(value)));
        assert!(all.contains(&backend.run(set.random()).unwrap().unwrap()));
        assert_eq!(backend.run(set.len()).unwrap(), 5);

        let first = backend.run(set.pop()).unwrap().unwrap();
        assert!(!backend.run(set.contains(&first)).unwrap());
        let more = backend.run(set.pop_many(2)).unwrap();
        assert_eq!(backend.run(set.pop_many(0)).unwrap(), [""; 0]);
        let rest = backend.run(set.pop_many(usize::MAX)).unwrap();
        assert_eq!((more.len(), rest.len()), (2, 2));
        let popped: HashSet<_> = [first].into_iter().chain(more).chain(rest).collect();
        assert_eq!(popped, all);
        assert!(backend.run(set.is_empty()).unwrap());
    }

    fn a_value_moves_from_set_to_set(backend) {
        let (left, right) = (words("left"), words("right"));
        backend.run(left.extend(["a", "b"])).unwrap();
        backend.run(right.insert("b")).unwrap();
        assert!(backend.run(left.move_to(&right, "a")).unwrap());
        assert!(!backend.run(left.move_to(&right, "a")).unwrap());
        assert!(backend.run(left.move_to(&right, "b")).unwrap());
        assert!(backend.run(left.is_empty()).unwrap());
        assert_eq!(backend.run(right.load()).unwrap(), set_of(["a", "b"]));
        assert!(backend.run(right.move_to(&right, "a")).unwrap());
        assert!(backend.run(right.move_to(&left, "a").when(Condition::exists(right.key().clone()))).unwrap());
        let failed = backend.run(right.move_to(&left, "b").when(Condition::exists("nothing")));
        assert!(matches!(failed, Err(Error::NotFound { .. })), "{failed:?}");
        assert!(backend.run(right.contains("b")).unwrap());
    }

    fn elements_may_be_any_bytes(backend) {
        let set = Set::<Vec<u8>>::at("bytes");
        let values = [Vec::new(), b"\0".to_vec(), b"a\0b\r\n".to_vec(), vec![0xff; 1 << 20], (0..=255).collect()];
        assert_eq!(backend.run(set.extend(&values)).unwrap(), 5);
        let stored = backend.run(set.load()).unwrap();
        assert_eq!(stored, values.iter().cloned().collect());
        assert_eq!(backend.run(set.intersection(Values(&values))).unwrap(), stored);
        assert_eq!(backend.run(set.remove_many(&values)).unwrap(), 5);
    }

    fn an_element_that_is_no_value_is_named_by_its_position(backend) {
        backend.raw::<i64>(&["SADD", "numbers", "x"]);
        let numbers = Set::<u64>::at("numbers");
        for error in [
            backend.run(numbers.load()).unwrap_err(),
            backend.run(numbers.sample(1)).unwrap_err(),
            backend.run(numbers.symmetric_difference(&Set::at("none"))).unwrap_err(),
        ] {
            let Error::Decode { key, path, .. } = error else { panic!("{error:?}") };
            assert_eq!((key.to_string(), &path[..]), ("numbers".to_owned(), "[0]"));
        }
        assert!(matches!(backend.run(numbers.pop()), Err(Error::Decode { .. })));
        assert!(backend.run(numbers.is_empty()).unwrap());
    }

    fn json_elements_are_those_of_pottery(backend) {
        let basket = Set::<String, Json>::at("basket");
        backend.run(basket.extend(["apple", "pear"].map(String::from))).unwrap();
        let mut stored: Vec<String> = backend.raw(&["SMEMBERS", "basket"]);
        stored.sort();
        assert_eq!(stored, [r#""apple""#, r#""pear""#]);
        let other = Set::<String, Json>::at("other");
        backend.raw::<i64>(&["SADD", "other", r#""pear""#, r#""plum""#]);
        assert_eq!(backend.run(basket.intersection(&other)).unwrap(), set_of(["pear"]));
        assert_eq!(backend.run(basket.difference(Values(["pear".to_owned()]))).unwrap(), set_of(["apple"]));
    }

    fn another_type_at_the_key_is_an_error_and_stays(backend) {
        backend.raw::<()>(&["SET", "text", "x"]);
        backend.run(words("good").insert("a")).unwrap();
        let (text, good) = (words("text"), words("good"));
        let errors = [
            backend.run(text.insert("a")).unwrap_err(),
            backend.run(text.pop()).unwrap_err(),
            backend.run(text.sample(2)).unwrap_err(),
            backend.run(text.union(&good)).unwrap_err(),
            backend.run(text.union_into(&good, &good)).unwrap_err(),
            backend.run(text.is_subset(&good)).unwrap_err(),
            backend.run(text.is_disjoint(&good)).unwrap_err(),
            backend.run(text.symmetric_difference_into(&good, &words("new"))).unwrap_err(),
            backend.run(text.intersect_with(Values(["a"]))).unwrap_err(),
            backend.run(text.symmetric_difference_with(Values(["a"]))).unwrap_err(),
            backend.run(text.move_to(&good, "a")).unwrap_err(),
        ];
        for error in errors {
            assert!(matches!(error, Error::WrongType { .. }), "{error:?}");
        }
        assert_eq!(backend.raw::<String>(&["GET", "text"]), "x");
        // Nothing that was put aside stays behind.
        let mut keys: Vec<String> = backend.raw(&["KEYS", "*"]);
        keys.sort();
        assert_eq!(keys, ["good", "text"]);
    }

    fn a_set_is_replaced_with_its_time_to_live(backend) {
        let set = words("set");
        backend.run(set.extend(["a", "b"])).unwrap();
        backend.run(set.expire(Duration::from_secs(60))).unwrap();
        backend.run(set.replace(["c"])).unwrap();
        assert_eq!(backend.run(set.load()).unwrap(), set_of(["c"]));
        assert!(matches!(backend.run(set.ttl()).unwrap(), TimeLeft::Left(_)));
        backend.run(set.replace([""; 0])).unwrap();
        assert_eq!(backend.run(set.ttl()).unwrap(), TimeLeft::Missing);
    }

    fn an_expired_set_is_empty(backend) {
        let set = words("set");
        backend.run(set.extend(["a", "b"])).unwrap();
        backend.run(set.expire(Duration::from_secs(60))).unwrap();
        if !backend.advance(Duration::from_secs(60)) {
            backend.expire_now(set.key());
        }
        assert_eq!((backend.run(set.len()).unwrap(), backend.run(set.pop()).unwrap()), (0, None));
        assert_eq!(backend.run(set.union_with(Values(["c"]))).unwrap(), 1);
        assert_eq!(backend.run(set.ttl()).unwrap(), TimeLeft::Unlimited);
    }

    fn batches_and_isolated_batches_take_sets(backend) {
        let (a, b) = (words("a"), words("b"));
        let batch = (a.extend(["x", "y"]), b.insert("y"), a.intersection(&b), a.is_subset(&b)).batch();
        assert_eq!(backend.run(batch).unwrap(), (2, true, set_of(["y"]), false));
        let atomic = (a.insert("z"), a.union_with(&b), b.difference_with(&a), a.len(), a.random()).batch().atomic();
        let (inserted, united, left, size, random) = backend.run(atomic).unwrap();
        assert_eq!((inserted, united, left, size, random.is_some()), (true, 3, 0, 3, true));
        let conditional = a.symmetric_difference(&b).when(Condition::exists("a"));
        assert_eq!(backend.run(conditional).unwrap(), set_of(["x", "y", "z"]));
        let pops = (a.pop_many(1), a.sample(9)).batch().atomic();
        let (popped, rest) = backend.run(pops).unwrap();
        assert_eq!((popped.len(), rest.len()), (1, 2));
    }
}
