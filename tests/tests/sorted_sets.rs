//! Sorted sets.

// A test reports by its panic.
#![allow(clippy::unwrap_used)]
#![allow(clippy::float_cmp, reason = "scores are exact")]

#[path = "sorted_sets/combined.rs"]
mod combined;
#[path = "sorted_sets/in_records.rs"]
mod in_records;
#[path = "sorted_sets/random.rs"]
mod random;
#[path = "sorted_sets/ranges.rs"]
mod ranges;
#[path = "sorted_sets/size.rs"]
mod size;

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use redis_model::{Condition, Error, Json, SortedSet, TimeLeft, collection::InsertIf, prelude::*};
use redis_model_tests::on_every_backend;

fn words(key: &str) -> SortedSet<String> {
    SortedSet::at(key)
}

fn scored<const N: usize>(members: [(&str, f64); N]) -> Vec<(String, f64)> {
    members.into_iter().map(|(member, score)| (member.to_owned(), score)).collect()
}

fn is_invalid<T>(result: &Result<T, Error>) -> bool {
    matches!(result, Err(Error::InvalidQuery { .. }))
}

const NONE: [(&str, f64); 0] = [];

on_every_backend! {
    fn an_empty_one_answers_as_one_without_members(backend) {
        let set = words("set");
        assert_eq!(backend.run(set.len()).unwrap(), 0);
        assert_eq!(backend.run(set.load()).unwrap(), []);
        assert_eq!(backend.run(set.score("a")).unwrap(), None);
        assert_eq!(backend.run(set.scores(["a", "b"])).unwrap(), [None, None]);
        assert_eq!(backend.run(set.scores([""; 0])).unwrap(), []);
        assert_eq!(backend.run((set.rank("a"), set.reverse_rank("a")).batch()).unwrap(), (None, None));
        assert!(!backend.run(set.contains("a")).unwrap() && !backend.run(set.remove("a")).unwrap());
        assert_eq!(backend.run((set.extend(NONE), set.remove_many([""; 0])).batch()).unwrap(), (0, 0));
        assert_eq!(backend.run(set.extend_if(InsertIf::Absent, NONE)).unwrap(), 0);
        assert_eq!(backend.run((set.peek_min(), set.peek_max()).batch()).unwrap(), (None, None));
        assert_eq!(backend.run((set.pop_min(), set.pop_max()).batch()).unwrap(), (None, None));
        assert_eq!(backend.run(set.pop_min_many(3)).unwrap(), []);
        assert_eq!(backend.run((set.random(), set.sample(2), set.sample_with_repetition(2)).batch()).unwrap(), (None, vec![], vec![]));
        assert_eq!(backend.run(set.range(..)).unwrap(), [""; 0]);
        assert_eq!(backend.run(set.range_by_score(..).with_scores()).unwrap(), []);
        assert_eq!(backend.run(set.count_by_score(..)).unwrap(), 0);
        assert_eq!(backend.run(set.remove_range(..)).unwrap(), 0);
        assert!(!backend.run(set.insert_if(InsertIf::Present, "a", 1)).unwrap());
        assert!(backend.run(set.is_empty()).unwrap());
    }

    fn scores_come_back_exactly(backend) {
        let set = words("set");
        let scores = [
            0.1, -0.0, 1e300, f64::MAX, f64::MIN, f64::MIN_POSITIVE, 5e-324, f64::INFINITY, f64::NEG_INFINITY,
            9_007_199_254_740_993.0, 1.0 / 3.0, 123_456_789.123_456_79, 1e21, 17.0,
        ];
        for score in scores {
            backend.run(set.replace([("a", score)])).unwrap();
            assert_eq!(backend.run(set.score("a")).unwrap(), Some(score));
            assert_eq!(backend.run(set.load()).unwrap(), scored([("a", score)]));
            let conditional = (set.score("a"), set.load(), set.peek_max()).batch().when(Condition::exists("set"));
            let pair = ("a".to_owned(), score);
            assert_eq!(backend.run(conditional).unwrap(), (Some(score), vec![pair.clone()], Some(pair.clone())));
            assert_eq!(backend.run(set.incr("a", 0)).unwrap(), score);
            assert_eq!(backend.run(set.incr("a", 0).when(Condition::exists("set"))).unwrap(), score);
            assert_eq!(backend.run(set.range_by_score(score..=score).with_scores()).unwrap(), std::slice::from_ref(&pair));
            assert_eq!(backend.run(set.count_by_score(score..score)).unwrap(), 0);
            assert_eq!(backend.run(set.pop_max()).unwrap(), Some(pair));
        }
    }

    fn what_is_no_number_is_refused_before_anything_is_sent(backend) {
        let (set, other) = (words("set"), words("other"));
        assert!(is_invalid(&backend.run(set.insert("a", f64::NAN))));
        assert!(is_invalid(&backend.run(set.extend([("a", 1.0), ("b", f64::NAN)]))));
        assert!(is_invalid(&backend.run(set.insert_if(InsertIf::Greater, "a", f64::NAN))));
        assert!(is_invalid(&backend.run(set.incr("a", f64::NAN))));
        assert!(is_invalid(&backend.run(set.replace([("a", f64::NAN)]))));
        assert!(is_invalid(&backend.run(set.range_by_score(f64::NAN..))));
        assert!(is_invalid(&backend.run(set.range_by_score(..f64::NAN).with_scores())));
        assert!(is_invalid(&backend.run(set.count_by_score(f64::NAN..))));
        assert!(is_invalid(&backend.run(set.remove_range_by_score(f64::NAN..))));
        assert!(is_invalid(&backend.run(set.union(&other).weights([1.0, f64::NAN]))));
        assert!(is_invalid(&backend.run(set.union(&other).weights([1]))));
        assert!(is_invalid(&backend.run(set.union(&other).weights([1, 2, 3]).store_into(&set))));
        assert!(backend.run(set.is_empty()).unwrap());
    }

    fn a_sum_that_is_no_number_leaves_the_score(backend) {
        let set = words("set");
        backend.run(set.insert("a", f64::INFINITY)).unwrap();
        let incr = || set.incr("a", f64::NEG_INFINITY);
        for result in [backend.run(incr()), backend.run(incr().when(Condition::exists("set")))] {
            let Err(error @ Error::OutOfRange { .. }) = result else { panic!("{result:?}") };
            assert_eq!(error.to_string(), "the increment would leave the range of key `set`");
        }
        assert_eq!(backend.run(set.score("a")).unwrap(), Some(f64::INFINITY));
        assert_eq!(backend.run(set.incr("b", 1.5)).unwrap(), 1.5);
        assert_eq!(backend.run(set.incr("b", -2)).unwrap(), -0.5);
        assert_eq!(backend.run(set.incr("b", f64::MAX)).unwrap(), f64::MAX);
        assert_eq!(backend.run(set.incr("b", f64::MAX)).unwrap(), f64::INFINITY);
    }

    fn members_are_added_and_changed_under_conditions(backend) {
        let set = words("set");
        backend.run(set.insert("five", 5)).unwrap();
        for (condition, score, changes_old, adds_new) in [
            (InsertIf::Always, 5, false, true),
            (InsertIf::Always, 6, true, true),
            (InsertIf::Absent, 6, false, true),
            (InsertIf::Present, 6, true, false),
            (InsertIf::Present, 5, false, false),
            (InsertIf::Greater, 6, true, true),
            (InsertIf::Greater, 4, false, true),
            (InsertIf::Less, 6, false, true),
            (InsertIf::Less, 4, true, true),
            (InsertIf::PresentAndGreater, 6, true, false),
            (InsertIf::PresentAndGreater, 4, false, false),
            (InsertIf::PresentAndLess, 4, true, false),
            (InsertIf::PresentAndLess, 6, false, false),
        ] {
            backend.run(set.replace([("five", 5)])).unwrap();
            let context = format!("{condition:?} {score}");
            assert_eq!(backend.run(set.insert_if(condition, "five", score)).unwrap(), changes_old, "{context}");
            assert_eq!(backend.run(set.insert_if(condition, "new", score)).unwrap(), adds_new, "{context}");
            let expected = f64::from(if changes_old { score } else { 5 });
            let scores = backend.run(set.scores(["five", "new"])).unwrap();
            assert_eq!(scores, [Some(expected), adds_new.then_some(f64::from(score))], "{context}");

            backend.run(set.replace([("five", 5)])).unwrap();
            let changed = u64::from(changes_old) + u64::from(adds_new);
            assert_eq!(backend.run(set.extend_if(condition, [("five", score), ("new", score)])).unwrap(), changed);
        }
        assert!(!backend.run(set.insert("five", 7)).unwrap());
        assert_eq!(backend.run(set.extend([("five", 8), ("x", 1), ("x", 2)])).unwrap(), 1);
        assert_eq!(backend.run(set.scores(["x", "five"])).unwrap(), [Some(2.0), Some(8.0)]);
    }

    fn the_ends_are_looked_at_and_taken(backend) {
        let set = words("set");
        backend.run(set.extend([("a", 1.0), ("b", 1.0), ("c", 2.5), ("d", f64::INFINITY)])).unwrap();
        let pair = |member: &str, score| Some((member.to_owned(), score));
        assert_eq!(backend.run(set.peek_min()).unwrap(), pair("a", 1.0));
        assert_eq!(backend.run(set.peek_max()).unwrap(), pair("d", f64::INFINITY));
        assert_eq!(backend.run(set.pop_max()).unwrap(), pair("d", f64::INFINITY));
        assert_eq!(backend.run(set.pop_min_many(2)).unwrap(), scored([("a", 1.0), ("b", 1.0)]));
        backend.run(set.insert("b", 1.0)).unwrap();
        assert_eq!(backend.run(set.pop_max_many(0)).unwrap(), []);
        assert_eq!(backend.run(set.pop_max_many(usize::MAX)).unwrap(), scored([("c", 2.5), ("b", 1.0)]));
        assert!(backend.run(set.is_empty()).unwrap());
        backend.run(set.extend([("x", 1), ("y", 2)])).unwrap();
        let atomic = (set.pop_min(), set.pop_max_many(5), set.pop_min()).batch().atomic();
        assert_eq!(backend.run(atomic).unwrap(), (pair("x", 1.0), scored([("y", 2.0)]), None));
    }

    fn any_members_are_drawn(backend) {
        let set = words("set");
        backend.run(set.extend([("a", 1), ("b", 2), ("c", 3)])).unwrap();
        let sample = backend.run(set.sample(2)).unwrap();
        assert_eq!(sample.iter().collect::<HashSet<_>>().len(), 2);
        assert_eq!(backend.run(set.sample(usize::MAX)).unwrap().len(), 3);
        assert_eq!(backend.run(set.sample_with_repetition(20)).unwrap().len(), 20);
        let random = backend.run(set.random()).unwrap().unwrap();
        assert!(backend.run(set.contains(&random)).unwrap());
    }

    fn members_may_be_any_bytes(backend) {
        let set = SortedSet::<Vec<u8>>::at("bytes");
        let members = [Vec::new(), b"\0".to_vec(), b"a\0b\r\n".to_vec(), vec![0xff; 1 << 20]];
        assert_eq!(backend.run(set.extend(members.iter().map(|member| (member, 1)))).unwrap(), 4);
        assert_eq!(backend.run(set.range(..)).unwrap(), members);
        assert_eq!(backend.run(set.rank(&members[3])).unwrap(), Some(3));
        assert_eq!(backend.run(set.range_by_lex::<&[u8]>(&b"\0"[..]..)).unwrap(), members[1..]);
        assert_eq!(backend.run(set.remove_many(&members)).unwrap(), 4);
    }

    fn a_member_that_is_no_value_is_named_by_its_position(backend) {
        backend.raw::<i64>(&["ZADD", "numbers", "1", "1", "2", "x"]);
        let numbers = SortedSet::<u64>::at("numbers");
        for error in [
            backend.run(numbers.load()).unwrap_err(),
            backend.run(numbers.range(..)).unwrap_err(),
            backend.run(numbers.union(&SortedSet::at("none"))).unwrap_err(),
            backend.run(numbers.load().when(Condition::exists("numbers"))).unwrap_err(),
        ] {
            let Error::Decode { path, .. } = error else { panic!("{error:?}") };
            assert_eq!(path, "[1]");
        }
        assert_eq!(backend.run(numbers.range(..-1)).unwrap(), [1]);
    }

    fn json_members_and_other_collections_are_made(backend) {
        let set = SortedSet::<(u8, String), Json>::at("set");
        backend.run(set.insert((1, "a".to_owned()), 0.5)).unwrap();
        assert_eq!(backend.raw::<Vec<String>>(&["ZRANGE", "set", "0", "-1"]), [r#"[1,"a"]"#]);
        let map: HashMap<(u8, String), f64> =
            backend.run(set.collect::<Vec<_>>()).unwrap().into_iter().collect();
        assert_eq!(map[&(1, "a".to_owned())], 0.5);
    }

    fn another_type_at_the_key_is_an_error_and_stays(backend) {
        backend.raw::<()>(&["SET", "text", "x"]);
        let (text, good) = (words("text"), words("good"));
        backend.run(good.insert("a", 1)).unwrap();
        for error in [
            backend.run(text.insert("a", 1)).unwrap_err(),
            backend.run(text.incr("a", 1)).unwrap_err(),
            backend.run(text.pop_min()).unwrap_err(),
            backend.run(text.range(..)).unwrap_err(),
            backend.run(text.union(&good)).unwrap_err(),
            backend.run(text.difference(&good)).unwrap_err(),
            backend.run(text.union_with(&good)).unwrap_err(),
            backend.run((good.insert("b", 1), text.remove_range(..)).batch().atomic()).unwrap_err(),
        ] {
            let Error::WrongType { key, .. } = &error else { panic!("{error:?}") };
            assert_eq!(key.to_string(), "text");
        }
        assert_eq!(backend.run(good.len()).unwrap(), 1);
        assert_eq!(backend.raw::<String>(&["GET", "text"]), "x");
    }

    fn its_time_to_live_stays_until_it_is_empty(backend) {
        let set = words("set");
        backend.run(set.extend([("a", 1), ("b", 2)])).unwrap();
        backend.run(set.expire(Duration::from_secs(60))).unwrap();
        backend.run(set.replace([("c", 1)])).unwrap();
        backend.run(set.union_with(&words("none"))).unwrap();
        backend.run(set.insert("d", 1)).unwrap();
        assert!(matches!(backend.run(set.ttl()).unwrap(), TimeLeft::Left(_)));
        assert_eq!(backend.run(set.load()).unwrap(), scored([("c", 1.0), ("d", 1.0)]));
        if !backend.advance(Duration::from_secs(60)) {
            backend.expire_now(set.key());
        }
        assert_eq!(backend.run((set.len(), set.pop_min()).batch()).unwrap(), (0, None));
        backend.run(set.insert("a", 1)).unwrap();
        assert_eq!(backend.run(set.ttl()).unwrap(), TimeLeft::Unlimited);
        backend.run(set.replace(NONE)).unwrap();
        assert_eq!(backend.run(set.ttl()).unwrap(), TimeLeft::Missing);
    }
}
