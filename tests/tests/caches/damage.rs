//! What others have left at the keys of a cache.

use super::*;

/// An entry as of the far future, behind its first byte and up to its epochs.
const FUTURE: &str = "\x7f\x7f\x7f\x7f\x7f\x7f\0\0\0\0";

on_every_backend! {
    fn an_entry_that_cannot_be_read_is_overwritten(backend) {
        let unreadable = [
            // No value, none of our kinds, epochs beyond the end.
            format!("\x01\0{FUTURE}\0"),
            format!("\x01\x09{FUTURE}\0\x07"),
            format!("\x01\0{FUTURE}\x05\x07"),
            // None of our format.
            "\x01".to_owned(),
            "hello, what is this? It is no entry.".to_owned(),
            String::new(),
        ];
        for bytes in unreadable {
            let cache = cache::<u64>();
            backend.raw::<()>(&["SET", &entry(1).to_string(), &bytes]);
            assert_eq!(load(&backend.store, &cache, 1, || 7), 7, "{bytes:?}");
            assert_eq!(load(&backend.store, &cache, 1, never::<u64>), 7, "{bytes:?}");
            assert_eq!(counters(&cache), "l2_hits 1, misses 1, computes 1, errors 1", "{bytes:?}");
            assert_eq!(keys(backend), 1);
        }
    }

    fn one_caller_overwrites_what_cannot_be_read(backend) {
        let (cache, other) = (cache::<u64>(), backend.other_store());
        backend.raw::<()>(&["SET", &entry(1).to_string(), &format!("\x01\x09{FUTURE}\0\x07")]);
        let waiting = thread::scope(|scope| {
            let mut waiting = None;
            load(&backend.store, &cache, 1, || {
                waiting = Some(scope.spawn(|| load(&other, &cache, 1, never::<u64>)));
                wait_until("the other one waits", || cache.info().waits == 1);
                7
            });
            waiting.unwrap().join().unwrap()
        });
        assert_eq!(waiting, 7);
        assert_eq!((cache.info().computes, cache.info().misses), (1, 2));
    }

    fn a_key_of_another_type_leaves_the_body(backend) {
        let cache = cache::<u64>();
        backend.raw::<i64>(&["LPUSH", &entry(1).to_string(), "no entry"]);
        for value in 0..2 {
            assert_eq!(load(&backend.store, &cache, 1, || value), value);
        }
        assert_eq!(counters(&cache), "errors 2, bypassed 2");
        assert!(backend.wait(cache.on(&backend.store).peek(&(1,))).is_err());
        assert!(put(backend, &cache, 1, 7), "a put repairs it");
        assert_eq!(load(&backend.store, &cache, 1, never::<u64>), 7);
    }

    fn a_key_of_another_type_is_invalidated(backend) {
        let cache = cache::<u64>();
        for key in [entry(1).to_string(), lock(1)] {
            backend.raw::<i64>(&["LPUSH", &key, "neither an entry nor a lock"]);
        }
        invalidate(backend, &cache, 1);
        assert_eq!(load(&backend.store, &cache, 1, || 7), 7);
        assert_eq!(load(&backend.store, &cache, 1, never::<u64>), 7);
        assert_eq!(counters(&cache), "l2_hits 1, misses 1, computes 1");
    }

    fn a_lock_of_another_type_leaves_the_body(backend) {
        let cache = cache::<u64>();
        backend.raw::<i64>(&["LPUSH", &lock(1), "no lock"]);
        assert_eq!(load(&backend.store, &cache, 1, || 7), 7);
        assert_eq!(counters(&cache), "errors 1, bypassed 1");
    }

    fn a_lock_that_never_ends_is_waited_for_no_longer_than_any_other(backend) {
        let cache = cache::<u64>().wait(SHORT);
        backend.raw::<()>(&["SET", &lock(1), "whose?"]);
        for value in 0..2 {
            assert_eq!(load(&backend.store, &cache, 1, || value), value);
        }
        assert_eq!(counters(&cache), "misses 2, computes 2, waits 2");
        assert_eq!(backend.raw::<i64>(&["EXISTS", &entry(1).to_string()]), 0, "who did not lead stores nothing");
        invalidate(backend, &cache, 1);
        load(&backend.store, &cache, 1, || 7);
        assert_eq!(load(&backend.store, &cache, 1, never::<u64>), 7);
    }
}
