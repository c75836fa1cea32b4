//! Whole records: saving, loading, deleting, and what then lies in Redis.

#![allow(clippy::unwrap_used, reason = "a test reports by its panic")]

use std::collections::BTreeMap;

use redis_model::{Error, Query, RedisFields, RedisModel, RedisValue, path, prelude::*};
use redis_model_tests::on_every_backend;

#[derive(RedisModel, Debug, Clone, PartialEq)]
#[redis(prefix = "shop:user")]
struct User {
    #[redis(id)]
    id: u64,
    name: String,
    nick: Option<String>,
    logins: i64,
    plan: Plan,
    #[redis(nested)]
    address: Address,
    #[redis(json)]
    prefs: BTreeMap<String, Vec<u8>>,
}

#[derive(RedisFields, Debug, Clone, PartialEq)]
struct Address {
    city: String,
    zip: Option<String>,
}

#[derive(RedisValue, Debug, Clone, PartialEq)]
enum Plan {
    Free,
    Pro,
}

/// A model whose save is one bare command.
#[derive(RedisModel, Debug, Clone, PartialEq)]
struct Plain {
    #[redis(id)]
    id: String,
    text: String,
    number: u8,
}

#[derive(RedisModel, Debug, PartialEq)]
struct Empty {
    #[redis(id)]
    id: u64,
    nothing: Option<String>,
}

#[derive(RedisModel, Debug, PartialEq)]
#[redis(prefix = "account")]
struct Account {
    #[redis(id)]
    number: u64,
    #[redis(id, tag)]
    tenant: String,
    balance: i64,
}

fn ada() -> User {
    User {
        id: 42,
        name: "Ada".into(),
        nick: None,
        logins: 7,
        plan: Plan::Pro,
        address: Address { city: "London".into(), zip: Some("NW1".into()) },
        prefs: BTreeMap::from([("theme".into(), vec![1, 2])]),
    }
}

fn hash(fields: &[(&str, &str)]) -> BTreeMap<String, String> {
    fields.iter().map(|(path, value)| ((*path).to_owned(), (*value).to_owned())).collect()
}

on_every_backend! {
    fn a_saved_record_is_loaded(backend) {
        backend.run(ada().save()).unwrap();
        assert_eq!(backend.run(User::load(42)).unwrap(), Some(ada()));
        assert_eq!(backend.run(User::fetch(42)).unwrap(), ada());
        assert_eq!(backend.run(User::at(42).load()).unwrap(), Some(ada()));
        assert_eq!(backend.run(ada().handle().load()).unwrap(), Some(ada()));
    }

    fn it_lies_in_redis_as_documented(backend) {
        backend.run(ada().save()).unwrap();
        assert_eq!(backend.raw::<Vec<String>>(&["KEYS", "*"]), ["shop:user:{42}"]);
        let expected = hash(&[
            ("@v", "1"), ("name", "Ada"), ("logins", "7"), ("plan", "Pro"), ("address.city", "London"),
            ("address.zip", "NW1"), ("prefs", r#"{"theme":[1,2]}"#),
        ]);
        assert_eq!(backend.raw::<BTreeMap<String, String>>(&["HGETALL", "shop:user:{42}"]), expected);
    }

    fn there_is_nothing_where_nothing_was_saved(backend) {
        assert_eq!(backend.run(User::load(1)).unwrap(), None);
        let missing = backend.run(User::fetch(1)).unwrap_err();
        assert!(matches!(missing, Error::NotFound { ref key } if key.as_bytes() == b"shop:user:{1}"), "{missing:?}");
        assert!(!backend.run(User::exists(1)).unwrap());
        assert!(!backend.run(User::delete(1)).unwrap());
    }

    fn a_deleted_record_is_gone(backend) {
        backend.run(ada().save()).unwrap();
        assert!(backend.run(User::exists(42)).unwrap());
        assert!(backend.run(User::delete(42)).unwrap());
        assert_eq!(backend.run(User::load(42)).unwrap(), None);
        assert_eq!(backend.raw::<i64>(&["DBSIZE"]), 0);
    }

    fn many_are_loaded_in_the_order_of_their_ids(backend) {
        let users: Vec<User> = (1..=20).map(|id| User { id, name: format!("user {id}"), ..ada() }).collect();
        backend.run(Query::all(users.iter().map(User::save))).unwrap();
        let ids = [3, 99, 1, 3, 20];
        let loaded = backend.run(User::load_many(ids)).unwrap();
        let expected: Vec<_> = ids.iter().map(|id| users.iter().find(|user| user.id == *id).cloned()).collect();
        assert_eq!(loaded, expected);
        assert_eq!(backend.run(User::load_many(Vec::<u64>::new())).unwrap(), []);
    }

    fn a_save_replaces_every_field_and_leaves_foreign_ones(backend) {
        backend.run(ada().save()).unwrap();
        backend.raw::<i64>(&["HSET", "shop:user:{42}", "foreign", "stays"]);
        let changed = User {
            nick: Some("ada".into()),
            address: Address { city: "Oslo".into(), zip: None },
            prefs: BTreeMap::new(),
            ..ada()
        };
        backend.run(changed.save()).unwrap();
        assert_eq!(backend.run(User::load(42)).unwrap(), Some(changed));
        let stored = backend.raw::<BTreeMap<String, String>>(&["HGETALL", "shop:user:{42}"]);
        assert_eq!(stored.get("foreign").map(String::as_str), Some("stays"));
        assert_eq!(stored.get("address.zip"), None);
    }

    fn a_hash_of_foreign_fields_alone_is_no_record(backend) {
        backend.raw::<i64>(&["HSET", "shop:user:{42}", "foreign", "x"]);
        assert_eq!(backend.run(User::load(42)).unwrap(), None);
    }

    fn create_and_update_ask_whether_it_exists(backend) {
        assert!(backend.run(ada().save().update()).unwrap_err().is_not_found());
        assert_eq!(backend.raw::<i64>(&["DBSIZE"]), 0);
        backend.run(ada().save().create()).unwrap();
        let second = User { name: "Bob".into(), ..ada() };
        assert!(matches!(backend.run(second.save().create()), Err(Error::AlreadyExists { .. })));
        assert_eq!(backend.run(User::fetch(42)).unwrap(), ada());
        backend.run(second.save().update()).unwrap();
        assert_eq!(backend.run(User::fetch(42)).unwrap(), second);
    }

    fn a_record_without_any_field_exists_by_its_mark(backend) {
        backend.run(Empty { id: 1, nothing: None }.save()).unwrap();
        assert_eq!(backend.run(Empty::load(1)).unwrap(), Some(Empty { id: 1, nothing: None }));
        assert_eq!(backend.raw::<BTreeMap<String, String>>(&["HGETALL", "empty:{1}"]), hash(&[("@v", "1")]));
    }

    fn ids_of_several_parts_share_a_slot_by_their_tag(backend) {
        let account = Account { number: 7, tenant: "ac:me}".into(), balance: 5 };
        backend.run(account.save()).unwrap();
        assert_eq!(backend.raw::<Vec<String>>(&["KEYS", "*"]), ["account:{ac%3Ame%7D}:7"]);
        assert_eq!(backend.run(Account::load((7, "ac:me}"))).unwrap(), Some(account));
    }

    fn ids_hold_any_bytes(backend) {
        for id in ["{}", "a.b", "x@lock", "%7D", "new\nline", "nul\0", "ünï ©", "*?[]\\", " "] {
            let record = Plain { id: id.into(), text: id.into(), number: 1 };
            backend.run(record.save()).unwrap();
            assert_eq!(backend.run(Plain::load(id)).unwrap(), Some(record), "{id:?}");
        }
        assert_eq!(backend.raw::<i64>(&["DBSIZE"]), 9);
    }

    fn an_empty_id_is_an_error_before_anything_is_sent(backend) {
        let nameless = Plain { id: String::new(), text: "x".into(), number: 1 };
        assert!(matches!(backend.run(nameless.save()), Err(Error::InvalidKey { .. })));
        assert!(matches!(backend.run(nameless.save().create()), Err(Error::InvalidKey { .. })));
        assert!(matches!(backend.run(Plain::load("")), Err(Error::InvalidKey { .. })));
        assert!(matches!(backend.run(Plain::at("").text().set("x")), Err(Error::InvalidKey { .. })));
        assert!(matches!(backend.run(Plain::delete("")), Err(Error::InvalidKey { .. })));
        assert!(matches!(backend.wait(Plain::modify("", &backend.store, |_| ())), Err(Error::InvalidKey { .. })));
        assert_eq!(backend.raw::<i64>(&["DBSIZE"]), 0);
    }

    fn what_cannot_be_decoded_is_named(backend) {
        backend.raw::<i64>(&["HSET", "plain:{x}", "@v", "1", "text", "ok", "number", "300"]);
        let error = backend.run(Plain::load("x")).unwrap_err();
        let Error::Decode { model, ref key, ref path, .. } = error else { panic!("{error:?}") };
        assert_eq!((model, key.as_bytes(), path.as_str()), ("Plain", &b"plain:{x}"[..], "number"));
        assert_eq!(error.to_string(), "cannot decode `number` of Plain at key `plain:{x}`");
        let cause = std::error::Error::source(&error).expect("a cause").to_string();
        assert_eq!(cause, "expected u8, found \"300\"");
        let field = backend.run(Plain::at("x").number().get()).unwrap_err();
        assert_eq!(field.to_string(), error.to_string());
    }

    fn records_that_are_loaded_isolated_keep_their_ids_and_names(backend) {
        for id in ["a", "b"] {
            backend.run(Plain { id: id.into(), text: id.into(), number: 1 }.save()).unwrap();
        }
        let both = || (Plain::fetch("a"), (Plain::fetch("b"), Plain::at("b").text().get()).batch().atomic()).batch();
        let (a, (b, text)) = backend.run(both().atomic()).unwrap();
        assert_eq!((a.id.as_str(), b.id.as_str(), text.as_deref()), ("a", "b", Some("b")));
        let (a, (b, _)) = backend.run(both().when(redis_model::Condition::exists("plain:{a}"))).unwrap();
        assert_eq!((a.id.as_str(), b.id.as_str()), ("a", "b"));
        backend.raw::<i64>(&["HSET", "plain:{b}", "number", "x"]);
        let error = backend.run(both().atomic()).map(|_| ()).unwrap_err();
        assert_eq!(error.to_string(), "cannot decode `number` of Plain at key `plain:{b}`");
        let fields = (Plain::at("a").number().get(), Plain::at("b").number().get()).batch().atomic();
        let error = backend.run(fields).map(|_| ()).unwrap_err();
        assert_eq!(error.to_string(), "cannot decode `number` of Plain at key `plain:{b}`");
        backend.raw::<()>(&["SET", "plain:{c}", "x"]);
        let writes = (Plain::at("a").text().set("x"), Plain::at("c").text().set("x")).batch().atomic();
        let error = backend.run(writes).map(|_| ()).unwrap_err();
        assert!(matches!(&error, Error::WrongType { key, .. } if key.as_bytes() == b"plain:{c}"), "{error:?}");
        assert_eq!(backend.run(Plain::at("a").text().get()).unwrap().as_deref(), Some("a"));
    }

    fn a_missing_field_is_named(backend) {
        backend.raw::<i64>(&["HSET", "plain:{x}", "text", "ok"]);
        let error = backend.run(Plain::load("x")).unwrap_err();
        assert!(matches!(&error, Error::Decode { path, .. } if path == "number"), "{error:?}");
        let (bad, good) = backend.run((Plain::load("x").attempt(), Plain::load("y")).batch()).unwrap();
        assert_eq!(bad.unwrap_err().to_string(), error.to_string());
        assert_eq!(good, None);
    }

    fn another_type_at_the_key_is_named_and_left_alone(backend) {
        backend.raw::<()>(&["SET", "shop:user:{42}", "x"]);
        for error in [
            backend.run(User::load(42)).map(|_| ()).unwrap_err(),
            backend.run(ada().save()).unwrap_err(),
            backend.run(ada().save().update()).unwrap_err(),
            backend.run(User::at(42).name().set("x")).unwrap_err(),
            backend.run(User::at(42).logins().incr(1)).map(|_| ()).unwrap_err(),
            backend.run(User::at(42).logins().set_max(1)).map(|_| ()).unwrap_err(),
            backend.wait(User::modify(42, &backend.store, |_| ())).unwrap_err(),
            backend.run((User::load(1), User::load(42)).batch()).map(|_| ()).unwrap_err(),
        ] {
            assert!(matches!(&error, Error::WrongType { key, .. } if key.as_bytes() == b"shop:user:{42}"), "{error:?}");
        }
        assert_eq!(backend.raw::<String>(&["GET", "shop:user:{42}"]), "x");
    }

    fn some_fields_are_selected(backend) {
        backend.run(ada().save()).unwrap();
        let it = User::at(42);
        let (name, nick, city, prefs) = backend
            .run(it.select((path!(User.name), path!(User.nick), path!(User.address.city), path!(User.prefs))))
            .unwrap();
        assert_eq!((name.as_deref(), nick, city.as_deref()), (Some("Ada"), None, Some("London")));
        assert_eq!(prefs, Some(ada().prefs));
        assert_eq!(backend.run(it.select(path!(User.plan))).unwrap(), Some(Plan::Pro));
        assert_eq!(backend.run(it.field(path!(User.address.city)).get()).unwrap().as_deref(), Some("London"));
        assert_eq!(backend.run(User::at(1).select((path!(User.name),))).unwrap(), (None,));
        backend.raw::<i64>(&["HSET", "shop:user:{42}", "logins", "many"]);
        let error = backend.run(it.select((path!(User.name), path!(User.logins)))).unwrap_err();
        assert!(matches!(&error, Error::Decode { path, .. } if path == "logins"), "{error:?}");
    }
}

#[test]
fn a_plain_save_is_one_command() {
    let plain = Plain { id: "x".into(), text: "t".into(), number: 1 };
    let shown = format!("{:?}", redis_model::IntoQuery::into_query(plain.save()));
    assert_eq!(shown, "[[HSET plain:{x}]]");
}
