//! Ranges, against a sorted vector.

use std::ops::Bound::{self, Excluded, Included, Unbounded};

use redis_model_tests::{Backend, Wait};

use super::*;

/// Seven members, some with equal scores.
fn members() -> Vec<(String, f64)> {
    scored([("a", -3.0), ("c", 0.5), ("b", 1.0), ("d", 1.0), ("e", 1.0), ("f", 2.0), ("g", f64::INFINITY)])
}

fn filled<M: Wait>(backend: &Backend<M>) -> SortedSet<String> {
    let set = words("set");
    backend.run(set.replace(members())).unwrap();
    set
}

/// The positions that a range of ranks means.
fn ranks((first, last): (Bound<i64>, Bound<i64>), count: i64) -> impl Fn(i64) -> bool {
    let place = move |rank: i64| if rank < 0 { rank + count } else { rank };
    move |rank| {
        let is_after = match first {
            Included(first) => rank >= place(first),
            Excluded(first) => rank > place(first),
            Unbounded => true,
        };
        let is_before = match last {
            Included(last) => rank <= place(last),
            Excluded(last) => rank < place(last),
            Unbounded => true,
        };
        is_after && is_before
    }
}

fn bounds<T: Copy>(values: &[T]) -> Vec<(Bound<T>, Bound<T>)> {
    let ends: Vec<_> =
        values.iter().flat_map(|value| [Included(*value), Excluded(*value)]).chain([Unbounded]).collect();
    ends.iter().flat_map(|first| ends.iter().map(|last| (*first, *last))).collect()
}

on_every_backend! {
    fn every_range_of_ranks_is_that_of_a_vector(backend) {
        let set = filled(backend);
        let (all, mut reversed) = (members(), members());
        reversed.reverse();
        for range in bounds(&[i64::MIN, -8, -7, -2, -1, 0, 1, 6, 7, i64::MAX - 1]) {
            let holds = ranks(range, 7);
            let chosen = |all: &[(String, f64)]| -> Vec<(String, f64)> {
                (0..).zip(all).filter(|(rank, _)| holds(*rank)).map(|(_, member)| member.clone()).collect()
            };
            let batch = (set.range(range).with_scores(), set.range(range).rev().with_scores(), set.range(range)).batch();
            let (found, backwards, names) = backend.run(batch).unwrap();
            assert_eq!(found, chosen(&all), "{range:?}");
            assert_eq!(backwards, chosen(&reversed), "{range:?}");
            assert_eq!(names, chosen(&all).into_iter().map(|(name, _)| name).collect::<Vec<_>>());
        }
    }

    fn every_range_of_scores_is_that_of_a_vector(backend) {
        let set = filled(backend);
        for range in bounds(&[f64::NEG_INFINITY, -3.0, 0.75, 1.0, 2.0, f64::INFINITY]) {
            use std::ops::RangeBounds;
            let mut expected: Vec<_> = members().into_iter().filter(|(_, score)| range.contains(score)).collect();
            let between = || set.range_by_score(range);
            let batch = (between().with_scores(), set.count_by_score(range), between().skip(1).take(2).with_scores());
            let (found, count, part) = backend.run(batch.batch()).unwrap();
            assert_eq!(found, expected, "{range:?}");
            assert_eq!(count, expected.len() as u64);
            assert_eq!(part, expected.iter().skip(1).take(2).cloned().collect::<Vec<_>>());
            expected.reverse();
            let batch = (between().rev().with_scores(), between().rev().skip(2).with_scores(), between().take(0));
            let (found, part, nothing) = backend.run(batch.batch()).unwrap();
            assert_eq!(found, expected, "{range:?}");
            assert_eq!(part, expected.iter().skip(2).cloned().collect::<Vec<_>>());
            assert_eq!(nothing, [""; 0]);
        }
    }

    fn a_part_of_a_part_is_that_of_an_iterator(backend) {
        let set = filled(backend);
        let names = |range: redis_model::collection::SortedRange<_, _, redis_model::collection::ByScore>| backend.run(range).unwrap();
        assert_eq!(names(set.range_by_score(..).take(4).skip(1).take(9)), ["c", "b", "d"]);
        assert_eq!(names(set.range_by_score(..).skip(1).skip(2).take(2)), ["d", "e"]);
        assert_eq!(names(set.range_by_score(..).take(1).skip(1)), [""; 0]);
        assert_eq!(names(set.range_by_score(..).rev().rev().take(1)), ["a"]);
        assert_eq!(names(set.range_by_score(..).skip(usize::MAX)), [""; 0]);
    }

    fn members_with_equal_scores_are_found_by_their_bytes(backend) {
        let set = words("set");
        let all = ["", "a", "aa", "ab", "b", "ü"];
        backend.run(set.extend(all.map(|member| (member, 0)))).unwrap();
        for range in bounds(&["", "a", "aaa", "b", "\u{ffff}"]) {
            use std::ops::RangeBounds;
            let mut expected: Vec<_> = all.into_iter().filter(|member| RangeBounds::<&str>::contains(&range, member)).collect();
            let between = || set.range_by_lex::<&str>(range);
            let batch = (between(), set.count_by_lex::<&str>(range), between().skip(1).take(1)).batch();
            let (found, count, part) = backend.run(batch).unwrap();
            assert_eq!(found, expected, "{range:?}");
            assert_eq!(count, expected.len() as u64);
            assert_eq!(part, expected.iter().copied().skip(1).take(1).collect::<Vec<_>>());
            expected.reverse();
            assert_eq!(backend.run(between().rev()).unwrap(), expected);
        }
        assert_eq!(backend.run(set.remove_range_by_lex("a".."b")).unwrap(), 3);
        assert_eq!(backend.run(set.range(..)).unwrap(), ["", "b", "ü"]);
    }

    fn ranges_are_removed(backend) {
        let set = filled(backend);
        assert_eq!(backend.run(set.remove_range(..1)).unwrap(), 1);
        assert_eq!(backend.run(set.remove_range(-1..)).unwrap(), 1);
        assert_eq!(backend.run(set.remove_range(..0)).unwrap(), 0);
        assert_eq!(backend.run(set.remove_range_by_score(..1.0)).unwrap(), 1);
        assert_eq!(backend.run(set.remove_range_by_score(1.0..=1.0).when(Condition::exists("set"))).unwrap(), 3);
        assert_eq!(backend.run(set.load()).unwrap(), scored([("f", 2.0)]));
    }

    fn ranges_under_conditions_give_the_same(backend) {
        let set = filled(backend);
        let all = (set.range(2..4).with_scores(), set.range_by_score(1.0..).rev().take(2).with_scores(), set.range(-1..));
        let expected = (scored([("b", 1.0), ("d", 1.0)]), scored([("g", f64::INFINITY), ("f", 2.0)]), vec!["g".to_owned()]);
        assert_eq!(backend.run(all.batch().when(Condition::exists("set"))).unwrap(), expected);
    }
}
