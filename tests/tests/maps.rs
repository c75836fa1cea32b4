//! Maps: values by key in one hash.

// A test reports by its panic.
#![allow(clippy::unwrap_used)]

#[path = "maps/entry_lives.rs"]
mod entry_lives;
#[path = "maps/numbers.rs"]
mod numbers;
#[path = "maps/of_records.rs"]
mod of_records;
#[path = "maps/random.rs"]
mod random;
#[path = "maps/walks.rs"]
mod walks;
#[path = "maps/writers.rs"]
mod writers;

use std::collections::{BTreeMap, HashMap};

use redis_model::{Condition, Error, Json, Map, TimeLeft, prelude::*};
use redis_model_tests::{Backend, Wait, on_every_backend};
use serde::{Deserialize, Serialize};

fn stock() -> Map<String, u32> {
    Map::at("stock")
}

fn filled<M: Wait>(backend: &Backend<M>) -> Map<String, u32> {
    assert_eq!(backend.run(stock().extend([("a", 1), ("b", 2), ("c", 3)])).unwrap(), 3);
    stock()
}

fn entries(entries: &[(&str, u32)]) -> HashMap<String, u32> {
    entries.iter().map(|&(key, value)| (key.to_owned(), value)).collect()
}

/// What Python's pottery keeps for a plant, with keys of text and values of any kind.
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
struct Plant {
    name: String,
    tasty: bool,
}

/// A value that cannot be written.
#[derive(Serialize, Deserialize, Debug)]
struct Unwritable(HashMap<(u8, u8), u8>);

on_every_backend! {
    fn an_empty_map_has_nothing_to_give(backend) {
        let map = stock();
        assert_eq!(backend.run(map.len()).unwrap(), 0);
        assert_eq!((backend.run(map.get("a")).unwrap(), backend.run(map.take("a")).unwrap()), (None, None));
        assert_eq!(backend.run(map.get_many(["a", "b"])).unwrap(), [None, None]);
        assert_eq!(backend.run(map.contains_many(["a", "b"])).unwrap(), [false, false]);
        assert!(!backend.run(map.contains("a")).unwrap() && !backend.run(map.remove("a")).unwrap());
        assert_eq!(backend.run(map.remove_many(["a", "b"])).unwrap(), 0);
        assert!(backend.run(map.keys()).unwrap().is_empty() && backend.run(map.values()).unwrap().is_empty());
        assert_eq!((backend.run(map.load()).unwrap(), backend.run(map.pop()).unwrap()), (HashMap::new(), None));
        assert!(backend.run(map.sample(3)).unwrap().is_empty());
    }

    fn entries_are_read_in_the_order_of_their_keys_in_the_request(backend) {
        let map = filled(backend);
        assert_eq!(backend.run(map.get_many(["c", "x", "a", "c"])).unwrap(), [Some(3), None, Some(1), Some(3)]);
        assert_eq!(backend.run(map.contains_many(["c", "x", "a"])).unwrap(), [true, false, true]);
        assert_eq!(backend.run(map.contains_many(["b"])).unwrap(), [true]);
        assert!(backend.run(map.contains("a")).unwrap());
        let mut keys = backend.run(map.keys()).unwrap();
        let mut values = backend.run(map.values()).unwrap();
        keys.sort();
        values.sort_unstable();
        assert_eq!((keys.join(""), values), ("abc".to_owned(), vec![1, 2, 3]));
        let sorted: BTreeMap<String, u32> = backend.run(map.collect()).unwrap();
        assert_eq!(sorted.into_iter().next(), Some(("a".to_owned(), 1)));
    }

    fn inserting_tells_whether_the_key_was_new_and_swapping_what_was_there(backend) {
        let map = stock();
        assert!(backend.run(map.insert("a", 1)).unwrap() && !backend.run(map.insert("a", 2)).unwrap());
        assert_eq!(backend.run(map.swap("a", 3)).unwrap(), Some(2));
        assert_eq!(backend.run(map.swap("b", 4)).unwrap(), None);
        assert!(backend.run(map.insert_if_absent("c", 5)).unwrap() && !backend.run(map.insert_if_absent("c", 6)).unwrap());
        assert_eq!(backend.run(map.get_or_insert("c", 7)).unwrap(), 5);
        assert_eq!(backend.run(map.get_or_insert("d", 8)).unwrap(), 8);
        assert_eq!(backend.run(map.extend([("d", 1), ("e", 1), ("e", 9)])).unwrap(), 1);
        assert_eq!(backend.run(map.load()).unwrap(), entries(&[("a", 3), ("b", 4), ("c", 5), ("d", 1), ("e", 9)]));
    }

    fn what_is_removed_is_gone_and_the_map_with_the_last_entry(backend) {
        let map = filled(backend);
        assert!(backend.run(map.remove("a")).unwrap() && !backend.run(map.remove("a")).unwrap());
        assert_eq!(backend.run(map.take("b")).unwrap(), Some(2));
        assert_eq!(backend.run(map.take("b")).unwrap(), None);
        assert_eq!(backend.run(map.remove_many(["a", "c", "c"])).unwrap(), 1);
        assert!(!backend.run(map.exists()).unwrap());
    }

    fn popping_gives_each_entry_once(backend) {
        let map = filled(backend);
        let mut popped = Vec::new();
        while let Some(entry) = backend.run(map.pop()).unwrap() {
            popped.push(entry);
        }
        popped.sort();
        assert_eq!(popped, [("a".to_owned(), 1), ("b".to_owned(), 2), ("c".to_owned(), 3)]);
    }

    fn a_sample_has_different_entries(backend) {
        let map = filled(backend);
        for count in [0, 1, 2, 3, 4, u64::MAX] {
            let sample = backend.run(map.sample(count)).unwrap();
            let all = entries(&[("a", 1), ("b", 2), ("c", 3)]);
            assert_eq!(sample.len() as u64, count.min(3));
            assert!(sample.iter().all(|(key, value)| all.get(key) == Some(value)));
            assert_eq!(sample.into_iter().collect::<HashMap<_, _>>().len() as u64, count.min(3));
        }
    }

    fn a_value_is_replaced_only_if_it_is_what_was_expected(backend) {
        let map = filled(backend);
        backend.run(map.compare_and_set("a", 1, 10)).unwrap();
        for refused in [map.compare_and_set("a", 1, 11), map.compare_and_set("x", 1, 11), map.remove_if("b", 1), map.remove_if("x", 1)] {
            assert!(backend.run(refused).unwrap_err().is_conflict());
        }
        backend.run(map.remove_if("b", 2)).unwrap();
        assert_eq!(backend.run(map.load()).unwrap(), entries(&[("a", 10), ("c", 3)]));
    }

    fn an_update_makes_changes_and_removes(backend) {
        let map = stock();
        let update = |key, change: fn(Option<u32>) -> Option<u32>| backend.wait(map.update(&backend.store, key, change)).unwrap();
        assert_eq!(update("a", |value| Some(value.unwrap_or(5) + 1)), Some(6));
        assert_eq!(update("a", |value| Some(value.unwrap_or(5) + 1)), Some(7));
        assert_eq!(update("b", |value| value), None);
        assert_eq!(backend.run(map.load()).unwrap(), entries(&[("a", 7)]));
        assert_eq!(update("a", |_| None), None);
        assert!(backend.run(map.is_empty()).unwrap());
    }

    fn a_map_is_created_where_there_is_none(backend) {
        let map = stock();
        backend.run(map.create([("a", 1), ("b", 2)])).unwrap();
        let taken = backend.run(map.create([("c", 3)])).unwrap_err();
        assert!(matches!(&taken, Error::AlreadyExists { key } if key == map.key()), "{taken}");
        assert!(backend.run(map.create([("", 0); 0])).unwrap_err().is_already_exists());
        assert_eq!(backend.run(map.load()).unwrap(), entries(&[("a", 1), ("b", 2)]));
        backend.run(Map::<String, u32>::at("other").create([("", 0); 0])).unwrap();
        assert_eq!(backend.raw::<Vec<String>>(&["KEYS", "*"]), ["stock"]);
    }

    fn what_replaces_a_map_lives_as_long_as_it(backend) {
        let map = filled(backend);
        backend.run(map.expire(std::time::Duration::from_secs(60))).unwrap();
        backend.run(map.replace([("x", 9), ("y", 8)])).unwrap();
        assert_eq!(backend.run(map.load()).unwrap(), entries(&[("x", 9), ("y", 8)]));
        assert!(matches!(backend.run(map.ttl()).unwrap(), TimeLeft::Left(_)));
        backend.run(map.replace([("", 0); 0])).unwrap();
        assert!(backend.run(map.is_empty()).unwrap());
        assert!(backend.raw::<Vec<String>>(&["KEYS", "*"]).is_empty());
    }

    fn what_has_nothing_to_send_sends_nothing(backend) {
        let map = Map::<String, u32>::at("none");
        backend.raw::<()>(&["SET", "none", "no map"]);
        assert_eq!(backend.run(map.extend([("", 0); 0])).unwrap(), 0);
        assert_eq!(backend.run(map.remove_many([""; 0])).unwrap(), 0);
        assert!(backend.run(map.get_many([""; 0])).unwrap().is_empty());
        assert!(backend.run(map.contains_many([""; 0])).unwrap().is_empty());
    }

    fn keys_and_values_are_any_bytes(backend) {
        let map = Map::<Vec<u8>, Vec<u8>>::at("bytes");
        let large = vec![7; 1 << 20];
        let all = [(vec![0, 255, b'\r', b'\n'], large.clone()), (Vec::new(), Vec::new()), (large, vec![0])];
        backend.run(map.extend(all.clone())).unwrap();
        assert_eq!(backend.run(map.load()).unwrap(), HashMap::from(all.clone()));
        assert_eq!(backend.run(map.take(&all[0].0)).unwrap().as_ref(), Some(&all[0].1));
        assert_eq!(backend.run(map.get([])).unwrap(), Some(Vec::new()));
        assert!(backend.run(map.contains(&all[2].0)).unwrap());
    }

    fn a_hundred_thousand_entries_go_in_and_come_out(backend) {
        let map = Map::<u32, u32>::at("many");
        assert_eq!(backend.run(map.extend((0..100_000).map(|id| (id, id * 2)))).unwrap(), 100_000);
        assert_eq!(backend.run(map.len()).unwrap(), 100_000);
        let expected: Vec<_> = (0..100_000).rev().map(|id| Some(id * 2)).collect();
        assert_eq!(backend.run(map.get_many((0..100_000).rev())).unwrap(), expected);
        assert_eq!(backend.run(map.contains_many(99_990..100_010)).unwrap(), [[true; 10], [false; 10]].concat());
        let removed = map.remove_many(1..100_000).when(Condition::exists("many"));
        assert_eq!(backend.run(removed).unwrap(), 99_999);
        assert_eq!(backend.run(map.load()).unwrap(), HashMap::from([(0, 0)]));
    }

    fn with_json_it_lies_as_pottery_lays_it(backend) {
        let tel = Map::<String, i64, Json, Json>::at("tel");
        backend.raw::<i64>(&["HSET", "tel", "\"jack\"", "4098", "\"sape\"", "4139"]);
        assert_eq!(backend.run(tel.get(String::from("jack"))).unwrap(), Some(4098));
        backend.run(tel.insert(String::from("guido"), 4127)).unwrap();
        assert_eq!(backend.raw::<i64>(&["HGET", "tel", "\"guido\""]), 4127);
        assert_eq!(backend.run(tel.load()).unwrap().len(), 3);
        let added = Map::<String, i64, redis_model::Plain, Json>::at("tel").incr(String::from("jack"), 1);
        assert_eq!(backend.run(added).unwrap(), 4099);

        let plants = Map::<String, Plant, Json>::at("plants");
        let plant = Plant { name: "kale".into(), tasty: true };
        backend.run(plants.insert("kale", &plant)).unwrap();
        assert_eq!(backend.raw::<String>(&["HGET", "plants", "kale"]), r#"{"name":"kale","tasty":true}"#);
        assert_eq!(backend.run(plants.get("kale")).unwrap(), Some(plant));
    }

    fn what_does_not_decode_is_an_error_that_names_the_key(backend) {
        backend.raw::<i64>(&["HSET", "stock", "a\n", "no number"]);
        let failures = [
            backend.run(stock().get("a\n")).map(drop),
            backend.run(stock().get_many(["a\n"])).map(drop),
            backend.run(stock().load()).map(drop),
            backend.run(stock().sample(1)).map(drop),
            backend.wait(stock().update(&backend.store, "a\n", |value| value)).map(drop),
            backend.run(stock().load().when(Condition::exists("stock"))).map(drop),
            backend.run(stock().pop()).map(drop),
        ];
        for (number, failure) in failures.into_iter().enumerate() {
            let Err(Error::Decode { key, path, .. }) = failure else { panic!("{number}: {failure:?}") };
            assert_eq!((key.as_bytes(), &path[..]), (&b"stock"[..], "a\\n"), "{number}");
        }
        backend.raw::<i64>(&["HSET", "stock", "x", "1", "y", "no number"]);
        let Err(Error::Decode { path, .. }) = backend.run(stock().values()) else { panic!("it has no numbers") };
        assert_eq!(path, "[1]");
    }

    fn what_cannot_be_written_is_not_sent(backend) {
        let map = Map::<u32, Unwritable, Json>::at("unwritable");
        let value = || Unwritable(HashMap::from([((1, 2), 3)]));
        for failure in [backend.run(map.insert(1, value())).map(drop), backend.run(map.extend([(1, value())])).map(drop), backend.run(map.replace([(1, value())]))] {
            assert!(matches!(failure, Err(Error::Encode { key, .. }) if key.as_bytes() == b"unwritable"));
        }
        assert!(backend.run(map.is_empty()).unwrap());
    }

    fn another_type_at_the_key_is_an_error_and_stays(backend) {
        backend.raw::<i64>(&["RPUSH", "stock", "x"]);
        let map = stock();
        let failures = [
            backend.run(map.get("a")).map(drop),
            backend.run(map.get_many(["a"])).map(drop),
            backend.run(map.contains_many(["a", "b"])).map(drop),
            backend.run(map.insert("a", 1)).map(drop),
            backend.run(map.swap("a", 1)).map(drop),
            backend.run(map.get_or_insert("a", 1)).map(drop),
            backend.run(map.take("a")).map(drop),
            backend.run(map.pop()).map(drop),
            backend.run(map.sample(1)).map(drop),
            backend.run(map.incr("a", 1)).map(drop),
            backend.run(map.set_max("a", 1)).map(drop),
            backend.run(map.load()).map(drop),
            backend.run(map.compare_and_set("a", 1, 2)),
            backend.wait(map.update(&backend.store, "a", |value| value)).map(drop),
        ];
        for (number, failure) in failures.into_iter().enumerate() {
            assert!(matches!(&failure, Err(Error::WrongType { key, .. }) if key.as_bytes() == b"stock"), "{number}: {failure:?}");
        }
        assert_eq!(backend.raw::<i64>(&["LLEN", "stock"]), 1);
    }

    fn maps_stand_in_batches_and_under_conditions(backend) {
        let (one, two) = (Map::<String, u32>::at("one"), Map::<String, u32>::at("two"));
        let batch = (one.insert("a", 1), two.get_or_insert("b", 2), one.contains_many(["a", "b"]), one.load(), two.sample(5));
        let (is_new, value, flags, all, sample) = backend.run(batch.batch().atomic()).unwrap();
        assert_eq!((is_new, value, flags, all), (true, 2, vec![true, false], entries(&[("a", 1)])));
        assert_eq!(sample, [("b".to_owned(), 2)]);
        let refused = backend.run(one.insert("x", 1).when(Condition::missing("one")));
        assert!(matches!(refused, Err(Error::AlreadyExists { .. })));
        assert_eq!(backend.run(one.take("a").when(Condition::field_equals("one", "a", "1"))).unwrap(), Some(1));
        assert_eq!(backend.run(two.pop().when(Condition::exists("two"))).unwrap(), Some(("b".to_owned(), 2)));
    }

    fn a_guard_lets_through_what_writes_its_own_map(backend) {
        let (map, other) = (filled(backend), Map::<String, u32>::at("other"));
        let guard = backend.wait(map.lock().acquire(&backend.store)).unwrap();
        assert_eq!(backend.wait(guard.run(map.set_max("a", 5))).unwrap(), 5);
        assert_eq!(backend.wait(guard.run(map.incr("a", 1))).unwrap(), 6);
        assert_eq!(backend.wait(guard.run(map.contains_many(["a", "x"]))).unwrap(), [true, false]);
        backend.wait(guard.run(map.compare_and_set("a", 6, 7))).unwrap();
        backend.wait(guard.run(map.replace([("z", 1)]))).unwrap();
        assert_eq!(backend.wait(guard.run(map.pop())).unwrap(), Some(("z".to_owned(), 1)));
        for refused in [other.set_max("a", 5), other.incr("a", 1), other.get_or_insert("a", 1)] {
            assert!(matches!(backend.wait(guard.run(refused)), Err(Error::InvalidQuery { .. })));
        }
        backend.wait(guard.release()).unwrap();
    }

    fn a_map_that_has_expired_is_empty_and_begins_anew(backend) {
        let map = filled(backend);
        backend.run(map.expire(std::time::Duration::from_secs(5))).unwrap();
        backend.run(map.insert("d", 4)).unwrap();
        if !backend.advance(std::time::Duration::from_secs(5)) {
            backend.expire_now(map.key());
        }
        assert_eq!(backend.run(map.get_many(["a", "d"])).unwrap(), [None, None]);
        assert!(backend.run(map.insert("a", 1)).unwrap());
        assert_eq!(backend.run(map.ttl()).unwrap(), TimeLeft::Unlimited);
    }
}

#[test]
fn each_is_one_command() {
    let shown = |query: &dyn std::fmt::Debug| format!("{query:?}");
    assert_eq!(shown(&stock().get_many(["a", "b"])), "[[HMGET stock]]");
    assert_eq!(shown(&stock().extend([("a", 1), ("b", 2)])), "[[HSET stock]]");
    assert_eq!(shown(&stock().remove_many(["a", "b"])), "[[HDEL stock]]");
    assert_eq!(format!("{:?}", stock()), "Map(Key(stock))");
}
