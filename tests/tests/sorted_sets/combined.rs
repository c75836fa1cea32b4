//! Sorted sets made of sorted sets.

use redis_model::collection::Aggregate;

use super::*;

on_every_backend! {
    fn scores_are_weighed_and_put_together(backend) {
        let sets = ["a", "b", "c"].map(words);
        let [a, b, c] = &sets;
        backend.run(a.extend([("x", 1.0), ("y", 2.0), ("z", 3.0)])).unwrap();
        backend.run(b.extend([("y", 0.5), ("z", -1.0), ("w", 9.0)])).unwrap();
        backend.run(c.extend([("z", 0.25)])).unwrap();
        let sums = scored([("x", 1.0), ("z", 2.0), ("y", 2.5), ("w", 9.0)]);
        assert_eq!(backend.run(a.union(b)).unwrap(), sums);
        assert_eq!(backend.run(a.intersection([b, c])).unwrap(), scored([("z", 2.25)]));
        let weighed = a.union(b).weights([2.0, -1.0]);
        assert_eq!(backend.run(weighed).unwrap(), scored([("w", -9.0), ("x", 2.0), ("y", 3.5), ("z", 7.0)]));
        let least = a.intersection(b).aggregate(Aggregate::Min);
        assert_eq!(backend.run(least).unwrap(), scored([("z", -1.0), ("y", 0.5)]));
        let greatest = a.union(vec![b, c]).weights([1, 1, 100]).aggregate(Aggregate::Max);
        assert_eq!(backend.run(greatest).unwrap(), scored([("x", 1.0), ("y", 2.0), ("w", 9.0), ("z", 25.0)]));
        assert_eq!(backend.run(a.union(b).aggregate(Aggregate::Sum).into_query().when(Condition::exists("a"))).unwrap(), sums);
        assert_eq!(backend.run(a.difference(b)).unwrap(), scored([("x", 1.0)]));
        assert_eq!(backend.run(a.difference(&[b, c][..])).unwrap(), scored([("x", 1.0)]));
        assert_eq!(backend.run((a.intersection_len(b), a.intersection_len([b, c])).batch()).unwrap(), (2, 1));
    }

    fn a_combination_is_stored_and_the_time_to_live_stays(backend) {
        let sets = ["a", "b", "to"].map(words);
        let [a, b, to] = &sets;
        backend.run(a.extend([("x", 1), ("y", 2)])).unwrap();
        backend.run(b.extend([("y", 3), ("z", 4)])).unwrap();
        backend.run(to.insert("there before", 1)).unwrap();
        backend.run(to.expire(Duration::from_secs(60))).unwrap();
        let weighed = a.union(b).weights([1, 10]).aggregate(Aggregate::Max).store_into(to);
        assert_eq!(backend.run(weighed).unwrap(), 3);
        assert_eq!(backend.run(to.load()).unwrap(), scored([("x", 1.0), ("y", 30.0), ("z", 40.0)]));
        assert_eq!(backend.run(a.difference_into(b, to)).unwrap(), 1);
        assert_eq!(backend.run(a.intersection(b).store_into(to)).unwrap(), 1);
        assert_eq!(backend.run(to.load()).unwrap(), scored([("y", 5.0)]));
        assert_eq!(backend.run(a.union_into(b, to)).unwrap(), 3);
        assert_eq!(backend.run(to.load()).unwrap(), scored([("x", 1.0), ("z", 4.0), ("y", 5.0)]));
        assert_eq!(backend.run(a.intersection_into(b, to)).unwrap(), 1);
        assert_eq!(backend.run(to.load()).unwrap(), scored([("y", 5.0)]));
        assert!(matches!(backend.run(to.ttl()).unwrap(), TimeLeft::Left(_)));
        assert_eq!(backend.run(to.intersect_with(a)).unwrap(), 1);
        assert_eq!(backend.run(to.union_with([a, b])).unwrap(), 3);
        assert_eq!(backend.run(to.load()).unwrap(), scored([("x", 1.0), ("z", 4.0), ("y", 12.0)]));
        let conditional = to.difference_with(a).when(Condition::exists("a"));
        assert_eq!(backend.run(conditional).unwrap(), 1);
        assert!(matches!(backend.run(to.ttl()).unwrap(), TimeLeft::Left(_)));
        assert_eq!(backend.run(to.difference_with(b)).unwrap(), 0);
        assert_eq!(backend.run(to.ttl()).unwrap(), TimeLeft::Missing);
    }
}
