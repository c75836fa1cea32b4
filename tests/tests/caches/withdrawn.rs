//! What becomes of an older value when the new answer is none that is stored.

use super::*;

/// A call of a value that may not be there; then it is not stored.
fn find<M: Wait>(store: &Store<M>, cache: &By<u64>, body: impl FnOnce() -> Option<u64>) -> Option<u64> {
    load(store, cache, 1, body)
}

on_every_backend! {
    fn who_finds_nothing_when_refreshing_leaves_nothing_outdated_to_others(backend) {
        let cache = cache().stale(LONG);
        put(backend, &cache, 1, 7);
        outdate(backend, &entry(1));
        assert_eq!(find(&backend.store, &cache, || None), None);
        assert_eq!(peek(backend, &cache, 1), None);
    }

    fn who_finds_nothing_before_the_end_leaves_nothing_fresh_to_others(backend) {
        // So early that each call refreshes.
        let cache = cache().early(f64::INFINITY);
        assert_eq!(find(&backend.store, &cache, || Some(7)), Some(7));
        assert_eq!(find(&backend.store, &cache, || None), None);
        assert_eq!(peek(backend, &cache, 1), None);
    }

    fn one_that_fails_leaves_what_is_there(backend) {
        let cache = cache().stale(LONG);
        put(backend, &cache, 1, 7);
        outdate(backend, &entry(1));
        assert_eq!(load(&backend.store, &cache, 1, fails), Ok(7));
        assert_eq!(peek(backend, &cache, 1), Some(7));
    }

    fn a_value_that_cannot_be_written_leaves_nothing_outdated(backend) {
        let cache = cache::<Unwritable>().stale(LONG);
        load(&backend.store, &cache, 1, || Unwritable(false));
        outdate(backend, &entry(1));
        assert!(load(&backend.store, &cache, 1, || Unwritable(true)).0);
        assert_eq!((keys(backend), counters(&cache)), (0, "misses 2, computes 2, errors 1".to_owned()));
    }

    fn what_is_withdrawn_takes_nobodys_place(backend) {
        let cache = cache::<u64>().stale(LONG).max_size(1);
        put(backend, &cache, 1, 7);
        outdate(backend, &entry(1));
        assert_eq!(find(&backend.store, &cache, || None), None);
        assert_eq!(keys(backend), 0, "the index is empty, too");
    }
}

/// A value that is written only if it may be.
#[derive(serde::Deserialize)]
struct Unwritable(bool);

impl serde::Serialize for Unwritable {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 {
            return Err(serde::ser::Error::custom("it is not to be written"));
        }
        serializer.serialize_newtype_struct("Unwritable", &self.0)
    }
}
