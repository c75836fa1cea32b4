//! What the process itself changes is gone from its memory at once.

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
};

use super::*;

const TIMES: u64 = 100;

/// Lets the process change a number many times while others of its threads call, and checks that the next call gives what
/// is new.
fn check_own<M: Wait>(backend: &Backend<M>, change: impl Fn(&Store<M>, &Numbers, u64)) {
    let (cache, store) = (&numbers(), &backend.store);
    let (truth, is_over) = (&AtomicU64::new(0), &AtomicBool::new(false));
    let now = || truth.load(Ordering::SeqCst);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(move || {
                while !is_over.load(Ordering::Relaxed) {
                    let least = truth.load(Ordering::SeqCst);
                    let value = M::load(cache.on(store), &(1,), || truth.load(Ordering::SeqCst));
                    // The change may be under way.
                    assert!(value + 1 >= least, "{value} instead of {least}");
                }
            });
        }
        let all_is_well = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            for number in 1..=TIMES {
                wait_until("the value is kept", || {
                    let hits = cache.info().l1_hits;
                    M::load(cache.on(store), &(1,), now);
                    cache.info().l1_hits > hits
                });
                truth.store(number, Ordering::SeqCst);
                change(store, cache, number);
                assert_eq!(M::load(cache.on(store), &(1,), now), number);
            }
        }));
        is_over.store(true, Ordering::Relaxed);
        all_is_well.unwrap();
    });
}

on_each_side! {
    fn what_it_puts_is_given(backend) {
        check_own(backend, |store, cache, number| assert!(M::wait(cache.on(store).put(&(1,), &number)).unwrap()));
    }

    fn what_it_invalidates_is_computed(backend) {
        check_own(backend, |store, cache, _| _ = M::wait(cache.on(store).invalidate(&(1,))).unwrap());
    }

    fn what_it_clears_is_computed(backend) {
        check_own(backend, |store, cache, _| _ = M::wait(cache.on(store).clear()).unwrap());
    }
}
