//! Waiting until a time is over.

use std::{thread, time::Duration};

use redis::Value;
use redis_model_embedded::{Engine, Reply};

use super::{call, feed, output, run, until_waiting};

const MILLISECOND: Duration = Duration::from_millis(1);

#[test]
fn a_wait_ends_when_its_whole_time_is_over_and_not_before() {
    let engine = Engine::with_manual_clock();
    for (command, nothing) in [
        ("BLPOP q 1.5", "*-1\r\n"),
        ("BRPOP q r 1.5", "*-1\r\n"),
        ("BLMOVE q r LEFT LEFT 1.5", "*-1\r\n"),
        ("BRPOPLPUSH q r 1.5", "*-1\r\n"),
        ("BLMPOP 1.5 1 q LEFT", "*-1\r\n"),
        ("BZPOPMIN q 1.5", "*-1\r\n"),
        ("BZPOPMAX q r 1.5", "*-1\r\n"),
        ("BZMPOP 1.5 1 q MIN", "*-1\r\n"),
        ("DEBUG SLEEP 1.5", "+OK\r\n"),
    ] {
        let mut session = engine.session();
        assert_eq!(feed(&mut session, command), "");
        engine.advance(1499 * MILLISECOND);
        assert_eq!(output(&mut session), "", "{command}");
        assert!(session.is_waiting());
        engine.advance(MILLISECOND);
        assert!(!session.is_waiting());
        assert_eq!(output(&mut session), nothing, "{command}");
    }
}

#[test]
fn a_fraction_of_a_millisecond_is_a_millisecond() {
    let engine = Engine::with_manual_clock();
    let mut session = engine.session();
    assert_eq!(feed(&mut session, "BLPOP q 0.0001"), "");
    assert_eq!(output(&mut session), "");
    engine.advance(MILLISECOND);
    assert_eq!(output(&mut session), "*-1\r\n");
}

#[test]
fn an_element_that_comes_when_the_time_is_over_stays() {
    let engine = Engine::with_manual_clock();
    let (mut session, mut late) = (engine.session(), engine.session());
    feed(&mut session, "BLPOP q 1");
    feed(&mut late, "BLPOP q 2");
    engine.advance(Duration::from_secs(1));
    run(&engine, "RPUSH q a");
    assert_eq!(output(&mut session), "*-1\r\n");
    assert_eq!(output(&mut late), "*2\r\n$1\r\nq\r\n$1\r\na\r\n");
}

#[test]
fn a_wait_without_end_outlasts_any_time() {
    let engine = Engine::with_manual_clock();
    let mut session = engine.session();
    feed(&mut session, "BLPOP q 0");
    engine.advance(Duration::from_secs(1_000_000_000));
    assert_eq!(output(&mut session), "");
    assert!(session.is_waiting());
}

#[test]
fn only_a_clock_that_moves_by_itself_tells_how_long_a_wait_has_left() {
    let (manual, system) = (Engine::with_manual_clock(), Engine::new());
    let mut session = manual.session();
    feed(&mut session, "BLPOP q 10");
    assert_eq!(session.deadline(), None);
    let mut session = system.session();
    assert_eq!(session.deadline(), None);
    feed(&mut session, "BLPOP q 0");
    assert_eq!(session.deadline(), None);
    let mut session = system.session();
    feed(&mut session, "BLPOP q 10");
    assert!(session.deadline().is_some_and(|left| left <= Duration::from_secs(10)));
}

#[test]
fn a_blocking_call_gives_up_by_the_clock_of_the_system() {
    let mut con = Engine::new().connection();
    assert_eq!(call(&mut con, "BLPOP q 0.01"), Ok(Value::Nil));
    assert_eq!(call(&mut con, "BLMOVE q r LEFT LEFT 0.01"), Ok(Value::Nil));
    assert_eq!(call(&mut con, "DEBUG SLEEP 0.01"), Ok(Value::Okay));
}

#[test]
fn either_clock_can_be_moved_past_the_end_of_a_blocking_call() {
    for engine in [Engine::new(), Engine::with_manual_clock()] {
        let mut con = engine.connection();
        let waiter = thread::spawn(move || call(&mut con, "BLPOP q 3600"));
        until_waiting(&engine, 1);
        engine.advance(Duration::from_secs(3600));
        assert_eq!(waiter.join().expect("it does not panic"), Ok(Value::Nil));
    }
}

#[test]
fn a_key_whose_time_runs_out_is_no_element() {
    let engine = Engine::with_manual_clock();
    let mut session = engine.session();
    feed(&mut session, "BLPOP q 10");
    let mut other = engine.session();
    feed(&mut other, "MULTI");
    feed(&mut other, "RPUSH q a");
    feed(&mut other, "PEXPIREAT q 1");
    feed(&mut other, "EXEC");
    assert_eq!(output(&mut session), "");
    assert_eq!(run(&engine, "LLEN q"), Reply::Int(0));
}

#[cfg(feature = "async")]
#[tokio::test]
async fn an_asynchronous_call_gives_up_by_the_clock_of_the_system() {
    let mut con = Engine::new().connection();
    let nothing: Value = super::command("BLPOP q 0.01").query_async(&mut con).await.expect("it ends");
    assert_eq!(nothing, Value::Nil);
}
