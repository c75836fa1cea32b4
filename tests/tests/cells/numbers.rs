//! Values that are numbers.

use super::*;

on_every_backend! {
    fn sums_are_exact_to_the_ends_of_their_type(backend) {
        let cell = Cell::<i64>::at("wide");
        backend.run(cell.set(i64::MAX - 2)).unwrap();
        assert_eq!(backend.run(cell.incr(1)).unwrap(), i64::MAX - 1);
        assert_eq!(backend.run(cell.incr(1).when(Condition::exists("wide"))).unwrap(), i64::MAX);
        let past = backend.run(cell.incr(1)).unwrap_err();
        assert!(matches!(&past, Error::OutOfRange { key, .. } if key == cell.key()), "{past}");
        assert!(matches!(backend.run(cell.decr(i64::MIN)), Err(Error::OutOfRange { .. })));
        assert_eq!(backend.run(cell.get()).unwrap(), Some(i64::MAX));
        assert_eq!(backend.run(cell.decr(i64::MAX)).unwrap(), 0);
    }

    fn a_sum_out_of_range_changes_nothing(backend) {
        let cell = Cell::<u8>::at("narrow");
        for step in [-1, 256, i64::MIN, i64::MAX] {
            let failed = backend.run(cell.incr(step)).unwrap_err();
            assert!(matches!(&failed, Error::OutOfRange { key, .. } if key == cell.key()), "{failed}");
            assert!(backend.run(cell.is_empty()).unwrap());
        }
        backend.run(cell.set_for(250, HOUR)).unwrap();
        assert_eq!(backend.run(cell.incr(5)).unwrap(), 255);
        for step in [1, -256, i64::MIN, i64::MAX] {
            assert!(matches!(backend.run(cell.incr(step)), Err(Error::OutOfRange { .. })));
            assert_eq!(backend.run(cell.get()).unwrap(), Some(255));
        }
        assert!(is_limited(backend, &cell));
    }

    fn floats_are_added_to(backend) {
        let cell = Cell::<f64>::at("float");
        assert_eq!(backend.run(cell.incr(0.5)).unwrap().to_string(), "0.5");
        assert_eq!(backend.run(cell.decr(2.25)).unwrap().to_string(), "-1.75");
        assert!(matches!(backend.run(cell.incr(f64::INFINITY)), Err(Error::InvalidQuery { .. })));
        assert!(backend.run(cell.set_max(1e300)).unwrap() > 1e299);
        assert!(matches!(backend.run(cell.set_max(f64::NAN)), Err(Error::InvalidQuery { .. })));
    }

    fn the_greater_and_the_smaller_stay_and_the_time_to_live_with_them(backend) {
        let (greatest, least) = (Cell::<u64>::at("greatest"), Cell::<i64>::at("least"));
        for (given, kept) in [(5, 5), (3, 5), (u64::MAX, u64::MAX), (u64::MAX - 1, u64::MAX)] {
            assert_eq!(backend.run(greatest.set_max(given)).unwrap(), kept);
            backend.run(greatest.get_and_expire(HOUR)).unwrap();
            assert_eq!(backend.run(greatest.set_min(given)).unwrap(), given);
            assert!(is_limited(backend, &greatest));
            backend.run(greatest.set(kept)).unwrap();
        }
        for (given, kept) in [(5, 5), (7, 5), (-3, -3), (i64::MIN, i64::MIN)] {
            assert_eq!(backend.run(least.set_min(given)).unwrap(), kept);
        }
        assert_eq!(backend.run(least.set_max(1).when(Condition::exists("least"))).unwrap(), 1);
    }

    fn what_is_no_number_is_not_added_to(backend) {
        backend.run(motto().set("x")).unwrap();
        let number = Cell::<i32>::at("motto");
        assert!(matches!(backend.run(number.incr(1)), Err(Error::Server { key, .. }) if key.as_bytes() == b"motto"));
        assert!(matches!(backend.run(number.set_max(1)), Err(Error::Server { .. })));
        assert_eq!(backend.run(motto().get()).unwrap().as_deref(), Some("x"));
    }
}
