//! What `HyperLogLog`s do, apart from how precise they are.

use std::time::Duration;

use redis_model::{Condition, Error, HyperLogLog, Json, RedisModel, TimeLeft, prelude::*};
use redis_model_tests::on_every_backend;

/// A model of which a record without a name has no key.
#[derive(RedisModel)]
struct User {
    #[redis(id)]
    name: String,
    age: u8,
}

fn estimate(key: &str) -> HyperLogLog<String> {
    HyperLogLog::at(key)
}

on_every_backend! {
    fn values_count_once(backend) {
        let visitors = estimate("visitors");
        assert!(backend.run(visitors.insert("ada")).unwrap());
        assert!(!backend.run(visitors.insert("ada".to_owned())).unwrap());
        assert!(backend.run(visitors.extend(["ada", "bob", "eve"])).unwrap());
        assert!(!backend.run(visitors.extend(["eve", "ada"])).unwrap());
        assert_eq!(backend.run(visitors.len()).unwrap(), 3);
        assert!(backend.run(visitors.clear()).unwrap());
        assert_eq!(backend.run(visitors.len()).unwrap(), 0);
    }

    fn an_empty_estimate_has_seen_nothing(backend) {
        let visitors = estimate("visitors");
        assert_eq!(backend.run(visitors.len()).unwrap(), 0);
        assert_eq!(backend.run(visitors.union_len(&estimate("other"))).unwrap(), 0);
        assert_eq!(backend.run(visitors.union_len(Vec::new())).unwrap(), 0);
        assert!(!backend.run(visitors.contains("ada")).unwrap());
        assert_eq!(backend.run(visitors.contains_many(["ada", "bob"])).unwrap(), [false, false]);
        assert!(!backend.run(visitors.extend([""; 0])).unwrap());
        assert_eq!(backend.run(visitors.contains_many([""; 0])).unwrap(), [false; 0]);
        assert!(!backend.run(visitors.clear()).unwrap() && backend.run(visitors.is_empty()).unwrap());
        assert_eq!(backend.raw::<Vec<String>>(&["KEYS", "*"]), [""; 0]);
    }

    fn several_are_counted_together_and_merged(backend) {
        let [monday, tuesday, week] = ["monday", "tuesday", "week"].map(estimate);
        backend.run(monday.extend(["ada", "bob"])).unwrap();
        backend.run(tuesday.extend(["bob", "eve", "dan"])).unwrap();
        backend.run(week.insert("zoe")).unwrap();
        assert_eq!(backend.run(monday.union_len(&tuesday)).unwrap(), 4);
        assert_eq!(backend.run(monday.union_len([&tuesday, &week, &estimate("none")])).unwrap(), 5);
        assert_eq!(backend.run(week.len()).unwrap(), 1);
        backend.run(week.merge([&monday, &tuesday, &estimate("none")])).unwrap();
        assert_eq!(backend.run(week.len()).unwrap(), 5);
        assert_eq!((backend.run(monday.len()).unwrap(), backend.run(tuesday.len()).unwrap()), (2, 3));
        assert!(!backend.run(week.extend(["ada", "bob", "eve", "dan", "zoe"])).unwrap());
    }

    fn it_says_which_values_it_may_have_seen(backend) {
        let visitors = estimate("visitors");
        backend.run(visitors.extend(["ada", "bob"])).unwrap();
        // One that is asked for twice is not there because it was asked for.
        assert_eq!(backend.run(visitors.contains_many(["eve", "ada", "eve", "bob"])).unwrap(), [false, true, false, true]);
        assert!(backend.run(visitors.contains("ada")).unwrap() && !backend.run(visitors.contains("eve")).unwrap());
        assert_eq!(backend.run(visitors.len()).unwrap(), 2);
        assert_eq!(backend.raw::<Vec<String>>(&["KEYS", "*"]), ["visitors"]);
    }

    fn what_was_added_is_always_known(backend) {
        let numbers = HyperLogLog::<u32>::at("numbers");
        backend.run(numbers.extend(0..5_000_u32)).unwrap();
        let found = backend.run(numbers.contains_many(0..5_000_u32)).unwrap();
        assert!(found.len() == 5_000 && found.into_iter().all(|found| found));
        let strangers = backend.run(numbers.contains_many(1_000_000..1_001_000_u32)).unwrap();
        assert!((50..400).contains(&strangers.into_iter().filter(|found| *found).count()));
        assert!(!backend.run(numbers.extend(0..5_000_u32)).unwrap());
    }

    fn another_type_at_a_key_is_an_error_and_leaves_nothing_behind(backend) {
        backend.raw::<i64>(&["RPUSH", "visitors", "a list"]);
        backend.raw::<()>(&["SET", "text", "no estimate"]);
        for key in ["visitors", "text"] {
            let visitors = estimate(key);
            let failures = [
                backend.run(visitors.insert("ada")).map(drop),
                backend.run(visitors.extend(["ada", "bob"])).map(drop),
                backend.run(visitors.len()).map(drop),
                backend.run(visitors.union_len(&estimate("other"))).map(drop),
                backend.run(visitors.merge(&estimate("other"))),
                backend.run(visitors.contains("ada")).map(drop),
            ];
            for failure in failures {
                assert!(matches!(failure, Err(Error::WrongType { .. })), "{key}: {failure:?}");
            }
        }
        assert_eq!(backend.raw::<usize>(&["DBSIZE"]), 2);
    }

    fn keys_that_cannot_be_are_refused(backend) {
        let (visitors, nowhere) = (estimate("visitors"), HyperLogLog::<String>::at(User::at("").key().clone()));
        let failures = [
            backend.run(visitors.union_len([&nowhere])).map(drop),
            backend.run(visitors.merge([&nowhere])),
            backend.run(nowhere.insert("ada")).map(drop),
            backend.run(estimate("no}tag").contains("ada")).map(drop),
        ];
        for failure in failures {
            assert!(matches!(failure, Err(Error::InvalidKey { .. })), "{failure:?}");
        }
    }

    fn it_stands_in_batches_and_under_conditions(backend) {
        let [visitors, others] = ["{day}:visitors", "{day}:others"].map(estimate);
        let batch = (visitors.insert("ada"), visitors.len(), visitors.contains_many(["ada", "bob"]));
        assert_eq!(backend.run(batch.batch()).unwrap(), (true, 1, vec![true, false]));
        let atomic = (others.insert("bob"), visitors.merge([&others]), visitors.union_len([&others])).batch().atomic();
        assert_eq!(backend.run(atomic).unwrap(), (true, (), 2));

        let here = || Condition::exists("{day}:visitors");
        assert!(backend.run(visitors.contains("ada").when(here())).unwrap());
        let many: Vec<_> = (0..20_000).map(|number| number.to_string()).collect();
        assert!(backend.run(visitors.extend(&many).when(here())).unwrap());
        assert!(!backend.run(visitors.extend(&many).when(here())).unwrap());
        let refused = backend.run(visitors.insert("eve").when(Condition::missing("{day}:visitors")));
        assert!(refused.is_err_and(|error| error.is_already_exists()));
    }

    fn it_expires_and_keeps_its_time_to_live_when_written(backend) {
        let visitors = estimate("visitors");
        backend.run(visitors.insert("ada")).unwrap();
        assert!(backend.run(visitors.expire(Duration::from_secs(60))).unwrap());
        backend.run(visitors.insert("bob")).unwrap();
        assert!(matches!(backend.run(visitors.ttl()).unwrap(), TimeLeft::Left(_)));
        if !backend.advance(Duration::from_secs(60)) {
            backend.expire_now(visitors.key());
        }
        assert_eq!(backend.run(visitors.len()).unwrap(), 0);
    }

    fn values_of_any_bytes_count(backend) {
        let bytes = HyperLogLog::<Vec<u8>>::at("bytes");
        let values = [vec![], vec![0], vec![0, 0], b"\r\n".to_vec(), vec![7; 1 << 20]];
        assert!(backend.run(bytes.extend(&values)).unwrap());
        assert_eq!(backend.run(bytes.len()).unwrap(), 5);
        let pairs = HyperLogLog::<(u8, String), Json>::at("pairs");
        assert!(backend.run(pairs.insert((1, "a".to_owned()))).unwrap());
        assert!(!backend.run(pairs.insert(&(1, "a".to_owned()))).unwrap());
    }
}
