//! Writes racing with the end of their record: it is whole, or it is gone.

use std::{collections::BTreeSet, time::Duration};

use redis_model::{Error, Expiring, RedisFields, RedisModel, prelude::*};
use redis_model_tests::{Backend, Wait, on_every_backend};

use crate::side_by_side;

const ROUNDS: usize = 25;

#[derive(RedisModel, Debug, Clone, PartialEq)]
#[redis(prefix = "race:session", ttl = "10m")]
struct Session {
    #[redis(id)]
    id: u64,
    user: String,
    visits: i64,
    note: Option<String>,
    #[redis(nested)]
    device: Device,
    #[redis(ttl = "1m")]
    code: Expiring<String>,
}

#[derive(RedisFields, Debug, Clone, PartialEq)]
struct Device {
    name: String,
}

fn session() -> Session {
    let device = Device { name: "phone".into() };
    Session { id: 1, user: "ada".into(), visits: 0, note: None, device, code: Expiring::new("secret".into()) }
}

/// One write of each kind; each succeeds, or finds no record.
fn write_all<M: Wait>(backend: &Backend<M>) {
    let it = Session::at(1);
    let device = Device { name: "tablet".into() };
    let results = [
        backend.run(it.user().set("bob")),
        backend.run(it.visits().incr(1)).map(drop::<i64>),
        backend.run(it.visits().set_max(9)).map(drop::<i64>),
        backend.run(it.user().swap("eve")).map(drop),
        backend.run(it.note().set("x")),
        backend.run(it.note().take()).map(drop),
        backend.run(it.device().set(&device)),
        backend.run(it.code().set("new")),
        backend.run((it.visits().incr(1), it.note().set("y"), it.code().set("z")).batch().atomic()).map(drop),
        backend.run(session().save().update()),
        backend.wait(it.user().update(&backend.store, |user| user.map(|user| user + "!"))).map(drop),
        backend.wait(Session::modify(1, &backend.store, |session| {
            session.visits += 1;
            session.code.set("modified".into());
        })),
    ];
    for result in results {
        assert!(matches!(result, Ok(()) | Err(Error::NotFound { .. })), "{result:?}");
    }
}

/// The record is whole, with its mark, its required fields and an end, or nothing of it is there.
fn check_whole_or_gone<M: Wait>(backend: &Backend<M>) {
    let keys: BTreeSet<String> = backend.raw(&["KEYS", "race:session:*"]);
    if keys.is_empty() {
        return;
    }
    assert!(keys.contains("race:session:{1}"), "an own key has outlived its record: {keys:?}");
    let fields: BTreeSet<String> = backend.raw(&["HKEYS", "race:session:{1}"]);
    // It may end at this very moment.
    if fields.is_empty() {
        return;
    }
    let required = ["@v", "user", "visits", "device.name"];
    assert!(required.iter().all(|path| fields.contains(*path)), "a partial record: {fields:?}");
    for key in keys {
        assert_ne!(backend.raw::<i64>(&["PTTL", &key]), -1, "{key} has lost its end");
    }
}

on_every_backend! {
    fn a_write_never_brings_a_deleted_record_back(backend) {
        for _ in 0..ROUNDS {
            backend.run(session().save()).unwrap();
            side_by_side(3, |number| match number {
                0 => _ = backend.run(Session::delete(1)).unwrap(),
                _ => write_all(backend),
            });
            assert_eq!(backend.raw::<Vec<String>>(&["KEYS", "*"]), Vec::<String>::new());
        }
    }

    fn a_write_never_brings_an_expired_record_back(backend) {
        for _ in 0..ROUNDS {
            backend.run(session().save()).unwrap();
            side_by_side(3, |number| match number {
                0 => for _ in 0..10 {
                    // The record's own keys end with it.
                    backend.run(Session::expire(1, Duration::from_millis(1))).unwrap();
                    backend.advance(Duration::from_millis(1));
                },
                _ => write_all(backend),
            });
            check_whole_or_gone(backend);
        }
    }

    fn saves_and_deletes_leave_all_or_nothing(backend) {
        for _ in 0..ROUNDS {
            side_by_side(4, |number| match number {
                0 | 1 => _ = backend.run(Session::delete(1)).unwrap(),
                2 => backend.run(session().save()).unwrap(),
                _ => write_all(backend),
            });
            check_whole_or_gone(backend);
        }
    }

    fn a_field_that_may_make_its_record_makes_one_that_ends(backend) {
        for _ in 0..ROUNDS {
            side_by_side(3, |number| match number {
                0 => _ = backend.run(Session::delete(1)).unwrap(),
                _ => _ = backend.run(Session::at(1).or_create().visits().incr(1)).unwrap(),
            });
            if backend.run(Session::exists(1)).unwrap() {
                assert!(backend.raw::<bool>(&["HEXISTS", "race:session:{1}", "@v"]));
                assert!(backend.raw::<i64>(&["PTTL", "race:session:{1}"]) > 0);
            }
        }
    }

    fn a_reader_never_sees_a_part_of_a_record(backend) {
        for _ in 0..ROUNDS {
            side_by_side(4, |number| match number {
                0 => backend.run(session().save()).unwrap(),
                1 => _ = backend.run(Session::delete(1)).unwrap(),
                _ => for _ in 0..5 {
                    let loaded = backend.run(Session::load(1)).unwrap();
                    assert!(loaded.is_none_or(|loaded| loaded == session()));
                },
            });
        }
    }
}
