//! Records that end, or never begin, in the middle of something: nothing of them is left, and nothing lives for ever.

use redis_model::{Error, Expiring, RedisFields, RedisModel, TimeLeft, prelude::*};
use redis_model_tests::on_every_backend;

use crate::command;

#[derive(RedisModel, Debug, Clone, PartialEq)]
#[redis(prefix = "ending:once", ttl = 600, refresh = "never")]
struct Once {
    #[redis(id)]
    id: u64,
    text: String,
}

#[derive(RedisModel, Debug, Clone, PartialEq)]
#[redis(prefix = "ending:versioned")]
struct Versioned {
    #[redis(id)]
    id: u64,
    name: Option<String>,
    size: Option<f64>,
    #[redis(version)]
    rev: u64,
    #[redis(nested)]
    codes: Codes,
}

#[derive(RedisFields, Debug, Clone, PartialEq)]
struct Codes {
    #[redis(ttl = 60)]
    first: Expiring<String>,
    #[redis(ttl = 60)]
    second: Expiring<String>,
}

fn once() -> Once {
    Once { id: 1, text: "a".into() }
}

fn versioned() -> Versioned {
    let codes = Codes { first: Expiring::new("1".into()), second: Expiring::none() };
    Versioned { id: 1, name: Some("x".into()), size: None, rev: 0, codes }
}

on_every_backend! {
    fn a_record_that_is_saved_after_its_deletion_has_its_ttl(backend) {
        backend.run(once().save()).unwrap();
        backend.run((Once::delete(1), once().save()).batch().atomic()).unwrap();
        assert!(matches!(backend.run(Once::ttl(1)).unwrap(), TimeLeft::Left(_)));
    }

    fn a_write_that_fails_makes_no_record(backend) {
        let size = Versioned::at(1).size().or_create();
        assert!(matches!(backend.run(size.incr(f64::INFINITY)), Err(Error::InvalidQuery { .. })));
        backend.raw::<i64>(&["HSET", "ending:versioned:{1}.codes.first", "another", "type"]);
        let taken = backend.run(Versioned::at(1).codes().first().or_create().take());
        assert!(matches!(taken, Err(Error::WrongType { .. })), "{taken:?}");
        assert!(!backend.run(Versioned::exists(1)).unwrap());
    }

    fn a_version_does_not_bring_back_what_its_write_has_ended(backend) {
        backend.raw::<i64>(&["HSET", "ending:versioned:{1}", "name", "x"]);
        backend.run(Versioned::at(1).name().clear()).unwrap();
        assert!(!backend.run(Versioned::exists(1)).unwrap());
    }

    fn a_nested_struct_of_expiring_fields_alone_is_read_and_cleared(backend) {
        backend.run(versioned().save()).unwrap();
        let codes = Versioned::at(1).codes();
        assert_eq!(backend.run(codes.get()).unwrap(), Some(versioned().codes));
        backend.run(codes.clear()).unwrap();
        assert_eq!(backend.run(codes.get()).unwrap(), None);
        backend.run(codes.set(&versioned().codes)).unwrap();
        assert_eq!(backend.run(Versioned::fetch(1)).unwrap().codes, versioned().codes);
    }

    fn a_record_that_a_raw_command_takes_away_is_missing_for_what_follows(backend) {
        for raw in [&["RENAME", "ending:once:{1}", "elsewhere:{1}"][..], &["GETDEL", "ending:once:{1}"], &["FLUSHDB"]] {
            backend.raw::<()>(&["FLUSHDB"]);
            backend.run(once().save()).unwrap();
            let batch = (command::<redis_model::redis::Value>(raw), Once::at(1).text().set("b")).batch();
            assert!(backend.run(batch.atomic()).is_err(), "{raw:?}");
            let fields: Vec<String> = backend.raw(&["HKEYS", "ending:once:{1}"]);
            assert!(fields.is_empty() || fields.contains(&"@v".to_owned()), "{raw:?} {fields:?}");
        }
    }

    fn replication_is_not_spoken_on_shared_connections(backend) {
        for words in [&["PSYNC", "?", "-1"][..], &["SYNC"], &["replconf", "ack", "0"]] {
            let refused = backend.run(command::<redis_model::redis::Value>(words));
            assert!(matches!(refused, Err(Error::InvalidQuery { .. })), "{words:?}");
        }
    }
}
