//! Sets made of sets and compared with sets, against those of the standard library.

use super::*;

/// Sets that have all relations: equal, disjoint, overlapping, contained, empty.
const SETS: [&[&str]; 6] = [&[], &["a"], &["a", "b"], &["b", "c", "d"], &["x"], &["d", "c", "b"]];

fn local(values: &[&str]) -> HashSet<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

on_every_backend! {
    fn every_pair_is_combined_and_compared_as_in_the_standard_library(backend) {
        for (number, values) in SETS.iter().enumerate() {
            backend.run(words(&number.to_string()).extend(*values)).unwrap();
        }
        for (left, left_values) in SETS.iter().enumerate() {
            for (right, right_values) in SETS.iter().enumerate() {
                let (a, b) = (words(&left.to_string()), words(&right.to_string()));
                let (x, y) = (local(left_values), local(right_values));
                let values = || Values(right_values.iter().copied().chain(right_values.iter().copied()));

                let expected: HashSet<String> = x.union(&y).cloned().collect();
                assert_eq!(backend.run(a.union(&b)).unwrap(), expected);
                assert_eq!(backend.run(a.union(values())).unwrap(), expected);
                let expected: HashSet<String> = x.intersection(&y).cloned().collect();
                assert_eq!(backend.run(a.intersection(&b)).unwrap(), expected);
                assert_eq!(backend.run(a.intersection(values())).unwrap(), expected);
                assert_eq!(backend.run(a.intersection_len(&b)).unwrap(), expected.len() as u64);
                assert_eq!(backend.run(a.intersection_len(values())).unwrap(), expected.len() as u64);
                let expected: HashSet<String> = x.difference(&y).cloned().collect();
                assert_eq!(backend.run(a.difference(&b)).unwrap(), expected);
                assert_eq!(backend.run(a.difference(values())).unwrap(), expected);
                let expected: HashSet<String> = x.symmetric_difference(&y).cloned().collect();
                assert_eq!(backend.run(a.symmetric_difference(&b)).unwrap(), expected);
                assert_eq!(backend.run(a.symmetric_difference(values())).unwrap(), expected);

                assert_eq!(backend.run(a.is_subset(&b)).unwrap(), x.is_subset(&y), "{x:?} {y:?}");
                assert_eq!(backend.run(a.is_subset(values())).unwrap(), x.is_subset(&y), "{x:?} {y:?}");
                assert_eq!(backend.run(a.is_superset(&b)).unwrap(), x.is_superset(&y));
                assert_eq!(backend.run(a.is_superset(values())).unwrap(), x.is_superset(&y));
                assert_eq!(backend.run(a.is_disjoint(&b)).unwrap(), x.is_disjoint(&y));
                assert_eq!(backend.run(a.is_disjoint(values())).unwrap(), x.is_disjoint(&y));
            }
        }
    }

    fn every_combination_is_stored_in_its_place(backend) {
        let (a, b, destination) = (words("a"), words("b"), words("destination"));
        for x in SETS.map(local) {
            for y in SETS.map(local) {
                backend.run(b.replace(&y)).unwrap();
                for operation in 0..8 {
                    for into_itself in [false, true] {
                        backend.run(a.replace(&x)).unwrap();
                        let to = if into_itself { &a } else { &destination };
                        backend.run(to.insert("there before")).unwrap();
                        let x = if into_itself { &x | &set_of(["there before"]) } else { x.clone() };
                        let (query, expected) = match operation {
                            0 => (a.union_into(&b, to), &x | &y),
                            1 => (a.union_into(Values(&y), to), &x | &y),
                            2 => (a.intersection_into(&b, to), &x & &y),
                            3 => (a.intersection_into(Values(&y), to), &x & &y),
                            4 => (a.difference_into(&b, to), &x - &y),
                            5 => (a.difference_into(Values(&y), to), &x - &y),
                            6 => (a.symmetric_difference_into(&b, to), &x ^ &y),
                            _ => (a.symmetric_difference_into(Values(&y), to), &x ^ &y),
                        };
                        assert_eq!(backend.run(query).unwrap(), expected.len() as u64, "{operation} {x:?} {y:?}");
                        assert_eq!(backend.run(to.load()).unwrap(), expected, "{operation} {x:?} {y:?}");
                    }
                }
            }
        }
        let keys: Vec<String> = backend.raw(&["KEYS", "*@*"]);
        assert_eq!(keys, [""; 0], "nothing is left aside");
    }

    fn several_sets_are_combined_at_once(backend) {
        let sets = ["a", "b", "c"].map(words);
        let [a, b, c] = &sets;
        backend.run(a.extend(["1", "2", "3"])).unwrap();
        backend.run(b.extend(["2", "3", "4"])).unwrap();
        backend.run(c.extend(["3", "5"])).unwrap();
        assert_eq!(backend.run(a.union([b, c])).unwrap(), set_of(["1", "2", "3", "4", "5"]));
        assert_eq!(backend.run(a.intersection(vec![b, c])).unwrap(), set_of(["3"]));
        assert_eq!(backend.run(a.difference(&[b, c][..])).unwrap(), set_of(["1"]));
        assert_eq!(backend.run(a.difference([])).unwrap(), set_of(["1", "2", "3"]));
        assert_eq!(backend.run(a.intersection_len([b, c])).unwrap(), 1);
        assert_eq!(backend.run(a.union_into([b, c], c)).unwrap(), 5);
        assert_eq!(backend.run(a.intersect_with([b, c])).unwrap(), 2);
    }

    fn sets_change_in_place(backend) {
        let (a, b) = (words("a"), words("b"));
        backend.run(b.extend(["2", "3"])).unwrap();
        for (values, query, expected) in [
            (["1", "2"], a.union_with(&b), set_of(["1", "2", "3"])),
            (["1", "2"], a.intersect_with(&b), set_of(["2"])),
            (["1", "2"], a.difference_with(&b), set_of(["1"])),
            (["1", "2"], a.symmetric_difference_with(&b), set_of(["1", "3"])),
            (["1", "2"], a.intersect_with(Values(["1", "7"])), set_of(["1"])),
            (["1", "2"], a.symmetric_difference_with(Values(["1", "7"])), set_of(["2", "7"])),
            (["1", "2"], a.intersect_with(Values([""; 0])), HashSet::new()),
        ] {
            backend.run(a.replace(values)).unwrap();
            assert_eq!(backend.run(query).unwrap(), expected.len() as u64);
            assert_eq!(backend.run(a.load()).unwrap(), expected);
        }
    }

    fn what_is_combined_into_a_set_leaves_its_time_to_live(backend) {
        let (a, b, to) = (words("a"), words("b"), words("to"));
        backend.run(a.extend(["1", "2"])).unwrap();
        backend.run(b.extend(["2", "3"])).unwrap();
        backend.run(to.insert("x")).unwrap();
        for (set, query) in [
            (&to, a.union_into(&b, &to)),
            (&to, a.symmetric_difference_into(&b, &to)),
            (&to, a.intersection_into(Values(["1"]), &to)),
            (&a, a.union_with(&b)),
            (&a, a.difference_with(Values(["1"]))),
        ] {
            backend.run(set.expire(Duration::from_secs(60))).unwrap();
            backend.run(query).unwrap();
            let left = backend.run(set.ttl()).unwrap();
            assert!(matches!(left, TimeLeft::Left(left) if left <= Duration::from_secs(60)), "{left:?}");
        }
        backend.run(b.union_into(&a, &words("new"))).unwrap();
        assert_eq!(backend.run(words("new").ttl()).unwrap(), TimeLeft::Unlimited);
        backend.run(a.difference_with(&a)).unwrap();
        assert_eq!(backend.run(a.ttl()).unwrap(), TimeLeft::Missing);
    }
}
