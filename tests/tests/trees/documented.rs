//! What redicts' documentation shows, line by line.

use std::time::Duration;

use redis_model::TimeLeft;

use super::*;

on_every_backend! {
    fn values_are_set_and_read_as_the_basics_show(backend) {
        let p = Tree::root().path("a.b.c");
        backend.run(p.child("d").set(42)).unwrap();
        assert_eq!(backend.run(p.child("d").get::<i64>()).unwrap(), Some(42));
        backend.run(p.child("x").set(json!({"y": "z"}))).unwrap();
        assert_eq!(value(backend, &p), Some(json!({"x": {"y": "z"}, "d": 42})));
        assert_eq!(value(backend, &Tree::root()), Some(json!({"a": {"b": {"c": {"x": {"y": "z"}, "d": 42}}}})));
        assert_eq!(value(backend, &Tree::root().path("who?")), None);
        assert_eq!(backend.run(Tree::root().path("who?").get_or(7)).unwrap(), 7);
    }

    fn the_other_useful_operations(backend) {
        let r = Tree::root();
        backend.run(r.path("x").set(1)).unwrap();
        backend.run(r.path("y").set(json!({"z": 2}))).unwrap();
        assert_eq!(value(backend, &r), Some(json!({"y": {"z": 2}, "x": 1})));
        assert_eq!(backend.run(r.children()).unwrap(), ["x", "y"]);
        let keys = backend.run(r.keys()).unwrap();
        let leaves: Vec<_> = keys.iter().map(|key| (&key[..], value(backend, &r.path(key)))).collect();
        assert_eq!(leaves, [("x", Some(json!(1))), ("y.z", Some(json!(2)))]);
        assert!(backend.run(r.path("x").exists()).unwrap());
        assert_eq!(backend.run(r.path("x").delete()).unwrap(), 1);
        assert!(!backend.run(r.path("x").exists()).unwrap());
        assert_eq!(backend.run(r.clear()).unwrap(), 1);
        assert!(!backend.run(r.path("y").exists()).unwrap());
    }

    fn time_to_live(backend) {
        let x = Tree::root().path("x");
        backend.run(x.set_for("still here!", Duration::from_secs(10))).unwrap();
        if backend.advance(Duration::from_secs(1)) {
            assert_eq!(backend.run(x.ttl()).unwrap(), TimeLeft::Left(Duration::from_secs(9)));
            assert_eq!(backend.run(x.get::<String>()).unwrap().as_deref(), Some("still here!"));
            backend.advance(Duration::from_secs(10));
            assert_eq!(backend.run(x.ttl()).unwrap(), TimeLeft::Missing);
            assert_eq!(value(backend, &x), None);
        }
        backend.run(x.set("still here!")).unwrap();
        assert_eq!(backend.run(x.ttl()).unwrap(), TimeLeft::Unlimited);
        assert_eq!(backend.run(x.expire(Duration::from_secs(10))).unwrap(), 1);
        assert!(matches!(backend.run(x.ttl()).unwrap(), TimeLeft::Left(left) if left <= Duration::from_secs(10)));
    }
}
