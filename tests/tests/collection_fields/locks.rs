//! Locks on collections, and writes under locks.

use redis_model::{Error, Lock, Result, generic::Guard, path, prelude::*};
use redis_model_tests::on_every_backend;

use super::*;

fn acquire<M: Wait>(backend: &Backend<M>, lock: &Lock) -> Guard<M> {
    backend.wait(lock.acquire(&backend.store)).unwrap()
}

fn is_free<M: Wait>(backend: &Backend<M>, lock: &Lock) -> bool {
    backend.wait(lock.try_acquire(&backend.store)).unwrap().is_some()
}

/// Writes of all sorts to the collection `tags`.
fn write<M: Wait>(backend: &Backend<M>, guard: &Guard<M>) -> Result<()> {
    let it = User::at(1);
    backend.wait(guard.run(it.tags().insert("x")))?;
    backend.wait(guard.run(it.tags().replace(["y", "z"])))?;
    backend.wait(guard.run(it.field(path!(User.tags)).clear())).map(drop)
}

on_every_backend! {
    fn a_lock_on_a_collection_excludes_those_above_it(backend) {
        let it = User::at(1);
        let guard = acquire(backend, &it.tags().lock());
        assert_eq!(guard.path(), "user:{1}.tags");
        assert!(!is_free(backend, &it.lock()));
        assert!(!is_free(backend, &it.field(path!(User.tags)).lock()));
        assert!(is_free(backend, &it.readers().lock()));
        let nested = acquire(backend, &it.home().rooms().lock());
        assert!(!is_free(backend, &it.home().lock()));
        assert!(is_free(backend, &it.work().lock()));
        backend.wait(nested.release()).unwrap();
        backend.wait(guard.release()).unwrap();
    }

    fn a_write_under_a_lock_on_the_record_or_the_collection_is_made(backend) {
        backend.run(user().save()).unwrap();
        for lock in [User::at(1).lock(), User::at(1).tags().lock()] {
            let guard = acquire(backend, &lock);
            write(backend, &guard).unwrap();
            backend.wait(guard.release()).unwrap();
        }
        let guard = acquire(backend, &User::at(1).lock());
        backend.wait(guard.run(user().save())).unwrap();
        backend.wait(guard.run(User::at(1).feed().insert(1, 7))).unwrap();
        backend.wait(guard.run(User::at(1).work().clear())).unwrap();
        assert_eq!(backend.wait(guard.run(User::load(1))).unwrap().unwrap().feed, [3, 7, 1, 2]);
    }

    fn a_lock_on_something_else_does_not_allow_it(backend) {
        backend.run(user().save()).unwrap();
        for lock in [User::at(1).home().lock(), User::at(1).name().lock(), User::at(2).lock()] {
            let guard = acquire(backend, &lock);
            let refused = write(backend, &guard);
            assert!(matches!(refused, Err(Error::InvalidQuery { .. })), "{refused:?}");
            backend.wait(guard.release()).unwrap();
        }
        let guard = acquire(backend, &User::at(1).home().lock());
        backend.wait(guard.run(User::at(1).home().rooms().replace(["x"]))).unwrap();
        assert_eq!(backend.run(User::fetch(1)).unwrap().tags, user().tags);
    }

    fn what_is_only_read_needs_no_lock_of_its_own(backend) {
        backend.run(user().save()).unwrap();
        fill_remotes(backend);
        let it = User::at(1);
        let guard = acquire(backend, &it.readers().lock());
        assert_eq!(backend.wait(guard.run(it.feed().slice(.., 2))).unwrap(), [3, 2]);
        backend.wait(guard.run(it.home().visitors().union_into(&it.work().visitors(), &it.readers()))).unwrap();
        assert_eq!(backend.run(it.readers().load()).unwrap(), HashSet::from([9, 10]));
        let refused = backend.wait(guard.run(it.readers().union_into(&it.work().visitors(), &it.home().visitors())));
        assert!(matches!(refused, Err(Error::InvalidQuery { .. })), "{refused:?}");
    }

    fn a_write_under_a_lost_lock_is_refused(backend) {
        backend.run(user().save()).unwrap();
        let guard = acquire(backend, &User::at(1).tags().lock());
        backend.raw::<i64>(&["DEL", "user:{1}@lock"]);
        let refused = write(backend, &guard);
        assert!(matches!(refused, Err(Error::LockLost { .. })), "{refused:?}");
        assert_eq!(backend.run(User::fetch(1)).unwrap().tags, user().tags);
    }
}
