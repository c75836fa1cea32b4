//! The manual clock.

use std::time::Duration;

use redis_model_embedded::{Connection, Engine, Reply};

const SECOND: Duration = Duration::from_secs(1);

fn run(con: &mut Connection, line: &str) -> Reply {
    let words: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
    con.execute(&words)
}

#[test]
fn a_key_is_gone_once_its_time_has_passed_and_not_before() {
    let engine = Engine::with_manual_clock();
    let mut con = engine.connection();
    run(&mut con, "SET a 1 PX 1000");
    engine.advance(Duration::from_millis(999));
    assert_eq!(run(&mut con, "PTTL a"), Reply::Int(1));
    engine.advance(Duration::from_millis(1));
    assert_eq!(run(&mut con, "GET a"), Reply::Nil);
    assert_eq!(run(&mut con, "DBSIZE"), Reply::Int(0));
}

#[test]
fn one_clock_moves_time_deadlines_and_scripts() {
    let engine = Engine::with_manual_clock_at(Duration::new(1_000, 5_000));
    let mut con = engine.connection();
    let time = |seconds: &str, micros: &str| Reply::Array(vec![bulk(seconds), bulk(micros)]);
    assert_eq!(run(&mut con, "TIME"), time("1000", "5"));
    run(&mut con, "SET a 1 EXAT 1010");
    engine.advance(9 * SECOND);
    assert_eq!(run(&mut con, "TTL a"), Reply::Int(1));
    assert_eq!(run(&mut con, "TIME"), time("1009", "5"));
    if cfg!(feature = "lua") {
        assert_eq!(con.execute(&[b"EVAL", b"return redis.call('TIME')[1]", b"0"]), bulk("1009"));
    }
    assert_eq!(engine.now(), Duration::new(1_009, 5_000));
}

fn bulk(text: &str) -> Reply {
    Reply::Bulk(text.into())
}

#[test]
fn a_write_to_a_key_that_ran_out_begins_anew() {
    let engine = Engine::with_manual_clock();
    let mut con = engine.connection();
    run(&mut con, "SET counter 41 EX 1");
    run(&mut con, "HSET hash a 1");
    run(&mut con, "EXPIRE hash 1");
    engine.advance(SECOND);
    assert_eq!(run(&mut con, "INCR counter"), Reply::Int(1));
    assert_eq!(run(&mut con, "TTL counter"), Reply::Int(-1));
    assert_eq!(run(&mut con, "HSET hash b 2"), Reply::Int(1));
    assert_eq!(run(&mut con, "HLEN hash"), Reply::Int(1));
    assert_eq!(run(&mut con, "TTL hash"), Reply::Int(-1));
    run(&mut con, "SET other 1 EX 1");
    engine.advance(SECOND);
    assert_eq!(run(&mut con, "SET other 2 XX"), Reply::Nil);
    assert_eq!(run(&mut con, "APPEND other x"), Reply::Int(1));
}

#[test]
fn a_watched_key_that_runs_out_aborts_the_transaction() {
    let engine = Engine::with_manual_clock();
    let mut con = engine.connection();
    for line in ["SET a 1 EX 1", "WATCH a", "MULTI", "PING"] {
        run(&mut con, line);
    }
    engine.advance(SECOND);
    assert_eq!(run(&mut con, "EXEC"), Reply::NilArray);
}

#[test]
fn a_key_that_had_run_out_before_it_was_watched_aborts_nothing() {
    let engine = Engine::with_manual_clock();
    let mut con = engine.connection();
    run(&mut con, "SET a 1 EX 1");
    engine.advance(SECOND);
    for line in ["WATCH a", "GET a", "MULTI", "PING"] {
        run(&mut con, line);
    }
    assert_eq!(run(&mut con, "EXEC"), Reply::Array(vec![Reply::Status(b"PONG".into())]));
}

#[test]
fn keys_and_scans_leave_out_what_has_run_out() {
    let engine = Engine::with_manual_clock();
    let mut con = engine.connection();
    for number in 0..100 {
        run(&mut con, &format!("SET short:{number} x EX 1"));
        run(&mut con, &format!("SET long:{number} x EX 100"));
    }
    engine.advance(SECOND);
    let Reply::Array(keys) = run(&mut con, "KEYS *") else { panic!("KEYS answers with an array") };
    assert_eq!(keys.len(), 100);
    assert_eq!(run(&mut con, "KEYS short:*"), Reply::Array(vec![]));
    assert_eq!(run(&mut con, "SCAN 0 MATCH short:* COUNT 1000"), Reply::Array(vec![bulk("0"), Reply::Array(vec![])]));
}

#[test]
fn the_system_clock_can_be_moved_forward() {
    let engine = Engine::new();
    let mut con = engine.connection();
    run(&mut con, "SET a 1 EX 3600");
    engine.advance(Duration::from_secs(3600));
    assert_eq!(run(&mut con, "EXISTS a"), Reply::Int(0));
}
