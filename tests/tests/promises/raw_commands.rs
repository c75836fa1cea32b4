//! Raw commands: none of them disturbs its neighbours or its connection.

use redis_model::{
    Condition, Error, Query,
    prelude::*,
    redis::{Cmd, Value},
};
use redis_model_tests::on_every_backend;

use crate::{canned::always, command, get, set};

const UNKNOWN: &str = "ffffffffffffffffffffffffffffffffffffffff";

/// Commands that change what a connection does with later ones.
const CHANGING: [&[&str]; 21] = [
    &["SELECT", "5"],
    &["MULTI"],
    &["EXEC"],
    &["DISCARD"],
    &["WATCH", "key"],
    &["UNWATCH"],
    &["SUBSCRIBE", "channel"],
    &["PSUBSCRIBE", "channel*"],
    &["SSUBSCRIBE", "channel"],
    &["UNSUBSCRIBE"],
    &["PUNSUBSCRIBE"],
    &["SUNSUBSCRIBE"],
    &["MONITOR"],
    &["HELLO", "3"],
    &["HELLO"],
    &["AUTH", "hunter2"],
    &["RESET"],
    &["QUIT"],
    &["CLIENT", "REPLY", "OFF"],
    &["CLIENT", "REPLY", "SKIP"],
    &["CLIENT", "REPLY", "ON"],
];

fn code(outcome: &redis_model::Result<Value>) -> Option<&str> {
    if let Err(Error::Server { source, .. }) = outcome { source.code() } else { None }
}

fn empty() -> Query<Value> {
    Query::command(Cmd::new())
}

on_every_backend! {
    fn a_raw_evalsha_in_a_batch_does_not_shift_the_others(backend) {
        for key in ["a", "b", "c", "d"] {
            backend.run(set(key, key)).unwrap();
        }
        let unknown = || command::<Value>(&["EVALSHA", UNKNOWN, "0"]);
        let (a, refused, b) = backend.run((get("a"), unknown().attempt(), get("b")).batch()).unwrap();
        assert_eq!((a.as_deref(), b.as_deref()), (Some("a"), Some("b")));
        assert_eq!(code(&refused), Some("NOSCRIPT"), "{refused:?}");
        let failed = backend.run((unknown(), get("a")).batch()).map(|(value, _)| value);
        assert_eq!(code(&failed), Some("NOSCRIPT"), "{failed:?}");
        for key in ["c", "d", "a"] {
            assert_eq!(backend.run(get(key)).unwrap().as_deref(), Some(key));
        }
    }

    fn a_raw_evalsha_between_conditional_writes_is_told_from_them(backend) {
        backend.raw::<()>(&["SCRIPT", "FLUSH"]);
        let conditional = |key| set(key, "1").when(Condition::missing(key));
        let unknown = command::<Value>(&["EVALSHA", UNKNOWN, "0"]).attempt();
        let (first, refused, second, a) = backend.run((conditional("a"), unknown, conditional("b").attempt(), get("a")).batch()).unwrap();
        assert_eq!((first, second.is_ok(), a.as_deref()), ((), true, Some("1")));
        assert_eq!(code(&refused), Some("NOSCRIPT"), "{refused:?}");
        assert_eq!(backend.run(get("b")).unwrap().as_deref(), Some("1"));
    }

    fn a_raw_script_that_answers_noscript_runs_once(backend) {
        let script = "redis.call('INCR', KEYS[1]) return redis.error_reply('NOSCRIPT of its own')";
        let counting = || command::<Value>(&["EVAL", script, "1", "n"]);
        let alone = backend.run(counting());
        assert_eq!(code(&alone), Some("NOSCRIPT"), "{alone:?}");
        assert_eq!(backend.raw::<i64>(&["GET", "n"]), 1);
        let (in_batch, n) = backend.run((counting().attempt(), get("n")).batch()).unwrap();
        assert_eq!(code(&in_batch), Some("NOSCRIPT"), "{in_batch:?}");
        assert_eq!(n.as_deref(), Some("2"));
        assert_eq!(backend.raw::<i64>(&["GET", "n"]), 2);
    }

    fn a_raw_evalsha_in_an_atomic_batch_is_not_repeated(backend) {
        let batch = (command::<i64>(&["INCR", "n"]), command::<Value>(&["EVALSHA", UNKNOWN, "0"])).batch().atomic();
        backend.run(batch).unwrap_err();
        let count = backend.raw::<Option<i64>>(&["GET", "n"]).unwrap_or(0);
        assert!(count <= 1, "it ran {count} times");
    }

    fn an_empty_command_is_refused_before_anything_is_sent(backend) {
        let attempts = [
            ("alone", empty().map(drop)),
            ("in a batch", (set("a", "1"), empty()).batch().map(drop)),
            ("in an atomic batch", (set("a", "1"), empty()).batch().atomic().map(drop)),
            ("under a condition", empty().when(Condition::missing("a")).map(drop)),
            ("among many", Query::all([command::<Value>(&["SET", "a", "1"]), empty()]).map(drop)),
        ];
        for (about, query) in attempts {
            let outcome = backend.run(query);
            assert!(matches!(outcome, Err(Error::InvalidQuery { .. })), "{about}: {outcome:?}");
        }
        assert_eq!(backend.raw::<i64>(&["DBSIZE"]), 0);
    }

    fn a_command_that_changes_its_connection_is_refused_before_anything_is_sent(backend) {
        for words in CHANGING {
            let query = || command::<Value>(words);
            let attempts = [
                ("alone", query().map(drop)),
                ("in a batch", (set("a", "1"), query()).batch().map(drop)),
                ("in an atomic batch", (set("a", "1"), query()).batch().atomic().map(drop)),
                ("under a condition", query().when(Condition::missing("a")).map(drop)),
            ];
            for (about, query) in attempts {
                let outcome = backend.run(query);
                assert!(matches!(outcome, Err(Error::InvalidQuery { .. })), "{words:?} {about}: {outcome:?}");
            }
        }
        assert_eq!(backend.raw::<i64>(&["DBSIZE"]), 0);
    }
}

#[test]
fn a_command_that_changes_its_connection_is_known_in_any_spelling() {
    let lowercase: fn(&str) -> String = str::to_lowercase;
    let capitalized: fn(&str) -> String = |word| word[..1].to_owned() + &word[1..].to_lowercase();
    for words in CHANGING {
        for spell in [lowercase, capitalized] {
            let spelled: Vec<String> = words.iter().map(|word| spell(word)).collect();
            let spelled: Vec<&str> = spelled.iter().map(String::as_str).collect();
            let mut connection = always(&Value::Okay);
            let outcome = command::<Value>(&spelled).query(&mut connection);
            assert!(matches!(outcome, Err(Error::InvalidQuery { .. })), "{spelled:?}: {outcome:?}");
            assert!(connection.sent.is_empty(), "{:?}", connection.sent);
        }
    }
}

#[test]
fn a_command_that_only_asks_about_its_connection_is_sent() {
    for words in [&["CLIENT", "ID"][..], &["CLIENT", "GETNAME"], &["PING"], &["ECHO", "SELECT"]] {
        let mut connection = always(&Value::Okay);
        command::<Value>(words).query(&mut connection).unwrap();
        assert_eq!(connection.sent, [words]);
    }
}
