//! Leases: how they are renewed, and how they end.

use redis_model_tests::wait_until;

use super::*;

/// When the first lease of the tree `a` ends, in milliseconds of the server's clock.
fn lease_end<M: Wait>(backend: &Backend<M>) -> u64 {
    let fields: Vec<(String, String)> = backend.raw(&["HGETALL", "{a}@lock"]);
    let hold = fields.iter().find_map(|(field, value)| field.starts_with("h:").then_some(value)).unwrap();
    hold.lines().next().unwrap().parse().unwrap()
}

on_every_backend! {
    fn a_lease_is_renewed_in_the_background(backend) {
        let guard = acquire(backend, &Lock::at("a").lease(Duration::from_millis(300)));
        let first = guard.remaining();
        assert!(first <= Duration::from_millis(300));
        let (started, mut greatest) = (std::time::Instant::now(), Duration::ZERO);
        wait_until("it was held for three times its lease", || {
            assert!(guard.is_held(), "lost after {:?}", started.elapsed());
            greatest = greatest.max(guard.remaining());
            started.elapsed() > Duration::from_millis(900)
        });
        assert_eq!(release(backend, guard), Released::InTime);
    }

    fn a_fixed_lease_ends_unless_it_is_renewed_by_hand(backend) {
        let lease = Duration::from_millis(200);
        let guard = acquire(backend, &Lock::at("a").fixed_lease(lease));
        let end = lease_end(backend);
        if backend.advance(Duration::from_millis(50)) {
            backend.wait(guard.renew()).unwrap();
            assert_eq!(lease_end(backend), end + 50);
        }
        backend.wait(guard.lost()).unwrap();
        assert!(!guard.is_held() && guard.remaining().is_zero());
        assert!(backend.wait(guard.renew()).unwrap_err().is_lock_lost());
        assert!(backend.wait(guard.check()).unwrap_err().is_lock_lost());
        backend.advance(lease);
        // The guard gives up a moment before the server does, on whose clock the lease begins later.
        drop(acquire(backend, &Lock::at("a")));
        assert_eq!(release(backend, guard), Released::AlreadyLost);
    }

    fn a_lock_is_held_no_longer_than_it_may_be(backend) {
        let lock = Lock::at("a").lease(Duration::from_millis(60)).max_hold(Duration::from_millis(200));
        let guard = acquire(backend, &lock);
        backend.wait(guard.lost()).unwrap();
        assert!(backend.wait(guard.run(redis_model::Query::<()>::command(redis::cmd("SET").arg("{a}").arg(1).take()))).unwrap_err().is_lock_lost());
    }

    fn a_limit_shorter_than_the_lease_lets_others_in_when_it_ends(backend) {
        let limit = Duration::from_millis(100);
        let guard = acquire(backend, &Lock::at("a").lease(LONG).max_hold(limit));
        backend.wait(guard.lost()).unwrap();
        backend.advance(limit);
        drop(acquire(backend, &Lock::at("a")));
    }

    fn a_loss_that_the_server_tells_is_noticed(backend) {
        let guard = acquire(backend, &Lock::at("a").lease(Duration::from_millis(300)));
        backend.raw::<i64>(&["DEL", "{a}@lock"]);
        backend.wait(guard.lost()).unwrap();
        assert!(!guard.is_held());
        drop(guard);
        assert!(try_acquire(backend, &Lock::at("a")).is_some());
    }

    fn a_hold_that_is_gone_is_not_renewed_with_another_of_its_owner(backend) {
        let guard = acquire(backend, &Lock::at("a"));
        backend.raw::<i64>(&["DEL", "{a}@lock"]);
        let child = acquire(backend, &guard.child("b"));
        assert!(backend.wait(guard.renew()).unwrap_err().is_lock_lost());
        assert_eq!(release(backend, child), Released::InTime);
    }

    fn someone_elses_lock_is_never_released(backend) {
        let first = acquire(backend, &Lock::at("a"));
        backend.raw::<i64>(&["DEL", "{a}@lock"]);
        let second = acquire(backend, &Lock::at("a"));
        assert_eq!(release(backend, first), Released::AlreadyLost);
        assert!(try_acquire(backend, &Lock::at("a")).is_none());
        assert_eq!(release(backend, second), Released::InTime);
    }
}
