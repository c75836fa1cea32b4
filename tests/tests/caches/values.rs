//! What is computed, what is stored of it, and for how long.

use std::{
    collections::BTreeSet,
    panic::{self, AssertUnwindSafe},
};

use redis_model::Error;
use serde::{Deserialize, Serialize, Serializer};

use super::*;

/// What cannot be written.
#[derive(Deserialize)]
struct Unwritable;

impl Serialize for Unwritable {
    fn serialize<S: Serializer>(&self, _serializer: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("it cannot be written"))
    }
}

/// How long an entry lives, in milliseconds.
fn life<M: Wait>(backend: &Backend<M>, id: u64) -> i64 {
    backend.raw(&["PTTL", &entry(id).to_string()])
}

on_every_backend! {
    fn a_value_is_computed_once(backend) {
        let cache = cache::<u64>();
        assert_eq!(load(&backend.store, &cache, 1, || 7), 7);
        assert_eq!(load(&backend.store, &cache, 1, never::<u64>), 7);
        assert_eq!(load(&backend.store, &cache, 2, || 8), 8);
        assert_eq!(load(&backend.store, &cache, 1, never::<u64>), 7);
        assert_eq!(counters(&cache), "l2_hits 2, misses 2, computes 2");
        assert_eq!(cache.info().hits(), 2);
        assert!((59_000..=60_000).contains(&life(backend, 1)));
        assert_eq!(keys(backend), 2, "no lock is left");
        assert_eq!(cache.key(&(1,)).unwrap(), entry(1));
    }

    fn other_processes_find_what_one_has_computed(backend) {
        let (here, there) = (cache::<u64>(), cache::<u64>());
        assert_eq!(load(&backend.store, &here, 1, || 7), 7);
        assert_eq!(load(&backend.other_store(), &there, 1, never::<u64>), 7);
        assert_eq!(counters(&there), "l2_hits 1");
    }

    fn a_value_that_has_expired_is_computed_anew(backend) {
        let cache = cache::<u64>();
        load(&backend.store, &cache, 1, || 7);
        backend.advance(Duration::from_millis(59_999));
        assert_eq!(load(&backend.store, &cache, 1, never::<u64>), 7);
        expire(backend, &entry(1));
        assert_eq!(load(&backend.store, &cache, 1, || 8), 8);
        assert_eq!(load(&backend.store, &cache, 1, never::<u64>), 8);
        assert_eq!(counters(&cache), "l2_hits 2, misses 2, computes 2");
    }

    fn values_of_other_versions_are_not_seen(backend) {
        let (old, new) = (cache::<u64>(), cache::<String>().version(1));
        load(&backend.store, &old, 1, || 7);
        assert_eq!(load(&backend.store, &new, 1, || "seven".to_owned()), "seven");
        assert_eq!(load(&backend.store, &old, 1, never::<u64>), 7);
        assert_eq!(new.key(&(1,)).unwrap().to_string(), "cache:{values:1:1}");
        assert_eq!((counters(&new), keys(backend)), ("misses 1, computes 1".into(), 2));
    }

    fn none_is_not_stored(backend) {
        let cache = cache::<u64>();
        for _ in 0..2 {
            assert_eq!(load(&backend.store, &cache, 1, || None), None);
            assert_eq!(keys(backend), 0);
        }
        assert_eq!(load(&backend.store, &cache, 1, || Some(7)), Some(7));
        assert_eq!(load(&backend.store, &cache, 1, never::<Option<u64>>), Some(7));
        assert_eq!(counters(&cache), "l2_hits 1, misses 3, computes 3");
    }

    fn none_is_stored_for_as_long_as_is_said(backend) {
        let none_ttl = Duration::from_secs(5);
        let cache = cache::<u64>().none_ttl(none_ttl);
        assert_eq!(load(&backend.store, &cache, 1, || None), None);
        assert_eq!(load(&backend.store, &cache, 1, never::<Option<u64>>), None);
        assert!((4_000..=5_000).contains(&life(backend, 1)));
        if backend.advance(none_ttl) {
            assert_eq!(load(&backend.store, &cache, 1, || Some(7)), Some(7));
            assert_eq!(counters(&cache), "l2_hits 1, misses 2, computes 2");
        }
    }

    fn a_stored_none_is_no_value_to_look_at(backend) {
        let cache = cache::<u64>().none_ttl(TTL);
        assert_eq!(load(&backend.store, &cache, 1, || None), None);
        assert_eq!(peek(backend, &cache, 1), None);
        assert_eq!(counters(&cache), "misses 1, computes 1", "nothing is wrong with it");
    }

    fn a_none_that_is_stored_for_no_time_is_not_stored(backend) {
        let cache = cache::<u64>().none_ttl(Duration::ZERO);
        assert_eq!(load(&backend.store, &cache, 1, || None), None);
        assert_eq!(keys(backend), 0);
    }

    fn errors_are_not_stored(backend) {
        let cache = cache::<u64>();
        assert_eq!(load(&backend.store, &cache, 1, fails), Err("no"));
        assert_eq!(keys(backend), 0);
        assert_eq!(load(&backend.store, &cache, 1, || Tried::Ok(7)), Ok(7));
        assert_eq!(load(&backend.store, &cache, 1, never::<Tried>), Ok(7));
        assert_eq!(counters(&cache), "l2_hits 1, misses 2, computes 2");
    }

    fn a_result_of_an_option_has_all_three(backend) {
        type Answer = Result<Option<u64>, &'static str>;
        let cache = cache::<u64>().none_ttl(TTL);
        for answer in [Err("no"), Ok(None)] {
            assert_eq!(load(&backend.store, &cache, 1, || answer), answer);
        }
        assert_eq!(load(&backend.store, &cache, 1, never::<Answer>), Ok(None));
        assert!(invalidate(backend, &cache, 1));
        assert_eq!(load::<_, _, Answer>(&backend.store, &cache, 1, || Ok(Some(7))), Ok(Some(7)));
        assert_eq!(load(&backend.store, &cache, 1, never::<Answer>), Ok(Some(7)));
        assert_eq!(counters(&cache), "l2_hits 2, misses 3, computes 3");
    }

    fn a_value_that_cannot_be_written_is_the_callers_only(backend) {
        let cache = cache::<Unwritable>();
        for _ in 0..2 {
            load(&backend.store, &cache, 1, || Unwritable);
        }
        assert_eq!((counters(&cache), keys(backend)), ("misses 2, computes 2, errors 2".into(), 0));
        let put = backend.wait(cache.on(&backend.store).put(&(1,), &Unwritable));
        assert!(matches!(put, Err(Error::Encode { .. })), "{put:?}");
    }

    fn arguments_that_make_no_key_leave_the_body(backend) {
        let cache = Cache::<(Unwritable,), u64>::new("unwritable", TTL);
        assert_eq!(M::load(cache.on(&backend.store), &(Unwritable,), || 7), 7);
        assert_eq!(listed(&cache.info()), "errors 1, bypassed 1");
        assert!(matches!(cache.key(&(Unwritable,)), Err(Error::Encode { .. })));
        let peeked = backend.wait(cache.on(&backend.store).peek(&(Unwritable,)));
        assert!(matches!(peeked, Err(Error::Encode { .. })), "{peeked:?}");
    }

    fn values_are_looked_at_put_and_removed(backend) {
        let cache = cache::<u64>();
        assert_eq!(peek(backend, &cache, 1), None);
        assert!(put(backend, &cache, 1, 7));
        assert_eq!(peek(backend, &cache, 1), Some(7));
        assert_eq!(load(&backend.store, &cache, 1, never::<u64>), 7);
        assert!(put(backend, &cache, 1, 8));
        assert_eq!(load(&backend.store, &cache, 1, never::<u64>), 8);
        assert!(invalidate(backend, &cache, 1));
        assert!(!invalidate(backend, &cache, 1));
        assert_eq!(peek(backend, &cache, 1), None);
        assert_eq!(counters(&cache), "l2_hits 2", "only calls are counted");
        assert_eq!(keys(backend), 0);
    }

    fn all_values_of_a_cache_are_removed_at_once(backend) {
        let cache = cache::<u64>();
        let other = By::<u64>::new("values:of:another", TTL);
        for id in 0..1_100 {
            put(backend, &cache, id, id);
        }
        put(backend, &other, 1, 7);
        assert_eq!(backend.wait(cache.on(&backend.store).clear()).unwrap(), 1_100);
        assert_eq!(backend.wait(cache.on(&backend.store).clear()).unwrap(), 0);
        assert_eq!((peek(backend, &cache, 1), peek(backend, &other, 1)), (None, Some(7)));
    }

    fn times_to_live_are_shortened_at_random_within_their_bounds(backend) {
        let cache = cache::<u64>().jitter(0.5);
        let lives: BTreeSet<_> = (0..50)
            .map(|id| {
                load(&backend.store, &cache, id, || 7);
                life(backend, id)
            })
            .collect();
        assert!(lives.iter().all(|life| (29_000..=60_000).contains(life)), "{lives:?}");
        assert!(lives.len() > 10 && lives.last().unwrap() - lives.first().unwrap() > 5_000, "{lives:?}");
    }

    fn no_number_is_too_large_or_too_small(backend) {
        for (number, jitter) in [0.0, 0.1, 1.0, 7.5, -3.0, f64::NAN, f64::INFINITY].into_iter().enumerate() {
            let cache = By::<u64>::new("extreme", Duration::MAX)
                .version(number as u64)
                .jitter(jitter)
                .early(jitter)
                .stale(Duration::MAX)
                .lease(Duration::MAX)
                .wait(Duration::MAX)
                .timeout(LONG);
            for id in 0..8 {
                assert_eq!(load(&backend.store, &cache, id, || 7), 7);
                assert_eq!(load(&backend.store, &cache, id, || 7), 7, "jitter {jitter}");
                assert!(put(backend, &cache, id, 8));
            }
        }
        let tiny = Duration::from_nanos(1);
        let cache = By::<u64>::new("tiny", tiny).stale(tiny).lease(tiny).wait(tiny).timeout(LONG);
        for id in 0..8 {
            assert_eq!(load(&backend.store, &cache, id, || 7), 7);
        }
    }

    fn a_value_is_refreshed_early(backend) {
        let cache = cache::<u64>().early(1e12);
        let slow = |value| {
            move || {
                thread::sleep(Duration::from_millis(2));
                value
            }
        };
        assert_eq!(load(&backend.store, &cache, 1, slow(7)), 7);
        assert_eq!(load(&backend.store, &cache, 1, slow(8)), 8);
        assert_eq!(peek(backend, &cache, 1), Some(8));
        assert_eq!(counters(&cache), "misses 2, computes 2");
        assert_eq!(load(&backend.store, &cache, 1, fails), Ok(8), "it is still fresh");
        assert_eq!(counters(&cache), "l2_hits 1, misses 2, computes 3");
        assert_eq!(keys(backend), 1, "no lock is left");
    }

    fn while_a_value_is_refreshed_early_others_get_it(backend) {
        let (cache, other) = (cache::<u64>().early(1e12), backend.other_store());
        load(&backend.store, &cache, 1, || {
            thread::sleep(Duration::from_millis(2));
            7
        });
        let refreshed = load(&backend.store, &cache, 1, || {
            for store in [&backend.store, &other] {
                assert_eq!(meanwhile(|| load(store, &cache, 1, never::<u64>)), 7);
            }
            8
        });
        assert_eq!(refreshed, 8);
        assert_eq!(counters(&cache), "l2_hits 2, misses 2, computes 2");
    }
}

#[test]
fn two_caches_of_one_name_are_refused() {
    let (one, two) = (By::<u64>::new("twice", TTL), By::<u64>::new("twice", TTL));
    one.key(&(1,)).unwrap();
    let refused = panic::catch_unwind(AssertUnwindSafe(|| two.key(&(1,)))).unwrap_err();
    let text = refused.downcast_ref::<String>().unwrap();
    assert!(text.contains("`twice`") && text.contains("values.rs"), "{text}");
    one.key(&(1,)).unwrap();
}
