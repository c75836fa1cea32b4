//! Scripts: what they are told, and how much fits into them.

use redis_model::{Condition, Error, Expiring, Query, RedisFields, RedisModel, Run, prelude::*, redis::Value};
use redis_model_tests::on_every_backend;

use crate::{canned::always, command, long, set};

#[derive(RedisModel, Debug, Clone, PartialEq)]
#[redis(prefix = "keyed", ttl = 600)]
struct Session {
    #[redis(id)]
    id: u64,
    name: Option<String>,
    #[redis(ttl = 300)]
    code: Expiring<String>,
    #[redis(ttl = 300)]
    pin: Expiring<String>,
    #[redis(nested)]
    device: Device,
}

#[derive(RedisFields, Debug, Clone, PartialEq)]
struct Device {
    name: Option<String>,
    #[redis(ttl = 60)]
    challenge: Expiring<String>,
    #[redis(ttl = 60)]
    token: Expiring<String>,
}

const KEYS: [&str; 5] =
    ["keyed:{1}", "keyed:{1}.code", "keyed:{1}.pin", "keyed:{1}.device.challenge", "keyed:{1}.device.token"];

fn session() -> Session {
    let device = Device { name: None, challenge: Expiring::new("x".into()), token: Expiring::none() };
    Session { id: 1, name: None, code: Expiring::new("x".into()), pin: Expiring::none(), device }
}

/// The keys that a query's only request names: those of its script, sorted.
fn named_keys<T>(query: impl Run<Output = T>) -> Vec<String> {
    let mut connection = always(&Value::Array(Vec::new()));
    let _ = query.query(&mut connection);
    let [request] = &connection.sent[..] else { panic!("{:?}", connection.sent) };
    assert_eq!(request[0], "EVALSHA", "{request:?}");
    let count: usize = request[2].parse().unwrap();
    let mut keys = request[3..3 + count].to_vec();
    keys.sort();
    keys
}

fn sorted(keys: &[&str]) -> Vec<String> {
    let mut keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
    keys.sort();
    keys
}

#[test]
fn a_script_names_every_key_that_it_works_on() {
    let cleared = Session { code: Expiring::none(), ..session() };
    let all = sorted(&KEYS);
    assert_eq!(named_keys(session().save().create()), all);
    assert_eq!(named_keys(cleared.save().create()), all);
    assert_eq!(named_keys(Session::delete(1)), all);
    assert_eq!(named_keys(Session::load(1)), all);
    assert_eq!(named_keys(Session::at(1).device().clear()), sorted(&[KEYS[0], KEYS[3], KEYS[4]]));
    assert_eq!(named_keys(Session::at(1).code().set("x")), sorted(&KEYS[..2]));
    assert_eq!(
        named_keys((Session::delete(1), set("other", "x")).batch().atomic()),
        sorted(&[&KEYS[..], &["other"]].concat())
    );
}

#[test]
fn a_script_names_every_key_of_a_command_that_removes_several() {
    for name in ["UNLINK", "DEL", "unlink"] {
        let remove = command::<i64>(&[name, "a", "b", "c"]).when(Condition::exists("d"));
        assert_eq!(named_keys(remove), ["a", "b", "c", "d"], "{name}");
    }
}

on_every_backend! {
    fn a_long_command_whose_replies_add_up_runs_in_pieces(backend) {
        for name in ["DEL", "UNLINK", "unlink"] {
            for key in ["0", "6999", "7000", "7999"] {
                backend.raw::<()>(&["SET", key, "x"]);
            }
            let removed = backend.run(long::<i64>(&[name], 8_000).when(Condition::exists("0"))).unwrap();
            assert_eq!(removed, 4, "{name}");
            assert_eq!(backend.raw::<i64>(&["DBSIZE"]), 0, "{name}");
        }
    }

    fn a_long_command_whose_last_reply_counts_runs_in_pieces(backend) {
        backend.raw::<i64>(&["RPUSH", "l", "first"]);
        let length = backend.run(long::<i64>(&["RPUSH", "l"], 8_000).when(Condition::exists("l"))).unwrap();
        assert_eq!(length, backend.raw::<i64>(&["LLEN", "l"]));
        let ends = [backend.raw::<String>(&["LINDEX", "l", "1"]), backend.raw::<String>(&["LINDEX", "l", "-1"])];
        assert_eq!((length, ends), (8_001, ["0".to_owned(), "7999".to_owned()]));
    }

    fn a_long_command_that_cannot_be_cut_is_refused_before_anything_is_sent(backend) {
        backend.raw::<()>(&["SET", "flag", "1"]);
        for words in [&["HMGET", "h"][..], &["MSET"], &["SMISMEMBER", "s"], &["EXISTS"], &["MGET"]] {
            let query = || long::<Value>(words, 8_000);
            let conditional = backend.run(query().when(Condition::exists("flag"))).map(drop);
            assert!(matches!(conditional, Err(Error::InvalidQuery { .. })), "{words:?}: {conditional:?}");
            let atomic = backend.run((set("never", "1"), query()).batch().atomic()).map(drop);
            assert!(matches!(atomic, Err(Error::InvalidQuery { .. })), "{words:?}: {atomic:?}");
            assert_eq!(backend.raw::<i64>(&["DBSIZE"]), 1, "{words:?}");
        }
    }

    fn a_long_command_without_a_condition_goes_as_it_is(backend) {
        backend.run(long::<()>(&["MSET"], 8_000)).unwrap();
        assert_eq!(backend.run(long::<i64>(&["EXISTS"], 8_000)).unwrap(), 4_000);
    }

    fn a_cursor_cannot_go_into_a_script(backend) {
        backend.raw::<()>(&["SET", "flag", "1"]);
        let scan = || {
            let mut scan = redis_model::redis::cmd("SCAN");
            scan.cursor_arg(0).arg("MATCH").arg("flag");
            Query::<(String, Vec<String>)>::command(scan)
        };
        assert_eq!(backend.run(scan()).unwrap(), ("0".to_owned(), vec!["flag".to_owned()]));
        let conditional = backend.run(scan().when(Condition::exists("flag")));
        assert!(matches!(conditional, Err(Error::InvalidQuery { .. })), "{conditional:?}");
        let atomic = backend.run((set("never", "1"), scan()).batch().atomic());
        assert!(matches!(atomic, Err(Error::InvalidQuery { .. })), "{atomic:?}");
        assert_eq!(backend.raw::<i64>(&["EXISTS", "never"]), 0);
    }
}

#[test]
fn members_of_a_set_are_added_and_removed_in_pieces() {
    let backend = redis_model_tests::Backend::<redis_model::Blocking>::server("");
    let missing = || Condition::missing("nothing");
    assert_eq!(backend.run(long::<i64>(&["SADD", "s"], 8_000).when(missing())).unwrap(), 8_000);
    assert_eq!(backend.raw::<i64>(&["SCARD", "s"]), 8_000);
    assert_eq!(backend.run(long::<i64>(&["SREM", "s"], 7_999).when(missing())).unwrap(), 7_999);
    assert_eq!(backend.raw::<Vec<String>>(&["SMEMBERS", "s"]), ["7999"]);
}
