//! Hierarchical locks: who excludes whom, waiting, leases, and writes under a lock.

// A test reports by its panic.
#![allow(clippy::unwrap_used)]

#[path = "locks/deadlock.rs"]
mod deadlock;
#[path = "locks/guarded.rs"]
mod guarded;
#[path = "locks/leases.rs"]
mod leases;
#[path = "locks/queue.rs"]
mod queue;
#[path = "locks/several.rs"]
mod several;

use std::time::Duration;

use redis_model::{Error, Lock, Owner, Released, prelude::*};
use redis_model::{Expiring, RedisFields, RedisModel, Result, generic::Guard, path};
use redis_model_tests::{Backend, Wait, on_every_backend};

/// Longer than a test takes, so that nothing of it ends by itself.
const LONG: Duration = Duration::from_secs(600);

#[derive(RedisModel, Debug, Clone, PartialEq)]
#[redis(prefix = "lock:user")]
struct User {
    #[redis(id)]
    id: u64,
    name: String,
    logins: i64,
    #[redis(nested)]
    address: Address,
    #[redis(ttl = "15m")]
    code: Expiring<String>,
}

#[derive(RedisFields, Debug, Clone, PartialEq)]
struct Address {
    #[redis(rename = "town")]
    city: String,
    zip: Option<String>,
}

fn user() -> User {
    let address = Address { city: "London".into(), zip: None };
    User { id: 1, name: "Ada".into(), logins: 7, address, code: Expiring::new("1234".into()) }
}

fn acquire<M: Wait>(backend: &Backend<M>, lock: &Lock) -> Guard<M> {
    backend.wait(lock.acquire(&backend.store)).unwrap()
}

fn try_acquire<M: Wait>(backend: &Backend<M>, lock: &Lock) -> Option<Guard<M>> {
    backend.wait(lock.try_acquire(&backend.store)).unwrap()
}

fn release<M: Wait>(backend: &Backend<M>, guard: Guard<M>) -> Released {
    backend.wait(guard.release()).unwrap()
}

/// Whether two locks can be held together by different owners.
fn are_compatible<M: Wait>(backend: &Backend<M>, first: &Lock, second: &Lock) -> bool {
    let guard = acquire(backend, first);
    let is_locked = backend.run(second.is_locked()).unwrap();
    let other = try_acquire(backend, second);
    assert_eq!(is_locked, other.is_none());
    for guard in other.into_iter().chain([guard]) {
        assert_eq!(release(backend, guard), Released::InTime);
    }
    !is_locked
}

on_every_backend! {
    fn a_lock_excludes_itself_and_what_is_above_and_below_it(backend) {
        let at = |path: &str| Lock::at(path);
        for (first, second) in [("a.b", "a.b"), ("a.b", "a"), ("a", "a.b"), ("a", "a.b.c.d"), ("a.b.c.d", "a.b")] {
            assert!(!are_compatible(backend, &at(first), &at(second)), "{first} {second}");
            assert!(!are_compatible(backend, &at(first).shared(), &at(second)), "shared {first} {second}");
            assert!(!are_compatible(backend, &at(first), &at(second).shared()), "{first} shared {second}");
            assert!(are_compatible(backend, &at(first).shared(), &at(second).shared()), "shared {first} {second}");
        }
        for (first, second) in [("a.b", "a.c"), ("a.b", "a.bc"), ("a", "ab"), ("a.b.c", "a.b.d"), ("a.b%", "a.b"), ("a.\n", "a.%0A")] {
            assert!(are_compatible(backend, &at(first), &at(second)), "{first} {second}");
        }
    }

    fn handles_lock_what_they_point_to(backend) {
        let it = User::at(1);
        let (record, address, city, zip, name) = (it.lock(), it.address().lock(), it.address().city().lock(), it.address().zip().lock(), it.name().lock());
        assert!(!are_compatible(backend, &record, &city));
        assert!(!are_compatible(backend, &record, &it.code().lock()));
        assert!(!are_compatible(backend, &city, &address));
        assert!(!are_compatible(backend, &it.field(path!(User.address.city)).lock(), &city));
        assert!(!are_compatible(backend, &it.field(path!(User.address)).lock(), &city));
        assert!(!are_compatible(backend, &it.field(path!(User.code)).lock(), &record));
        assert!(are_compatible(backend, &it.field(path!(User.address)).lock(), &name));
        assert!(are_compatible(backend, &city, &zip));
        assert!(are_compatible(backend, &address, &name));
        assert!(are_compatible(backend, &record, &User::at(2).lock()));
        let guard = acquire(backend, &city);
        assert_eq!(guard.path(), "lock:user:{1}.address.town");
        assert_eq!(backend.raw::<i64>(&["EXISTS", "lock:user:{1}@lock"]), 1);
    }

    fn fences_grow_in_a_tree(backend) {
        let mut last = 0;
        for path in ["a.b", "a.c", "a", "a.b"] {
            let guard = acquire(backend, &Lock::at(path));
            assert!(guard.fence() > last);
            last = guard.fence();
            release(backend, guard);
        }
    }

    fn one_owners_locks_do_not_exclude_each_other(backend) {
        let owner = Owner::new();
        let outer = acquire(backend, &owner.lock(Lock::at("a.b")));
        let inner = acquire(backend, &outer.child("c"));
        assert_eq!(inner.path(), "a.b.c");
        let above = acquire(backend, &owner.lock(Lock::at("a")));
        assert!(try_acquire(backend, &Lock::at("a.x")).is_none());
        assert!(!backend.run(owner.lock(Lock::at("a")).is_locked()).unwrap());
        release(backend, above);
        release(backend, outer);
        let beside = try_acquire(backend, &Lock::at("a.b.d")).unwrap();
        release(backend, beside);
        assert!(try_acquire(backend, &Lock::at("a.b")).is_none());
        release(backend, inner);
        assert!(try_acquire(backend, &Lock::at("a.b")).is_some());
    }

    fn a_wait_that_is_too_long_names_the_path_and_the_lease(backend) {
        let guard = acquire(backend, &Lock::at("a.b").lease(LONG));
        let wait = Duration::from_millis(20);
        let error = backend.wait(Lock::at("a").wait(wait).acquire(&backend.store)).unwrap_err();
        let Error::LockTimeout { path, waited, holder_lease: Some(lease) } = &error else { panic!("{error:?}") };
        assert_eq!(path, "a");
        assert!(*waited >= wait && *lease > LONG / 2 && *lease <= LONG, "{error:?}");
        assert!(error.is_timeout() && error.is_lock_timeout());
        // It has left the queue: nobody is kept back by it.
        assert!(try_acquire(backend, &Lock::at("a.c")).is_some());
        assert_eq!(release(backend, guard), Released::InTime);
    }

    fn what_is_dropped_is_given_back(backend) {
        drop(acquire(backend, &Lock::at("a")));
        let guard = acquire(backend, &Lock::at("a.b"));
        drop(guard);
        assert!(backend.wait(Lock::at("a").acquire(&backend.store)).is_ok());
    }

    fn closing_a_store_gives_back_what_was_dropped(backend) {
        drop(acquire(backend, &Lock::at("a")));
        backend.wait(backend.store.clone().close()).unwrap();
        assert_eq!(backend.raw::<Vec<String>>(&["HKEYS", "{a}@lock"]), ["#"]);
    }

    fn bad_paths_and_leases_are_told_and_nothing_is_sent(backend) {
        for path in ["", ".a", "a.", "a..b"] {
            let error = backend.wait(Lock::at(path).acquire(&backend.store)).unwrap_err();
            assert!(matches!(&error, Error::InvalidPath { path: told, .. } if told.starts_with(path.trim_end_matches('.'))), "{error:?}");
            assert!(matches!(backend.run(Lock::at(path).is_locked()), Err(Error::InvalidPath { .. })));
        }
        let zero = Lock::at("a").lease(Duration::ZERO);
        assert!(matches!(backend.wait(zero.acquire(&backend.store)), Err(Error::InvalidQuery { .. })));
        assert_eq!(backend.raw::<i64>(&["DBSIZE"]), 0);
    }

    fn limits_without_end_are_no_trouble(backend) {
        let lock = Lock::at("a").lease(Duration::MAX).wait(Duration::MAX).max_hold(Duration::MAX);
        let guard = acquire(backend, &lock);
        assert!(guard.remaining() > LONG && guard.is_held());
        assert_eq!(release(backend, guard), Released::InTime);
    }

    fn keys_of_a_tree_go_some_time_after_its_last_lease(backend) {
        let guard = acquire(backend, &Lock::at("a.b"));
        release(backend, guard);
        let left: i64 = backend.raw(&["PTTL", "{a}@lock"]);
        assert!((30_000..=180_000).contains(&left), "{left}");
        if backend.advance(Duration::from_secs(200)) {
            assert_eq!(backend.raw::<i64>(&["DBSIZE"]), 0);
        }
    }

    fn a_state_that_something_else_has_changed_is_told(backend) {
        backend.raw::<()>(&["SET", "{a}@lock", "text"]);
        let error = backend.wait(Lock::at("a").acquire(&backend.store)).unwrap_err();
        assert!(matches!(&error, Error::WrongType { .. }), "{error:?}");
        backend.raw::<i64>(&["DEL", "{a}@lock"]);
        backend.raw::<i64>(&["HSET", "{a}@lock", "#", "nonsense"]);
        let error = backend.wait(Lock::at("a").acquire(&backend.store)).unwrap_err();
        assert!(matches!(&error, Error::LockState { key } if key.to_string() == "{a}@lock"), "{error:?}");
    }
}
