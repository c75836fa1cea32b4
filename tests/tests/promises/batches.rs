//! Batches: what one part does, the others meet as it is then.

use std::time::{Duration, SystemTime};

use redis_model::{Condition, Error, Expiring, Query, RedisModel, Ttl, prelude::*, redis::Value};
use redis_model_tests::on_every_backend;

use crate::{canned::Canned, command, get, set};

#[derive(RedisModel, Debug, Clone, PartialEq)]
#[redis(prefix = "batched")]
struct Item {
    #[redis(id)]
    id: u64,
    name: String,
    count: Option<i64>,
}

#[derive(RedisModel, Debug, Clone, PartialEq)]
#[redis(prefix = "batched:session")]
struct Session {
    #[redis(id)]
    id: u64,
    user: String,
    #[redis(ttl = 60)]
    code: Expiring<String>,
}

fn item(id: u64) -> Item {
    Item { id, name: "a".into(), count: Some(1) }
}

fn assert_wrong_type(error: &Error, expected: &str) {
    assert!(matches!(error, Error::WrongType { key, .. } if key.to_string() == expected), "{expected}: {error:?}");
}

on_every_backend! {
    fn a_part_that_follows_the_end_of_its_record_finds_none(backend) {
        let name = || Item::at(1).name();
        let ended = item(1).save().ttl(Ttl::At(SystemTime::UNIX_EPOCH + Duration::from_secs(1)));
        let batches: [(&str, Query<()>); 5] = [
            ("a nested atomic batch", (Item::delete(1), (name().set("x"), name().get()).batch().atomic()).batch().atomic().map(drop)),
            ("a conditional write", (Item::delete(1), name().set("x").when(Condition::missing("other"))).batch().atomic().map(drop)),
            ("an update", (Item::delete(1), item(1).save().update()).batch().atomic().map(drop)),
            ("several writes", (Item::delete(1), Item::at(1).count().take()).batch().atomic().map(drop)),
            ("a write after its end has come", (ended, name().set("x")).batch().atomic().map(drop)),
        ];
        for (about, batch) in batches {
            backend.run(item(1).save()).unwrap();
            let error = backend.run(batch).unwrap_err();
            assert!(error.is_not_found(), "{about}: {error:?}");
            assert_eq!(backend.raw::<i64>(&["EXISTS", "batched:{1}"]), 0, "{about}");
        }
    }

    fn an_atomic_batch_without_checks_writes_after_a_delete(backend) {
        backend.run(item(1).save()).unwrap();
        let batch = (Item::delete(1), Item::at(1).name().set("x")).batch().atomic().unchecked();
        let (was_there, ()) = backend.run(batch).unwrap();
        assert!(was_there);
        assert_eq!(backend.raw::<Vec<String>>(&["HKEYS", "batched:{1}"]), ["name"]);
    }

    fn a_key_that_the_batch_itself_frees_may_change_its_type(backend) {
        for free in ["DEL", "UNLINK"] {
            backend.raw::<()>(&["SET", "key", "text"]);
            let batch = (command::<i64>(&[free, "key"]), command::<i64>(&["HSET", "key", "f", "1"])).batch();
            assert_eq!(backend.run(batch.atomic()).unwrap(), (1, 1));
            backend.raw::<i64>(&["DEL", "key"]);
        }
    }

    fn a_wrong_type_under_a_maximum_is_found_before_anything_is_written(backend) {
        backend.run(item(1).save()).unwrap();
        backend.raw::<()>(&["SET", "batched:{2}", "text"]);
        let maximum = || Item::at(2).count().set_max(5);
        let error = backend.run((Item::at(1).name().set("b"), maximum()).batch().atomic()).map(drop).unwrap_err();
        assert_wrong_type(&error, "batched:{2}");
        let bare = (command::<i64>(&["HSET", "h", "f", "1"]), maximum().unchecked()).batch().atomic();
        assert_wrong_type(&backend.run(bare).map(drop).unwrap_err(), "batched:{2}");
        assert_eq!(backend.run(Item::at(1).name().get()).unwrap().as_deref(), Some("a"));
        assert_eq!(backend.raw::<i64>(&["EXISTS", "h"]), 0);
    }

    fn a_condition_is_checked_before_the_types(backend) {
        backend.raw::<()>(&["SET", "text", "x"]);
        let batch = (command::<i64>(&["HSET", "text", "f", "1"]), command::<i64>(&["HLEN", "text"])).batch();
        let error = backend.run(batch.atomic().when(Condition::exists("nothing"))).map(drop).unwrap_err();
        assert!(matches!(&error, Error::NotFound { key } if key.as_bytes() == b"nothing"), "{error:?}");
    }

    fn a_wrong_type_under_a_condition_names_the_conditions_key(backend) {
        backend.raw::<()>(&["SET", "text", "x"]);
        backend.raw::<i64>(&["HSET", "hash", "f", "1"]);
        for (condition, key) in [
            (Condition::field_absent("text", "f"), "text"),
            (Condition::field_equals("text", "f", "1"), "text"),
            (Condition::string_equals("hash", "1"), "hash"),
            (Condition::string_absent("hash"), "hash"),
        ] {
            let error = backend.run(set("other", "x").when(Condition::exists("text")).when(condition)).unwrap_err();
            assert_wrong_type(&error, key);
        }
        assert_eq!(backend.raw::<i64>(&["EXISTS", "other"]), 0);
    }

    fn a_wrong_type_in_a_later_step_names_that_steps_key(backend) {
        backend.raw::<()>(&["SET", "text", "x"]);
        backend.raw::<i64>(&["HSET", "hash", "f", "1"]);
        let error = backend.run((get("text"), get("hash")).batch().atomic()).unwrap_err();
        assert_wrong_type(&error, "hash");
        let session = Session { id: 1, user: "ada".into(), code: Expiring::none() };
        backend.run(session.save()).unwrap();
        backend.raw::<i64>(&["HSET", "batched:session:{1}.code", "f", "1"]);
        assert_wrong_type(&backend.run(Session::load(1)).unwrap_err(), "batched:session:{1}.code");
    }

    fn a_batch_of_25_000_answers_in_order_and_runs_once(backend) {
        let counts = backend.run(Query::all((0..25_000).map(|_| command::<i64>(&["INCR", "n"])))).unwrap();
        assert!(counts.into_iter().eq(1..=25_000));
        let answers = backend.run(Query::all((0..25_000).map(|number| get(if number % 2 == 0 { "n" } else { "none" })))).unwrap();
        assert_eq!(answers.len(), 25_000);
        assert!(answers.chunks(2).all(|pair| *pair == [Some("25000".to_owned()), None]));
    }
}

#[test]
fn a_large_batch_is_sent_piece_by_piece() {
    let mut pieces = Vec::new();
    let mut connection = Canned::new(|count| {
        pieces.push(count);
        vec![Value::Int(1); count]
    });
    let answers = Query::all((0..25_000).map(|_| command::<i64>(&["INCR", "n"]))).query(&mut connection).unwrap();
    assert_eq!((answers.len(), connection.sent.len()), (25_000, 25_000));
    assert!(pieces.len() > 1 && pieces.iter().sum::<usize>() == 25_000, "{pieces:?}");
}
