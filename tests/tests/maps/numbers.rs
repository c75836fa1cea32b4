//! Entries that are numbers.

use super::*;

const TTL: std::time::Duration = std::time::Duration::from_secs(3600);

on_every_backend! {
    fn sums_are_exact_to_the_ends_of_their_type(backend) {
        let map = Map::<String, i64>::at("wide");
        backend.run(map.insert("a", i64::MAX - 2)).unwrap();
        assert_eq!(backend.run(map.incr("a", 1)).unwrap(), i64::MAX - 1);
        let within_a_script = map.incr("a", 1).when(Condition::exists("wide"));
        assert_eq!(backend.run(within_a_script).unwrap(), i64::MAX);
        let past = backend.run(map.incr("a", 1)).unwrap_err();
        assert!(matches!(&past, Error::OutOfRange { path, .. } if path == "a"), "{past}");
        assert_eq!(backend.run(map.decr("b", i64::MAX)).unwrap(), -i64::MAX);
        assert!(matches!(backend.run(map.decr("b", i64::MIN)), Err(Error::OutOfRange { .. })));
        assert_eq!(backend.run(map.get_many(["a", "b"])).unwrap(), [Some(i64::MAX), Some(-i64::MAX)]);
    }

    fn a_sum_out_of_range_changes_nothing(backend) {
        let map = Map::<String, u8>::at("narrow\n");
        backend.run(map.insert("a", 250)).unwrap();
        assert_eq!(backend.run(map.incr("a", 5)).unwrap(), 255);
        for (key, step) in [("a", 1), ("a", -256), ("a", i64::MIN), ("a", i64::MAX), ("b", -1), ("b", 256)] {
            let failed = backend.run(map.incr(key, step)).unwrap_err();
            assert!(matches!(&failed, Error::OutOfRange { path, .. } if path == key), "{failed}");
        }
        assert_eq!(backend.run(map.decr("a", 255)).unwrap(), 0);
        assert_eq!(backend.run(map.load()).unwrap(), HashMap::from([("a".to_owned(), 0)]));
    }

    fn floats_are_added_to(backend) {
        let map = Map::<u8, f64>::at("floats");
        assert_eq!(backend.run(map.incr(1, 0.5)).unwrap().to_string(), "0.5");
        assert_eq!(backend.run(map.decr(1, 2.25)).unwrap().to_string(), "-1.75");
        assert!(matches!(backend.run(map.incr(1, f64::NAN)), Err(Error::InvalidQuery { .. })));
        assert!(backend.run(map.set_max(1, 1e300)).unwrap() > 1e299);
        assert!(matches!(backend.run(map.set_min(1, f64::NAN)), Err(Error::InvalidQuery { .. })));
    }

    fn the_greater_and_the_smaller_stay(backend) {
        let map = Map::<u8, u64>::at("extremes");
        for (given, kept) in [(5, 5), (3, 5), (u64::MAX, u64::MAX), (u64::MAX - 1, u64::MAX)] {
            assert_eq!(backend.run(map.set_max(1, given)).unwrap(), kept);
        }
        for (given, kept) in [(5, 5), (7, 5), (3, 3)] {
            assert_eq!(backend.run(map.set_min(2, given)).unwrap(), kept);
        }
        assert_eq!(backend.run(map.set_min(1, 9).when(Condition::exists("extremes"))).unwrap(), 9);
    }

    fn what_is_no_number_is_not_added_to(backend) {
        let words = Map::<String, String>::at("words");
        backend.run(words.insert("a", "x")).unwrap();
        let numbers = Map::<String, i32>::at("words");
        assert!(matches!(backend.run(numbers.incr("a", 1)), Err(Error::Server { key, .. }) if key.as_bytes() == b"words"));
        assert!(matches!(backend.run(numbers.set_max("a", 1)), Err(Error::Server { .. })));
        assert_eq!(backend.run(words.get("a")).unwrap().as_deref(), Some("x"));
    }

    fn an_entry_keeps_its_own_time_to_live_through_sums_also_those_that_fail(backend) {
        let map = Map::<String, u8>::at("lives");
        match backend.run(map.insert_for("a", 5, TTL)) {
            Err(error) if error.is_unsupported() => return,
            result => assert!(result.unwrap()),
        }
        assert_eq!(backend.run(map.incr("a", 1)).unwrap(), 6);
        assert!(backend.run(map.incr("a", 255)).is_err());
        assert!(matches!(backend.run(map.entry_ttl("a")).unwrap(), TimeLeft::Left(_)));
    }
}
