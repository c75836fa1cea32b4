//! What others change is no longer given.

use super::*;

/// Lets somebody else do something to the value of number 1, which was 1 until then and is kept; it is 2 afterwards, there
/// or for those who compute it.
fn check_change<M: Wait>(backend: &Backend<M>, change: impl Fn(&Store<M>, &Numbers)) {
    let (mine, others, other) = (numbers(), numbers(), backend.other_store());
    // Twice: what is kept after the first change goes with the second one.
    for _ in 0..2 {
        M::wait(mine.on(&backend.store).put(&(1,), &1)).unwrap();
        keep(&backend.store, &mine, 1, 1);
        change(&other, &others);
        await_value(&backend.store, &mine, 1, 2);
        keep(&backend.store, &mine, 1, 2);
    }
}

on_each_side! {
    fn a_value_that_was_read_is_given_without_redis_from_then_on(backend) {
        let cache = numbers();
        keep(&backend.store, &cache, 1, 7);
        // The news of its own write may come late.
        wait_until("no call asks Redis", || {
            let before = cache.info();
            (0..100).for_each(|_| assert_eq!(look(&backend.store, &cache, 1, 8).0, 7));
            let after = cache.info();
            after.l1_hits == before.l1_hits + 100 && after.l2_hits == before.l2_hits
        });
    }

    fn what_another_one_puts_is_given(backend) {
        check_change(backend, |store, cache| assert!(M::wait(cache.on(store).put(&(1,), &2)).unwrap()));
    }

    fn what_another_one_invalidates_is_computed(backend) {
        check_change(backend, |store, cache| assert!(M::wait(cache.on(store).invalidate(&(1,))).unwrap()));
    }

    fn what_another_one_clears_is_computed(backend) {
        check_change(backend, |store, cache| assert_eq!(M::wait(cache.on(store).clear()).unwrap(), 1));
    }

    fn an_entry_that_is_deleted_by_hand_is_computed(backend) {
        check_change(backend, |store, _| raw(store, &["DEL", &entry(1).to_string()]));
    }

    fn an_entry_that_is_overwritten_by_hand_is_read_anew(backend) {
        check_change(backend, |store, _| raw(store, &["SET", &entry(1).to_string(), "something else"]));
    }

    fn an_entry_that_is_renamed_is_computed(backend) {
        check_change(backend, |store, _| raw(store, &["RENAME", &entry(1).to_string(), "elsewhere"]));
    }

    fn after_a_flush_of_all_values_are_computed(backend) {
        check_change(backend, |store, _| raw(store, &["FLUSHALL"]));
    }

    fn after_a_flush_of_the_database_values_are_computed(backend) {
        check_change(backend, |store, _| raw(store, &["FLUSHDB"]));
    }

    fn what_the_server_lets_expire_is_computed(backend) {
        check_change(backend, |store, _| {
            raw(store, &["PEXPIRE", &entry(1).to_string(), "1"]);
            backend.advance(Duration::from_millis(1));
        });
    }

    fn a_value_whose_time_is_over_is_not_given(backend) {
        let cache = numbers_for(Duration::from_millis(200)).timeout(LONG).l1(100);
        keep(&backend.store, &cache, 1, 1);
        backend.advance(Duration::from_millis(200));
        await_value(&backend.store, &cache, 1, 2);
    }
}
