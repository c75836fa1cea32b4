//! Walks over entries, and over one field of many maps.

use std::collections::BTreeSet;

use redis_model::{Async, Blocking, Key};

use super::*;

fn blocking() -> [Backend<Blocking>; 2] {
    [Backend::embedded(), Backend::server("")]
}

#[test]
fn a_walk_meets_each_entry_while_others_write() {
    for backend in blocking() {
        let map = Map::<u32, String>::at("walked");
        backend.run(map.extend((0..2000).map(|id| (id, format!("value {id}"))))).unwrap();
        let mut met = BTreeSet::new();
        for (step, entry) in map.iter(&backend.store).page_size(50).enumerate() {
            let (key, value) = entry.unwrap();
            assert_eq!(value, format!("value {key}"));
            met.insert(key);
            let step = u32::try_from(step).unwrap();
            backend.run(map.insert(10_000 + step, format!("value {}", 10_000 + step))).unwrap();
            backend.run(map.remove(10_000 + step / 2)).unwrap();
        }
        assert!((0..2000).all(|key| met.contains(&key)));
    }
}

#[test]
fn a_pattern_chooses_entries_by_their_keys() {
    for backend in blocking() {
        let map = Map::<String, u32>::at("walked");
        backend.run(map.extend([("a1", 1), ("a2", 2), ("b1", 3), ("a*", 4)])).unwrap();
        let found = |pattern: &str| {
            let walk = map.iter(&backend.store).matching(pattern).page_size(1);
            walk.map(|entry| entry.unwrap().1).collect::<BTreeSet<_>>()
        };
        assert_eq!(found("a?"), BTreeSet::from([1, 2, 4]));
        assert_eq!(found("a\\*"), BTreeSet::from([4]));
        assert_eq!(found("x"), BTreeSet::new());
    }
}

#[test]
fn an_entry_that_cannot_be_read_does_not_end_the_walk() {
    for backend in blocking() {
        backend.raw::<i64>(&["HSET", "stock", "a", "1", "b", "x", "c", "3"]);
        let walk: Vec<_> = stock().iter(&backend.store).collect();
        assert_eq!(walk.iter().filter(|entry| entry.is_ok()).count(), 2);
        let failure = walk.into_iter().find_map(Result::err).unwrap();
        assert!(
            matches!(&failure, Error::Decode { key, path, .. } if key.as_bytes() == b"stock" && path == "b"),
            "{failure:?}"
        );
        backend.raw::<()>(&["SET", "stock", "x"]);
        let walk: Vec<_> = stock().iter(&backend.store).collect();
        assert!(matches!(&walk[..], [Err(Error::WrongType { .. })]));
        assert_eq!(Map::<String, u32>::at("none").iter(&backend.store).count(), 0);
    }
}

#[test]
fn one_field_of_many_maps_is_found_where_it_is() {
    for backend in blocking() {
        for number in 0..600_u32 {
            let map = Map::<String, u32>::at(format!("lock.{number}"));
            backend.run(map.extend([("x", number), ("y", 0)])).unwrap();
        }
        backend.raw::<i64>(&["HSET", "lock.without", "y", "1"]);
        backend.raw::<i64>(&["HSET", "lock.strange", "x", "no number"]);
        backend.raw::<()>(&["SET", "lock.string", "x"]);
        backend.raw::<i64>(&["HSET", "other", "x", "1"]);
        let walk = Map::<String, u32>::scan_field(&backend.store, "lock.*", "x").page_size(100);
        let (found, failed): (Vec<_>, Vec<_>) = walk.partition(Result::is_ok);
        let found: BTreeMap<Key, u32> = found.into_iter().map(Result::unwrap).collect();
        assert_eq!(found, (0..600).map(|number| (Key::new(format!("lock.{number}")), number)).collect());
        assert!(matches!(&failed[..], [Err(Error::Decode { key, .. })] if key.as_bytes() == b"lock.strange"));
    }
}

#[test]
fn asynchronously_a_walk_is_a_stream() {
    for backend in [Backend::<Async>::embedded(), Backend::server("?protocol=resp3")] {
        let map = filled(&backend);
        Async::finish(async {
            let mut walk = map.iter(&backend.store);
            let mut met = HashMap::new();
            while let Some(entry) = walk.next().await {
                met.extend([entry.unwrap()]);
            }
            assert_eq!(met, entries(&[("a", 1), ("b", 2), ("c", 3)]));
            let mut walk = Map::<String, u32>::scan_field(&backend.store, "st*", "b");
            assert_eq!(walk.next().await.unwrap().unwrap(), (Key::new("stock"), 2));
            assert!(walk.next().await.is_none());
        });
    }
}
