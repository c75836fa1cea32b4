//! Times to live: of records, and of fields with a life of their own.

#![allow(clippy::unwrap_used, reason = "a test reports by its panic")]

use std::time::{Duration, SystemTime};

use redis_model::{Error, Expiring, RedisFields, RedisModel, TimeLeft, Ttl};
use redis_model_tests::{Backend, Wait, on_every_backend};

const MINUTE: Duration = Duration::from_secs(60);

#[derive(RedisModel, Debug, Clone, PartialEq)]
#[redis(ttl = "10m")]
struct OnWrite {
    #[redis(id)]
    id: u64,
    text: String,
    count: Option<i64>,
}

#[derive(RedisModel, Debug, Clone, PartialEq)]
#[redis(ttl = 600, refresh = "read")]
struct OnRead {
    #[redis(id)]
    id: u64,
    text: String,
}

#[derive(RedisModel, Debug, Clone, PartialEq)]
#[redis(ttl = "600s", refresh = "never")]
struct Once {
    #[redis(id)]
    id: u64,
    text: String,
}

#[derive(RedisModel, Debug, Clone, PartialEq)]
struct Session {
    #[redis(id)]
    id: u64,
    user: String,
    #[redis(ttl = "15m")]
    otp: Expiring<String>,
    #[redis(nested)]
    device: Device,
}

#[derive(RedisFields, Debug, Clone, PartialEq)]
struct Device {
    name: String,
    #[redis(ttl = 60, json)]
    challenge: Expiring<Vec<u8>>,
}

fn session() -> Session {
    let device = Device { name: "phone".into(), challenge: Expiring::new(vec![1, 2]) };
    Session { id: 1, user: "ada".into(), otp: Expiring::new("271828".into()), device }
}

fn left<M: Wait>(backend: &Backend<M>, key: &str) -> i64 {
    backend.raw(&["PTTL", key])
}

/// A TTL that was just set, with what a slow machine may take from it.
fn is_about(left: i64, expected: Duration) -> bool {
    let expected = i64::try_from(expected.as_millis()).expect("a test's duration");
    (expected - 30_000..=expected).contains(&left)
}

on_every_backend! {
    fn a_save_starts_the_models_ttl(backend) {
        backend.run(OnWrite { id: 1, text: "a".into(), count: None }.save()).unwrap();
        backend.run(OnRead { id: 1, text: "a".into() }.save()).unwrap();
        backend.run(Once { id: 1, text: "a".into() }.save()).unwrap();
        for key in ["on-write:{1}", "on-read:{1}", "once:{1}"] {
            assert!(is_about(left(backend, key), 10 * MINUTE), "{key}");
        }
        assert!(matches!(backend.run(OnWrite::ttl(1)).unwrap(), TimeLeft::Left(left) if left <= 10 * MINUTE));
        assert_eq!(backend.run(OnWrite::ttl(2)).unwrap(), TimeLeft::Missing);
    }

    fn every_kind_of_write_keeps_the_ttl_as_its_policy_says(backend) {
        let save = |backend: &Backend<M>| {
            backend.run(OnWrite { id: 1, text: "a".into(), count: Some(1) }.save()).unwrap();
            backend.run(OnRead { id: 1, text: "a".into() }.save()).unwrap();
            backend.run(Once { id: 1, text: "a".into() }.save()).unwrap();
            for key in ["on-write:{1}", "on-read:{1}", "once:{1}"] {
                backend.raw::<i64>(&["PEXPIRE", key, "60000"]);
            }
        };
        let it = OnWrite::at(1);
        let writes: [(&str, &dyn Fn()); 9] = [
            ("set", &|| backend.run(it.text().set("b")).unwrap()),
            ("clear", &|| backend.run(it.count().clear()).map(drop).unwrap()),
            ("take", &|| backend.run(it.count().take()).map(drop).unwrap()),
            ("swap", &|| backend.run(it.text().swap("c")).map(drop).unwrap()),
            ("incr", &|| backend.run(it.count().incr(1)).map(drop).unwrap()),
            ("set_max", &|| backend.run(it.count().set_max(9)).map(drop).unwrap()),
            ("compare_and_set", &|| backend.run(it.text().compare_and_set("a", "d")).unwrap()),
            ("update", &|| backend.wait(it.text().update(&backend.store, |_| Some("e".into()))).map(drop).unwrap()),
            ("modify", &|| backend.wait(OnWrite::modify(1, &backend.store, |it| it.text.push('f'))).unwrap()),
        ];
        for (name, write) in writes {
            save(backend);
            write();
            assert!(is_about(left(backend, "on-write:{1}"), 10 * MINUTE), "{name} refreshes");
            assert!(backend.run(it.exists()).unwrap(), "{name}");
        }
        save(backend);
        backend.run(OnRead::at(1).text().set("b")).unwrap();
        assert!(is_about(left(backend, "on-read:{1}"), 10 * MINUTE));
        backend.run(Once::at(1).text().set("b")).unwrap();
        backend.wait(Once::modify(1, &backend.store, |once| once.text.push('c'))).unwrap();
        backend.run(Once { id: 1, text: "d".into() }.save()).unwrap();
        assert!(is_about(left(backend, "once:{1}"), MINUTE), "it counts from the first save");
        assert_eq!(backend.run(Once::fetch(1)).unwrap().text, "d");
    }

    fn reads_refresh_only_where_the_model_says_so(backend) {
        backend.run(OnWrite { id: 1, text: "a".into(), count: None }.save()).unwrap();
        backend.run(OnRead { id: 1, text: "a".into() }.save()).unwrap();
        let reads: [&dyn Fn(); 3] = [
            &|| backend.run(OnRead::load(1)).map(drop).unwrap(),
            &|| backend.run(OnRead::at(1).text().get()).map(drop).unwrap(),
            &|| backend.run(OnRead::at(1).select(redis_model::path!(OnRead.text))).map(drop).unwrap(),
        ];
        for read in reads {
            backend.raw::<i64>(&["PEXPIRE", "on-read:{1}", "60000"]);
            read();
            assert!(is_about(left(backend, "on-read:{1}"), 10 * MINUTE));
        }
        assert_eq!(backend.run(OnRead::load(1)).unwrap(), Some(OnRead { id: 1, text: "a".into() }));
        assert_eq!(backend.run(OnRead::load(2)).unwrap(), None);
        assert_eq!(backend.run(OnRead::load_many([1, 2])).unwrap().len(), 2);
        backend.raw::<i64>(&["PEXPIRE", "on-write:{1}", "60000"]);
        backend.run(OnWrite::load(1)).unwrap();
        assert!(is_about(left(backend, "on-write:{1}"), MINUTE));
    }

    fn a_ttl_is_not_written_again_while_most_of_it_is_left(backend) {
        backend.run(OnWrite { id: 1, text: "a".into(), count: None }.save()).unwrap();
        backend.raw::<i64>(&["PEXPIRE", "on-write:{1}", "580000"]);
        backend.run(OnWrite::at(1).text().set("b")).unwrap();
        assert!(left(backend, "on-write:{1}") <= 580_000);
    }

    fn a_record_that_never_expires_stays_so(backend) {
        backend.run(OnWrite { id: 1, text: "a".into(), count: None }.save().ttl(Ttl::Never)).unwrap();
        backend.run(OnWrite::at(1).text().set("b")).unwrap();
        assert_eq!(backend.run(OnWrite::ttl(1)).unwrap(), TimeLeft::Unlimited);
        assert!(backend.run(OnWrite::expire(1, MINUTE)).unwrap());
        assert!(is_about(left(backend, "on-write:{1}"), MINUTE));
        assert!(backend.run(OnWrite::persist(1)).unwrap());
        assert!(!backend.run(OnWrite::persist(1)).unwrap());
        assert!(!backend.run(OnWrite::expire(2, MINUTE)).unwrap());
        assert_eq!(left(backend, "on-write:{1}"), -1);
    }

    fn a_save_says_how_long(backend) {
        let it = OnWrite { id: 1, text: "a".into(), count: None };
        backend.run(it.save().ttl(Ttl::For(MINUTE))).unwrap();
        assert!(is_about(left(backend, "on-write:{1}"), MINUTE));
        backend.run(it.save().ttl(Ttl::Keep)).unwrap();
        assert!(is_about(left(backend, "on-write:{1}"), MINUTE));
        let now: u64 = backend.raw::<Vec<u64>>(&["TIME"])[0];
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(now) + 2 * MINUTE;
        backend.run(it.save().ttl(Ttl::At(at))).unwrap();
        assert!(is_about(left(backend, "on-write:{1}"), 2 * MINUTE));
        for wrong in [Ttl::For(Duration::ZERO), Ttl::For(Duration::MAX), Ttl::At(SystemTime::UNIX_EPOCH - MINUTE)] {
            assert!(matches!(backend.run(it.save().ttl(wrong)), Err(Error::InvalidQuery { .. })));
        }
        assert!(matches!(backend.run(OnWrite::expire(1, Duration::ZERO)), Err(Error::InvalidQuery { .. })));
        assert!(backend.run(OnWrite::expire(1, Duration::from_nanos(1))).unwrap(), "less than a millisecond is one");
    }

    fn a_write_does_not_bring_an_expired_record_back(backend) {
        backend.run(OnWrite { id: 1, text: "a".into(), count: Some(1) }.save()).unwrap();
        backend.expire_now(OnWrite::at(1).key());
        assert!(backend.run(OnWrite::at(1).count().incr(1)).unwrap_err().is_not_found());
        assert!(backend.wait(OnWrite::modify(1, &backend.store, |_| ())).unwrap_err().is_not_found());
        assert_eq!(backend.raw::<i64>(&["DBSIZE"]), 0);
        backend.run(OnWrite::at(1).or_create().count().incr(1)).unwrap();
        assert!(is_about(left(backend, "on-write:{1}"), 10 * MINUTE), "what or_create makes has the model's TTL");
    }

    fn a_field_with_a_life_of_its_own_has_its_own_key(backend) {
        backend.run(session().save()).unwrap();
        let mut keys = backend.raw::<Vec<String>>(&["KEYS", "*"]);
        keys.sort();
        assert_eq!(keys, ["session:{1}", "session:{1}.device.challenge", "session:{1}.otp"]);
        assert!(is_about(left(backend, "session:{1}.otp"), 15 * MINUTE));
        assert!(is_about(left(backend, "session:{1}.device.challenge"), MINUTE));
        assert_eq!(left(backend, "session:{1}"), -1);
        assert_eq!(backend.run(Session::fetch(1)).unwrap(), session());
        assert_eq!(backend.run(Session::at(1).device().get()).unwrap(), Some(session().device));
        assert_eq!(backend.run(Session::load_many([1, 2])).unwrap(), [Some(session()), None]);
        assert!(backend.run(Session::delete(1)).unwrap());
        assert_eq!(backend.raw::<i64>(&["DBSIZE"]), 0);
    }

    fn an_expired_field_does_not_come_back_by_save(backend) {
        backend.run(session().save()).unwrap();
        let loaded = backend.run(Session::fetch(1)).unwrap();
        backend.expire_now(Session::at(1).otp().key());
        backend.run(Session { user: "bob".into(), ..loaded.clone() }.save()).unwrap();
        let stored = backend.run(Session::fetch(1)).unwrap();
        assert_eq!((stored.user.as_str(), stored.otp.get()), ("bob", None));
        assert_eq!(stored.device, session().device, "the other one lives on");
        backend.raw::<i64>(&["PEXPIRE", "session:{1}.device.challenge", "30000"]);
        backend.run(loaded.save()).unwrap();
        assert!(is_about(left(backend, "session:{1}.device.challenge"), MINUTE / 2), "and is not prolonged");
    }

    fn a_changed_field_gets_its_whole_life_and_a_cleared_one_goes(backend) {
        backend.run(session().save()).unwrap();
        let mut loaded = backend.run(Session::fetch(1)).unwrap();
        backend.raw::<i64>(&["PEXPIRE", "session:{1}.otp", "1000"]);
        loaded.otp.set("314159".into());
        loaded.device.challenge.clear();
        backend.run(loaded.save()).unwrap();
        assert!(is_about(left(backend, "session:{1}.otp"), 15 * MINUTE));
        assert_eq!(backend.raw::<i64>(&["EXISTS", "session:{1}.device.challenge"]), 0);
        backend.raw::<i64>(&["PEXPIRE", "session:{1}.otp", "1000"]);
        backend.wait(loaded.save_mut(&backend.store)).unwrap();
        assert!(!loaded.otp.is_changed());
        backend.raw::<i64>(&["PEXPIRE", "session:{1}.otp", "1000"]);
        backend.run(loaded.save()).unwrap();
        assert!(left(backend, "session:{1}.otp") <= 1000, "save_mut has noted that it is saved");
    }

    fn such_a_field_never_outlives_its_record(backend) {
        backend.run(session().save().ttl(Ttl::For(MINUTE))).unwrap();
        assert!(is_about(left(backend, "session:{1}.otp"), MINUTE));
        backend.run(Session::at(1).otp().set("x")).unwrap();
        assert!(is_about(left(backend, "session:{1}.otp"), MINUTE));
        backend.run(Session::at(1).otp().set_for("x", Duration::from_secs(3600))).unwrap();
        assert!(is_about(left(backend, "session:{1}.otp"), MINUTE));
        backend.run(Session::expire(1, Duration::from_secs(40))).unwrap();
        assert!(left(backend, "session:{1}.otp") <= 40_000);
        backend.run(Session::at(1).otp().expire(Duration::from_secs(3600))).unwrap();
        assert!(left(backend, "session:{1}.otp") <= 40_000);
        backend.run(Session::at(1).otp().persist()).unwrap();
        let otp = left(backend, "session:{1}.otp");
        assert!((0..=40_000).contains(&otp), "{otp}");
    }

    fn its_handle_does_everything_that_the_record_allows(backend) {
        let otp = Session::at(1).otp();
        assert!(backend.run(otp.set("x")).unwrap_err().is_not_found());
        assert!(backend.run(otp.clear()).unwrap_err().is_not_found());
        assert_eq!(backend.run(otp.get()).unwrap(), None);
        assert_eq!(backend.run(otp.ttl()).unwrap(), TimeLeft::Missing);
        backend.run(session().save()).unwrap();
        assert_eq!(backend.run(otp.get()).unwrap().as_deref(), Some("271828"));
        assert_eq!(backend.run(otp.take()).unwrap().as_deref(), Some("271828"));
        assert_eq!(backend.run(otp.take()).unwrap(), None);
        backend.run(otp.set_for("y", Duration::from_secs(45))).unwrap();
        assert!(is_about(left(backend, "session:{1}.otp"), Duration::from_secs(45)));
        assert!(backend.run(otp.exists()).unwrap());
        assert!(backend.run(otp.clear()).unwrap());
        assert!(!backend.run(otp.clear()).unwrap());
        let field = Session::at(1).field(redis_model::path!(Session.device.challenge));
        backend.run(field.set(vec![9])).unwrap();
        assert!(is_about(left(backend, "session:{1}.device.challenge"), MINUTE));
        backend.raw::<i64>(&["DEL", "session:{1}.otp"]);
        backend.raw::<i64>(&["HSET", "session:{1}.otp", "x", "y"]);
        assert!(matches!(backend.run(Session::load(1)), Err(Error::WrongType { .. })));
    }

    fn a_created_record_inherits_nothing_of_an_earlier_one(backend) {
        backend.run(session().save()).unwrap();
        backend.raw::<i64>(&["DEL", "session:{1}"]);
        let fresh = Session { otp: Expiring::none(), ..session() };
        backend.run(fresh.save().create()).unwrap();
        assert_eq!(backend.run(Session::fetch(1)).unwrap(), fresh);
    }

    fn modify_covers_such_fields_too(backend) {
        backend.run(session().save()).unwrap();
        backend.raw::<i64>(&["PEXPIRE", "session:{1}.device.challenge", "30000"]);
        backend.wait(Session::modify(1, &backend.store, |session| session.otp.clear())).unwrap();
        let stored = backend.run(Session::fetch(1)).unwrap();
        assert_eq!((stored.otp.get(), stored.device), (None, session().device));
        assert!(is_about(left(backend, "session:{1}.device.challenge"), MINUTE / 2));
    }
}

#[test]
fn time_is_moved_by_hand_on_the_engine() {
    let backend = Backend::<redis_model::Blocking>::embedded();
    backend.run(session().save()).unwrap();
    assert!(backend.advance(MINUTE));
    let stored = backend.run(Session::fetch(1)).unwrap();
    assert_eq!((stored.otp.get().is_some(), stored.device.challenge.get()), (true, None));
    backend.advance(15 * MINUTE);
    assert_eq!(backend.run(Session::fetch(1)).unwrap().otp.get(), None);

    backend.run(OnWrite { id: 1, text: "a".into(), count: None }.save()).unwrap();
    backend.advance(9 * MINUTE);
    backend.run(OnWrite::at(1).text().set("b")).unwrap();
    backend.advance(9 * MINUTE);
    assert!(backend.run(OnWrite::exists(1)).unwrap(), "the write has refreshed it");
    backend.advance(2 * MINUTE);
    assert!(!backend.run(OnWrite::exists(1)).unwrap());
}
