//! Numbers: exact in scripts too, and within their type.

#![allow(clippy::float_cmp, reason = "the floats are exact")]

use redis_model::{Condition, Error, RedisModel, prelude::*};
use redis_model_tests::{Backend, Wait, on_every_backend};

use crate::command;

const EXACT_IN_DOUBLES: i64 = 1 << 53;

#[derive(RedisModel, Debug, Clone, PartialEq)]
#[redis(prefix = "counted")]
struct Counted {
    #[redis(id)]
    id: u64,
    small: Option<u8>,
    #[redis(default = 100)]
    credits: i64,
    float: Option<f64>,
}

fn counted() -> Counted {
    Counted { id: 1, small: Some(250), credits: 1, float: Some(3.0) }
}

/// Runs a command that answers with a number under a condition that holds.
fn conditionally<M: Wait>(backend: &Backend<M>, words: &[&str]) -> redis_model::Result<i64> {
    backend.run(command(words).when(Condition::missing("nothing")))
}

on_every_backend! {
    fn every_spelling_of_an_increment_is_exact_under_a_condition(backend) {
        for start in [EXACT_IN_DOUBLES, -EXACT_IN_DOUBLES, i64::MAX - 1, i64::MIN + 1] {
            let up: [&[&str]; 6] = [
                &["INCR", "n"], &["incr", "n"], &["INCRBY", "n", "1"], &["incrby", "n", "1"],
                &["HINCRBY", "h", "f", "1"], &["hincrby", "h", "f", "1"],
            ];
            let down: [&[&str]; 5] = [
                &["DECR", "n"], &["decr", "n"], &["DECRBY", "n", "1"], &["decrby", "n", "1"], &["Hincrby", "h", "f", "-1"],
            ];
            let changes = up.into_iter().map(|words| (words, start + 1)).chain(down.into_iter().map(|words| (words, start - 1)));
            for (words, expected) in changes {
                backend.raw::<()>(&["SET", "n", &start.to_string()]);
                backend.raw::<i64>(&["HSET", "h", "f", &start.to_string()]);
                assert_eq!(conditionally(backend, words).unwrap(), expected, "{words:?} on {start}");
            }
        }
    }

    fn an_increment_past_the_ends_of_i64_is_refused_under_a_condition(backend) {
        let past: [(&[&str], i64); 4] = [
            (&["INCR", "n"], i64::MAX), (&["INCRBY", "n", "2"], i64::MAX - 1),
            (&["DECR", "n"], i64::MIN), (&["DECRBY", "n", "2"], i64::MIN + 1),
        ];
        for (words, start) in past {
            backend.raw::<()>(&["SET", "n", &start.to_string()]);
            assert!(matches!(conditionally(backend, words), Err(Error::OutOfRange { .. })), "{words:?}");
            assert_eq!(backend.raw::<i64>(&["GET", "n"]), start, "{words:?}");
        }
    }

    fn increments_of_an_atomic_batch_are_exact(backend) {
        backend.raw::<()>(&["SET", "n", &EXACT_IN_DOUBLES.to_string()]);
        let batch = (command::<i64>(&["INCR", "n"]), command::<i64>(&["DECR", "n"]), command::<i64>(&["INCRBY", "n", "3"])).batch();
        assert_eq!(backend.run(batch.atomic()).unwrap(), (EXACT_IN_DOUBLES + 1, EXACT_IN_DOUBLES, EXACT_IN_DOUBLES + 3));
    }

    fn a_refused_increment_makes_no_record(backend) {
        let created = Counted::at(9).or_create();
        for refused in [created.small().incr(300), created.small().incr(-1), created.small().decr(1)] {
            let error = backend.run(refused).unwrap_err();
            assert!(matches!(&error, Error::OutOfRange { path, .. } if path == "small"), "{error:?}");
        }
        assert!(!backend.run(Counted::exists(9)).unwrap());
        assert_eq!(backend.raw::<i64>(&["DBSIZE"]), 0);
    }

    fn an_unchecked_increment_stays_within_its_type(backend) {
        backend.run(counted().save()).unwrap();
        let small = Counted::at(1).small();
        for refused in [small.incr(6), small.incr(i64::MAX - 250), small.decr(251)] {
            let error = backend.run(refused.unchecked()).unwrap_err();
            assert!(matches!(&error, Error::OutOfRange { path, .. } if path == "small"), "{error:?}");
            assert_eq!(backend.run(small.get()).unwrap(), Some(250));
        }
        assert_eq!(backend.run(small.incr(5).unchecked()).unwrap(), 255);
        backend.run(Counted::at(2).small().incr(256).unchecked()).unwrap_err();
        assert_eq!(backend.run(Counted::at(2).small().get()).unwrap(), None);
    }

    fn an_absent_field_counts_as_0_even_where_its_model_names_a_default(backend) {
        backend.raw::<i64>(&["HSET", "counted:{1}", "@v", "1"]);
        assert_eq!(backend.run(Counted::fetch(1)).unwrap().credits, 100);
        assert_eq!(backend.run(Counted::at(1).credits().incr(1)).unwrap(), 1);
        assert_eq!(backend.run(Counted::fetch(1)).unwrap().credits, 1);
    }

    fn nothing_is_greater_or_smaller_than_not_a_number(backend) {
        backend.run(counted().save()).unwrap();
        let float = Counted::at(1).float();
        for wrong in [float.set_max(f64::NAN), float.set_min(f64::NAN), float.set_max(-f64::NAN).unchecked()] {
            let outcome = backend.run(wrong);
            assert!(matches!(outcome, Err(Error::InvalidQuery { .. })), "{outcome:?}");
        }
        assert_eq!(backend.run(float.get()).unwrap(), Some(3.0));
        assert_eq!(backend.run(float.set_max(f64::INFINITY)).unwrap(), f64::INFINITY);
    }
}
