//! Every pair of counts at the edges: of the range, of what doubles hold exactly, of digits.

use super::*;

const EDGES: [i64; 14] = [
    i64::MIN,
    i64::MIN + 1,
    -9_007_199_254_740_993,
    -1_000_000_000,
    -999_999_999,
    -1,
    0,
    1,
    999_999_999,
    1_000_000_000,
    1_000_000_001,
    9_007_199_254_740_993,
    i64::MAX - 1,
    i64::MAX,
];

fn positive(count: i64) -> i64 {
    count.max(0)
}

on_every_backend! {
    fn every_pair_of_edges_is_combined_exactly_or_refused(backend) {
        let (left, right) = (Counter::<String>::at("{t}left"), Counter::<String>::at("{t}right"));
        for one in EDGES {
            for other in EDGES {
                let context = format!("{one} {other}");
                backend.run(right.replace([("a", other)])).unwrap();
                for (query, expected) in [
                    (left.add_all(&right), one.checked_add(other)),
                    (left.subtract_all(&right), one.checked_sub(other)),
                    (left.add_counts([("a", other)]), one.checked_add(other)),
                    (left.union_with(&right), Some(positive(one.max(other)))),
                    (left.intersect_with(&right), Some(positive(one.min(other)))),
                ] {
                    backend.run(left.replace([("a", one)])).unwrap();
                    match (backend.run(query), expected) {
                        (Ok(()), Some(expected)) => {
                            assert_eq!(backend.run(left.get("a")).unwrap(), expected, "{context}");
                        }
                        (Err(Error::OutOfRange { .. }), None) => {
                            assert_eq!(backend.run(left.get("a")).unwrap(), one, "{context}");
                        }
                        (result, expected) => panic!("{context}: {result:?} {expected:?}"),
                    }
                }
            }
        }
    }
}
