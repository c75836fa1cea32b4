//! Scripts that are sent as they are, over a link that answers what it is told to.

use std::{collections::VecDeque, pin::pin, task};

use redis::{Cmd, Pipeline, Value};

use super::Script;
use crate::{
    command::facts::{argument, readable},
    error::{Error, Result},
    key::Key,
    query::{Batch as _, Condition, Link, Query, Repeatable, reply},
};

static ADD: Script = Script::new("-- Adds.\nreturn sum(KEYS, ARGV)").after(
    "-- Shared.\nlocal function sum(KEYS, ARGV)\n  return redis.call('INCRBY', KEYS[1], ARGV[1] + ARGV[2])\nend",
);
static TOKEN: Script = Script::new("return {ARGV[1], false, #ARGV}").allowing_oom().repeatable();
static LOOK: Script = Script::new("return redis.call('GET', KEYS[1])").reading();
static STATE: Script = Script::new("return redis.error_reply('LOCKSTATE the holds cannot be read')");

fn add(a: i64, b: i64) -> Query<i64> {
    Query::script(&ADD, vec![Key::new("n")], Cmd::new().arg(a).arg(b).take(), reply::integer)
}

fn token() -> Query<Value> {
    let args = Cmd::new().arg("t").arg("u").take();
    Query::script(&TOKEN, vec![Key::new("n")], args, |reply| Ok(reply.into_parts().0))
}

fn command(line: &str) -> Query<Value> {
    Query::command(line.split(' ').fold(Cmd::new(), |mut cmd, word| cmd.arg(word).take()))
}

/// Answers with these replies in turn, and writes down what was asked for.
struct Answering {
    replies: VecDeque<Value>,
    sent: Vec<String>,
    repeatable: Vec<bool>,
}

impl Answering {
    fn with<const N: usize>(replies: [&[u8]; N]) -> Self {
        let replies = replies.map(|reply| redis::parse_redis_value(reply).expect("a reply"));
        Self { replies: replies.into(), sent: Vec::new(), repeatable: Vec::new() }
    }

    fn answer(&mut self, cmd: &Cmd) -> Value {
        self.sent.push(argument(cmd, 0).map(readable).unwrap_or_default());
        self.replies.pop_front().expect("a reply for each command")
    }

    fn run<T>(&mut self, query: Query<T>) -> Result<T> {
        match pin!(query.over(self)).poll(&mut task::Context::from_waker(task::Waker::noop())) {
            task::Poll::Ready(result) => result,
            task::Poll::Pending => panic!("it never waits"),
        }
    }
}

impl Link for Answering {
    async fn send(&mut self, cmd: &Cmd, repeatable: Repeatable<'_>) -> Result<Value> {
        self.repeatable.push(repeatable());
        Ok(self.answer(cmd))
    }

    async fn send_all(&mut self, pipeline: &Pipeline, repeatable: Repeatable<'_>) -> Result<Vec<Value>> {
        self.repeatable.push(repeatable());
        Ok(pipeline.cmd_iter().map(|cmd| self.answer(cmd)).collect())
    }
}

const NOSCRIPT: &[u8] = b"-NOSCRIPT No matching script. Please use EVAL.\r\n";

#[test]
fn the_flags_are_the_first_line_of_the_text_that_is_sent_as_it_is() {
    assert_eq!(TOKEN.bare().text, "#!lua flags=allow-oom\nreturn {ARGV[1], false, #ARGV}");
    assert!(!TOKEN.conditional().text.contains("#!"), "there it is not the first line");
}

#[test]
fn a_shared_text_comes_before_the_body_and_comments_are_left_out() {
    let text = &ADD.bare().text;
    assert!(text.starts_with("local function sum(KEYS, ARGV)\n") && text.ends_with("end\nreturn sum(KEYS, ARGV)"));
    assert!(!text.contains("--"), "{text}");
}

#[test]
fn a_script_is_called_by_name_and_with_its_text_when_it_was_forgotten() {
    let mut link = Answering::with([NOSCRIPT, b":7\r\n", b":9\r\n"]);
    assert_eq!(link.run(add(3, 4)).expect("a sum"), 7);
    assert_eq!(link.run(add(1, 1)).expect("a sum"), 9);
    assert_eq!(link.sent, ["EVALSHA", "EVAL", "EVALSHA"]);
}

#[test]
fn a_script_that_was_forgotten_in_a_batch_is_sent_again_alone() {
    let mut link = Answering::with([b":7\r\n", b"$1\r\n7\r\n", NOSCRIPT, b":9\r\n"]);
    let (first, _, second) = link.run((add(3, 4), command("GET n"), add(1, 1)).batch()).expect("three answers");
    assert_eq!((first, second), (7, 9));
    assert_eq!(link.sent, ["EVAL", "GET", "EVALSHA", "EVAL"]);
}

#[test]
fn a_request_that_only_reads_or_carries_tokens_may_be_sent_again() {
    let repeatable = |query: Query<Value>| {
        let mut link = Answering::with([b"*0\r\n", b"*0\r\n", b"*0\r\n"]);
        let _ = link.run(query);
        link.repeatable[0]
    };
    let all = |queries: Vec<Query<Value>>| Query::all(queries).map(Value::Array);
    assert!(repeatable(token()));
    assert!(repeatable(command("GET n")));
    assert!(repeatable(command("GET n").when(Condition::exists("n"))));
    assert!(repeatable(all(vec![token(), command("GET n"), token()])));
    let look = || Query::script(&LOOK, vec![Key::new("n")], Cmd::new(), |reply| Ok(reply.into_parts().0));
    assert!(repeatable(look()) && repeatable(look().when(Condition::exists("n"))));
    assert!(repeatable((look(), command("GET n")).batch().atomic().map(|(looked, _)| looked)));
    assert!(!repeatable(add(1, 1).map(Value::Int)));
    assert!(!repeatable(all(vec![token(), command("INCR n")])));
    assert!(!repeatable(all(vec![token(), add(1, 1).map(Value::Int)])));
    assert!(!repeatable(token().when(Condition::missing("n"))), "the first run may have made the key");
}

#[test]
fn a_script_that_was_forgotten_is_as_repeatable_with_its_text() {
    let mut link = Answering::with([NOSCRIPT, b"*0\r\n"]);
    link.run(token()).expect("an answer");
    let mut batch = Answering::with([b"*0\r\n", NOSCRIPT, b"*0\r\n"]);
    batch.run((token(), token()).batch()).expect("two answers");
    assert_eq!((link.repeatable, batch.repeatable), (vec![true, true], vec![true, true]));
}

#[test]
fn an_invalid_key_is_told_before_anything_is_sent() {
    let query = Query::script(&ADD, vec![Key::invalid("an id is empty")], Cmd::new(), reply::integer);
    let failed = Answering::with([]).run(query);
    assert!(matches!(failed, Err(Error::InvalidKey { reason: "an id is empty" })));
}

#[test]
fn foreign_state_of_locks_has_an_error_of_its_own() {
    let query = || Query::script(&STATE, vec![Key::new("locks")], Cmd::new(), reply::done);
    let failed = Answering::with([b"-LOCKSTATE the holds cannot be read\r\n"]).run(query());
    assert!(matches!(failed, Err(Error::LockState { key }) if key.as_bytes() == b"locks"));
    let failed = Answering::with([b"*2\r\n-LOCKSTATE x\r\n:-1\r\n"]).run(query().when(Condition::exists("n")));
    assert!(matches!(failed, Err(Error::LockState { key }) if key.as_bytes() == b"locks"));
}

#[cfg(feature = "embedded")]
mod on_the_engine {
    use redis_model_embedded::Engine;

    use super::{ADD, STATE, Script, add, command, token};
    use crate::{
        error::Error,
        key::Key,
        query::{Batch as _, Condition, Query, reply},
    };
    use redis::{Cmd, Value};

    fn text(text: &str) -> Value {
        Value::BulkString(text.into())
    }

    #[test]
    fn the_reply_is_the_answer_as_it_comes() {
        let mut connection = Engine::new().connection();
        let expected = Value::Array(vec![text("t"), Value::Nil, Value::Int(2)]);
        assert_eq!(token().query(&mut connection).expect("an answer"), expected);
        // The answer of a script that is not checked may be what a checked one means a failure by.
        assert_eq!(add(0, 1).query(&mut connection).expect("a sum"), 1);
        assert_eq!(add(0, -2).query(&mut connection).expect("a sum"), -1);
    }

    #[test]
    fn a_batch_may_hold_several_scripts() {
        let mut connection = Engine::new().connection();
        let batch = (add(1, 2), token(), command("GET n"), add(1, 0)).batch();
        let (first, _, stored, second) = batch.query(&mut connection).expect("four answers");
        assert_eq!((first, stored, second), (3, text("3"), 4));
    }

    #[test]
    fn under_a_condition_a_script_runs_only_if_that_holds() {
        let mut connection = Engine::new().connection();
        assert_eq!(add(1, 2).when(Condition::missing("n")).query(&mut connection).expect("a sum"), 3);
        let failed = add(1, 2).when(Condition::missing("n")).query(&mut connection);
        assert!(matches!(failed, Err(Error::AlreadyExists { .. })));
        let expected = Value::Array(vec![text("t"), Value::Nil, Value::Int(2)]);
        assert_eq!(token().when(Condition::exists("n")).query(&mut connection).expect("an answer"), expected);
    }

    #[test]
    fn an_atomic_batch_takes_one_script_with_commands() {
        let mut connection = Engine::new().connection();
        let batch = (add(1, 2), command("GET n"), add(3, 4)).batch().atomic();
        assert_eq!(batch.query(&mut connection).expect("three answers"), (3, text("3"), 10));
        let failed = (add(1, 2), token()).batch().atomic().query(&mut connection);
        assert!(matches!(failed, Err(Error::InvalidQuery { .. })));
    }

    #[test]
    fn scripts_of_one_text_stand_in_one_atomic_batch() {
        static READS: Script = Script::new("return redis.call('INCRBY', KEYS[1], ARGV[1])").reading();
        static WRITES: Script = Script::new("return redis.call('INCRBY', KEYS[1], ARGV[1])");
        let call =
            |script, by: i64| Query::script(script, vec![Key::new("n")], Cmd::new().arg(by).take(), reply::integer);
        let mut connection = Engine::new().connection();
        let batch = (call(&READS, 1), call(&WRITES, 2)).batch().atomic();
        assert_eq!(batch.query(&mut connection).expect("two answers"), (1, 3));
    }

    #[test]
    fn a_script_may_say_which_types_its_keys_have() {
        static TYPED: Script = Script::new("return redis.call('SET', KEYS[1], 'x')").of_types(&["string", "zset"]);
        let typed = || Query::script(&TYPED, ["s", "z", "any"].map(Key::new).into(), Cmd::new(), reply::done);
        let batch = || (command("SET other 1"), typed()).batch().atomic();
        let mut connection = Engine::new().connection();
        for (line, wrong) in [("LPUSH any a", None), ("LPUSH z a", Some("z")), ("LPUSH s a", Some("s"))] {
            command(line).query(&mut connection).expect("it is written");
            match (batch().query(&mut connection), wrong) {
                (Ok(_), None) => _ = command("DEL other s any").query(&mut connection).expect("it is deleted"),
                (Err(Error::WrongType { key, .. }), Some(wrong)) => assert_eq!(key.as_bytes(), wrong.as_bytes()),
                other => panic!("{other:?}"),
            }
            command("DEL z").query(&mut connection).expect("it is deleted");
        }
        assert_eq!(command("EXISTS other").query(&mut connection).expect("a number"), Value::Int(0));
    }

    #[test]
    fn what_cannot_be_added_to_is_told_with_its_key_and_its_field() {
        static NO_NUMBER: Script = Script::new("return redis.error_reply('NOTANUMBER a text')").on_field();
        let add = || Query::script(&NO_NUMBER, vec![Key::new("h")], Cmd::new().arg("a.b").take(), reply::integer);
        let mut connection = Engine::new().connection();
        for query in [add(), add().when(Condition::missing("n"))] {
            let error = query.query(&mut connection).expect_err("it is no number");
            let Error::Decode { key, path, source, .. } = &error else { panic!("{error:?}") };
            assert_eq!((key.as_bytes(), path.as_str()), (&b"h"[..], "a.b"));
            assert!(source.to_string().ends_with("found \"a text\""), "{source}");
        }
    }

    #[test]
    fn a_script_in_an_atomic_batch_may_work_on_any_type() {
        let mut connection = Engine::new().connection();
        command("SET n 1").query(&mut connection).expect("it is written");
        let batch = (add(1, 2), command("SET other 1")).batch().atomic();
        assert_eq!(batch.query(&mut connection).expect("two answers").0, 4);
    }

    #[test]
    fn an_error_of_a_script_is_that_of_its_part() {
        let mut connection = Engine::new().connection();
        let failing = || Query::script(&STATE, vec![Key::new("locks")], Cmd::new(), reply::done);
        let is_state = |failed| matches!(failed, Err(Error::LockState { key }) if key.as_bytes() == b"locks");
        let (failed, sum) = (failing().attempt(), add(1, 2)).batch().query(&mut connection).expect("two answers");
        assert!(is_state(failed));
        assert_eq!(sum, 3);
        assert!(is_state(failing().when(Condition::exists("n")).query(&mut connection)));
        command("LPUSH list a").query(&mut connection).expect("it is written");
        let args = Cmd::new().arg(1).arg(1).take();
        let failed = Query::script(&ADD, vec![Key::new("list")], args, reply::integer).query(&mut connection);
        assert!(matches!(failed, Err(Error::WrongType { key, .. }) if key.as_bytes() == b"list"));
    }
}
