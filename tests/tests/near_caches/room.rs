//! How many values are kept.

use super::*;

on_each_side! {
    fn no_more_values_are_kept_than_there_is_room_for(backend) {
        let cache = numbers_for(LONG).timeout(LONG).l1(10);
        keep(&backend.store, &cache, 1, 1);
        for _ in 0..3 {
            for number in 0..100 {
                assert_eq!(look(&backend.store, &cache, number, number).0, number);
                assert!(cache.on(&backend.store).info().l1_size <= 10);
            }
        }
        wait_until("all room is taken", || {
            (0..100).for_each(|number| _ = look(&backend.store, &cache, number, number));
            cache.on(&backend.store).info().l1_size == 10
        });
    }

    fn nothing_is_kept_where_there_is_no_room(backend) {
        let cache = numbers_for(LONG).timeout(LONG).l1(0);
        for _ in 0..10 {
            assert_eq!(look(&backend.store, &cache, 1, 1), (1, false));
        }
        assert_eq!(cache.on(&backend.store).info().l1_size, 0);
    }

    fn what_is_kept_is_that_of_the_store(backend) {
        let (cache, other) = (numbers(), backend.other_store());
        // The news of their own writes may come late.
        wait_until("each keeps its own", || {
            keep(&backend.store, &cache, 1, 1);
            keep(&other, &cache, 1, 1);
            keep(&other, &cache, 2, 2);
            [&backend.store, &other].map(|store| cache.on(store).info().l1_size) == [1, 2]
        });
    }
}
