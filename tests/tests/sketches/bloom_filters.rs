//! What Bloom filters do, apart from how often they are wrong.

use std::{collections::HashSet, thread, time::Duration};

use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use redis_model::{BloomFilter, Condition, Error, Json, Plain, PythonJson, TimeLeft, prelude::*};
use redis_model_tests::on_every_backend;

/// One that is wrong so rarely that it passes for exact.
fn filter<T>() -> BloomFilter<T> {
    BloomFilter::at("filter").with_capacity(1_000, 1e-9)
}

/// One step of a history.
#[derive(Debug, Clone)]
enum Step {
    Insert(u8),
    Extend(Vec<u8>),
    Contains(u8),
    ContainsMany(Vec<u8>),
    Clear,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let values = || prop::collection::vec(any::<u8>(), 0..100);
    let step = prop_oneof![
        6 => any::<u8>().prop_map(Step::Insert),
        4 => values().prop_map(Step::Extend),
        4 => any::<u8>().prop_map(Step::Contains),
        4 => values().prop_map(Step::ContainsMany),
        1 => Just(Step::Clear),
    ];
    prop::collection::vec(step, 1..40)
}

on_every_backend! {
    fn it_holds_what_a_set_holds(backend) {
        let mut runner = TestRunner::new(Config { cases: 10, failure_persistence: None, ..Config::default() });
        runner.run(&steps(), |steps| {
            let (ours, mut model) = (filter::<u8>(), HashSet::new());
            backend.run(ours.clear()).unwrap();
            for step in steps {
                match step {
                    Step::Insert(value) => assert_eq!(backend.run(ours.insert(value)).unwrap(), model.insert(value)),
                    Step::Extend(values) => {
                        let before = model.len();
                        let new = backend.run(ours.extend(&values)).unwrap();
                        model.extend(values);
                        assert_eq!(new, (model.len() - before) as u64);
                    }
                    Step::Contains(value) => {
                        assert_eq!(backend.run(ours.contains(value)).unwrap(), model.contains(&value));
                    }
                    Step::ContainsMany(values) => {
                        let expected: Vec<_> = values.iter().map(|value| model.contains(value)).collect();
                        assert_eq!(backend.run(ours.contains_many(&values)).unwrap(), expected);
                    }
                    Step::Clear => assert_eq!(backend.run(ours.clear()).unwrap(), !std::mem::take(&mut model).is_empty()),
                }
                assert_eq!(backend.run(ours.is_empty()).unwrap(), model.is_empty());
                assert!(backend.run(ours.len()).unwrap().abs_diff(model.len() as u64) <= 4);
            }
            Ok(())
        })
        .unwrap();
    }

    fn an_empty_filter_has_seen_nothing(backend) {
        let ours = filter::<String>();
        assert!(!backend.run(ours.contains("a")).unwrap());
        assert_eq!(backend.run(ours.contains_many(["a", ""])).unwrap(), [false, false]);
        assert_eq!(backend.run(ours.len()).unwrap(), 0);
        assert_eq!(backend.run(ours.extend([""; 0])).unwrap(), 0);
        assert_eq!(backend.run(ours.contains_many([""; 0])).unwrap(), [false; 0]);
        assert!(!backend.run(ours.exists()).unwrap());
        assert!(!backend.run(ours.clear()).unwrap());
    }

    fn its_bits_are_the_documented_ones(backend) {
        let pinned = BloomFilter::<String, PythonJson>::at("pinned").with_capacity(100, 0.01);
        assert!(backend.run(pinned.insert("rajiv")).unwrap());
        let set: Vec<u64> = (0..959).filter(|bit| backend.raw::<u8>(&["GETBIT", "pinned", &bit.to_string()]) == 1).collect();
        assert_eq!(set, [8, 183, 319, 471, 585, 711, 787]);
        assert_eq!(backend.run(pinned.len()).unwrap(), 1);
    }

    fn values_are_told_apart_by_what_their_codec_writes(backend) {
        let text = BloomFilter::<String>::at("filter").with_capacity(100, 1e-6);
        let json = BloomFilter::<String, Json>::at("filter").with_capacity(100, 1e-6);
        backend.run(text.insert("a")).unwrap();
        assert!(!backend.run(json.contains("a")).unwrap());
        assert!(backend.run(json.insert("a".to_owned())).unwrap());
        assert!(backend.run(text.contains("\"a\"")).unwrap());
    }

    fn values_of_any_bytes_and_any_size_are_seen(backend) {
        let ours = filter::<Vec<u8>>();
        let values = [vec![], vec![0, 1], vec![1, 0], vec![0xFF; 3], vec![7; 1 << 20], b"\r\n".to_vec()];
        assert_eq!(backend.run(ours.extend(&values)).unwrap(), values.len() as u64);
        assert_eq!(backend.run(ours.contains_many(&values)).unwrap(), vec![true; values.len()]);
        let mut nearly = vec![7; 1 << 20];
        nearly[1 << 19] = 8;
        assert_eq!(backend.run(ours.contains_many([nearly, vec![0, 2], vec![1]])).unwrap(), [false; 3]);
    }

    fn a_filter_without_a_possible_size_sends_nothing(backend) {
        let unsized_one = BloomFilter::<u8>::at("filter");
        let filters = [
            unsized_one.clone(),
            unsized_one.clone().with_capacity(0, 0.01),
            unsized_one.clone().with_capacity(10, 0.0),
            unsized_one.clone().with_capacity(10, 1.0),
            unsized_one.clone().with_capacity(10, f64::NAN),
            unsized_one.clone().with_capacity(450_000_000, 0.01),
            unsized_one.with_capacity(u64::MAX, 1e-300),
        ];
        for filter in filters {
            let failures = [
                backend.run(filter.insert(1)).map(drop),
                backend.run(filter.extend([1, 2])).map(drop),
                backend.run(filter.contains(1)).map(drop),
                backend.run(filter.contains_many([1])).map(drop),
                backend.run(filter.len()).map(drop),
            ];
            for failure in failures {
                assert!(matches!(failure, Err(Error::InvalidQuery { .. })), "{filter:?}: {failure:?}");
            }
            assert!(!backend.run(filter.exists()).unwrap());
        }
    }

    fn another_type_at_the_key_is_an_error(backend) {
        backend.raw::<i64>(&["RPUSH", "filter", "no bits"]);
        let failures = [
            backend.run(filter::<u8>().insert(1)).map(drop),
            backend.run(filter::<u8>().extend([1, 2])).map(drop),
            backend.run(filter::<u8>().contains(1)).map(drop),
            backend.run(filter::<u8>().contains_many([1])).map(drop),
            backend.run(filter::<u8>().len()).map(drop),
        ];
        for failure in failures {
            assert!(matches!(failure, Err(Error::WrongType { key, .. }) if key.as_bytes() == b"filter"));
        }
    }

    fn it_stands_in_batches_and_under_conditions(backend) {
        let ours = filter::<u32>();
        let batch = (ours.insert(1), ours.extend([1, 2, 3]), ours.contains_many([3, 4]), ours.len());
        assert_eq!(backend.run(batch.batch()).unwrap(), (true, 2, vec![true, false], 3));

        let atomic = (ours.insert(4), ours.contains(4), ours.extend(0..100_u32)).batch().atomic();
        assert_eq!(backend.run(atomic).unwrap(), (true, true, 96));
        backend.run(ours.clear()).unwrap();

        backend.raw::<()>(&["SET", "there", "1"]);
        assert!(backend.run(ours.insert(1).when(Condition::exists("there"))).unwrap());
        let refused = backend.run(ours.extend([2, 3]).when(Condition::missing("there")));
        assert!(refused.is_err_and(|error| error.is_already_exists()));
        assert_eq!(backend.run(ours.contains_many([1, 2]).when(Condition::exists("there"))).unwrap(), [true, false]);
    }

    fn hundreds_of_values_are_one_query_in_a_script_too(backend) {
        let ours = filter::<u32>();
        backend.raw::<()>(&["SET", "there", "1"]);
        // More bits than one command takes: each value has 30.
        let extended = ours.extend(0..400_u32).when(Condition::exists("there"));
        assert!(backend.run(extended).unwrap() == 400);
        let found = backend.run(ours.contains_many(0..400_u32).when(Condition::exists("there"))).unwrap();
        assert!(found.len() == 400 && found.into_iter().all(|found| found));
    }

    fn a_value_has_thousands_of_bits_where_it_has_to(backend) {
        let ours = BloomFilter::<u8>::at("filter").with_capacity(2, 1e-300);
        assert_eq!(backend.run(ours.extend([1, 2])).unwrap(), 2);
        assert_eq!(backend.run(ours.contains_many([1, 2, 3])).unwrap(), [true, true, false]);
    }

    fn it_expires_as_a_whole(backend) {
        let ours = filter::<u8>();
        backend.run(ours.insert(1)).unwrap();
        assert!(backend.run(ours.expire(Duration::from_secs(60))).unwrap());
        assert!(backend.run(ours.insert(2)).unwrap());
        assert!(matches!(backend.run(ours.ttl()).unwrap(), TimeLeft::Left(_)));
        if !backend.advance(Duration::from_secs(60)) {
            backend.expire_now(ours.key());
        }
        assert_eq!(backend.run(ours.contains_many([1, 2])).unwrap(), [false, false]);
        assert_eq!(backend.run(ours.len()).unwrap(), 0);
    }

    fn of_many_who_insert_a_value_one_is_the_first(backend) {
        const THREADS: usize = 4;
        let ours = filter::<u32>();
        let firsts: usize = thread::scope(|scope| {
            let inserting: Vec<_> = (0..THREADS)
                .map(|_| scope.spawn(|| {
                    let store = backend.other_store();
                    (0..200).filter(|value| M::wait(ours.insert(value).run(&store)).unwrap()).count()
                }))
                .collect();
            inserting.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(firsts, 200);
        assert!(backend.run(ours.contains_many(0..200_u32)).unwrap().into_iter().all(|found| found));
    }
}

#[test]
fn one_value_is_one_command() {
    let shown = |query: &dyn std::fmt::Debug| format!("{query:?}");
    let ours = BloomFilter::<u8, Plain>::at("filter").with_capacity(100, 0.01);
    assert_eq!(shown(&ours.insert(1)), "[[BITFIELD filter]]");
    assert_eq!(shown(&ours.contains(1)), "[[BITFIELD_RO filter]]");
    assert_eq!(shown(&ours.len()), "[[BITCOUNT filter]]");
    assert_eq!(shown(&ours.extend(0..200)), "[[BITFIELD filter]]");
    assert_eq!(
        shown(&ours.extend((0..=255).chain(0..=255))),
        "[[BITFIELD filter], [BITFIELD filter], [BITFIELD filter]]"
    );
}
