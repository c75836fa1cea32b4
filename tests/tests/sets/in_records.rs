//! Sets that are fields of records, combined with others and moved between.

use redis_model::{RedisModel, Remote};

use super::*;

/// Both lie in one slot.
#[derive(RedisModel, Debug)]
#[redis(prefix = "in_records:shelf", ttl = "1h")]
struct Shelf {
    #[redis(id, tag)]
    house: u64,
    #[redis(id)]
    number: u64,
    #[allow(dead_code, reason = "it is reached through its handle")]
    things: Remote<Set<String>>,
}

fn things(number: u64) -> Set<String> {
    Shelf::at((1, number)).things()
}

fn is_missing<T>(result: &Result<T, Error>) -> bool {
    matches!(result, Err(Error::NotFound { .. }))
}

on_every_backend! {
    fn a_value_moves_only_between_records_that_exist(backend) {
        backend.run(Shelf { house: 1, number: 1, things: Remote::default() }.save()).unwrap();
        backend.run(things(1).extend(["a", "b"])).unwrap();
        assert!(is_missing(&backend.run(things(1).move_to(&things(2), "a"))));
        assert!(is_missing(&backend.run(things(2).move_to(&things(1), "a"))));
        assert_eq!(backend.run(things(1).load()).unwrap(), set_of(["a", "b"]));
        backend.run(Shelf { house: 1, number: 2, things: Remote::default() }.save()).unwrap();
        assert!(backend.run(things(1).move_to(&things(2), "a")).unwrap());
        assert!(!backend.run(things(1).move_to(&things(2), "a")).unwrap());
        assert_eq!(backend.run((things(1).load(), things(2).load()).batch()).unwrap(), (set_of(["b"]), set_of(["a"])));
        assert!(matches!(backend.run(things(2).ttl()).unwrap(), TimeLeft::Left(_)), "it expires with its record");
        let free = words("{1}:free");
        assert!(backend.run(things(1).move_to(&free, "b")).unwrap());
        assert_eq!(backend.run(free.ttl()).unwrap(), TimeLeft::Unlimited);
        assert!(backend.run(free.move_to(&things(2), "b")).unwrap());
        assert_eq!(backend.run(things(2).load()).unwrap(), set_of(["a", "b"]));
    }

    fn what_is_combined_into_a_record_needs_it_and_expires_with_it(backend) {
        let free = words("{1}:free");
        backend.run(free.extend(["a", "b"])).unwrap();
        assert!(is_missing(&backend.run(free.union_into(&free, &things(1)))));
        assert!(is_missing(&backend.run(free.symmetric_difference_into(Values(["c"]), &things(1)))));
        backend.run(Shelf { house: 1, number: 1, things: Remote::default() }.save()).unwrap();
        assert_eq!(backend.run(free.symmetric_difference_into(Values(["c"]), &things(1))).unwrap(), 3);
        assert!(matches!(backend.run(things(1).ttl()).unwrap(), TimeLeft::Left(_)));
        assert_eq!(backend.run(things(1).intersect_with(&free)).unwrap(), 2);
        assert_eq!(backend.run(things(1).difference_with(Values(["a"]))).unwrap(), 1);
        assert!(matches!(backend.run(things(1).ttl()).unwrap(), TimeLeft::Left(_)));
        assert_eq!(backend.run(things(1).union_into(&free, &free)).unwrap(), 2);
        assert_eq!(backend.run(free.ttl()).unwrap(), TimeLeft::Unlimited);
        assert!(backend.run(things(1).is_subset(&free)).unwrap());
        let keys: Vec<String> = backend.raw(&["KEYS", "*@new*"]);
        assert_eq!(keys, [""; 0]);
    }
}
