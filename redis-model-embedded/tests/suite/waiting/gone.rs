//! Clients that leave while they wait: they take nothing, and keep nobody waiting.

use std::{
    pin::pin,
    task::{Context, Poll, Waker},
    thread,
};

use redis::{Commands, ConnectionLike, ErrorKind, RedisError, RedisResult, Value, pipe};
use redis_model_embedded::{Engine, Protocol, Reply};

use super::{call, feed, output, popped, run, until_waiting};

/// Whoever comes next gets what those who have left did not take.
fn assert_next_is_served(engine: &Engine) {
    let mut next = engine.session();
    assert_eq!(feed(&mut next, "BLPOP q 0"), "");
    run(engine, "RPUSH q x");
    assert_eq!(output(&mut next), "*2\r\n$1\r\nq\r\n$1\r\nx\r\n");
    assert_eq!(run(engine, "EXISTS q"), Reply::Int(0));
    assert_eq!(super::waiting(engine), 0);
}

#[test]
fn a_session_that_is_dropped_waits_no_longer() {
    let engine = Engine::new();
    for command in ["BLPOP q r 0", "BLMOVE q r LEFT LEFT 0", "BLMPOP 10 1 q LEFT"] {
        let mut session = engine.session();
        feed(&mut session, command);
        drop(session);
        assert_next_is_served(&engine);
    }
}

#[cfg(feature = "async")]
#[test]
fn a_call_that_is_given_up_at_any_point_takes_nothing() {
    let engine = Engine::new();
    let mut con = engine.connection();
    for polls in 0..4 {
        {
            let command = super::command("BLPOP q 0");
            let mut call = pin!(command.query_async::<Value>(&mut con));
            for _ in 0..polls {
                assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
            }
        }
        assert_next_is_served(&engine);
        assert_eq!(call(&mut con, "ECHO next"), Ok(super::bulk("next")), "the reply is that of the next command");
    }
}

#[cfg(feature = "async")]
#[test]
fn the_reply_to_a_call_that_was_given_up_too_late_is_nobody_elses() {
    let engine = Engine::new();
    let mut con = engine.connection();
    {
        let command = super::command("BLPOP q 0");
        let mut call = pin!(command.query_async::<Value>(&mut con));
        assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        run(&engine, "RPUSH q x");
    }
    let command = super::command("BLPOP q 0");
    let mut second = pin!(command.query_async::<Value>(&mut con));
    assert!(second.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    run(&engine, "RPUSH q y");
    let Poll::Ready(reply) = second.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("there is an element")
    };
    assert_eq!(reply, Ok(popped("q", "y")));
}

#[test]
fn a_raw_command_of_a_connection_does_not_wait() {
    let engine = Engine::new();
    let mut con = engine.connection();
    assert_eq!(con.execute(&[b"BLPOP", b"q", b"0"]), Reply::Several(vec![]));
    assert_next_is_served(&engine);
    assert_eq!(call(&mut con, "BLPOP q 0.01"), Ok(Value::Nil));
}

#[test]
fn a_client_that_is_killed_takes_nothing() {
    let engine = Engine::new();
    let mut con = engine.connection();
    let Ok(Value::Int(number)) = call(&mut con, "CLIENT ID") else { panic!("a client has a number") };
    let waiter = thread::spawn(move || (call(&mut con, "BLPOP q 0"), call(&mut con, "PING"), con.is_open()));
    until_waiting(&engine, 1);
    assert_eq!(run(&engine, &format!("CLIENT KILL ID {number}")), Reply::Int(1));
    assert_eq!(run(&engine, &format!("CLIENT KILL ID {number}")), Reply::Int(0));
    let (outcome, next, is_open) = waiter.join().expect("it does not panic");
    assert!(outcome.expect_err("the connection is closed").is_connection_dropped());
    assert!(next.is_err() && !is_open);
    assert_next_is_served(&engine);
}

#[test]
fn a_client_that_is_unblocked_goes_on() -> RedisResult<()> {
    let engine = Engine::new();
    for (reason, is_error) in [("TIMEOUT", false), ("ERROR", true)] {
        let mut con = engine.connection();
        let Value::Int(number) = call(&mut con, "CLIENT ID")? else { panic!("a client has a number") };
        let waiter = thread::spawn(move || (call(&mut con, "BLPOP q 0"), call(&mut con, "PING")));
        until_waiting(&engine, 1);
        assert_eq!(run(&engine, &format!("CLIENT UNBLOCK {number} {reason}")), Reply::Int(1));
        assert_eq!(run(&engine, &format!("CLIENT UNBLOCK {number} {reason}")), Reply::Int(0));
        let (outcome, next) = waiter.join().expect("it does not panic");
        assert_eq!(outcome.as_ref().err().and_then(RedisError::code), is_error.then_some("UNBLOCKED"));
        assert!(is_error || outcome == Ok(Value::Nil));
        assert_eq!(next, Ok(Value::SimpleString("PONG".into())));
        assert_next_is_served(&engine);
    }
    Ok(())
}

#[test]
fn every_command_that_waits_can_be_unblocked() {
    let commands = [
        "BLPOP q 0",
        "BRPOP q 0",
        "BLMOVE q r LEFT LEFT 0",
        "BRPOPLPUSH q r 0",
        "BLMPOP 0 1 q LEFT",
        "BZPOPMIN q 0",
        "BZPOPMAX q 0",
        "BZMPOP 0 1 q MIN",
    ];
    for command in commands {
        let engine = Engine::new();
        let mut session = engine.session();
        let number = feed(&mut session, "CLIENT ID").trim().trim_start_matches(':').to_owned();
        for (reason, answer) in
            [("", "*-1\r\n"), (" TIMEOUT", "*-1\r\n"), (" ERROR", "-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n")]
        {
            assert_eq!(feed(&mut session, command), "");
            assert_eq!(run(&engine, &format!("CLIENT UNBLOCK {number}{reason}")), Reply::Int(1));
            assert_eq!(output(&mut session), answer, "{command}{reason}");
            assert_eq!(run(&engine, &format!("CLIENT UNBLOCK {number}{reason}")), Reply::Int(0));
        }
        assert_next_is_served(&engine);
    }
}

fn assert_refused<T: std::fmt::Debug>(outcome: RedisResult<T>) {
    assert_eq!(outcome.expect_err("the connection is cut").kind(), ErrorKind::Io);
}

#[test]
fn an_engine_that_goes_offline_ends_all_waits_at_once() {
    // Also when it is back before the waiter has noticed.
    for is_short in [false, true] {
        let engine = Engine::new();
        let mut con = engine.connection();
        let waiter = thread::spawn(move || (call(&mut con, "BLPOP q 0"), con));
        until_waiting(&engine, 1);
        engine.set_offline(true);
        assert_eq!(run(&engine, "RPUSH q x"), Reply::Int(1));
        assert_eq!(run(&engine, "LPOP q"), Reply::Bulk(b"x".to_vec()));
        if is_short {
            engine.set_offline(false);
        }
        let (outcome, mut con) = waiter.join().expect("it does not panic");
        assert_refused(outcome);
        assert_eq!(con.is_open(), is_short);
        engine.set_offline(false);
        assert_eq!(call(&mut con, "PING"), Ok(Value::SimpleString("PONG".into())));
        assert_next_is_served(&engine);
    }
}

#[test]
fn a_connection_that_was_cut_begins_anew() -> RedisResult<()> {
    let engine = Engine::new();
    let mut con = engine.connection_to(3, Protocol::Resp3)?;
    for line in ["CLIENT TRACKING ON", "GET a", "SUBSCRIBE news", "WATCH a", "CLIENT SETNAME me"] {
        call(&mut con, line)?;
    }
    run(&engine, "PUBLISH news before");
    engine.set_offline(true);
    engine.set_offline(false);
    assert_refused(con.next_push(None));
    assert_eq!(run(&engine, "PUBLISH news after"), Reply::Int(0));
    let mut other = engine.connection_to(3, Protocol::Resp3)?;
    let () = other.set("a", 1)?;
    // The database and the protocol are what every new connection sets up first.
    let result: Option<(i64,)> = pipe().atomic().incr("a", 1).query(&mut con)?;
    assert_eq!(result, Some((2,)));
    assert_eq!(con.protocol(), Protocol::Resp3);
    assert_eq!(con.next_push(Some(std::time::Duration::ZERO))?, None);
    Ok(())
}

#[test]
fn sessions_are_no_connections_and_go_on_waiting_while_the_engine_is_offline() {
    let engine = Engine::new();
    let mut session = engine.session();
    feed(&mut session, "BLPOP q 0");
    engine.set_offline(true);
    run(&engine, "RPUSH q x");
    assert_eq!(output(&mut session), "*2\r\n$1\r\nq\r\n$1\r\nx\r\n");
}

#[test]
fn another_command_of_the_same_session_ends_its_wait() {
    let engine = Engine::new();
    let mut session = engine.session();
    assert_eq!(session.execute(&[b"BLPOP", b"q", b"0"]), Reply::Several(vec![]));
    assert_eq!(session.execute(&[b"BLPOP", b"r", b"0"]), Reply::Several(vec![]));
    assert_eq!(session.next_message(), Some(Reply::NilArray));
    assert_eq!(session.next_message(), None);
    assert_eq!(super::waiting(&engine), 1);
    run(&engine, "RPUSH q x");
    assert_eq!(run(&engine, "LPOP q"), Reply::Bulk(b"x".to_vec()));
    run(&engine, "RPUSH r y");
    let element = Reply::Array(vec![Reply::Bulk(b"r".to_vec()), Reply::Bulk(b"y".to_vec())]);
    assert_eq!(session.next_message(), Some(element));
    assert_eq!(super::waiting(&engine), 0);
}

#[test]
fn a_session_that_is_closed_listens_and_watches_no_longer() {
    let engine = Engine::new();
    for goodbye in [b"QUIT\r\n".as_slice(), b"*x\r\n"] {
        let mut session = engine.session();
        feed(&mut session, "HELLO 3");
        feed(&mut session, "CLIENT TRACKING ON BCAST");
        feed(&mut session, "SUBSCRIBE news");
        session.feed(goodbye);
        assert!(session.is_closed());
        assert_eq!(run(&engine, "PUBLISH news hello"), Reply::Int(0));
        run(&engine, "SET a 1");
        assert_eq!(output(&mut session), "");
        assert_eq!(run(&engine, "CLIENT LIST TYPE pubsub"), Reply::Verbatim { format: *b"txt", text: vec![] });
    }
}

#[test]
fn whoever_redirects_to_a_client_that_is_gone_is_told_so() {
    let engine = Engine::new();
    let (mut session, mut target) = (engine.session(), engine.session());
    let number = feed(&mut target, "CLIENT ID").trim().trim_start_matches(':').to_owned();
    feed(&mut session, "HELLO 3");
    feed(&mut session, &format!("CLIENT TRACKING ON REDIRECT {number}"));
    feed(&mut session, "GET a");
    feed(&mut target, "QUIT");
    run(&engine, "SET a 1");
    assert_eq!(output(&mut session), format!(">2\r\n$21\r\ntracking-redir-broken\r\n:{number}\r\n"));
    assert!(feed(&mut session, "CLIENT TRACKINGINFO").contains("broken_redirect"));
}
