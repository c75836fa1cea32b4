//! One name, one holder.

use std::{sync::mpsc, thread};

use redis_model::{Mutex, generic::MutexGuard};

use super::*;

const KEY: &str = "{a}@mutex";

fn acquire<M: Wait>(backend: &Backend<M>, mutex: &Mutex) -> MutexGuard<M> {
    backend.wait(mutex.acquire(&backend.store)).unwrap()
}

fn try_acquire<M: Wait>(backend: &Backend<M>, mutex: &Mutex) -> Option<MutexGuard<M>> {
    backend.wait(mutex.try_acquire(&backend.store)).unwrap()
}

/// When the lease ends, in milliseconds of the server's clock.
fn lease_end<M: Wait>(backend: &Backend<M>) -> i64 {
    backend.raw(&["PEXPIRETIME", KEY])
}

on_every_backend! {
    fn a_second_holder_is_refused_until_the_first_releases(backend) {
        let mutex = Mutex::named("a");
        assert!(!backend.run(mutex.is_locked()).unwrap());
        let guard = acquire(backend, &mutex);
        assert!(guard.is_held() && backend.run(mutex.is_locked()).unwrap());
        assert!(try_acquire(backend, &mutex).is_none());
        let other = try_acquire(backend, &Mutex::named("b"));
        assert!(other.is_some(), "another name is another mutex");
        assert_eq!(backend.wait(guard.release()).unwrap(), Released::InTime);
        assert!(try_acquire(backend, &mutex).is_some());
    }

    fn one_who_waits_gets_it_after_the_release(backend) {
        let guard = acquire(backend, &Mutex::named("a"));
        let (sender, served) = mpsc::channel();
        thread::scope(|scope| {
            for number in 0..4 {
                let sender = sender.clone();
                scope.spawn(move || {
                    let guard = acquire(backend, &Mutex::named("a").wait(LONG));
                    sender.send(number).unwrap();
                    assert_eq!(backend.wait(guard.release()).unwrap(), Released::InTime);
                });
            }
            assert!(served.try_recv().is_err());
            assert_eq!(backend.wait(guard.release()).unwrap(), Released::InTime);
        });
        let mut served: Vec<_> = served.try_iter().collect();
        served.sort_unstable();
        assert_eq!(served, [0, 1, 2, 3]);
    }

    fn a_wait_that_is_too_long_names_the_mutex_and_the_lease(backend) {
        let _guard = acquire(backend, &Mutex::named("a").lease(LONG));
        for wait in [Duration::ZERO, SHORT] {
            let error = backend.wait(Mutex::named("a").wait(wait).acquire(&backend.store)).unwrap_err();
            let Error::LockTimeout { path, waited, holder_lease: Some(lease) } = &error else { panic!("{error:?}") };
            assert_eq!(path, "a");
            assert!(*waited >= wait && *lease > LONG / 2 && *lease <= LONG, "{error:?}");
        }
    }

    fn a_wait_without_end_is_no_mistake(backend) {
        let guard = acquire(backend, &Mutex::named("a").wait(Duration::MAX).max_hold(Duration::MAX));
        assert!(guard.is_held());
    }

    fn a_lease_that_has_ended_lets_others_in(backend) {
        let first = acquire(backend, &Mutex::named("a").fixed_lease(Duration::from_secs(5)));
        if backend.advance(Duration::from_millis(5_001)) {
            let second = try_acquire(backend, &Mutex::named("a")).unwrap();
            assert!(is_lost(&backend.wait(first.run(set("{a}", "late")))), "refused by the server");
            assert!(is_lost(&backend.wait(first.renew())), "a renewal takes nothing from anybody");
            assert_eq!(backend.wait(first.release()).unwrap(), Released::AlreadyLost);
            assert!(backend.wait(second.check()).is_ok());
            assert_eq!(backend.raw::<i64>(&["EXISTS", "{a}"]), 0);
        }
    }

    fn one_who_waits_gets_it_when_the_lease_ends(backend) {
        let _dead = acquire(backend, &Mutex::named("a").fixed_lease(Duration::from_secs(5)));
        thread::scope(|scope| {
            let waiter = scope.spawn(|| acquire(backend, &Mutex::named("a").wait(LONG)));
            if !backend.advance(Duration::from_millis(5_001)) {
                backend.expire_now(&KEY.into());
            }
            assert!(waiter.join().unwrap().is_held());
        });
    }

    fn a_renewal_does_not_bring_a_lost_mutex_back(backend) {
        let guard = acquire(backend, &Mutex::named("a").lease(Duration::from_millis(300)));
        backend.raw::<i64>(&["DEL", KEY]);
        backend.wait(guard.lost()).unwrap();
        assert!(!guard.is_held());
        assert_eq!(backend.raw::<i64>(&["EXISTS", KEY]), 0);
        assert_eq!(backend.wait(guard.release()).unwrap(), Released::AlreadyLost);
    }

    fn a_lease_is_renewed_in_the_background(backend) {
        let guard = acquire(backend, &Mutex::named("a").lease(Duration::from_secs(3)));
        let first = lease_end(backend);
        wait_until("it was renewed", || {
            backend.advance(Duration::from_millis(1));
            lease_end(backend) > first
        });
        assert_eq!(backend.wait(guard.release()).unwrap(), Released::InTime);
    }

    fn a_renewal_never_shortens_a_lease(backend) {
        let guard = acquire(backend, &Mutex::named("a").fixed_lease(Duration::from_secs(5)));
        backend.raw::<i64>(&["PEXPIRE", KEY, "600000"]);
        backend.wait(guard.renew()).unwrap();
        assert!(backend.raw::<i64>(&["PTTL", KEY]) > 500_000);
    }

    fn a_token_is_never_released_by_others(backend) {
        let first = acquire(backend, &Mutex::named("a"));
        backend.raw::<i64>(&["DEL", KEY]);
        let second = acquire(backend, &Mutex::named("a"));
        drop(first);
        // What was dropped is given back in the background: whoever comes after it sees what it has done.
        drop(acquire(backend, &Mutex::named("other")));
        assert!(backend.wait(Mutex::named("other").acquire(&backend.store)).is_ok());
        assert!(try_acquire(backend, &Mutex::named("a")).is_none());
        assert_eq!(backend.wait(second.release()).unwrap(), Released::InTime);
    }

    fn only_what_has_the_name_as_its_tag_is_protected(backend) {
        let guard = acquire(backend, &Mutex::named("a"));
        backend.wait(guard.run(set("report:{a}", "1"))).unwrap();
        assert!(is_invalid(&backend.wait(guard.run(set("report:{b}", "1")))));
        assert!(is_invalid(&backend.wait(guard.run(set("report", "1")))));
        backend.raw::<i64>(&["DEL", KEY]);
        assert!(is_lost(&backend.wait(guard.run(set("report:{a}", "2")))));
        assert!(is_lost(&backend.wait(guard.check())));
        assert_eq!(backend.raw::<String>(&["GET", "report:{a}"]), "1");
    }

    fn what_is_dropped_is_given_back(backend) {
        drop(acquire(backend, &Mutex::named("a")));
        assert!(backend.wait(Mutex::named("a").acquire(&backend.store)).is_ok());
    }

    fn bad_names_leases_and_keys_are_told(backend) {
        for name in ["", &"a".repeat(1025)] {
            let mutex = Mutex::named(name);
            assert!(matches!(backend.wait(mutex.acquire(&backend.store)), Err(Error::InvalidKey { .. })));
            assert!(matches!(backend.run(mutex.is_locked()), Err(Error::InvalidKey { .. })));
        }
        assert!(is_invalid(&backend.wait(Mutex::named("a").lease(Duration::ZERO).acquire(&backend.store))));
        assert_eq!(backend.raw::<i64>(&["DBSIZE"]), 0);
        backend.raw::<i64>(&["LPUSH", KEY, "x"]);
        assert!(matches!(backend.wait(Mutex::named("a").acquire(&backend.store)), Err(Error::WrongType { .. })));
        assert_eq!(backend.raw::<i64>(&["LLEN", KEY]), 1);
    }

    fn a_name_may_have_any_characters(backend) {
        let _other = acquire(backend, &Mutex::named("b"));
        for name in ["a}b{", "{}", "a.b", "é\n", " "] {
            let guard = acquire(backend, &Mutex::named(name));
            assert!(try_acquire(backend, &Mutex::named(name)).is_none(), "{name:?}");
            assert_eq!(backend.wait(guard.release()).unwrap(), Released::InTime);
        }
    }
}

#[test]
fn code_runs_under_a_mutex_and_its_errors_stay_its_own() {
    let backend = Backend::<redis_model::Blocking>::embedded();
    let store = &backend.store;
    let done = Mutex::named("a").on(store).with(|guard| guard.run(set("{a}", "1")));
    assert!(done.is_ok());
    let failed = Mutex::named("a").on(store).with(|_| Err::<(), _>(Error::Protocol { reason: "mine" }));
    assert!(matches!(failed, Err(Error::Protocol { reason: "mine" })));
    let lost = Mutex::named("a").on(store).with(|_| {
        backend.raw::<i64>(&["DEL", KEY]);
        Ok::<_, Error>(())
    });
    assert!(is_lost(&lost));
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        Mutex::named("a").on(store).with(|_| -> Result<()> { panic!("the code's own") })
    }));
    assert!(panicked.is_err() && !backend.run(Mutex::named("a").is_locked()).unwrap());
}
