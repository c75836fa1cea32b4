//! Operations beside others: in batches, under conditions, at the same time, and beside keys of another type.

use std::{collections::BTreeMap, thread};

use redis_model::{Condition, Query, RedisModel};
use redis_model_tests::RedisServer;

use super::*;

#[derive(RedisModel, Debug, PartialEq)]
#[redis(prefix = "together:user")]
struct User {
    #[redis(id)]
    id: u64,
    logins: i64,
}

on_every_backend! {
    fn any_operations_stand_in_one_batch_isolated_or_not(backend) {
        for is_atomic in [false, true] {
            let tree = Tree::at("batch");
            backend.run(tree.set(json!({"n": 1, "old": {"a": 1, "b": 2}}))).unwrap();
            let batch = (
                tree.path("n").add(41),
                tree.path("new.x").set(json!({"y": [1]})),
                tree.path("old").delete(),
                tree.get::<Value>(),
                tree.path("none").get::<Value>(),
                tree.children(),
                tree.path("n").expire(std::time::Duration::from_secs(60)),
                tree.path("n").persist(),
                tree.len(),
                tree.path("n").ttl(),
            )
                .batch();
            let batch = if is_atomic { batch.atomic() } else { batch };
            let (sum, (), removed, all, none, children, expiring, kept, len, left) = backend.run(batch).unwrap();
            assert_eq!((sum, removed, none, expiring, kept, len), (42, 2, None, 1, 1, 2));
            assert_eq!(all, Some(json!({"n": 42, "new": {"x": {"y": [1]}}})));
            assert_eq!((children, left), (vec!["n".to_owned(), "new".to_owned()], redis_model::TimeLeft::Unlimited));
        }
    }

    fn a_tree_and_a_record_are_written_together(backend) {
        backend.run(User { id: 1, logins: 1 }.save()).unwrap();
        let count = Tree::at("counts").path("logins");
        let both = || (User::at(1).logins().incr(1), count.add(1)).batch().atomic();
        assert_eq!(backend.run(both()).unwrap(), (2, 1));
        backend.run(User::at(1).delete()).unwrap();
        assert!(matches!(backend.run(both()), Err(Error::NotFound { .. })));
        assert_eq!(backend.run(count.get::<i64>()).unwrap(), Some(1), "neither was written");
    }

    fn conditions_are_checked_before_anything_is_written(backend) {
        let tree = Tree::at("when");
        let exists = || Condition::exists(tree.key());
        for write in [tree.path("a").set(1), tree.path("a").add(1).map(drop), tree.delete().map(drop)] {
            assert!(matches!(backend.run(write.when(exists())), Err(Error::NotFound { .. })));
        }
        assert_eq!(value(backend, &tree), None);
        backend.run(tree.path("a").set(1).when(Condition::missing(tree.key()))).unwrap();
        assert_eq!(backend.run(tree.path("a").add(1).when(exists())).unwrap(), 2);
        let is_two = Condition::field_equals(tree.key(), "a", "2");
        assert_eq!(backend.run(tree.path("a").get::<u8>().when(is_two.clone())).unwrap(), Some(2));
        backend.run((tree.path("a").set(3), tree.path("b").set(json!({}))).batch().when(is_two.clone())).unwrap();
        let outdated = backend.run((tree.path("a").set(4), tree.path("b").delete()).batch().when(is_two));
        assert!(matches!(outdated, Err(Error::Conflict { .. })));
        assert_eq!(value(backend, &tree), Some(json!({"a": 3, "b": {}})));
    }

    fn a_large_value_is_written_under_a_condition_too(backend) {
        let tree = Tree::at("when");
        let many: BTreeMap<u32, u32> = (0..20_000).map(|number| (number, number)).collect();
        backend.run(tree.path("many").set(&many).when(Condition::missing(tree.key()))).unwrap();
        let read = tree.path("many").get::<BTreeMap<u32, u32>>().when(Condition::exists(tree.key()));
        assert_eq!(backend.run(read).unwrap(), Some(many));
    }

    fn a_key_of_another_type_is_told_before_anything_is_written(backend) {
        let tree = Tree::at("type");
        let keys = ["{type}@tree", "{type}@tree:paths", "{type}@tree:deadlines"];
        for (place, wrong) in keys.into_iter().enumerate() {
            backend.run(tree.clear()).unwrap();
            backend.run(tree.path("a.b").set_for(1, std::time::Duration::from_secs(600))).unwrap();
            backend.raw::<i64>(&["DEL", wrong]);
            backend.raw::<()>(&["SET", wrong, "text"]);
            let dump = || {
                let types = keys.map(|key| backend.raw::<String>(&["TYPE", key]));
                let sizes = keys.iter().zip(&types).map(|(key, name)| match name.as_str() {
                    "hash" => backend.raw::<Vec<String>>(&["HVALS", key]),
                    "zset" => backend.raw::<Vec<String>>(&["ZRANGE", key, "0", "-1"]),
                    _ => backend.raw::<Vec<String>>(&["MGET", key]),
                });
                sizes.collect::<Vec<_>>()
            };
            let before = dump();
            let writes: [Query<()>; 6] = [
                tree.path("a.b").set(2),
                tree.path("a").set(2),
                tree.path("a.b.c").add(1).map(drop),
                tree.path("a").delete().map(drop),
                tree.path("a").expire(std::time::Duration::from_secs(1)).map(drop),
                (tree.path("z").set(1), tree.path("a").persist()).batch().atomic().map(drop),
            ];
            for write in writes {
                let result = backend.run(write);
                let Err(Error::WrongType { key, .. }) = &result else { panic!("{place}: {result:?}") };
                assert!(key.to_string().starts_with("{type}@tree"), "{key}");
            }
            assert_eq!(dump(), before);
            backend.raw::<i64>(&["DEL", keys[0], keys[1], keys[2]]);
        }
    }
}

#[test]
fn a_walk_goes_through_all_leaves_in_their_order() {
    let store = blocking::Store::embedded();
    let tree = Tree::at("walk");
    let leaves: BTreeMap<String, u32> = (0..1000).map(|number| (format!("leaf{number}"), number)).collect();
    tree.path("below").set(&leaves).run(&store).unwrap();
    tree.path("beside").set("text").run(&store).unwrap();
    let expected: Vec<_> = leaves.iter().map(|(name, number)| (format!("below.{name}"), *number)).collect();
    for page_size in [1, 7, 250, 1000, 1001, usize::MAX] {
        let walk = tree.path("below").iter::<u32, _>(&store).page_size(page_size);
        assert_eq!(walk.collect::<Result<Vec<_>, _>>().unwrap(), expected);
    }
    let all: Vec<_> = tree.iter::<u32, _>(&store).collect();
    assert!(matches!(all.last(), Some(Err(Error::Decode { path, .. })) if path == "beside"));
    assert_eq!((all.len(), all.iter().filter(|leaf| leaf.is_ok()).count()), (1001, 1000));
    let leaf: Vec<_> = tree.path("beside").iter::<String, _>(&store).collect::<Result<_, _>>().unwrap();
    assert_eq!(leaf, [("beside".to_owned(), "text".to_owned())]);
    assert_eq!(tree.path("none").iter::<u32, _>(&store).count(), 0);

    let mut seen = 0;
    for leaf in tree.path("below").iter::<u32, _>(&store).page_size(10) {
        let (path, _) = leaf.unwrap();
        // The one that was seen goes, and the next page is found all the same.
        tree.path(&path).delete().run(&store).unwrap();
        seen += 1;
    }
    assert_eq!((seen, tree.path("below").len().run(&store).unwrap()), (1000, 0));
}

#[tokio::test]
async fn a_walk_is_a_stream_too() {
    let store = redis_model::Store::embedded();
    let tree = Tree::at("walk");
    tree.set(json!({"a": 1, "b": {"c": 2}})).run(&store).await.unwrap();
    let mut walk = tree.iter::<u32, _>(&store).page_size(1);
    let mut found = Vec::new();
    while let Some(leaf) = walk.next().await {
        found.push(leaf.unwrap());
    }
    assert_eq!(found, [("a".to_owned(), 1), ("b.c".to_owned(), 2)]);
}

#[test]
fn a_server_without_memory_left_refuses_to_set_and_lets_delete() {
    let server = RedisServer::start();
    let store = blocking::Store::connect(&server.url()).unwrap();
    let tree = Tree::at("full");
    tree.set(json!({"a": {"b": 1}, "n": 1})).run(&store).unwrap();
    server.command(&["CONFIG", "SET", "maxmemory", "1"]);
    let writes = [
        tree.path("a").set(2),
        tree.path("n").set(2),
        tree.path("n").add(1).map(drop),
        tree.path("m.n").add(0.5).map(drop),
    ];
    for (place, write) in writes.into_iter().enumerate() {
        let result = write.run(&store);
        match place {
            // What removes something first is no longer refused what it puts in its place.
            0 => assert_eq!(tree.path("a").get::<u8>().run(&store).unwrap(), Some(2), "{result:?}"),
            _ => assert!(matches!(result, Err(Error::OutOfMemory { .. })), "{place}: {result:?}"),
        }
    }
    assert_eq!(tree.path("n").get::<u8>().run(&store).unwrap(), Some(1));
    assert!(tree.path("n").delete().run(&store).unwrap() == 1 && tree.delete().run(&store).unwrap() > 0);
}

#[test]
fn nothing_is_lost_between_many_who_add() {
    let server = RedisServer::shared();
    let tree = Tree::at("trees:adders");
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let store = blocking::Store::connect(&server.url()).unwrap();
                for _ in 0..200 {
                    tree.path("a.n").add(1).run(&store).unwrap();
                }
            });
        }
    });
    let store = blocking::Store::connect(&server.url()).unwrap();
    assert_eq!(tree.path("a.n").get::<i64>().run(&store).unwrap(), Some(1600));
}

#[test]
fn nobody_sees_half_of_a_value() {
    let server = RedisServer::shared();
    let tree = Tree::at("trees:halves");
    thread::scope(|scope| {
        for writer in 0..3_u32 {
            let place = tree.path("a.b");
            scope.spawn(move || {
                let store = blocking::Store::connect(&server.url()).unwrap();
                for round in 0..200 {
                    // The same leaves, leaves at other depths, or a leaf above all of them.
                    let number = writer * 1000 + round;
                    let written = match round % 3 {
                        0 => place.set(json!({"x": number, "y": {"z": number}})),
                        1 => place.set(json!({"x": {"deep": number}, "y": number})),
                        _ => place.set(number),
                    };
                    written.run(&store).unwrap();
                }
            });
        }
        scope.spawn(|| {
            let store = blocking::Store::connect(&server.url()).unwrap();
            for _ in 0..600 {
                let (seen, keys) = (tree.get::<Value>(), tree.keys()).batch().atomic().run(&store).unwrap();
                let Some(seen) = seen else { continue };
                let it = &seen["a"]["b"];
                let numbers: Vec<_> = [&it["x"], &it["y"]["z"], &it["x"]["deep"], &it["y"], it]
                    .into_iter()
                    .filter_map(Value::as_u64)
                    .collect();
                assert!(numbers.iter().all(|number| *number == numbers[0]) && numbers.len() == keys.len(), "{seen}");
            }
        });
    });
}
