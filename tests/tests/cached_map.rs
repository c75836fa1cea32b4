//! Maps that are cached in one hash.

// A test reports by its panic.
#![allow(clippy::unwrap_used)]

#[path = "cached_map/lifetimes.rs"]
mod lifetimes;
#[path = "cached_map/loading.rs"]
mod loading;
#[path = "cached_map/random.rs"]
mod random;

use std::collections::HashMap;

use redis_model::{
    Condition, Error, Json, Plain, RedisValue,
    cache::{CachedMap, Lookup},
    prelude::*,
};
use redis_model_tests::on_every_backend;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
struct Document {
    title: String,
    words: u32,
}

fn document(title: &str) -> Document {
    Document { title: title.into(), words: 7 }
}

fn documents() -> CachedMap<u64, Document> {
    CachedMap::at("search-results")
}

fn misses<K: Clone, V, C>(lookup: &Lookup<K, V, C>) -> Vec<K> {
    lookup.misses().cloned().collect()
}

/// A text as JSON, in quotes: how pottery writes keys.
#[derive(RedisValue, Serialize, Deserialize, Debug, Clone, PartialEq, Eq, Hash)]
#[redis(json)]
struct Name(String);

/// A value that cannot be written.
#[derive(Serialize, Deserialize)]
struct Unwritable(HashMap<(u8, u8), u8>);

on_every_backend! {
    fn what_is_filled_in_is_found_by_the_next_lookup_in_its_order(backend) {
        let mut first = backend.run(documents().lookup([1, 2, 3])).unwrap();
        assert_eq!(misses(&first), [1, 2, 3]);
        for id in [3, 1, 2] {
            assert_eq!(first.insert(id, document(&id.to_string())), None);
        }
        assert!(first.is_complete());
        backend.run(first.save()).unwrap();

        let second = backend.run(documents().lookup([2, 4, 3, 6])).unwrap();
        assert_eq!(misses(&second), [4, 6]);
        let found: Vec<_> = second.iter().map(|(id, found)| (*id, found.map(|found| &found.title[..]))).collect();
        assert_eq!(found, [(2, Some("2")), (4, None), (3, Some("3")), (6, None)]);
        assert_eq!(second.get(&3), Some(&document("3")));
        assert_eq!((second.get(&4), second.get(&1)), (None, None));
        assert_eq!((second.len(), second.is_empty(), second.is_complete()), (4, false, false));
        assert_eq!(second.values().map(|found| &found.title[..]).collect::<Vec<_>>(), ["2", "3"]);
        assert_eq!(second.into_iter().map(|(id, _)| id).collect::<Vec<_>>(), [2, 4, 3, 6]);
    }

    fn only_what_was_inserted_is_saved(backend) {
        backend.run(documents().insert_many([(1, document("old")), (2, document("old"))])).unwrap();
        let mut lookup = backend.run(documents().lookup([1, 2, 3])).unwrap();
        backend.run(documents().insert_many([(1, document("meanwhile")), (2, document("meanwhile"))])).unwrap();
        assert_eq!(lookup.insert(2, document("new")), Some(document("old")));
        backend.run(lookup.save()).unwrap();
        backend.run(lookup.save()).unwrap();
        let titles = backend.run(documents().get_many([1, 2, 3])).unwrap();
        let titles: Vec<_> = titles.into_iter().map(|found| found.map(|found| found.title)).collect();
        assert_eq!(titles, [Some("meanwhile".into()), Some("new".into()), None]);
    }

    fn a_key_that_comes_twice_stands_where_it_came_first(backend) {
        let mut lookup = backend.run(documents().lookup([5, 1, 5, 1])).unwrap();
        assert_eq!(misses(&lookup), [5, 1]);
        lookup.extend([(1, document("a")), (9, document("not asked for")), (1, document("b"))]);
        assert_eq!(lookup.hits().map(|(id, _)| *id).collect::<Vec<_>>(), [1, 9]);
        assert_eq!(misses(&lookup), [5]);
        backend.run(lookup.save()).unwrap();
        let stored = backend.run(documents().get_many([1, 5, 9, 1])).unwrap();
        let expected = [Some(document("b")), None, Some(document("not asked for")), Some(document("b"))];
        assert_eq!(stored, expected);
    }

    fn single_keys_are_read_written_and_removed(backend) {
        let words = CachedMap::<String, String, Plain>::at("words");
        assert_eq!(backend.run(words.get("a")).unwrap(), None);
        backend.run(words.insert("a", "A")).unwrap();
        backend.run(words.insert("b".to_owned(), "B".to_owned())).unwrap();
        assert_eq!(backend.run(words.get("a")).unwrap().as_deref(), Some("A"));
        assert_eq!(backend.run(words.len()).unwrap(), 2);
        assert!(backend.run(words.remove("a")).unwrap());
        assert!(!backend.run(words.remove("a")).unwrap());
        assert_eq!(backend.run(words.remove_many(["a", "b", "c", "b"])).unwrap(), 1);
        assert_eq!((backend.run(words.len()).unwrap(), backend.run(words.exists()).unwrap()), (0, false));
        backend.run(words.insert("", "")).unwrap();
        assert_eq!(backend.run(words.get_many(["", "a"])).unwrap(), [Some(String::new()), None]);
        assert!(backend.run(words.exists()).unwrap());
        assert!(backend.run(words.clear()).unwrap());
        assert!(!backend.run(words.clear()).unwrap());
    }

    fn what_has_nothing_to_send_sends_nothing(backend) {
        let none: [u64; 0] = [];
        assert!(backend.run(documents().lookup(none)).unwrap().is_empty());
        assert_eq!(backend.run(documents().get_many(none)).unwrap(), []);
        assert_eq!(backend.run(documents().remove_many(none)).unwrap(), 0);
        backend.run(documents().insert_many([] as [(u64, Document); 0])).unwrap();
        backend.run(backend.run(documents().lookup([1])).unwrap().save()).unwrap();
        let batch = (documents().lookup(none), documents().insert(1, document("a")), documents().lookup([1]));
        let (nothing, (), one) = backend.run(batch.batch()).unwrap();
        assert_eq!((nothing.len(), one.values().count()), (0, 1));
    }

    fn a_none_is_a_value_and_no_miss(backend) {
        fn check<M: redis_model_tests::Wait, C: redis_model::Codec<Option<String>>>(
            backend: &redis_model_tests::Backend<M>, map: &CachedMap<u64, Option<String>, C>,
        ) {
            let mut lookup = backend.run(map.lookup([1, 2, 3])).unwrap();
            lookup.extend([(1, None), (2, Some("two".into()))]);
            backend.run(lookup.save()).unwrap();
            let lookup = backend.run(map.lookup([1, 2, 3])).unwrap();
            assert_eq!(misses(&lookup), [3]);
            assert_eq!((lookup.get(&1), lookup.get(&2)), (Some(&None), Some(&Some("two".into()))));
        }
        check(backend, &CachedMap::<u64, Option<String>>::at("msgpack"));
        check(backend, &CachedMap::<u64, Option<String>, Json>::at("json"));
    }

    fn with_json_it_lies_as_pottery_lays_it(backend) {
        let numbers = CachedMap::<i64, String, Json>::at("search-results");
        backend.raw::<i64>(&["HSET", "search-results", "1", "\"one\"", "-2", "\"minus two\""]);
        let mut lookup = backend.run(numbers.lookup([1, -2, 3])).unwrap();
        assert_eq!(lookup.values().collect::<Vec<_>>(), ["one", "minus two"]);
        lookup.insert(3, "three".into());
        backend.run(lookup.save()).unwrap();
        assert_eq!(backend.raw::<String>(&["HGET", "search-results", "3"]), "\"three\"");

        let names = CachedMap::<Name, u32, Json>::at("names");
        backend.raw::<i64>(&["HSET", "names", "\"ada\"", "36"]);
        assert_eq!(backend.run(names.get(Name("ada".into()))).unwrap(), Some(36));
        backend.run(names.insert(Name("bob".into()), 7)).unwrap();
        assert_eq!(backend.raw::<String>(&["HGET", "names", "\"bob\""]), "7");
    }

    fn what_no_longer_decodes_is_a_miss_and_is_written_over(backend) {
        let now = CachedMap::<u64, u32, Json>::at("values");
        backend.raw::<i64>(&["HSET", "values", "1", "{\"old\":true}", "2", "22"]);
        let mut lookup = backend.run(now.lookup([1, 2])).unwrap();
        assert_eq!(misses(&lookup), [1]);
        assert_eq!(backend.run(now.get(1)).unwrap(), None);
        lookup.insert(1, 11);
        backend.run(lookup.save()).unwrap();
        assert_eq!(backend.run(now.get_many([1, 2])).unwrap(), [Some(11), Some(22)]);
    }

    fn another_type_at_the_key_is_an_error(backend) {
        backend.raw::<()>(&["SET", "search-results", "x"]);
        let failures = [
            backend.run(documents().lookup([1])).map(drop),
            backend.run(documents().get(1)).map(drop),
            backend.run(documents().insert(1, document("a"))),
            backend.run(documents().remove(1)).map(drop),
            backend.run(documents().len()).map(drop),
        ];
        for failure in failures {
            assert!(matches!(failure, Err(Error::WrongType { key, .. }) if key.as_bytes() == b"search-results"));
        }
    }

    fn a_value_that_cannot_be_written_is_an_error_that_names_its_key(backend) {
        let map = CachedMap::<u64, Unwritable, Json>::at("unwritable");
        let value = || Unwritable(HashMap::from([((1, 2), 3)]));
        let mut lookup = backend.run(map.lookup([7])).unwrap();
        lookup.insert(7, value());
        for failure in [backend.run(lookup.save()), backend.run(map.insert(7, value()))] {
            let Err(Error::Encode { key, path, .. }) = failure else { panic!("{failure:?}") };
            assert_eq!((key.as_bytes(), &path[..]), (&b"unwritable"[..], "7"));
        }
        assert!(!backend.run(map.exists()).unwrap());
    }

    fn it_stands_in_batches_and_under_conditions(backend) {
        let other = CachedMap::<u64, Document>::at("search-results:other");
        let queries = (documents().insert(1, document("a")), other.insert(2, document("b")), documents().lookup([1, 2]), other.lookup([1, 2]));
        let ((), (), one, two) = backend.run(queries.batch().atomic()).unwrap();
        assert_eq!((misses(&one), misses(&two)), (vec![2], vec![1]));

        let when = |key| Condition::exists(key);
        assert_eq!(backend.run(documents().lookup([1, 1]).when(when("search-results"))).unwrap().values().count(), 1);
        let refused = backend.run(documents().lookup([1]).when(when("none")));
        assert!(matches!(refused, Err(Error::NotFound { .. })));
        let nothing = || documents().lookup([] as [u64; 0]);
        assert!(backend.run(nothing().when(when("search-results"))).unwrap().is_empty());
        assert!(matches!(backend.run(nothing().when(when("none"))), Err(Error::NotFound { .. })));
    }

    fn many_keys_are_one_request(backend) {
        let map = CachedMap::<u32, u32>::at("many").with_ttl(std::time::Duration::from_secs(600));
        let mut lookup = backend.run(map.lookup(0..20_000)).unwrap();
        lookup.extend((0..20_000).filter(|id| id % 2 == 0).map(|id| (id, id * 3)));
        backend.run(lookup.save()).unwrap();
        let lookup = backend.run(map.lookup((0..20_000).rev())).unwrap();
        assert_eq!(misses(&lookup), (0..20_000).rev().filter(|id| id % 2 == 1).collect::<Vec<_>>());
        assert!(lookup.hits().all(|(id, tripled)| id * 3 == *tripled));
        assert_eq!(backend.run(map.len()).unwrap(), 10_000);
    }
}

#[test]
fn a_lookup_is_one_command_and_so_is_a_save() {
    let shown = |query: &dyn std::fmt::Debug| format!("{query:?}");
    assert_eq!(shown(&documents().lookup([1, 2, 3])), "[[HMGET search-results]]");
    let entries = [(1, document("a")), (2, document("b"))];
    assert_eq!(shown(&documents().insert_many(entries)), "[[HSET search-results]]");
}
