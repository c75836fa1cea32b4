//! Adding to leaves.

use std::time::Duration;

use redis_model::{Query, TimeLeft};

use super::*;

/// Adds, and tells what went wrong.
fn refused<M: Wait, T: std::fmt::Debug + Send + 'static>(backend: &Backend<M>, query: Query<T>) -> Error {
    backend.run(query).expect_err("it is refused")
}

on_every_backend! {
    fn a_missing_leaf_counts_as_zero(backend) {
        let tree = Tree::at("add");
        assert_eq!(backend.run(tree.path("a.b").add(5)).unwrap(), 5);
        assert_eq!(backend.run(tree.path("a.b").add(-7)).unwrap(), -2);
        let sum: f64 = backend.run(tree.path("f").add(0.25)).unwrap();
        assert!((sum - 0.25).abs() < f64::EPSILON);
        assert_eq!(value(backend, &tree), Some(json!({"a": {"b": -2}, "f": 0.25})));
        assert_eq!(backend.run(tree.path("f").add(0.75)).unwrap().to_bits(), 1_f64.to_bits());
        assert_eq!(backend.run(tree.path("f").add(1)).unwrap(), 2, "a float that is whole is an integer");
    }

    fn a_leaf_above_gives_way(backend) {
        let tree = Tree::at("add");
        backend.run(tree.path("a").set(1)).unwrap();
        assert_eq!(backend.run(tree.path("a.b.c").add(1)).unwrap(), 1);
        assert_eq!(value(backend, &tree), Some(json!({"a": {"b": {"c": 1}}})));
    }

    fn integers_are_exact_to_their_ends(backend) {
        let it = Tree::at("add").path("n");
        let stored = || backend.run(it.get::<i64>()).unwrap();
        backend.run(it.set(1_i64 << 53)).unwrap();
        assert_eq!(backend.run(it.add(1)).unwrap(), (1 << 53) + 1);
        backend.run(it.set(i64::MAX - 1)).unwrap();
        assert_eq!(backend.run(it.add(1)).unwrap(), i64::MAX);
        for number in [1, i64::MAX] {
            let error = refused(backend, it.add(number));
            assert!(matches!(&error, Error::OutOfRange { key, path } if key.to_string() == "{add}@tree" && path == "n"), "{error:?}");
            assert_eq!(stored(), Some(i64::MAX));
        }
        backend.run(it.set(i64::MIN)).unwrap();
        assert!(matches!(refused(backend, it.add(-1)), Error::OutOfRange { .. }));
        assert_eq!(backend.run(it.add(i64::MAX)).unwrap(), -1);
        backend.run(it.set(u64::MAX)).unwrap();
        assert!(matches!(refused(backend, it.add(-1)), Error::OutOfRange { .. }));
        assert_eq!(backend.run(it.get::<u64>()).unwrap(), Some(u64::MAX));
    }

    fn floats_are_added_to_integers_but_not_the_other_way(backend) {
        let it = Tree::at("add").path("n");
        backend.run(it.set(42)).unwrap();
        assert_eq!(backend.run(it.add(0.5)).unwrap().to_bits(), 42.5_f64.to_bits());
        let error = refused(backend, it.add(1));
        assert!(matches!(&error, Error::Decode { path, source, .. } if path == "n" && source.to_string().contains("a float")), "{error:?}");
        assert_eq!(value(backend, &it), Some(json!(42.5)));
        backend.run(it.set(1e300)).unwrap();
        assert_eq!(backend.run(it.add(0.0)).unwrap().to_bits(), 1e300_f64.to_bits());
        for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert!(matches!(refused(backend, it.add(number)), Error::InvalidQuery { .. }));
        }
    }

    fn what_is_no_number_is_not_added_to_and_stays(backend) {
        let tree = Tree::at("add");
        let others = [
            (json!("42"), "a text"),
            (json!(true), "a bool"),
            (json!(false), "a bool"),
            (json!(null), "null"),
            (json!([1]), "an array"),
            (json!({}), "an empty map"),
            (json!({"b": 1}), "leaves below it"),
        ];
        for (other, name) in others {
            backend.run(tree.path("x.a").set(&other)).unwrap();
            for error in [refused(backend, tree.path("x.a").add(1)), refused(backend, tree.path("x.a").add(0.5))] {
                let Error::Decode { key, path, source, .. } = &error else { panic!("{error:?}") };
                assert_eq!((key.to_string().as_str(), path.as_str()), ("{add}@tree", "x.a"));
                assert!(source.to_string().contains(name), "{source}");
            }
            assert_eq!(value(backend, &tree.path("x.a")), Some(other));
        }
        assert!(matches!(refused(backend, tree.add(1)), Error::InvalidPath { .. }));
    }

    fn a_refusal_in_a_batch_names_its_own_path(backend) {
        let tree = Tree::at("add");
        backend.run(tree.set(json!({"n": 1, "t": "text", "max": i64::MAX}))).unwrap();
        for (path, is_overflow) in [("t", false), ("max", true)] {
            let queries = || (tree.path("n").add(1), tree.path(path).add(1), tree.path("m").add(1)).batch();
            for query in [queries(), queries().atomic()] {
                match refused(backend, query) {
                    Error::Decode { path: named, .. } if !is_overflow => assert_eq!(named, path),
                    Error::OutOfRange { path: named, .. } if is_overflow => assert_eq!(named, path),
                    other => panic!("{other:?}"),
                }
            }
        }
    }

    fn the_time_to_live_stays_and_an_expired_leaf_is_missing(backend) {
        let it = Tree::at("add").path("n");
        backend.run(it.set_for(5, Duration::from_secs(100))).unwrap();
        assert_eq!(backend.run(it.add(1)).unwrap(), 6);
        assert!(matches!(backend.run(it.ttl()).unwrap(), TimeLeft::Left(_)));
        // More has expired than one write removes, so that the leaf is still there.
        outdated(backend, "add", 300);
        backend.raw::<i64>(&["ZADD", "{add}@tree:deadlines", "2", "n"]);
        assert_eq!(backend.run(it.add(1)).unwrap(), 1);
        assert_eq!(backend.run(it.ttl()).unwrap(), TimeLeft::Unlimited);
    }
}
