//! Caches with a largest number of entries.

use super::*;

/// At most so many entries, that live for so long.
fn small(most: u64, ttl: u64) -> By<u64> {
    lasting(Duration::from_secs(ttl)).max_size(most)
}

fn lasting(ttl: Duration) -> By<u64> {
    By::new("small values", ttl).early(0.0).jitter(0.0).timeout(LONG)
}

/// The ids of the entries that there are.
fn present<M: Wait>(backend: &Backend<M>) -> Vec<u64> {
    let cache = small(9, 9);
    (0..20).filter(|id| peek(backend, &cache, *id).is_some()).collect()
}

/// The ids in the index, those first that expire soonest.
fn indexed<M: Wait>(backend: &Backend<M>) -> Vec<u64> {
    let arguments: Vec<String> = backend.raw(&["ZRANGE", "cacheindex:{small values:0}", "0", "-1"]);
    arguments.iter().map(|arguments| arguments.parse().unwrap()).collect()
}

on_every_backend! {
    fn of_too_many_entries_the_one_that_expires_soonest_goes(backend) {
        for (id, ttl) in [(0, 300), (1, 100), (2, 200)] {
            load(&backend.store, &small(3, ttl), id, || id);
        }
        assert_eq!((present(backend), indexed(backend)), (vec![0, 1, 2], vec![1, 2, 0]));
        put(backend, &small(3, 400), 3, 3);
        assert_eq!((present(backend), indexed(backend)), (vec![0, 2, 3], vec![2, 0, 3]));
        // One that is stored again counts once, by its new life.
        put(backend, &small(3, 500), 2, 2);
        assert_eq!((present(backend), indexed(backend)), (vec![0, 2, 3], vec![0, 3, 2]));
        put(backend, &small(1, 600), 4, 4);
        assert_eq!((present(backend), indexed(backend)), (vec![4], vec![4]));
    }

    fn one_that_expires_sooner_than_all_others_goes_at_once(backend) {
        put(backend, &small(2, 200), 0, 0);
        put(backend, &small(2, 200), 1, 1);
        assert_eq!(load(&backend.store, &small(2, 100), 2, || 2), 2);
        assert_eq!((present(backend), indexed(backend)), (vec![0, 1], vec![0, 1]));
    }

    fn the_index_knows_what_was_invalidated(backend) {
        let cache = small(2, 100);
        put(backend, &cache, 0, 0);
        put(backend, &cache, 1, 1);
        assert!(invalidate(backend, &cache, 0));
        assert_eq!(indexed(backend), [1]);
        put(backend, &cache, 2, 2);
        assert_eq!((present(backend), indexed(backend)), (vec![1, 2], vec![1, 2]));
        assert_eq!(backend.wait(cache.on(&backend.store).clear()).unwrap(), 2);
        assert_eq!(keys(backend), 0);
    }

    fn the_index_knows_what_has_expired(backend) {
        put(backend, &small(2, 100), 0, 0);
        if backend.advance(Duration::from_secs(50)) {
            put(backend, &small(2, 100), 1, 1);
            backend.advance(Duration::from_secs(60));
            put(backend, &small(2, 100), 2, 2);
            assert_eq!((present(backend), indexed(backend)), (vec![1, 2], vec![1, 2]));
            backend.advance(Duration::from_secs(100));
            assert_eq!(keys(backend), 0, "the index ends with the last entry");
        }
    }

    fn what_is_not_stored_is_not_counted(backend) {
        let cache = small(2, 100);
        load(&backend.store, &cache, 0, || None);
        load(&backend.store, &cache, 0, || {
            meanwhile(|| invalidate(backend, &cache, 0));
            7
        });
        assert_eq!(keys(backend), 0);
    }

    fn entries_that_may_be_served_for_longer_stay_for_longer(backend) {
        put(backend, &small(2, 100).stale(LONG), 0, 0);
        put(backend, &small(2, 200), 1, 1);
        put(backend, &small(2, 300), 2, 2);
        assert_eq!((present(backend), indexed(backend)), (vec![0, 2], vec![2, 0]));
    }

    fn none_may_be_the_most(backend) {
        let cache = small(0, 100);
        assert_eq!(load(&backend.store, &cache, 0, || 7), 7);
        assert_eq!(keys(backend), 0);
    }
}
