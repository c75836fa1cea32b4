//! Connections that are cut or fall silent, at any time in the life of a lock.

use std::thread;

use redis_model::{Error, Owner, Released, generic::Store};
use redis_model_tests::{Proxy, Wait, wait_until};

use super::*;

/// A short lease, so that a test sees several of its renewals.
const SHORT: Duration = Duration::from_millis(300);

/// A server, and two stores on it, the first of them through a proxy.
struct Setting<M: Wait> {
    server: RedisServer,
    proxy: Proxy,
    store: Store<M>,
    direct: Store<M>,
}

impl<M: Wait> Setting<M> {
    fn new() -> Self {
        let server = RedisServer::start();
        let proxy = Proxy::start(&server);
        let (store, direct) = (M::connect(&proxy.url()).unwrap(), M::connect(&server.url()).unwrap());
        Self { server, proxy, store, direct }
    }

    fn until_waiting(&self, count: usize) {
        wait_until("so many wait", || waiting(&self.server) == count);
    }

    fn until_nothing_is_left(&self) {
        wait_until("nothing is left", || entries(&self.server).is_empty());
    }
}

/// Whether the tree `a` remembers requests that were given up before they came.
fn has_refusals(server: &RedisServer) -> bool {
    let fields: Vec<String> = ask(server, &["HKEYS", "{a}@lock"]);
    fields.iter().any(|field| field.starts_with("x:"))
}

in_both_modes! {
    fn a_lock_whose_grant_was_lost_on_the_way_is_held_once<M>() {
        let Setting { server, proxy, store, .. } = &Setting::<M>::new();
        for number in 1..=3 {
            proxy.cut_after_request(number);
            let guard = M::wait(lock().acquire(store)).unwrap();
            assert_eq!(entries(server).len(), 1);
            assert_eq!(M::wait(guard.release()).unwrap(), Released::InTime);
            assert!(entries(server).is_empty());
        }
    }

    fn a_request_that_comes_after_it_was_given_up_is_refused<M>() {
        let Setting { server, proxy, .. } = &Setting::<M>::new();
        let settings = Store::builder().url(&proxy.url()).response_timeout(Duration::from_millis(40));
        let store = &M::connect_with(settings).unwrap();
        // With the scripts known, a request is one command.
        M::wait(M::wait(lock().acquire(store)).unwrap().release()).unwrap();
        proxy.delay_requests();
        let error = M::wait(lock().acquire(store)).unwrap_err();
        assert!(error.is_timeout(), "{error:?}");
        wait_until("it is given up", || has_refusals(server));
        let before = server.scripts_run();
        proxy.release();
        wait_until("the late request has come", || server.scripts_run() != before);
        assert!(entries(server).is_empty());
        assert!(M::wait(lock().acquire(store)).is_ok());
    }

    fn a_request_that_comes_a_second_time_after_the_release_is_refused<M>() {
        let Setting { server, proxy, store, .. } = &Setting::<M>::new();
        M::wait(M::wait(lock().acquire(store)).unwrap().release()).unwrap();
        for is_dropped in [true, false] {
            proxy.delay_requests();
            let count = proxy.requests();
            let guard = thread::scope(|scope| {
                let acquiring = scope.spawn(|| M::wait(lock().acquire(store)).unwrap());
                wait_until("the request has left", || proxy.requests() > count);
                // It is sent again over another connection, and granted.
                proxy.hang_up();
                acquiring.join().unwrap()
            });
            if is_dropped { drop(guard) } else { assert_eq!(M::wait(guard.release()).unwrap(), Released::InTime) }
            wait_until("it is given back", || entries(server).is_empty());
            let before = server.scripts_run();
            proxy.release();
            wait_until("the late request has come", || server.scripts_run() != before);
            assert!(entries(server).is_empty());
        }
    }

    fn a_request_that_comes_a_second_time_after_it_was_denied_is_refused<M>() {
        let Setting { server, proxy, store, direct } = &Setting::<M>::new();
        M::wait(M::wait(lock().acquire(store)).unwrap().release()).unwrap();
        let guard = M::wait(lock().acquire(direct)).unwrap();
        proxy.delay_requests();
        let count = proxy.requests();
        thread::scope(|scope| {
            let asking = scope.spawn(|| M::wait(lock().try_acquire(store)).unwrap());
            wait_until("the request has left", || proxy.requests() > count);
            // It is sent again over another connection, and denied.
            proxy.hang_up();
            assert!(asking.join().unwrap().is_none());
        });
        wait_until("it is given up", || has_refusals(server));
        M::wait(guard.release()).unwrap();
        let before = server.scripts_run();
        proxy.release();
        wait_until("the late request has come", || server.scripts_run() != before);
        assert!(entries(server).is_empty());
    }

    fn a_release_whose_reply_was_lost_was_in_time<M>() {
        let Setting { server, proxy, store, .. } = &Setting::<M>::new();
        let guard = M::wait(lock().acquire(store)).unwrap();
        proxy.cut_after_request(1);
        assert_eq!(M::wait(guard.release()).unwrap(), Released::InTime);
        let guards = M::wait(Lock::all([lock(), Lock::at("b")]).acquire(store)).unwrap();
        proxy.cut_after_request(2);
        assert_eq!(M::wait(guards.release()).unwrap(), Released::InTime);
        // One that was lost is told to be, whatever happens to the connection.
        let guard = M::wait(lock().acquire(store)).unwrap();
        server.command(&["DEL", "{a}@lock"]);
        assert!(M::wait(guard.check()).is_err());
        proxy.cut_after_request(1);
        assert_eq!(M::wait(guard.release()).unwrap(), Released::AlreadyLost);
    }

    fn a_waiter_whose_reply_was_lost_waits_once<M>() {
        let setting = &Setting::<M>::new();
        let guard = M::wait(lock().acquire(&setting.direct)).unwrap();
        thread::scope(|scope| {
            setting.proxy.cut_after_request(1);
            let waiter = scope.spawn(|| M::wait(lock().acquire(&setting.store)).unwrap());
            setting.until_waiting(1);
            M::wait(guard.release()).unwrap();
            let guard = waiter.join().unwrap();
            assert_eq!(M::wait(guard.release()).unwrap(), Released::InTime);
        });
        setting.until_nothing_is_left();
    }

    fn a_dropped_guard_is_given_back_over_a_new_connection<M>() {
        let setting = &Setting::<M>::new();
        for is_executed in [true, false] {
            let guard = M::wait(lock().acquire(&setting.store)).unwrap();
            if is_executed { setting.proxy.cut_after_request(1) } else { setting.proxy.cut() }
            drop(guard);
            setting.until_nothing_is_left();
        }
    }

    fn a_lease_is_renewed_over_new_connections<M>() {
        let Setting { proxy, store, .. } = &Setting::<M>::new();
        let lease = 2 * SHORT;
        let guard = M::wait(lock().lease(lease).acquire(store)).unwrap();
        let (started, mut cut) = (Instant::now(), 0);
        wait_until("it was held for twice its lease", || {
            if cut < started.elapsed().as_millis() / 80 {
                cut += 1;
                if cut % 2 == 0 { proxy.cut() } else { proxy.cut_after_request(1) }
            }
            assert!(guard.is_held(), "lost after {:?}", started.elapsed());
            started.elapsed() > 2 * lease
        });
        // The last order to cut may still wait for its request.
        _ = M::wait(guard.check());
        assert_eq!(M::wait(guard.release()).unwrap(), Released::InTime);
    }

    fn a_lock_that_cannot_be_renewed_is_lost<M>() {
        let Setting { proxy, store, .. } = &Setting::<M>::new();
        let guard = M::wait(lock().lease(SHORT).acquire(store)).unwrap();
        proxy.hold();
        M::wait(guard.lost()).unwrap();
        assert!(!guard.is_held());
        proxy.release();
        let error = M::wait(guard.run(write(1))).unwrap_err();
        assert!(matches!(error, Error::LockLost { .. }), "{error:?}");
    }

    fn a_loss_stays_one_although_a_late_reply_confirms_the_lease<M>() {
        let Setting { server, proxy, store, direct } = &Setting::<M>::new();
        let owner = Owner::new();
        let guard = M::wait(owner.lock(lock().lease(SHORT)).acquire(store)).unwrap();
        // The owner has another lock, so that its lease lasts on the server.
        let other = M::wait(owner.lock(Lock::at("a.b").lease(LONG)).acquire(direct)).unwrap();
        proxy.hold();
        M::wait(guard.lost()).unwrap();
        proxy.release();
        let echo = |store: &Store<M>| M::wait(Query::<String>::command(redis::cmd("ECHO").arg("x").take()).run(store));
        wait_until("the store works again", || echo(store).is_ok());
        for _ in 0..20 {
            echo(store).unwrap();
            assert!(!guard.is_held());
        }
        M::wait(guard.lost()).unwrap();
        assert!(other.is_held() && !entries(server).is_empty());
    }

    fn a_waiter_whose_subscription_was_cut_gets_its_turn<M>() {
        let setting = &Setting::<M>::new();
        for is_cut_before in [true, false] {
            let guard = M::wait(lock().acquire(&setting.direct)).unwrap();
            thread::scope(|scope| {
                let waiter = scope.spawn(|| acquire_in_spite_of_cuts(&setting.store));
                setting.until_waiting(1);
                if is_cut_before { setting.proxy.cut() } else { setting.proxy.hold_messages() }
                M::wait(guard.release()).unwrap();
                setting.proxy.cut();
                setting.proxy.release();
                assert_eq!(M::wait(waiter.join().unwrap().release()).unwrap(), Released::InTime);
            });
        }
    }

    fn a_waiter_whose_subscription_is_half_open_gets_its_turn<M>() {
        let mut setting = Setting::<M>::new();
        // Longer than it may take to be noticed.
        let settings = Store::builder().url(&setting.proxy.url()).connect_timeout(LONG).response_timeout(LONG);
        setting.store = M::connect_with(settings).unwrap();
        let setting = &setting;
        // Before there is a subscription, and with one that falls silent.
        for _ in 0..2 {
            setting.proxy.hold_messages();
            let guard = M::wait(lock().acquire(&setting.direct)).unwrap();
            thread::scope(|scope| {
                // Less than the server waits for waiters that it does not hear of.
                let lock = lock().wait(Duration::from_millis(2500));
                let waiter = scope.spawn(move || M::wait(lock.acquire(&setting.store)));
                setting.until_waiting(1);
                M::wait(guard.release()).unwrap();
                let guard = waiter.join().unwrap().unwrap();
                assert_eq!(M::wait(guard.release()).unwrap(), Released::InTime);
            });
            setting.proxy.release();
            let count = || ask::<String>(&setting.server, &["CLIENT", "LIST", "TYPE", "pubsub"]).lines().count();
            wait_until("there is a subscription", || count() == 1);
        }
    }

    fn a_lock_that_was_waited_for_is_held_for_longer_than_a_waiter_may_be_silent<M>() {
        let setting = &Setting::<M>::new();
        for lock in [lock(), lock().max_hold(LONG / 2), lock().lease(LONG * 4).max_hold(LONG)] {
            let guard = M::wait(lock.acquire(&setting.direct)).unwrap();
            thread::scope(|scope| {
                let waiter = scope.spawn(|| M::wait(lock.acquire(&setting.store)).unwrap());
                setting.until_waiting(1);
                M::wait(guard.release()).unwrap();
                let guard = waiter.join().unwrap();
                wait_until("its whole lease is confirmed", || {
                    assert!(guard.is_held());
                    guard.remaining() > LONG / 4
                });
                assert_eq!(M::wait(guard.release()).unwrap(), Released::InTime);
            });
        }
    }
}
