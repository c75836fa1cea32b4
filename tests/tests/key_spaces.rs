//! Key spaces: values by name, each at a key of its own.

// A test reports by its panic.
#![allow(clippy::unwrap_used)]

#[path = "key_spaces/walks.rs"]
mod walks;

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use redis_model::{Cell, Condition, Error, Json, KeySpace, Map, RedisModel, TimeLeft, prelude::*};
use redis_model_tests::{Backend, Wait, on_every_backend};

const HOUR: Duration = Duration::from_secs(3600);

fn sessions() -> KeySpace<u32> {
    KeySpace::at("shop:session")
}

fn filled<M: Wait>(backend: &Backend<M>) -> KeySpace<u32> {
    backend.run(sessions().extend([("a", 1), ("b", 2), ("c", 3)])).unwrap();
    sessions()
}

on_every_backend! {
    fn values_are_set_read_and_removed_by_name(backend) {
        let space = filled(backend);
        assert_eq!(backend.run(space.get("a")).unwrap(), Some(1));
        assert_eq!(backend.run(space.get_many(["c", "x", "a", "c"])).unwrap(), [Some(3), None, Some(1), Some(3)]);
        assert!(backend.run(space.contains("a")).unwrap() && !backend.run(space.contains("x")).unwrap());
        assert_eq!((backend.run(space.take("a")).unwrap(), backend.run(space.take("a")).unwrap()), (Some(1), None));
        assert!(backend.run(space.remove("b")).unwrap() && !backend.run(space.remove("b")).unwrap());
        assert_eq!(backend.run(space.remove_many(["a", "b", "c"])).unwrap(), 1);
        assert_eq!(backend.wait(space.len(&backend.store)).unwrap(), 0);
        assert_eq!(backend.run(space.get_or_insert("a", 7)).unwrap(), 7);
        assert!(!backend.run(space.set_if_absent("a", 8)).unwrap() && backend.run(space.set_if_absent("b", 8)).unwrap());
        assert_eq!(backend.raw::<u32>(&["GET", "shop:session:a"]), 7);
    }

    fn each_value_has_a_life_of_its_own(backend) {
        let space = sessions();
        backend.run(space.set_for("a", 1, HOUR)).unwrap();
        backend.run(space.extend([("a", 2), ("b", 2)])).unwrap();
        backend.run(space.set("a", 3)).unwrap();
        let ttl = |name| backend.run(space.cell(name).ttl()).unwrap();
        assert!(matches!(ttl("a"), TimeLeft::Left(left) if left <= HOUR));
        assert_eq!((ttl("b"), ttl("x")), (TimeLeft::Unlimited, TimeLeft::Missing));
        backend.run(space.extend_for([("b", 1), ("c", 1)], HOUR)).unwrap();
        assert!(["b", "c"].into_iter().all(|name| matches!(ttl(name), TimeLeft::Left(left) if left <= HOUR)));
        assert!(backend.run(space.cell("b").persist()).unwrap() && backend.run(space.cell("c").expire(HOUR * 2)).unwrap());
        if backend.advance(HOUR) {
            assert_eq!(backend.run(space.get_many(["a", "b", "c"])).unwrap(), [None, Some(1), Some(1)]);
            assert_eq!(backend.wait(space.len(&backend.store)).unwrap(), 2);
        }
        assert!(matches!(backend.run(space.set_for("a", 1, Duration::ZERO)), Err(Error::InvalidQuery { .. })));
        assert!(matches!(backend.run(space.extend_for([("a", 1)], Duration::ZERO)), Err(Error::InvalidQuery { .. })));
    }

    fn names_are_any_text_and_come_back_as_they_were(backend) {
        let space = KeySpace::<String>::at("any*[text]?\\");
        let names = ["", "a:b", "{a}", "%41", "\0\r\n", "ada@example.com", "Ä ü", "a*", "https://x.y/z?q=1#f"];
        backend.run(space.extend(names.map(|name| (name, name)))).unwrap();
        assert_eq!(backend.run(space.get_many(names)).unwrap(), names.map(|name| Some(name.to_owned())));
        assert_eq!(backend.wait(space.len(&backend.store)).unwrap(), names.len() as u64);
        let large = "x".repeat(1 << 20);
        backend.run(space.set("large", &large)).unwrap();
        assert_eq!(backend.run(space.take("large")).unwrap(), Some(large));
        assert_eq!(backend.wait(space.clear(&backend.store)).unwrap(), names.len() as u64);
    }

    fn clearing_leaves_what_belongs_to_others(backend) {
        let space = KeySpace::<u32>::at("user");
        backend.run(space.extend((0..1000).map(|number| (number.to_string(), number)))).unwrap();
        backend.run(KeySpace::<u32>::at("user:session").set("a", 1)).unwrap();
        backend.run(KeySpace::<u32>::at("user2").set("a", 1)).unwrap();
        backend.run(Cell::<u32>::at("user").set(1)).unwrap();
        backend.run(Map::<u32, u32>::at("user:map").insert(1, 1)).unwrap();
        backend.run(User { id: 7, name: "Ada".into() }.save()).unwrap();
        assert_eq!(backend.wait(space.len(&backend.store)).unwrap(), 1000);
        assert_eq!(backend.wait(space.clear(&backend.store)).unwrap(), 1000);
        let mut left = backend.raw::<Vec<String>>(&["KEYS", "*"]);
        left.sort();
        assert_eq!(left, ["user", "user2:a", "user:map", "user:session:a", "user:{7}"]);
    }

    fn what_has_nothing_to_send_sends_nothing(backend) {
        let space = sessions();
        backend.run(space.extend([("", 0); 0])).unwrap();
        assert!(backend.run(space.get_many([""; 0])).unwrap().is_empty());
        assert_eq!(backend.run(space.remove_many([""; 0])).unwrap(), 0);
        assert_eq!(backend.wait(space.clear(&backend.store)).unwrap(), 0);
    }

    fn what_does_not_decode_is_an_error_that_names_its_key(backend) {
        let space = filled(backend);
        backend.raw::<()>(&["SET", "shop:session:b", "no number"]);
        for failure in [backend.run(space.get("b")).map(drop), backend.run(space.get_many(["a", "b"])).map(drop)] {
            assert!(matches!(&failure, Err(Error::Decode { key, .. }) if key.as_bytes() == b"shop:session:b"), "{failure:?}");
        }
        backend.raw::<i64>(&["RPUSH", "shop:session:list", "x"]);
        assert!(matches!(backend.run(space.get("list")), Err(Error::WrongType { .. })));
        assert_eq!(backend.run(space.get_many(["list", "a"])).unwrap(), [None, Some(1)]);
    }

    fn names_of_one_slot_are_set_together(backend) {
        let space = KeySpace::<Vec<u8>, Json>::at("{shop}:basket");
        let both = (space.set("a", vec![1]), space.set("b", vec![2]));
        backend.run(both.batch().atomic()).unwrap();
        backend.run(space.extend([("c", vec![3]), ("d", vec![4])]).when(Condition::exists("{shop}:basket:a"))).unwrap();
        assert_eq!(backend.run(space.get("d")).unwrap(), Some(vec![4]));
        assert!(backend.run(space.extend([("e", vec![5])]).when(Condition::exists("none"))).is_err());
        assert_eq!(backend.wait(space.len(&backend.store)).unwrap(), 4);
    }
}

#[derive(RedisModel)]
#[redis(prefix = "user")]
struct User {
    #[redis(id)]
    id: u64,
    name: String,
}

#[test]
fn many_are_one_command() {
    assert_eq!(format!("{:?}", sessions().get_many(["a", "b"])), "[[MGET shop:session:a]]");
    assert_eq!(format!("{:?}", sessions().remove_many(["a", "b"])), "[[UNLINK shop:session:a]]");
    assert_eq!(
        (format!("{:?}", sessions()), sessions().prefix()),
        ("KeySpace(\"shop:session\")".into(), "shop:session")
    );
}
