//! Several locks at once.

use std::thread;

use redis_model_tests::wait_until;

use super::*;

on_every_backend! {
    fn all_or_none_are_held(backend) {
        let all = || Lock::all([Lock::at("b"), Lock::at("a.x"), Lock::at("c").shared()]);
        let guards = backend.wait(all().acquire(&backend.store)).unwrap();
        assert_eq!(guards.guards().len(), 3);
        for path in ["a", "b", "c"] {
            assert!(try_acquire(backend, &Lock::at(path)).is_none(), "{path}");
        }
        assert_eq!(backend.wait(guards.release()).unwrap(), Released::InTime);
        let blocker = acquire(backend, &Lock::at("c"));
        assert!(backend.wait(all().try_acquire(&backend.store)).unwrap().is_none());
        let wait = Duration::from_millis(20);
        assert!(backend.wait(all().wait(wait).acquire(&backend.store)).unwrap_err().is_lock_timeout());
        release(backend, blocker);
        for path in ["a", "b", "c"] {
            drop(acquire(backend, &Lock::at(path)));
        }
    }

    fn the_wait_for_one_of_them_counts_from_the_first(backend) {
        let (first, second) = (acquire(backend, &Lock::at("a")), acquire(backend, &Lock::at("b")));
        let wait = Duration::from_millis(100);
        thread::scope(|scope| {
            let both = scope.spawn(|| {
                let both = Lock::all([Lock::at("a"), Lock::at("b")]).wait(wait);
                backend.wait(both.acquire(&backend.store)).unwrap_err()
            });
            wait_until("it waits", || both.is_finished() || backend.raw::<usize>(&["ZCARD", "{a}@lock:queue"]) == 1);
            release(backend, first);
            let error = both.join().unwrap();
            assert!(matches!(&error, Error::LockTimeout { waited, .. } if *waited >= wait), "{error:?}");
        });
        assert_eq!(release(backend, second), Released::InTime);
    }

    fn writes_need_every_lock(backend) {
        for id in [1, 2] {
            backend.run(User { id, ..user() }.save()).unwrap();
        }
        let (from, to) = (User::at(1), User::at(2));
        let guards = backend.wait(Lock::all([to.logins().lock(), from.logins().lock()]).acquire(&backend.store)).unwrap();
        let transfer = || (from.logins().incr(-3), to.logins().incr(3)).batch();
        assert_eq!(backend.wait(guards.run(transfer())).unwrap(), (4, 10));
        assert!(matches!(backend.wait(guards.run(to.name().set("Eve"))), Err(Error::InvalidQuery { .. })));
        backend.raw::<i64>(&["DEL", "lock:user:{2}@lock"]);
        let error = backend.wait(guards.run(transfer())).unwrap_err();
        assert!(matches!(&error, Error::LockLost { path } if path == "lock:user:{2}.logins"), "{error:?}");
        assert_eq!(backend.run(from.logins().get()).unwrap(), Some(4));
        let known: Vec<_> = guards.guards().iter().map(Guard::is_held).collect();
        assert_eq!(known, [true, false], "only the second one is lost");
        assert_eq!(backend.wait(guards.release()).unwrap(), Released::AlreadyLost);
    }

    fn a_refusal_names_the_lock_that_is_near_or_all_of_them(backend) {
        let (one, two) = (User::at(1).logins().lock(), User::at(2).logins().lock());
        let guards = backend.wait(Lock::all([one, two]).acquire(&backend.store)).unwrap();
        let refusal = |query| match backend.wait(guards.run(query)) {
            Err(Error::InvalidQuery { reason }) => reason.into_owned(),
            other => panic!("{other:?}"),
        };
        let near = refusal(User::at(2).name().set("Eve"));
        assert!(near.contains("the lock on `lock:user:{2}.logins`: lock a path that holds it"), "{near}");
        let far = refusal(User::at(3).name().set("Eve"));
        assert!(far.contains("locks on `lock:user:{1}.logins`, `lock:user:{2}.logins`: lock it together"), "{far}");
    }

    fn no_locks_protect_nothing(backend) {
        let guards = backend.wait(Lock::all([]).acquire(&backend.store)).unwrap();
        let refused = backend.wait(guards.run(User::at(1).name().set("Eve")));
        assert!(matches!(refused, Err(Error::InvalidQuery { .. })), "{refused:?}");
        assert_eq!(backend.wait(guards.release()).unwrap(), Released::InTime);
    }

    fn of_nested_locks_the_outer_one_is_taken_as_strictly_as_the_inner_one(backend) {
        let all = Lock::all([Lock::at("a.b.c"), Lock::at("a").shared(), Lock::at("a.b"), Lock::at("a-b")]);
        let guards = backend.wait(all.acquire(&backend.store)).unwrap();
        let paths: Vec<String> = guards.guards().iter().map(Guard::path).collect();
        assert_eq!(paths, ["a-b", "a"]);
        assert!(try_acquire(backend, &Lock::at("a.x").shared()).is_none());
    }
}
