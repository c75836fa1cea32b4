//! Values that are kept in the process, too.

use std::sync::atomic::{AtomicU64, Ordering};

use redis_model::{
    __private::cached::{self, Bypass, Call, Form, Function, OfPlain as _, Probe, Shape},
    cache::invalidate_tag,
};

use super::*;

/// Keeps up to a hundred values.
fn near_cache() -> By<u64> {
    By::new("near values", TTL).l1(100).early(0.0).jitter(0.0).timeout(LONG).wait(LONG).lease(LONG)
}

/// Calls until the value is kept: the server has to confirm first that it tells of changes.
fn until_kept<M: Wait, R: Returns<u64> + PartialEq + std::fmt::Debug + Copy>(
    store: &Store<M>,
    cache: &By<u64>,
    id: u64,
    value: R,
) {
    let before = cache.info().l1_hits;
    wait_until("it is kept", || {
        assert_eq!(load(store, cache, id, || value), value);
        cache.info().l1_hits > before
    });
}

on_every_backend! {
    fn a_kept_value_is_found_without_redis(backend) {
        let cache = near_cache();
        until_kept(&backend.store, &cache, 1, 7);
        let before = cache.info();
        for _ in 0..10 {
            assert_eq!(load(&backend.store, &cache, 1, never::<u64>), 7);
        }
        let after = cache.info();
        assert_eq!((after.l1_hits - before.l1_hits, after.l2_hits - before.l2_hits), (10, 0));
        assert_eq!((after.misses, after.computes), (1, 1));
    }

    fn what_this_process_changes_it_sees_at_once(backend) {
        let cache = near_cache();
        for value in 0..20 {
            until_kept(&backend.store, &cache, 1, value);
            match value % 4 {
                0 => assert!(invalidate(backend, &cache, 1)),
                1 => {
                    put(backend, &cache, 1, 100);
                    assert_eq!(load(&backend.store, &cache, 1, never::<u64>), 100);
                    invalidate(backend, &cache, 1);
                }
                2 => assert_eq!(backend.wait(cache.on(&backend.store).clear()).unwrap(), 1),
                _ => assert!(invalidate(backend, &cache, 1) && !invalidate(backend, &cache, 1)),
            }
            assert_eq!(load(&backend.store, &cache, 1, || value + 1), value + 1);
        }
    }

    fn what_another_process_changes_is_seen_soon(backend) {
        let (cache, other) = (near_cache(), backend.other_store());
        until_kept(&backend.store, &cache, 1, 7);
        M::wait(cache.on(&other).put(&(1,), &8)).unwrap();
        wait_until("it is seen", || load(&backend.store, &cache, 1, never::<u64>) == 8);
        until_kept(&backend.store, &cache, 1, 8);
        M::wait(cache.on(&other).invalidate(&(1,))).unwrap();
        wait_until("it is seen", || load(&backend.store, &cache, 1, || 9) == 9);
        until_kept(&backend.store, &cache, 1, 9);
        backend.raw::<()>(&["FLUSHDB"]);
        wait_until("it is seen", || load(&backend.store, &cache, 1, || 10) == 10);
    }

    fn none_is_kept_where_it_is_stored(backend) {
        let cache = near_cache().none_ttl(TTL);
        until_kept(&backend.store, &cache, 1, None);
        assert_eq!(load(&backend.store, &cache, 1, never::<Option<u64>>), None);
        put(backend, &cache, 1, 7);
        assert_eq!(load(&backend.store, &cache, 1, never::<Option<u64>>), Some(7));
    }

    fn outdated_values_are_not_kept(backend) {
        let cache = near_cache().stale(LONG);
        until_kept(&backend.store, &cache, 2, 7);
        put(backend, &cache, 1, 7);
        outdate(backend, &Key::new("cache:{near values:0:1}"));
        let before = cache.info().l1_hits;
        for _ in 0..3 {
            assert_eq!(load(&backend.store, &cache, 1, fails), Ok(7));
        }
        assert_eq!((cache.info().l1_hits, cache.info().stale), (before, 3));
    }

    fn a_value_is_kept_no_longer_than_it_is_fresh(backend) {
        let cache = By::<u64>::new("short near values", Duration::from_millis(150)).l1(10).early(0.0).jitter(0.0);
        let cache = cache.timeout(LONG);
        if !backend.advance(Duration::ZERO) {
            wait_until("it is kept", || {
                load(&backend.store, &cache, 1, || 7);
                cache.info().l1_hits > 0
            });
            wait_until("it is computed anew", || load(&backend.store, &cache, 1, || 8) == 8);
        }
    }

    fn stores_do_not_share_what_they_keep(backend) {
        let (cache, other) = (near_cache(), Backend::<M>::server("").store);
        until_kept(&backend.store, &cache, 1, 7);
        M::wait(cache.on(&other).put(&(1,), &8)).unwrap();
        assert_eq!(load(&other, &cache, 1, || 9), 8);
        assert_eq!(load(&backend.store, &cache, 1, never::<u64>), 7);
    }

    fn a_value_whose_tag_was_invalidated_here_is_not_served_again(backend) {
        let function = Function::new("near tagged").l1(10).timeout(LONG);
        let load = |value: u64| {
            let call = Call::new(&function, &(1_u64,)).tag("all");
            M::finish(cached::run(Some(backend.store.clone()), call, near_form(), Bypass, || async move { value }))
        };
        let hits = || cached::info(Some(backend.store.clone()), &Call::new(&function, &())).l1_hits;
        for value in 0..10 {
            let before = hits();
            assert_eq!(load(value), value);
            wait_until("it is kept", || {
                assert_eq!(load(99), value);
                hits() > before
            });
            assert!(backend.wait(invalidate_tag(&backend.store, "all")).unwrap());
        }
        load(10);
        assert!(M::wait(invalidate_tag(&backend.other_store(), "all")).unwrap());
        wait_until("it is seen", || load(11) == 11);
    }

    fn callers_never_get_less_than_what_was_put_before_they_called(backend) {
        let cache = near_cache();
        let last = AtomicU64::new(0);
        put(backend, &cache, 1, 0);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    while last.load(Ordering::SeqCst) < 200 {
                        let before = last.load(Ordering::SeqCst);
                        let value = load(&backend.store, &cache, 1, never::<u64>);
                        assert!(value >= before, "{value} after {before}");
                    }
                });
            }
            for value in 1..=200 {
                put(backend, &cache, 1, value);
                last.store(value, Ordering::SeqCst);
            }
        });
    }
}

fn near_form() -> impl Form<u64> {
    Shape::new(&(&&&&Probe::<u64>::new()).values()).ttl(|_| TTL).near()
}

in_both_modes! {
    fn kept_values_are_served_for_a_moment_while_redis_is_gone_and_no_longer<M>() {
        let mut server = RedisServer::start();
        let store = M::connect(&server.url()).unwrap();
        let cache = near_cache().timeout(Duration::from_millis(200));
        until_kept(&store, &cache, 1, 7);
        server.kill();
        wait_until("it is not kept any more", || load(&store, &cache, 1, || 8) == 8);
        server.restart();
        wait_until("Redis is asked again", || {
            let before = cache.info().bypassed;
            load(&store, &cache, 1, || 9);
            cache.info().bypassed == before
        });
        until_kept(&store, &cache, 1, 9);
    }
}
