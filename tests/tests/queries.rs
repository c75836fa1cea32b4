//! Queries, conditions and batches, without models.

#![allow(clippy::unwrap_used, reason = "a test reports by its panic")]

use redis_model::{Batch as _, Condition, Error, Query, redis::cmd};
use redis_model_tests::on_every_backend;

fn command<T: redis::FromRedisValue>(words: &[&str]) -> Query<T> {
    let mut cmd = cmd(words[0]);
    for word in &words[1..] {
        cmd.arg(word);
    }
    Query::command(cmd)
}

fn set(key: &str, value: &str) -> Query<()> {
    command(&["SET", key, value])
}

fn get(key: &str) -> Query<Option<String>> {
    command(&["GET", key])
}

on_every_backend! {
    fn a_batch_answers_in_order(backend) {
        let (first, second, nothing) = backend.run((set("a", "1"), get("a"), get("b")).batch()).unwrap();
        assert_eq!((first, second.as_deref(), nothing), ((), Some("1"), None));
    }

    fn batches_nest(backend) {
        let pair = |key: &'static str| (set(key, key), get(key)).batch();
        let (((), a), values, ((), b)) =
            backend.run((pair("a"), Query::all(["a", "b", "c"].map(get)), pair("b")).batch()).unwrap();
        assert_eq!((a.as_deref(), b.as_deref()), (Some("a"), Some("b")));
        assert_eq!(values, [Some("a".to_owned()), None, None]);
    }

    fn an_empty_batch_sends_nothing(backend) {
        assert_eq!(backend.run(Query::all(Vec::<Query<i64>>::new())).unwrap(), Vec::<i64>::new());
    }

    fn a_failing_part_does_not_shift_the_replies_of_the_others(backend) {
        backend.raw::<()>(&["SET", "text", "x"]);
        backend.raw::<()>(&["SET", "n", "7"]);
        let numbers = Query::all(["n", "text", "n"].map(|key| command::<i64>(&["GET", key])));
        let (wrong, pair, right) = backend
            .run((command::<i64>(&["HLEN", "text"]).attempt(), numbers.attempt(), get("n")).batch())
            .unwrap();
        assert!(matches!(wrong, Err(Error::WrongType { key, .. }) if key.as_bytes() == b"text"));
        assert!(matches!(pair, Err(Error::Decode { key, .. }) if key.as_bytes() == b"text"));
        assert_eq!(right.as_deref(), Some("7"));
    }

    fn the_first_failure_of_a_batch_is_its_error(backend) {
        backend.raw::<()>(&["SET", "text", "x"]);
        let failed = backend.run((get("text"), command::<i64>(&["HLEN", "text"]), set("after", "1")).batch());
        assert!(matches!(failed, Err(Error::WrongType { .. })));
        assert_eq!(backend.raw::<String>(&["GET", "after"]), "1", "the parts are independent");
    }

    fn a_condition_lets_all_or_nothing_start(backend) {
        let taken = set("seat", "ada").when(Condition::missing("seat"));
        backend.run(taken).unwrap();
        let failed = backend.run(set("seat", "bob").when(Condition::missing("seat")));
        assert!(matches!(failed, Err(Error::AlreadyExists { key }) if key.as_bytes() == b"seat"));
        let failed = backend.run(set("seat", "bob").when(Condition::exists("hall")));
        assert!(matches!(failed, Err(Error::NotFound { key }) if key.as_bytes() == b"hall"));
        assert_eq!(backend.raw::<String>(&["GET", "seat"]), "ada");
    }

    fn each_condition_is_told_apart(backend) {
        backend.raw::<()>(&["SET", "s", "v"]);
        backend.raw::<i64>(&["HSET", "h", "f", "v"]);
        let holding = [
            Condition::exists("s"), Condition::missing("nothing"),
            Condition::field_equals("h", "f", "v"), Condition::field_absent("h", "g"), Condition::field_absent("nothing", "g"),
            Condition::string_equals("s", "v"), Condition::string_absent("nothing"),
        ];
        let failing = [
            Condition::exists("nothing"), Condition::missing("s"),
            Condition::field_equals("h", "f", "w"), Condition::field_equals("h", "g", "v"), Condition::field_equals("h", "g", ""),
            Condition::field_absent("h", "f"), Condition::string_equals("s", "w"), Condition::string_equals("nothing", ""),
            Condition::string_absent("s"),
        ];
        let all = holding.clone().into_iter().fold(set("done", "1"), Query::when);
        backend.run(all).unwrap();
        for (number, wrong) in failing.into_iter().enumerate() {
            let query = holding.clone().into_iter().fold(set("never", "1"), Query::when).when(wrong.clone());
            let error = backend.run(query).unwrap_err();
            let fits = match number {
                0 => matches!(error, Error::NotFound { .. }),
                1 => matches!(error, Error::AlreadyExists { .. }),
                _ => error.is_conflict(),
            };
            assert!(fits, "{wrong:?} gave {error:?}");
        }
        assert_eq!(backend.raw::<i64>(&["EXISTS", "never"]), 0);
    }

    fn an_atomic_batch_answers_like_a_plain_one(backend) {
        let batch = || (set("a", "1"), get("a"), (command::<i64>(&["INCR", "n"]), get("n")).batch(), get("none")).batch();
        let plain = backend.run(batch()).unwrap();
        backend.raw::<i64>(&["DEL", "a", "n"]);
        assert_eq!(backend.run(batch().atomic()).unwrap(), plain);
        backend.raw::<i64>(&["DEL", "a", "n"]);
        assert_eq!(backend.run(batch().when(Condition::missing("b"))).unwrap(), plain);
    }

    fn merged_increments_answer_with_their_sums(backend) {
        backend.raw::<i64>(&["HSET", "h", "a", "1", "b", "2"]);
        let incr = |field: &'static str| command::<i64>(&["HINCRBY", "h", field, "10"]);
        let (a, b, both) =
            backend.run((incr("a"), incr("b"), command::<Vec<i64>>(&["HMGET", "h", "a", "b"])).batch().atomic()).unwrap();
        assert_eq!((a, b, both), (11, 12, vec![11, 12]));
    }

    fn an_atomic_batch_of_reads_is_isolated(backend) {
        backend.raw::<()>(&["SET", "a", "1"]);
        backend.raw::<i64>(&["HSET", "h", "x", "1", "y", "2"]);
        let fields = command::<std::collections::BTreeMap<String, i64>>(&["HGETALL", "h"]);
        let (a, fields, none) = backend.run((get("a"), fields, get("b")).batch().atomic()).unwrap();
        assert_eq!((a.as_deref(), fields.len(), none), (Some("1"), 2, None));
        let failed = backend.run((get("a"), get("h")).batch().atomic());
        assert!(matches!(failed, Err(Error::WrongType { .. })));
    }

    fn an_atomic_batch_checks_types_before_it_writes(backend) {
        backend.raw::<()>(&["SET", "list", "x"]);
        let writes = (command::<i64>(&["HSET", "h", "f", "1"]), command::<i64>(&["HSET", "list", "f", "1"])).batch();
        assert!(matches!(backend.run(writes.atomic()), Err(Error::WrongType { .. })));
        assert_eq!(backend.raw::<i64>(&["EXISTS", "h"]), 0);
    }

    fn integers_are_exact_inside_a_script(backend) {
        let near_the_end = i64::MAX - 1;
        backend.raw::<i64>(&["HSET", "h", "n", &near_the_end.to_string()]);
        backend.raw::<()>(&["SET", "n", &near_the_end.to_string()]);
        let both = (command::<i64>(&["HINCRBY", "h", "n", "1"]), command::<i64>(&["INCRBY", "n", "1"])).batch();
        assert_eq!(backend.run(both.when(Condition::exists("h"))).unwrap(), (i64::MAX, i64::MAX));
        let past = command::<i64>(&["HINCRBY", "h", "n", "1"]).when(Condition::exists("h"));
        assert!(matches!(backend.run(past), Err(Error::OutOfRange { .. })));
        assert_eq!(backend.raw::<String>(&["HGET", "h", "n"]), i64::MAX.to_string());
    }

    fn a_conditional_command_may_have_more_arguments_than_a_lua_call(backend) {
        let mut hset = cmd("HSET");
        hset.arg("h");
        for number in 0..20_000 {
            hset.arg(number).arg(number);
        }
        let added: i64 = backend.run(Query::command(hset).when(Condition::missing("h"))).unwrap();
        assert_eq!(added, 20_000);
        let mut hdel = cmd("HDEL");
        hdel.arg("h");
        for number in 0..19_999 {
            hdel.arg(number);
        }
        let removed: i64 = backend.run(Query::command(hdel).when(Condition::exists("h"))).unwrap();
        assert_eq!(removed, 19_999);
        assert_eq!(backend.raw::<Vec<String>>(&["HKEYS", "h"]), ["19999"]);
    }

    fn scripts_that_the_server_has_forgotten_are_sent_again(backend) {
        let conditional = |key: &'static str| set(key, "1").when(Condition::missing(key));
        backend.run(conditional("a")).unwrap();
        backend.raw::<()>(&["SCRIPT", "FLUSH"]);
        backend.run(conditional("b")).unwrap();
        backend.raw::<()>(&["SCRIPT", "FLUSH"]);
        let flush = || command::<()>(&["SCRIPT", "FLUSH"]);
        // The flush in the middle of the batch makes the server forget what the first part has just brought.
        let batch = (conditional("c"), flush(), conditional("d"), get("c"), conditional("c").attempt(), flush()).batch();
        let ((), (), (), c, taken, ()) = backend.run(batch).unwrap();
        assert_eq!(c.as_deref(), Some("1"));
        assert!(matches!(taken, Err(Error::AlreadyExists { .. })));
        assert_eq!(backend.raw::<i64>(&["EXISTS", "a", "b", "c", "d"]), 4);
    }

    fn a_query_that_is_invalid_is_never_sent(backend) {
        let invalid = set("x", "1").when(Condition::exists(""));
        backend.run(invalid).unwrap_err();
        assert_eq!(backend.raw::<i64>(&["DBSIZE"]), 0);
    }

    fn results_are_mapped(backend) {
        let length = command::<Vec<String>>(&["HKEYS", "h"]).map(|keys| keys.len());
        assert_eq!(backend.run((length, get("x").map(|x| x.is_none())).batch()).unwrap(), (0, true));
    }

    fn an_error_inside_an_array_is_an_error(backend) {
        backend.raw::<()>(&["SET", "text", "x"]);
        let raw = command::<redis::Value>(&["EVAL", "return {redis.pcall('HLEN', KEYS[1])}", "1", "text"]);
        assert!(backend.run(raw).is_err());
    }
}

#[test]
fn bare_connections_run_queries_too() {
    let server = redis_model_tests::RedisServer::shared();
    let mut connection = server.connection();
    set("bare", "1").query(&mut connection).unwrap();
    let conditional = set("bare", "2").when(Condition::string_equals("bare", "1"));
    conditional.query(&mut connection).unwrap();
    let (value, wrong) =
        (get("bare"), command::<i64>(&["HLEN", "bare"]).attempt()).batch().query(&mut connection).unwrap();
    assert_eq!(value.as_deref(), Some("2"));
    assert!(matches!(wrong, Err(Error::WrongType { .. })));
    assert!(matches!(command::<i64>(&["HLEN", "bare"]).query(&mut connection), Err(Error::WrongType { .. })));
}

#[tokio::test]
async fn bare_asynchronous_connections_run_queries_too() {
    let server = redis_model_tests::RedisServer::shared();
    let client = redis::Client::open(server.url()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    set("bare-async", "1").query_async(&mut connection).await.unwrap();
    let query = (get("bare-async"), command::<i64>(&["HLEN", "bare-async"]).attempt()).batch();
    let (value, wrong) = query.query_async(&mut connection).await.unwrap();
    assert_eq!(value.as_deref(), Some("1"));
    assert!(matches!(wrong, Err(Error::WrongType { .. })));
    let failed = command::<i64>(&["HLEN", "bare-async"]).query_async(&mut connection).await;
    assert!(matches!(failed, Err(Error::WrongType { .. })));
}
