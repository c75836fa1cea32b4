//! Single fields: every operation of their handles.

#![allow(clippy::unwrap_used, clippy::float_cmp, reason = "a test reports by its panic; the floats are exact")]

use std::{collections::HashMap, net::IpAddr};

use redis_model::{Error, RedisModel, prelude::*};
use redis_model_tests::on_every_backend;

#[derive(RedisModel, Debug, Clone, PartialEq)]
struct Thing {
    #[redis(id)]
    id: u64,
    text: String,
    maybe: Option<String>,
    bytes: Vec<u8>,
    flag: bool,
    signed: i64,
    small: u8,
    unsigned: u64,
    float: f64,
    #[redis(json)]
    map: HashMap<String, i64>,
    #[redis(msgpack)]
    pair: (u8, String),
    #[redis(text)]
    address: IpAddr,
    #[redis(text)]
    other: Option<IpAddr>,
    #[redis(bytes)]
    blob: Box<[u8]>,
}

fn thing() -> Thing {
    Thing {
        id: 1,
        text: "a".into(),
        maybe: None,
        bytes: vec![0, 255],
        flag: true,
        signed: -1,
        small: 200,
        unsigned: 1,
        float: 0.5,
        map: HashMap::from([("x".into(), 1)]),
        pair: (1, "p".into()),
        address: [127, 0, 0, 1].into(),
        other: None,
        blob: Box::new([1, 2]),
    }
}

on_every_backend! {
    fn what_is_set_is_got(backend) {
        backend.run(thing().save()).unwrap();
        let it = Thing::at(1);
        backend.run(it.text().set("b")).unwrap();
        backend.run(it.maybe().set("c".to_owned())).unwrap();
        backend.run(it.bytes().set(*b"\0\xff")).unwrap();
        backend.run(it.flag().set(false)).unwrap();
        backend.run(it.map().set(HashMap::new())).unwrap();
        backend.run(it.pair().set((2, "q".to_owned()))).unwrap();
        backend.run(it.address().set(IpAddr::from([1; 16]))).unwrap();
        backend.run(it.other().set(IpAddr::from([1; 4]))).unwrap();
        let changed = Thing {
            text: "b".into(), maybe: Some("c".into()), flag: false, map: HashMap::new(), pair: (2, "q".into()),
            address: [1; 16].into(), other: Some([1; 4].into()), ..thing()
        };
        assert_eq!(backend.run(Thing::fetch(1)).unwrap(), changed);
        assert_eq!(backend.run(it.other().get()).unwrap(), Some([1; 4].into()));
        assert_eq!(backend.raw::<String>(&["HGET", "thing:{1}", "other"]), "1.1.1.1");
    }

    fn a_write_requires_the_record(backend) {
        let it = Thing::at(1);
        let failures = [
            backend.run(it.text().set("x")).map(|()| true),
            backend.run(it.text().clear()),
            backend.run(it.text().take()).map(|_| true),
            backend.run(it.text().swap("x")).map(|_| true),
            backend.run(it.text().compare_and_set("a", "b")).map(|()| true),
            backend.run(it.text().remove_if("a")).map(|()| true),
            backend.run(it.signed().incr(1)).map(|_| true),
            backend.run(it.signed().set_max(1)).map(|_| true),
            backend.run(it.float().incr(1.0)).map(|_| true),
            backend.wait(it.text().update(&backend.store, |text| text)).map(|_| true),
        ];
        for failure in failures {
            let error = failure.unwrap_err();
            assert!(matches!(&error, Error::NotFound { key } if key.as_bytes() == b"thing:{1}"), "{error:?}");
        }
        assert_eq!(backend.raw::<i64>(&["DBSIZE"]), 0);
        assert_eq!(backend.run((it.text().get(), it.text().exists()).batch()).unwrap(), (None, false));
    }

    fn unchecked_writes_are_bare(backend) {
        let it = Thing::at(1);
        assert_eq!(backend.run(it.signed().incr(5).unchecked()).unwrap(), 5);
        backend.run(it.text().set("x").unchecked()).unwrap();
        assert_eq!(backend.raw::<i64>(&["HLEN", "thing:{1}"]), 2);
        // What the result depends on stays.
        assert!(backend.run(it.text().compare_and_set("y", "z").unchecked()).unwrap_err().is_conflict());
        backend.run(it.text().compare_and_set("x", "z").unchecked()).unwrap();
    }

    fn or_create_makes_the_record(backend) {
        let it = Thing::at(1);
        assert_eq!(backend.run(it.signed().or_create().incr(5)).unwrap(), 5);
        backend.run(it.or_create().text().set("x")).unwrap();
        assert_eq!(backend.raw::<Vec<String>>(&["HMGET", "thing:{1}", "@v", "signed", "text"]), ["1", "5", "x"]);
    }

    fn take_clear_and_swap_answer_with_what_was_there(backend) {
        backend.run(thing().save()).unwrap();
        let it = Thing::at(1);
        assert_eq!(backend.run(it.text().swap("b")).unwrap().as_deref(), Some("a"));
        assert_eq!(backend.run(it.text().take()).unwrap().as_deref(), Some("b"));
        assert_eq!(backend.run(it.text().take()).unwrap(), None);
        assert_eq!(backend.run(it.text().swap("c")).unwrap(), None);
        assert!(backend.run(it.text().clear()).unwrap());
        assert!(!backend.run(it.text().clear()).unwrap());
        assert!(!backend.run(it.text().exists()).unwrap());
        assert_eq!(backend.run(it.map().take()).unwrap(), Some(thing().map));
    }

    fn compare_and_set_writes_only_over_what_was_expected(backend) {
        backend.run(thing().save()).unwrap();
        let text = Thing::at(1).text();
        assert!(backend.run(text.compare_and_set("x", "y")).unwrap_err().is_conflict());
        backend.run(text.compare_and_set("a", "b")).unwrap();
        assert_eq!(backend.run(text.get()).unwrap().as_deref(), Some("b"));
        assert!(backend.run(text.remove_if("a")).unwrap_err().is_conflict());
        backend.run(text.remove_if("b")).unwrap();
        assert!(backend.run(text.compare_and_set("", "c")).unwrap_err().is_conflict(), "absent is not empty");
        assert_eq!(backend.run(text.get()).unwrap(), None);
    }

    fn integers_are_exact_to_their_ends(backend) {
        backend.run(Thing { signed: i64::MAX - 1, ..thing() }.save()).unwrap();
        let it = Thing::at(1);
        assert_eq!(backend.run(it.signed().incr(1)).unwrap(), i64::MAX);
        let past = backend.run(it.signed().incr(1)).unwrap_err();
        assert!(matches!(&past, Error::OutOfRange { path, .. } if path == "signed"), "{past:?}");
        let bare = backend.run(it.signed().incr(1).unchecked()).unwrap_err();
        assert!(matches!(&bare, Error::OutOfRange { path, .. } if path == "signed"), "{bare:?}");
        assert_eq!(backend.run(it.signed().get()).unwrap(), Some(i64::MAX));
        backend.run(it.signed().set(i64::MIN + 1)).unwrap();
        assert_eq!(backend.run(it.signed().decr(1)).unwrap(), i64::MIN);
        assert!(matches!(backend.run(it.signed().decr(i64::MIN)), Err(Error::OutOfRange { .. })));
        for number in [i64::MIN, i64::MIN + 1, -1, 0, 1, i64::MAX - 1, i64::MAX, (1 << 53) + 1] {
            backend.run(it.signed().set(number)).unwrap();
            assert_eq!(backend.run(it.signed().incr(0)).unwrap(), number);
            assert_eq!(backend.run(it.signed().set_max(number)).unwrap(), number);
        }
        backend.run(it.unsigned().set(u64::MAX)).unwrap();
        assert_eq!(backend.run(it.unsigned().get()).unwrap(), Some(u64::MAX));
    }

    fn an_increment_past_the_fields_type_leaves_it_as_it_was(backend) {
        backend.run(thing().save()).unwrap();
        let it = Thing::at(1);
        let error = backend.run(it.small().incr(56)).unwrap_err();
        assert!(matches!(&error, Error::OutOfRange { path, .. } if path == "small"), "{error:?}");
        assert!(matches!(backend.run(it.unsigned().decr(2)), Err(Error::OutOfRange { .. })));
        assert_eq!(backend.run(it.small().incr(55)).unwrap(), 255);
        assert_eq!(backend.run(it.unsigned().decr(1)).unwrap(), 0);
    }

    fn writes_of_two_records_run_isolated(backend) {
        backend.run(thing().save()).unwrap();
        backend.run(Thing { id: 2, ..thing() }.save()).unwrap();
        let (from, to) = (Thing::at(1), Thing::at(2));
        let transfer = || (from.signed().decr(30), to.signed().incr(30), to.signed().set_max(5)).batch().atomic();
        assert_eq!(backend.run(transfer()).unwrap(), (-31, 29, 29));
        backend.run(Thing::delete(2)).unwrap();
        let failed = backend.run(transfer()).unwrap_err();
        assert!(matches!(&failed, Error::NotFound { key } if key.as_bytes() == b"thing:{2}"), "{failed:?}");
        assert_eq!(backend.run(from.signed().get()).unwrap(), Some(-31));
    }

    fn a_number_that_is_none_cannot_be_added_to(backend) {
        backend.run(thing().save()).unwrap();
        backend.raw::<i64>(&["HSET", "thing:{1}", "signed", "x"]);
        assert!(matches!(backend.run(Thing::at(1).signed().incr(1)), Err(Error::Server { .. })));
        assert!(matches!(backend.run(Thing::at(1).signed().set_max(1)), Err(Error::Server { .. })));
        assert_eq!(backend.raw::<String>(&["HGET", "thing:{1}", "signed"]), "x");
    }

    fn floats_add_up(backend) {
        backend.run(thing().save()).unwrap();
        assert_eq!(backend.run(Thing::at(1).float().incr(0.25)).unwrap(), 0.75);
        assert_eq!(backend.run(Thing::at(1).float().decr(1.0)).unwrap(), -0.25);
    }

    fn the_greater_and_the_smaller_are_kept(backend) {
        backend.run(thing().save()).unwrap();
        let signed = Thing::at(1).signed();
        let numbers = [i64::MIN, i64::MIN + 1, -100, -99, -10, -9, -1, 0, 1, 9, 10, 99, 100, i64::MAX - 1, i64::MAX];
        for a in numbers {
            for b in numbers {
                let queries = (signed.set(a), signed.set_max(b), signed.set(a), signed.set_min(b), signed.get()).batch();
                let ((), max, (), min, stored) = backend.run(queries).unwrap();
                assert_eq!((max, min, stored), (a.max(b), a.min(b), Some(a.min(b))), "{a} {b}");
            }
        }
        backend.run(signed.clear()).unwrap();
        assert_eq!(backend.run(signed.set_min(5)).unwrap(), 5, "an absent one takes what is given");
        let float = Thing::at(1).float();
        assert_eq!(backend.run(float.set_max(1e300)).unwrap(), 1e300);
        assert_eq!(backend.run(float.set_min(-2.5)).unwrap(), -2.5);
    }

    fn an_update_sees_what_is_stored(backend) {
        backend.run(thing().save()).unwrap();
        let it = Thing::at(1);
        let longer = backend.wait(it.text().update(&backend.store, |text| text.map(|text| text + "b"))).unwrap();
        assert_eq!(longer.as_deref(), Some("ab"));
        let filled = backend.wait(it.maybe().update(&backend.store, |maybe| maybe.or(Some("new".into())))).unwrap();
        assert_eq!(filled.as_deref(), Some("new"));
        assert_eq!(backend.wait(it.maybe().update(&backend.store, |_| None)).unwrap(), None);
        let stored = backend.run(Thing::fetch(1)).unwrap();
        assert_eq!((stored.text.as_str(), stored.maybe), ("ab", None));
    }

    fn what_cannot_be_encoded_is_an_error_before_anything_is_sent(backend) {
        #[derive(RedisModel)]
        struct Odd {
            #[redis(id)]
            id: u64,
            #[redis(json)]
            map: HashMap<(u8, u8), u8>,
        }
        let odd = Odd { id: 1, map: HashMap::from([((1, 2), 3)]) };
        let error = backend.run(odd.save()).unwrap_err();
        assert!(matches!(&error, Error::Encode { model: "Odd", path, .. } if path == "map"), "{error:?}");
        assert!(matches!(backend.run(Odd::at(1).map().set(&odd.map)), Err(Error::Encode { .. })));
        let batch = (Thing::at(1).text().set("x").unchecked(), Odd::at(1).map().set(odd.map)).batch();
        assert!(matches!(backend.run(batch), Err(Error::Encode { .. })));
        assert_eq!(backend.raw::<i64>(&["DBSIZE"]), 0);
    }
}
