//! Cells: one value in a string.

// A test reports by its panic.
#![allow(clippy::unwrap_used)]

#[path = "cells/numbers.rs"]
mod numbers;
#[path = "cells/of_records.rs"]
mod of_records;
#[path = "cells/random.rs"]
mod random;

use std::{thread, time::Duration};

use redis_model::{Cell, Condition, Error, Json, TimeLeft, prelude::*};
use redis_model_tests::{Backend, Wait, on_every_backend};

const HOUR: Duration = Duration::from_secs(3600);

fn motto() -> Cell<String> {
    Cell::at("motto")
}

/// Whether the cell has a time limit.
fn is_limited<M: Wait, T, C>(backend: &Backend<M>, cell: &Cell<T, C>) -> bool {
    match backend.run(cell.ttl()).unwrap() {
        TimeLeft::Left(left) => {
            assert!(left <= HOUR && left + HOUR / 2 > HOUR, "{left:?}");
            true
        }
        TimeLeft::Unlimited => false,
        TimeLeft::Missing => panic!("it is empty"),
    }
}

/// Runs `work` in several threads at once, and collects what they answer.
fn together<M: Wait, T: Send>(backend: &Backend<M>, work: impl Fn(&Backend<M>) -> T + Sync) -> Vec<T> {
    thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| work(backend))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

on_every_backend! {
    fn a_cell_has_nothing_until_it_is_set(backend) {
        let cell = motto();
        assert_eq!((backend.run(cell.get()).unwrap(), backend.run(cell.take()).unwrap()), (None, None));
        assert_eq!(backend.run(cell.get_and_expire(HOUR)).unwrap(), None);
        assert!(!backend.run(cell.exists()).unwrap() && !backend.run(cell.set_if_present("x")).unwrap());
        assert!(!backend.run(cell.set_if_present_for("x", HOUR)).unwrap());
        assert_eq!(backend.run(cell.swap("a")).unwrap(), None);
        backend.run(cell.set("b")).unwrap();
        assert_eq!(backend.run(cell.get()).unwrap().as_deref(), Some("b"));
        assert_eq!(backend.run(cell.take()).unwrap().as_deref(), Some("b"));
        assert!(backend.run(cell.is_empty()).unwrap());
    }

    fn a_write_keeps_the_time_to_live_unless_it_gives_one(backend) {
        let cell = motto();
        backend.run(cell.set_for("a", HOUR)).unwrap();
        backend.run(cell.set("b")).unwrap();
        backend.run(cell.swap("c")).unwrap();
        assert!(backend.run(cell.set_if_present("d")).unwrap());
        backend.run(cell.compare_and_set("d", "e")).unwrap();
        backend.wait(cell.update(&backend.store, |value| value.map(|value| value + "f"))).unwrap();
        assert_eq!(backend.run(cell.append("g")).unwrap(), 3);
        assert_eq!(backend.run(cell.get_or_insert_for("x", HOUR * 2)).unwrap(), "efg");
        assert!(is_limited(backend, &cell));
        backend.run(cell.persist()).unwrap();
        assert!(backend.run(cell.set_if_present_for("h", HOUR)).unwrap() && is_limited(backend, &cell));
        backend.run(cell.persist()).unwrap();
        assert_eq!(backend.run(cell.get_and_expire(HOUR)).unwrap().as_deref(), Some("h"));
        assert!(is_limited(backend, &cell));
        if !backend.advance(HOUR) {
            backend.expire_now(cell.key());
        }
        assert_eq!(backend.run(cell.get()).unwrap(), None);
        backend.run(cell.set("i")).unwrap();
        assert!(!is_limited(backend, &cell));
    }

    fn only_the_first_sets_what_is_absent(backend) {
        let cell = motto();
        assert!(backend.run(cell.set_if_absent_for("a", HOUR)).unwrap() && is_limited(backend, &cell));
        assert!(!backend.run(cell.set_if_absent("b")).unwrap() && !backend.run(cell.set_if_absent_for("b", HOUR)).unwrap());
        assert_eq!(backend.run(cell.get_or_insert("c")).unwrap(), "a");
        backend.run(cell.clear()).unwrap();
        assert_eq!(backend.run(cell.get_or_insert("c")).unwrap(), "c");
        assert!(!is_limited(backend, &cell));
        backend.run(cell.clear()).unwrap();
        assert_eq!(backend.run(cell.get_or_insert_for("d", HOUR)).unwrap(), "d");
        assert!(is_limited(backend, &cell));
    }

    fn a_value_is_replaced_only_if_it_is_what_was_expected(backend) {
        let cell = motto();
        assert!(backend.run(cell.compare_and_set("a", "b")).unwrap_err().is_conflict());
        assert!(backend.run(cell.remove_if("a")).unwrap_err().is_conflict());
        backend.run(cell.set("a")).unwrap();
        assert!(backend.run(cell.remove_if("b")).unwrap_err().is_conflict());
        backend.run(cell.compare_and_set("a", "b")).unwrap();
        backend.run(cell.remove_if("b")).unwrap();
        assert!(backend.run(cell.is_empty()).unwrap());
    }

    fn an_update_makes_changes_and_removes(backend) {
        let cell = Cell::<u32>::at("count");
        let update = |change: fn(Option<u32>) -> Option<u32>| backend.wait(cell.update(&backend.store, change)).unwrap();
        assert_eq!(update(|value| value), None);
        assert_eq!(update(|value| Some(value.unwrap_or(40) + 1)), Some(41));
        assert_eq!(update(|value| Some(value.unwrap_or(40) + 1)), Some(42));
        assert_eq!(update(|value| value.filter(|value| *value < 42)), None);
        assert!(backend.run(cell.is_empty()).unwrap());
    }

    fn no_update_and_no_sum_is_lost(backend) {
        let (updated, added) = (Cell::<u32>::at("updated"), Cell::<u32>::at("added"));
        let claims = together(backend, |backend| {
            for _ in 0..25 {
                backend.wait(updated.update(&backend.store, |value| Some(value.unwrap_or(0) + 1))).unwrap();
                backend.run(added.incr(1)).unwrap();
            }
            backend.run(motto().set_if_absent("mine")).unwrap()
        });
        assert_eq!((backend.run(updated.get()).unwrap(), backend.run(added.get()).unwrap()), (Some(100), Some(100)));
        assert_eq!(claims.into_iter().filter(|won| *won).count(), 1);
        let taken = together(backend, |backend| backend.run(motto().take()).unwrap());
        assert_eq!(taken.into_iter().flatten().count(), 1);
    }

    fn values_are_any_bytes_and_any_serde_type(backend) {
        let bytes = Cell::<Vec<u8>>::at("bytes");
        for value in [Vec::new(), vec![0, 255, b'\r', b'\n'], vec![7; 1 << 20]] {
            backend.run(bytes.set(&value)).unwrap();
            assert_eq!(backend.run(bytes.get()).unwrap().as_ref(), Some(&value));
            backend.run(bytes.compare_and_set(&value, [1, 2])).unwrap();
            assert_eq!(backend.run(bytes.append([3, 0])).unwrap(), 4);
            assert_eq!(backend.run(bytes.swap([0; 0])).unwrap(), Some(vec![1, 2, 3, 0]));
        }
        let answers = Cell::<(u8, Option<String>), Json>::at("json");
        backend.run(answers.set((42, Some("x".to_owned())))).unwrap();
        assert_eq!(backend.raw::<String>(&["GET", "json"]), r#"[42,"x"]"#);
        assert_eq!(backend.run(answers.get_or_insert((0, None))).unwrap(), (42, Some("x".into())));
    }

    fn what_does_not_decode_is_an_error_that_names_the_key(backend) {
        backend.raw::<()>(&["SET", "count", "no number"]);
        let cell = Cell::<u32>::at("count");
        let failures = [
            backend.run(cell.get()).map(drop),
            backend.run(cell.get_or_insert(1)).map(drop),
            backend.run(cell.get().when(Condition::exists("count"))).map(drop),
            backend.wait(cell.update(&backend.store, |value| value)).map(drop),
            backend.run(cell.swap(1)).map(drop),
        ];
        for failure in failures {
            assert!(matches!(&failure, Err(Error::Decode { key, .. }) if key.as_bytes() == b"count"), "{failure:?}");
        }
        assert_eq!(backend.run(cell.get()).unwrap(), Some(1), "the last has replaced it");
    }

    fn another_type_at_the_key_is_an_error_but_to_what_replaces_it(backend) {
        backend.raw::<i64>(&["RPUSH", "count", "x"]);
        let cell = Cell::<u32>::at("count");
        let failures = [
            backend.run(cell.get()).map(drop),
            backend.run(cell.take()).map(drop),
            backend.run(cell.swap(1)).map(drop),
            backend.run(cell.get_or_insert(1)).map(drop),
            backend.run(cell.get_and_expire(HOUR)).map(drop),
            backend.run(cell.incr(1)).map(drop),
            backend.run(cell.set_max(1)).map(drop),
            backend.run(cell.compare_and_set(1, 2)),
            backend.wait(cell.update(&backend.store, |value| value)).map(drop),
        ];
        for (number, failure) in failures.into_iter().enumerate() {
            assert!(matches!(&failure, Err(Error::WrongType { key, .. }) if key.as_bytes() == b"count"), "{number}: {failure:?}");
        }
        assert!(!backend.run(cell.set_if_absent(1)).unwrap());
        backend.run(cell.set(1)).unwrap();
        assert_eq!(backend.run(cell.get()).unwrap(), Some(1));
    }

    fn cells_stand_in_batches_and_under_conditions(backend) {
        let (one, two) = (motto(), Cell::<i64>::at("two"));
        let batch = (one.set_if_absent("a"), one.get_or_insert("b"), one.set_if_absent("c"), two.incr(i64::MAX), two.get(), one.swap("d"));
        let (first, stored, second, sum, number, before) = backend.run(batch.batch().atomic()).unwrap();
        assert_eq!((first, stored, second), (true, "a".to_owned(), false));
        assert_eq!((sum, number, before.as_deref()), (i64::MAX, Some(i64::MAX), Some("a")));
        let guarded = one.take().when(Condition::string_equals("motto", "d"));
        assert_eq!(backend.run(guarded).unwrap().as_deref(), Some("d"));
        assert!(backend.run(one.set("e").when(Condition::exists("motto"))).unwrap_err().is_not_found());
    }

    fn a_time_that_cannot_be_is_refused_before_anything_is_sent(backend) {
        for time in [Duration::ZERO, Duration::MAX] {
            let failures = [
                backend.run(motto().set_for("a", time)),
                backend.run(motto().set_if_absent_for("a", time)).map(drop),
                backend.run(motto().set_if_present_for("a", time)).map(drop),
                backend.run(motto().get_or_insert_for("a", time)).map(drop),
                backend.run(motto().get_and_expire(time)).map(drop),
            ];
            assert!(failures.iter().all(|failure| matches!(failure, Err(Error::InvalidQuery { .. }))));
        }
        assert!(backend.run(motto().is_empty()).unwrap());
    }
}

#[test]
fn each_is_one_command() {
    let shown = |query: &dyn std::fmt::Debug| format!("{query:?}");
    assert_eq!(shown(&motto().get_or_insert("a")), "[[SET motto]]");
    assert_eq!(shown(&motto().swap("a")), "[[SET motto]]");
    assert_eq!(shown(&Cell::<i64>::at("n").decr(1)), "[[INCRBY n]]");
}
