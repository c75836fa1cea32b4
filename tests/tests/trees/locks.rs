//! Locks on paths, and writes under them.

use std::time::Duration;

use redis_model::{Lock, Query, generic::Guard};

use super::*;

fn acquire<M: Wait>(backend: &Backend<M>, lock: &Lock) -> Guard<M> {
    backend.wait(lock.acquire(&backend.store)).unwrap()
}

/// Whether the first excludes the second.
fn excludes<M: Wait>(backend: &Backend<M>, first: &Lock, second: &Lock) -> bool {
    let guard = acquire(backend, first);
    let is_locked = backend.run(second.is_locked()).unwrap();
    assert_eq!(backend.wait(second.try_acquire(&backend.store)).unwrap().is_none(), is_locked);
    backend.wait(guard.release()).unwrap();
    is_locked
}

fn is_invalid<T>(result: &redis_model::Result<T>) -> bool {
    matches!(result, Err(Error::InvalidQuery { .. }))
}

on_every_backend! {
    fn a_path_is_locked_with_what_is_above_and_below(backend) {
        let tree = Tree::at("config");
        let at = |path: &str| tree.path(path).lock();
        for (first, second) in [(at("a.b"), at("a.b")), (at("a.b"), at("a")), (at("a"), at("a.b.c")), (tree.lock(), at("a.b")), (at("a.b"), tree.lock())] {
            assert!(excludes(backend, &first, &second), "{first:?} {second:?}");
            assert!(excludes(backend, &first.clone().shared(), &second), "{first:?} {second:?}");
            assert!(!excludes(backend, &first.shared(), &second.shared()));
        }
        for (first, second) in [(at("a.b"), at("a.c")), (at("a"), at("ab")), (at("a"), Tree::at("other").path("a").lock()), (tree.lock(), Tree::root().lock()), (Tree::root().path("config.a").lock(), at("a"))] {
            assert!(!excludes(backend, &first, &second), "{first:?} {second:?}");
        }
    }

    fn the_lock_of_a_path_is_that_of_the_free_path(backend) {
        let (of_tree, free) = (Tree::at("config").path("a.b").lock(), Lock::at("config.a.b"));
        assert!(excludes(backend, &of_tree, &free) && excludes(backend, &free, &of_tree));
        assert!(excludes(backend, &Lock::at("config"), &of_tree));
        assert!(!excludes(backend, &Lock::at("a"), &Tree::at("a.b").lock()), "a name with a dot is one name");
        let tree = Tree::at("config");
        let guard = acquire(backend, &Lock::at("config.a"));
        backend.wait(guard.run(tree.path("a.b").set(1))).unwrap();
        assert!(is_invalid(&backend.wait(guard.run(tree.path("b").set(1)))));
        // Other keys with the tag are protected, as they always were.
        backend.wait(guard.run(Query::<()>::command(redis_model::redis::cmd("SET").arg("{config}:x").arg(1).take()))).unwrap();
    }

    fn all_that_is_written_below_the_locked_path_can_be_guarded(backend) {
        let tree = Tree::at("config");
        let guard = acquire(backend, &tree.path("a.b").lock());
        assert_eq!(guard.path(), "config.a.b");
        let it = tree.path("a.b");
        backend.wait(guard.run(it.set(json!({"c": 1, "d": 2})))).unwrap();
        assert_eq!(backend.wait(guard.run(it.child("c").add(1))).unwrap(), 2);
        backend.wait(guard.run(it.child("e.f").set_for("x", Duration::from_secs(600)))).unwrap();
        assert_eq!(backend.wait(guard.run(it.expire(Duration::from_secs(600)))).unwrap(), 3);
        assert_eq!(backend.wait(guard.run(it.child("c").persist())).unwrap(), 1);
        let ((), sum, removed) = backend.wait(guard.run((it.child("g").set(1), it.child("g").add(1), it.child("d").delete()).batch())).unwrap();
        assert_eq!((sum, removed), (2, 1));
        assert_eq!(backend.wait(guard.run(it.get::<Value>())).unwrap(), Some(json!({"c": 2, "e": {"f": "x"}, "g": 2})));
        assert_eq!(backend.wait(guard.run(it.delete())).unwrap(), 3);
        backend.wait(guard.check()).unwrap();
    }

    fn what_is_not_locked_is_read_but_not_written(backend) {
        let tree = Tree::at("config");
        backend.run(tree.set(json!({"a": {"b": 1, "bc": 2}, "d": 3}))).unwrap();
        let guard = acquire(backend, &tree.path("a.b").lock());
        assert!(backend.wait(guard.run(tree.get::<Value>())).unwrap().is_some(), "all of the tree can be read");
        let (len, children) = backend.wait(guard.run((tree.len(), tree.path("a").children()).batch())).unwrap();
        assert_eq!((len, children.len()), (3, 2));
        for place in ["a", "a.bc", "d", "a.x"].map(|path| tree.path(path)).into_iter().chain([(*tree).clone()]) {
            assert!(is_invalid(&backend.wait(guard.run(place.set(json!({}))))), "{place:?}");
            assert!(is_invalid(&backend.wait(guard.run(place.delete()))), "{place:?}");
            assert!(is_invalid(&backend.wait(guard.run(place.expire(Duration::from_secs(1))))), "{place:?}");
        }
        let other = Tree::at("other").path("a.b");
        assert!(is_invalid(&backend.wait(guard.run(other.set(1)))) && is_invalid(&backend.wait(guard.run(other.get::<Value>()))));
        for command in [["HSET", "{config}@tree", "d"], ["ZADD", "{config}@tree:paths", "0"], ["ZADD", "{config}@tree:deadlines", "0"]] {
            let raw = command.iter().fold(redis_model::redis::Cmd::new(), |mut cmd, word| cmd.arg(word).take()).arg("x").take();
            assert!(is_invalid(&backend.wait(guard.run(Query::<i64>::command(raw)))), "{command:?}");
        }
        assert_eq!(value(backend, &tree), Some(json!({"a": {"b": 1, "bc": 2}, "d": 3})));
        backend.wait(guard.release()).unwrap();
        let guard = acquire(backend, &tree.lock());
        backend.wait(guard.run(tree.set(json!({"all": "new"})))).unwrap();
        let shared = {
            backend.wait(guard.release()).unwrap();
            acquire(backend, &tree.lock().shared())
        };
        assert!(is_invalid(&backend.wait(shared.run(tree.path("all").set(1)))));
        assert_eq!(backend.wait(shared.run(tree.path("all").get::<String>())).unwrap().as_deref(), Some("new"));
    }

    fn a_write_under_a_lost_lock_is_refused_and_changes_nothing(backend) {
        for (tree, name) in [(Tree::at("config"), "config.a"), (Tree::root(), ".a")] {
            backend.run(tree.path("a").set(json!({"b": 1, "c": 2}))).unwrap();
            let a = tree.path("a");
            let writes: [Query<()>; 7] = [
                a.set(5),
                a.child("b").set(5),
                a.child("b").add(1).map(drop),
                a.delete().map(drop),
                a.expire(Duration::from_secs(1)).map(drop),
                a.persist().map(drop),
                (a.child("b").add(1), a.child("c").delete()).batch().map(drop),
            ];
            for write in writes {
                let guard = acquire(backend, &a.lock());
                // The server has lost the lock, which the guard cannot know.
                backend.raw::<i64>(&["DEL", &tree.key().to_string().replace("@tree", "@lock")]);
                let result = backend.wait(guard.run(write));
                assert!(matches!(&result, Err(Error::LockLost { path }) if path == name), "{result:?}");
                assert_eq!(value(backend, &a), Some(json!({"b": 1, "c": 2})));
            }
        }
    }

    fn several_paths_are_locked_together(backend) {
        let tree = Tree::at("config");
        let locks = Lock::all([tree.path("b").lock(), tree.path("a").lock(), tree.path("a.inner").lock()]);
        let guards = backend.wait(locks.acquire(&backend.store)).unwrap();
        assert_eq!(guards.guards().len(), 2);
        backend.wait(guards.run((tree.path("a.x").set(1), tree.path("b").add(1)).batch())).unwrap();
        assert!(is_invalid(&backend.wait(guards.run(tree.path("c").set(1)))));
        backend.wait(guards.release()).unwrap();
        assert_eq!(value(backend, &tree), Some(json!({"a": {"x": 1}, "b": 1})));
    }

    fn locks_say_where_they_are(backend) {
        for (lock, name) in [
            (Tree::at("config").path("a.b").lock(), "config.a.b"),
            (Tree::at("config").lock(), "config"),
            (Tree::at("my.config").path("a").lock(), "my.config.a"),
            (Tree::root().path("a").lock(), ".a"),
            (Tree::root().lock(), "."),
        ] {
            let guard = acquire(backend, &lock);
            assert_eq!(guard.path(), name);
            backend.wait(guard.release()).unwrap();
        }
    }
}
