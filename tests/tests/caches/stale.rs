//! Values beyond their time to live.

use super::*;

/// Served for ten minutes beyond its time to live.
fn stale_cache() -> By<u64> {
    cache().stale(LONG)
}

/// With an outdated 7 in it.
fn outdated<M: Wait>(backend: &Backend<M>) -> By<u64> {
    let cache = stale_cache();
    put(backend, &cache, 1, 7);
    outdate(backend, &entry(1));
    cache
}

on_every_backend! {
    fn an_outdated_value_is_refreshed_by_its_caller(backend) {
        let cache = outdated(backend);
        assert_eq!(load(&backend.store, &cache, 1, || 8), 8);
        assert_eq!(load(&backend.store, &cache, 1, never::<u64>), 8);
        assert_eq!(counters(&cache), "l2_hits 1, misses 1, computes 1");
        assert_eq!(keys(backend), 1);
    }

    fn an_entry_lives_as_long_as_it_may_be_served(backend) {
        let cache = stale_cache();
        load(&backend.store, &cache, 1, || 7);
        let life = backend.raw::<i64>(&["PTTL", &entry(1).to_string()]);
        assert!((659_000..=660_000).contains(&life), "{life}");
        if backend.advance(TTL + LONG) {
            assert_eq!(load(&backend.store, &cache, 1, || 8), 8);
            assert_eq!(counters(&cache), "misses 2, computes 2");
        }
    }

    fn while_one_refreshes_others_get_the_outdated_value(backend) {
        let (cache, other) = (outdated(backend), backend.other_store());
        let refreshed = load(&backend.store, &cache, 1, || {
            for store in [&backend.store, &other] {
                assert_eq!(meanwhile(|| load(store, &cache, 1, never::<u64>)), 7);
            }
            8
        });
        assert_eq!(refreshed, 8);
        assert_eq!(counters(&cache), "stale 2, misses 1, computes 1", "and nobody waits");
    }

    fn when_the_body_fails_its_caller_gets_the_outdated_value(backend) {
        let cache = outdated(backend);
        for _ in 0..2 {
            assert_eq!(load(&backend.store, &cache, 1, fails), Ok(7));
        }
        assert_eq!(counters(&cache), "stale 2, computes 2");
        assert_eq!(keys(backend), 1, "no lock is left");
        assert_eq!(load(&backend.store, &cache, 1, || Tried::Ok(8)), Ok(8));
    }

    fn a_body_that_finds_nothing_has_not_failed(backend) {
        let cache = outdated(backend);
        assert_eq!(load(&backend.store, &cache, 1, || None), None);
        assert_eq!(counters(&cache), "misses 1, computes 1");
    }

    fn when_no_turn_can_be_taken_callers_get_the_outdated_value(backend) {
        let cache = outdated(backend);
        backend.raw::<i64>(&["LPUSH", &lock(1), "no lock"]);
        assert_eq!(load(&backend.store, &cache, 1, never::<u64>), 7);
        assert_eq!(counters(&cache), "stale 1, errors 1");
    }

    fn an_outdated_value_can_be_looked_at(backend) {
        let cache = outdated(backend);
        assert_eq!(peek(backend, &cache, 1), Some(7));
        assert!(invalidate(backend, &cache, 1));
        assert_eq!(load(&backend.store, &cache, 1, || 8), 8);
    }

    fn who_serves_no_outdated_values_does_not_serve_those_of_others(backend) {
        outdated(backend);
        let cache = cache::<u64>();
        assert_eq!(peek(backend, &cache, 1), None);
        assert_eq!(load(&backend.store, &cache, 1, fails), Err("no"));
        assert_eq!(load(&backend.store, &cache, 1, || 8), 8);
        assert_eq!(counters(&cache), "misses 2, computes 2");
    }

    fn an_outdated_value_of_another_type_is_computed_anew(backend) {
        outdated(backend);
        let cache = cache::<String>().stale(LONG);
        assert_eq!(load(&backend.store, &cache, 1, || "eight".to_owned()), "eight");
        assert_eq!(counters(&cache), "misses 1, computes 1, errors 1");
    }
}

in_both_modes! {
    fn when_redis_fails_at_the_claim_callers_get_the_outdated_value<M>() {
        let server = RedisServer::start();
        let proxy = Proxy::start(&server);
        let store = M::connect(&proxy.url()).unwrap();
        let cache = stale_cache();
        M::wait(cache.on(&store).put(&(1,), &7)).unwrap();
        // The clock is known from now on, so that the next look is one request.
        assert_eq!(load(&store, &cache, 1, never::<u64>), 7);
        server.command(&["SETRANGE", &entry(1).to_string(), "2", "\0\0\0\0\0\0"]);
        proxy.cut_after_request(2);
        proxy.refuse();
        assert_eq!(load(&store, &cache, 1, never::<u64>), 7);
        assert_eq!(counters(&cache), "l2_hits 1, stale 1, errors 1");
        // What may have been taken is given back.
        proxy.accept();
        wait_until("the lock is gone", || server.command(&["EXISTS", &lock(1)]) == redis_model::redis::Value::Int(0));
        wait_until("it is refreshed", || load(&store, &cache, 1, || 8) == 8);
    }
}
