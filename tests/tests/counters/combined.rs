//! Two counters together, as Python's are.

use super::*;

on_every_backend! {
    fn they_are_combined_as_in_pythons_documentation(backend) {
        let c = counter(backend, "{t}c", &[("a", 3), ("b", 1)]);
        let d = counter(backend, "{t}d", &[("a", 1), ("b", 2)]);
        assert_eq!(backend.run(c.sum(&d)).unwrap(), counts(&[("a", 4), ("b", 3)]));
        assert_eq!(backend.run(c.difference(&d)).unwrap(), counts(&[("a", 2)]));
        assert_eq!(backend.run(c.intersection(&d)).unwrap(), counts(&[("a", 1), ("b", 1)]));
        assert_eq!(backend.run(c.union(&d)).unwrap(), counts(&[("a", 3), ("b", 2)]));
    }

    fn subtracting_keeps_what_is_not_positive(backend) {
        let c = counter(backend, "{t}c", &[("a", 4), ("b", 2), ("c", 0), ("d", -2)]);
        let d = counter(backend, "{t}d", &[("a", 1), ("b", 2), ("c", 3), ("d", 4)]);
        backend.run(c.subtract_all(&d)).unwrap();
        assert_eq!(backend.run(c.load()).unwrap(), counts(&[("a", 3), ("b", 0), ("c", -3), ("d", -6)]));
        backend.run(c.add_all(&d)).unwrap();
        assert_eq!(backend.run(c.load()).unwrap(), counts(&[("a", 4), ("b", 2), ("c", 0), ("d", -2)]));
    }

    fn in_place_only_the_positive_ones_are_kept(backend) {
        let other = counter(backend, "{t}d", &[("a", 2), ("b", 9), ("n", -1), ("new", 10)]);
        let start = [("a", 3), ("b", 8), ("n", -5), ("gone", 0), ("mine", 1)];
        let c = counter(backend, "{t}c", &start);
        backend.run(c.union_with(&other)).unwrap();
        assert_eq!(backend.run(c.load()).unwrap(), counts(&[("a", 3), ("b", 9), ("new", 10), ("mine", 1)]));
        let c = counter(backend, "{t}c", &start);
        backend.run(c.intersect_with(&other)).unwrap();
        assert_eq!(backend.run(c.load()).unwrap(), counts(&[("a", 2), ("b", 8)]));
        backend.run(c.intersect_with(&Counter::at("{t}none"))).unwrap();
        assert!(backend.run(c.is_empty()).unwrap());
    }

    fn a_counter_with_itself_is_what_arithmetic_says(backend) {
        let c = counter(backend, "c", &[("a", 2), ("b", -1)]);
        assert_eq!(backend.run(c.difference(&c)).unwrap(), counts(&[]));
        backend.run(c.add_all(&c)).unwrap();
        assert_eq!(backend.run(c.load()).unwrap(), counts(&[("a", 4), ("b", -2)]));
        backend.run(c.subtract_all(&c)).unwrap();
        assert_eq!(backend.run(c.load()).unwrap(), counts(&[("a", 0), ("b", 0)]));
    }

    fn greater_and_smaller_are_told_apart_to_the_last_digit(backend) {
        let odd = (1_i64 << 53) + 1;
        let c = counter(backend, "{t}c", &[("x", odd), ("y", odd - 1), ("z", i64::MAX)]);
        let d = counter(backend, "{t}d", &[("x", odd - 1), ("y", odd), ("z", i64::MAX - 1)]);
        backend.run(c.union_with(&d)).unwrap();
        assert_eq!(backend.run(c.load()).unwrap(), counts(&[("x", odd), ("y", odd), ("z", i64::MAX)]));
        backend.run(c.intersect_with(&d)).unwrap();
        assert_eq!(backend.run(c.load()).unwrap(), counts(&[("x", odd - 1), ("y", odd), ("z", i64::MAX - 1)]));
        let refused = backend.run(c.sum(&d)).unwrap_err();
        assert!(matches!(&refused, Error::OutOfRange { path, .. } if path == "z"), "{refused}");
    }

    fn the_lowest_count_is_subtracted_too(backend) {
        let lowest = counter(backend, "{t}d", &[("x", i64::MIN)]);
        let c = counter(backend, "{t}c", &[("w", 1), ("x", -1)]);
        backend.run(c.subtract_all(&lowest)).unwrap();
        assert_eq!(backend.run(c.load()).unwrap(), counts(&[("w", 1), ("x", i64::MAX)]));
        backend.run(c.insert("x", -1)).unwrap();
        backend.run(c.subtract_counts([("x", i64::MIN)])).unwrap();
        assert_eq!(backend.run(c.get("x")).unwrap(), i64::MAX);
        for start in [&[("a", 1), ("x", 0)][..], &[("a", 1)]] {
            let c = counter(backend, "{t}c", start);
            let refused = backend.run(c.subtract_all(&lowest)).unwrap_err();
            assert!(matches!(refused, Error::OutOfRange { .. }), "{refused}");
            assert_eq!(backend.run(c.load()).unwrap(), counts(start));
        }
    }

    fn a_time_to_live_stays(backend) {
        let c = counter(backend, "{t}c", &[("a", 2), ("b", 1)]);
        let d = counter(backend, "{t}d", &[("b", 2)]);
        backend.run(c.expire(std::time::Duration::from_secs(60))).unwrap();
        backend.run((c.union_with(&d), c.intersect_with(&d), c.extend(["b"]), c.replace([("q", 1)])).batch()).unwrap();
        assert!(matches!(backend.run(c.ttl()).unwrap(), redis_model::TimeLeft::Left(_)));
    }
}
