//! What callers get while Redis cannot be asked.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::*;

/// A request is given up soon.
fn hurried_cache() -> By<u64> {
    cache().timeout(Duration::from_millis(50))
}

/// Calls until Redis answers again.
fn recover<M: Wait>(store: &Store<M>, cache: &By<u64>) {
    wait_until("Redis is asked again", || {
        let before = cache.info().bypassed;
        load(store, cache, 99, || 99);
        cache.info().bypassed == before
    });
}

/// Lets callers call while Redis cannot be asked, and until it can be again.
fn outlive<M: Wait>(store: &Store<M>, break_it: impl FnOnce(), repair_it: impl FnOnce()) {
    let cache = hurried_cache();
    load(store, &cache, 1, || 7);
    // Of a loaded machine's first request, too, it is asked.
    recover(store, &cache);
    let before = cache.info();
    break_it();
    assert_eq!(load(store, &cache, 1, || 8), 8);
    let first = cache.info();
    assert_eq!((first.bypassed - before.bypassed, first.errors - before.errors), (1, 1));
    for value in 0..50 {
        assert_eq!(load(store, &cache, 1, || value), value);
    }
    let after = cache.info();
    assert_eq!(after.bypassed - before.bypassed, 51);
    assert!(after.errors - before.errors < 25, "not every caller asks in vain: {after:?}");
    assert_eq!(load(store, &cache, 1, fails), Err("no"), "an error of the body stays one");
    repair_it();
    // On a loaded machine a request may take too long again.
    let hits = cache.info().l2_hits;
    wait_until("a stored value is served", || {
        let value = load(store, &cache, 1, || 9);
        assert!(value == 7 || value == 9, "{value}");
        cache.info().l2_hits > hits
    });
    assert_eq!(cache.info().stale + cache.info().fenced, 0);
}

in_both_modes! {
    fn a_server_that_was_killed<M>() {
        let server = std::cell::RefCell::new(RedisServer::start());
        let store = M::connect(&server.borrow().url()).unwrap();
        outlive(&store, || server.borrow_mut().kill(), || server.borrow_mut().restart());
    }

    fn a_server_that_hangs<M>() {
        let server = std::cell::RefCell::new(RedisServer::start());
        let store = M::connect(&server.borrow().url()).unwrap();
        outlive(&store, || server.borrow_mut().pause(), || server.borrow_mut().resume());
    }

    fn a_network_that_delivers_no_replies<M>() {
        let server = RedisServer::start();
        let proxy = Proxy::start(&server);
        let store = M::connect(&proxy.url()).unwrap();
        outlive(&store, || proxy.hold(), || proxy.release());
    }

    fn a_network_that_refuses_connections<M>() {
        let server = RedisServer::start();
        let proxy = Proxy::start(&server);
        let store = M::connect(&proxy.url()).unwrap();
        let cut = || {
            proxy.refuse();
            proxy.cut();
        };
        outlive(&store, cut, || proxy.accept());
    }

    fn connections_that_were_cut_are_made_again<M>() {
        let server = RedisServer::start();
        let proxy = Proxy::start(&server);
        let store = M::connect(&proxy.url()).unwrap();
        let cache = cache::<u64>();
        for value in 0..10 {
            proxy.cut();
            let value = load(&store, &cache, value, || value);
            proxy.cut();
            assert_eq!(load(&store, &cache, value, never::<u64>), value);
        }
        assert_eq!(counters(&cache), "l2_hits 10, misses 10, computes 10");
    }

    fn a_server_that_dies_while_a_value_is_computed<M>() {
        let mut server = RedisServer::start();
        let store = M::connect(&server.url()).unwrap();
        let cache = cache::<u64>().timeout(Duration::from_millis(200));
        let value = load(&store, &cache, 1, || {
            server.kill();
            7
        });
        assert_eq!(value, 7);
        assert_eq!(counters(&cache), "misses 1, computes 1, errors 1");
        server.restart();
        wait_until("a stored value is served", || {
            assert_eq!(load(&store, &cache, 1, || 8), 8);
            cache.info().l2_hits > 0
        });
    }

    fn what_was_invalidated_elsewhere_is_not_given_to_who_came_later<M>() {
        let server = RedisServer::start();
        let proxy = Proxy::start(&server);
        let (store, direct) = (M::connect(&proxy.url()).unwrap(), M::connect(&server.url()).unwrap());
        let cache = cache::<u64>().timeout(Duration::from_millis(200));
        let (truth, is_computing) = (AtomicU64::new(1), AtomicBool::new(false));
        thread::scope(|scope| {
            scope.spawn(|| {
                load(&store, &cache, 1, || {
                    let value = truth.load(Ordering::SeqCst);
                    is_computing.store(true, Ordering::SeqCst);
                    wait_until("another one waits", || cache.info().waits == 1);
                    proxy.refuse();
                    proxy.cut();
                    value
                })
            });
            wait_until("it computes", || is_computing.load(Ordering::SeqCst));
            truth.store(2, Ordering::SeqCst);
            meanwhile(|| M::wait(cache.on(&direct).invalidate(&(1,)))).unwrap();
            // It begins after the invalidation, and nobody knows whether what is computed was stored before that.
            assert_eq!(load(&store, &cache, 1, || truth.load(Ordering::SeqCst)), 2);
        });
    }

    fn those_who_wait_when_the_server_dies_get_a_value<M>() {
        let server = std::sync::Mutex::new(RedisServer::start());
        let store = M::connect(&server.lock().unwrap().url()).unwrap();
        let cache = cache::<u64>().timeout(Duration::from_millis(200));
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let value = load(&store, &cache, 1, || {
                        wait_until("all others wait", || cache.info().waits == 7);
                        server.lock().unwrap().kill();
                        7
                    });
                    assert_eq!(value, 7);
                });
            }
        });
        assert_eq!((calls(&cache.info()), cache.info().computes), (8, 1));
    }

    fn a_body_may_use_the_only_connection<M>() {
        let server = RedisServer::start();
        let store = M::connect_with(Store::<M>::builder().url(&server.url()).max_connections(1)).unwrap();
        let cache = cache::<u64>();
        thread::scope(|scope| {
            for id in 0..8 {
                let (store, cache) = (&store, &cache);
                scope.spawn(move || {
                    let body = || meanwhile(|| load(store, cache, 100 + id % 2, || 7));
                    assert_eq!(load(store, cache, id, body), 7);
                });
            }
        });
        assert_eq!((calls(&cache.info()), cache.info().computes), (16, 10));
    }

    fn a_server_that_refuses_writes_leaves_what_is_stored<M>() {
        let server = RedisServer::start();
        let store = M::connect(&server.url()).unwrap();
        let cache = cache::<u64>();
        load(&store, &cache, 1, || 7);
        server.command(&["CONFIG", "SET", "maxmemory-policy", "noeviction"]);
        server.command(&["CONFIG", "SET", "maxmemory", "1"]);
        assert_eq!(load(&store, &cache, 1, never::<u64>), 7);
        assert_eq!(load(&store, &cache, 2, || 8), 8);
        assert_eq!(cache.info().bypassed, 1);
        server.command(&["CONFIG", "SET", "maxmemory", "0"]);
        assert_eq!(load(&store, &cache, 2, || 8), 8);
        assert_eq!(load(&store, &cache, 2, never::<u64>), 8);
        assert_eq!(calls(&cache.info()), 5);
    }
}

on_every_backend! {
    fn stores_share_no_breaker(backend) {
        // Nobody listens at this address.
        let dead = Store::<M>::builder().url("redis://127.0.0.1:1/");
        if let Ok(dead) = M::connect_with(dead) {
            let cache = hurried_cache();
            assert_eq!(load(&dead, &cache, 1, || 8), 8);
            assert_eq!(load(&backend.store, &cache, 1, || 7), 7);
        }
    }
}
