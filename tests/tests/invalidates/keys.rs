//! Where epochs lie.

use redis_model::{Blocking, Invalidates as _, RedisModel, RedisValue, path, prelude::*};
use redis_model_tests::{Backend, RedisServer, on_every_backend};

use crate::{arm, is_armed};

#[derive(RedisModel, Debug, Clone, PartialEq)]
#[redis(prefix = "inv:account", invalidates)]
struct Account {
    #[redis(id, tag)]
    tenant: String,
    #[redis(id)]
    number: u64,
    text: String,
}

#[derive(RedisModel, Debug, Clone, PartialEq)]
#[redis(invalidates, prefix = "inv:pair", rename_all = "camelCase")]
struct Pair {
    #[redis(id)]
    left: String,
    #[redis(id)]
    right: Side,
    #[redis(rename = "label")]
    text_of_it: String,
}

#[derive(RedisValue, Debug, Clone, Copy, PartialEq)]
enum Side {
    Front,
    Back,
}

fn account(tenant: &str, number: u64) -> Account {
    Account { tenant: tenant.into(), number, text: "x".into() }
}

#[test]
fn the_epoch_is_beside_the_record() {
    assert_eq!(Account::epoch_key(("acme", 7)).to_string(), "inv:account:{acme}:7@epoch");
    assert_eq!(Account::epoch_key(("a@epoch", 7)).to_string(), "inv:account:{a%40epoch}:7@epoch");
    assert_eq!(Pair::epoch_key(("a:b", Side::Back)).to_string(), "inv:pair:{a%3Ab:Back}@epoch");
    for side in [Side::Front, Side::Back] {
        let pair = Pair { left: "x".into(), right: side, text_of_it: String::new() };
        assert_eq!(Pair::epoch_key((&pair.left, side)).to_string(), format!("{}@epoch", pair.key()));
    }
}

#[test]
fn an_id_that_makes_no_key_makes_no_epoch() {
    let backend = Backend::<Blocking>::embedded();
    let get = redis_model::redis::cmd("GET").arg(Account::epoch_key(("", 7))).take();
    assert_eq!(Account::epoch_key(("", 7)).as_bytes(), b"");
    assert_eq!(backend.run(redis_model::Query::<Option<String>>::command(get)).unwrap(), None);
    assert!(backend.run(Account::at(("", 7)).text().set("x")).is_err());
}

#[test]
fn the_epoch_lies_in_the_slot_of_its_record() {
    let server = RedisServer::builder().config("cluster-enabled", "yes").start();
    let slot = |key: &str| server.command(&["CLUSTER", "KEYSLOT", key]);
    for (record, epoch) in [
        (Account::record(("acme", 7)).key().clone(), Account::epoch_key(("acme", 7))),
        (Pair::record(("a:b}{", Side::Back)).key().clone(), Pair::epoch_key(("a:b}{", Side::Back))),
    ] {
        assert_eq!(slot(&record.to_string()), slot(&epoch.to_string()));
    }
}

on_every_backend! {
    fn a_write_deletes_the_epoch_of_an_id_of_several_parts(backend) {
        let epochs = [("acme", 7), ("acme", 8), ("other", 7)].map(Account::epoch_key);
        backend.run(account("acme", 7).save()).unwrap();
        let writes = [
            || account("acme", 7).save().into_query(),
            || Account::at(("acme", 7)).text().set("y"),
            || Account::at(("acme", 7)).text().swap("z").map(drop::<Option<_>>),
            || Account::delete(("acme", 7)).map(drop),
        ];
        for write in writes {
            arm(backend, &epochs);
            backend.run(write()).unwrap();
            assert_eq!(epochs.clone().map(|epoch| is_armed(backend, &epoch)), [false, true, true]);
        }
    }

    fn a_write_of_a_renamed_field_deletes_the_epoch(backend) {
        let id = ("a:b", Side::Back);
        backend.run(Pair { left: id.0.into(), right: id.1, text_of_it: "x".into() }.save()).unwrap();
        arm(backend, &[Pair::epoch_key(id)]);
        backend.run(Pair::at(id).text_of_it().set("y")).unwrap();
        assert!(!is_armed(backend, &Pair::epoch_key(id)));
        assert_eq!(backend.raw::<String>(&["HGET", &Pair::record(id).key().to_string(), "label"]), "y");
    }
}

fn a_scan_passes_epochs_over(backend: &Backend<Blocking>) {
    for id in [("acme", 7), ("acme", 8), ("b", 7)] {
        backend.run(account(id.0, id.1).save()).unwrap();
        // Also one of the type that a scan looks for.
        backend.raw::<i64>(&["HSET", &Account::epoch_key(id).to_string(), "text", "no record"]);
        arm(backend, &[Pair::epoch_key((id.0, Side::Front))]);
    }
    backend.raw::<i64>(&["HSET", "inv:account:{ghost}:1@epoch", "text", "no record"]);
    let mut ids: Vec<_> = Account::scan(&backend.store).map(Result::unwrap).collect();
    ids.sort();
    assert_eq!(ids, [("acme".to_owned(), 7), ("acme".to_owned(), 8), ("b".to_owned(), 7)]);
    let selected: Vec<_> = Account::scan_select(&backend.store, path!(Account.text)).map(Result::unwrap).collect();
    assert_eq!(selected.len(), 3);
    assert!(selected.into_iter().all(|(_, text)| text.as_deref() == Some("x")));
    assert_eq!(Pair::scan(&backend.store).count(), 0);
}

#[test]
fn a_scan_passes_epochs_over_on_the_engine() {
    a_scan_passes_epochs_over(&Backend::embedded());
}

#[test]
fn a_scan_passes_epochs_over_on_a_server() {
    a_scan_passes_epochs_over(&Backend::server(""));
}
