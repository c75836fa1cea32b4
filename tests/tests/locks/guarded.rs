//! Writes under a lock.

use redis_model::{Condition, Query};

use super::*;

fn saved<M: Wait>(backend: &Backend<M>) -> Guard<M> {
    backend.run(user().save()).unwrap();
    acquire(backend, &User::at(1).lock())
}

/// Ends all leases on the server, which the guard cannot know.
fn lose<M: Wait>(backend: &Backend<M>) {
    backend.raw::<i64>(&["DEL", "lock:user:{1}@lock"]);
}

fn is_invalid<T>(result: &Result<T>) -> bool {
    matches!(result, Err(Error::InvalidQuery { .. }))
}

on_every_backend! {
    fn a_write_under_a_lock_that_is_held_is_made(backend) {
        let guard = saved(backend);
        let it = User::at(1);
        backend.wait(guard.run(it.name().set("Eve"))).unwrap();
        let (logins, name) = backend.wait(guard.run((it.logins().incr(1), it.name().get()).batch())).unwrap();
        assert_eq!((logins, name.as_deref()), (8, Some("Eve")));
        backend.wait(guard.run(it.address().set(&Address { city: "Oslo".into(), zip: None }))).unwrap();
        backend.wait(guard.run(it.code().set("9"))).unwrap();
        backend.wait(guard.run(user().save())).unwrap();
        assert!(backend.wait(guard.run(it.delete())).unwrap());
        backend.wait(guard.check()).unwrap();
    }

    fn every_kind_of_write_can_be_made_under_a_lock(backend) {
        let guard = saved(backend);
        let it = User::at(1);
        assert_eq!(backend.wait(guard.run(it.logins().set_max(9))).unwrap(), 9);
        assert_eq!(backend.wait(guard.run(it.name().swap("Eve"))).unwrap().as_deref(), Some("Ada"));
        backend.wait(guard.run(it.name().compare_and_set("Eve", "Bob"))).unwrap();
        backend.wait(guard.run(it.address().zip().set("1"))).unwrap();
        assert_eq!(backend.wait(guard.run(it.address().zip().take())).unwrap().as_deref(), Some("1"));
        assert!(backend.wait(guard.run(it.expire(LONG))).unwrap());
        assert!(backend.wait(guard.run(it.persist())).unwrap());
        assert!(backend.wait(guard.run(it.code().clear())).unwrap());
        assert!(backend.wait(guard.run(it.delete())).unwrap());
        backend.wait(guard.run(it.or_create().name().set("new"))).unwrap();
        assert_eq!(backend.run(it.name().get()).unwrap().as_deref(), Some("new"));
        lose(backend);
        for result in [
            backend.wait(guard.run(it.logins().set_max(99))).map(drop::<i64>),
            backend.wait(guard.run(it.or_create().name().set("late"))),
        ] {
            assert!(matches!(result, Err(Error::LockLost { .. })), "{result:?}");
        }
    }

    fn a_write_under_a_lost_lock_is_refused_and_changes_nothing(backend) {
        let it = User::at(1);
        let writes: [Query<()>; 7] = [
            it.name().set("Eve"),
            it.logins().incr(1).map(drop),
            (it.name().set("Eve"), it.logins().incr(1)).batch().map(drop),
            user().save().into_query(),
            it.delete().map(drop),
            Query::<i64>::command(redis::cmd("DEL").arg("lock:user:{1}").take()).map(drop),
            it.code().set("9").into_query(),
        ];
        for write in writes {
            let guard = saved(backend);
            lose(backend);
            assert!(guard.is_held(), "it cannot know");
            let result = backend.wait(guard.run(write));
            assert!(matches!(&result, Err(Error::LockLost { path }) if path == "lock:user:{1}"), "{result:?}");
            assert_eq!(backend.run(User::load(1)).unwrap(), Some(user()));
            assert!(!guard.is_held(), "now it knows");
            backend.wait(guard.lost()).unwrap();
            assert_eq!(release(backend, guard), Released::AlreadyLost);
        }
    }

    fn a_check_tells_the_loss_of_a_lock(backend) {
        let guard = saved(backend);
        lose(backend);
        assert!(backend.wait(guard.check()).unwrap_err().is_lock_lost());
        assert!(!guard.is_held(), "now it knows");
        assert!(backend.wait(guard.run(User::at(1).name().set("Eve"))).unwrap_err().is_lock_lost());
    }

    fn a_refusal_says_what_to_do_instead(backend) {
        backend.run(user().save()).unwrap();
        let it = User::at(1);
        let refusal = |lock: Lock, query: Query<()>| {
            let guard = acquire(backend, &lock);
            match backend.wait(guard.run(query)) {
                Err(Error::InvalidQuery { reason }) => reason.into_owned(),
                other => panic!("{other:?}"),
            }
        };
        for (lock, query, instead) in [
            (it.name().lock(), it.address().city().set("Oslo"), "lock a path that holds it, or run"),
            (it.lock(), User::at(2).name().set("Eve"), "lock both with `Lock::all`, or run"),
            (it.lock().shared(), it.name().set("Eve"), ": lock it exclusively"),
        ] {
            let reason = refusal(lock, query);
            assert!(reason.contains(instead), "{reason}");
        }
    }

    fn a_lease_that_has_lapsed_is_lost_even_if_nobody_has_looked(backend) {
        let guard = saved(backend);
        if backend.advance(Duration::from_secs(31)) {
            let result = backend.wait(guard.run(User::at(1).name().set("Eve")));
            assert!(matches!(result, Err(Error::LockLost { .. })), "{result:?}");
        }
    }

    fn only_what_is_locked_can_be_written(backend) {
        backend.run(user().save()).unwrap();
        let it = User::at(1);
        let guard = acquire(backend, &it.address().lock());
        backend.wait(guard.run(it.address().city().set("Oslo"))).unwrap();
        backend.wait(guard.run(it.address().clear())).unwrap();
        let (name, _) = backend.wait(guard.run((it.name().get(), it.address().city().get()).batch())).unwrap();
        assert_eq!(name.as_deref(), Some("Ada"), "the rest of the record can be read");
        assert!(is_invalid(&backend.wait(guard.run(it.name().set("Eve")))));
        assert!(is_invalid(&backend.wait(guard.run(user().save()))));
        assert!(is_invalid(&backend.wait(guard.run(it.delete()))));
        assert!(is_invalid(&backend.wait(guard.run(it.code().set("9")))));
        assert!(is_invalid(&backend.wait(guard.run(User::at(2).address().city().set("Oslo")))));
        assert!(is_invalid(&backend.wait(guard.run(User::at(2).address().city().get()))));
        assert!(is_invalid(&backend.wait(guard.run(Query::<i64>::command(redis::cmd("EVAL").arg("return 1").arg(0).take())))));
        assert_eq!(backend.run(it.name().get()).unwrap().as_deref(), Some("Ada"));
    }

    fn a_shared_lock_lets_nothing_be_written(backend) {
        backend.run(user().save()).unwrap();
        let it = User::at(1);
        let guard = acquire(backend, &it.lock().shared());
        assert_eq!(backend.wait(guard.run(it.load())).unwrap(), Some(user()));
        assert!(is_invalid(&backend.wait(guard.run(it.name().set("Eve")))));
    }

    fn a_free_lock_protects_the_keys_with_its_tag(backend) {
        let guard = acquire(backend, &Lock::at("jobs.nightly"));
        let set = |key: &str| Query::<()>::command(redis::cmd("SET").arg(key).arg("x").take());
        backend.wait(guard.run(set("{jobs}:last"))).unwrap();
        assert!(is_invalid(&backend.wait(guard.run(set("other")))));
        backend.raw::<i64>(&["DEL", "{jobs}@lock"]);
        assert!(backend.wait(guard.run(set("{jobs}:last"))).unwrap_err().is_lock_lost());
    }

    fn conditions_hold_beside_the_lock(backend) {
        let guard = saved(backend);
        let it = User::at(1);
        let outdated = || it.name().compare_and_set("Bob", "Eve");
        assert!(backend.wait(guard.run(outdated())).unwrap_err().is_conflict());
        let key = it.key().clone();
        backend.wait(guard.run(it.name().set("Eve").when(Condition::field_equals(key, "name", "Ada")))).unwrap();
        lose(backend);
        assert!(backend.wait(guard.run(outdated())).unwrap_err().is_lock_lost(), "the lock comes first");
    }
}
