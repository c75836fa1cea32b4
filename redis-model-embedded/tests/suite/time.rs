//! The manual clock.

use std::{collections::BTreeMap, time::Duration};

use proptest::{collection::vec, prelude::*, sample::select};
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

#[test]
fn a_field_is_gone_once_its_time_has_passed_and_not_before() {
    let engine = Engine::with_manual_clock();
    let mut con = engine.connection();
    run(&mut con, "HSET h a 1 b 2");
    run(&mut con, "HPEXPIRE h 1000 FIELDS 1 a");
    engine.advance(Duration::from_millis(999));
    assert_eq!(run(&mut con, "HPTTL h FIELDS 2 a b"), Reply::Array(vec![Reply::Int(1), Reply::Int(-1)]));
    assert_eq!(run(&mut con, "HTTL h FIELDS 1 a"), Reply::Array(vec![Reply::Int(1)]));
    engine.advance(Duration::from_millis(1));
    assert_eq!(run(&mut con, "HGET h a"), Reply::Nil);
    assert_eq!(run(&mut con, "HLEN h"), Reply::Int(1));
    assert_eq!(run(&mut con, "HKEYS h"), Reply::Array(vec![bulk("b")]));
    assert_eq!(run(&mut con, "HEXPIRE h 10 FIELDS 1 a"), Reply::Array(vec![Reply::Int(-2)]));
    assert_eq!(run(&mut con, "HSETNX h a 3"), Reply::Int(1));
    assert_eq!(run(&mut con, "HTTL h FIELDS 1 a"), Reply::Array(vec![Reply::Int(-1)]));
}

#[test]
fn a_hash_whose_last_field_has_run_out_is_gone_for_every_command() {
    for (line, gone) in [
        ("EXISTS h", Reply::Int(0)),
        ("TYPE h", Reply::Status(b"none".into())),
        ("DBSIZE", Reply::Int(0)),
        ("KEYS *", Reply::Array(vec![])),
        ("SCAN 0", Reply::Array(vec![bulk("0"), Reply::Array(vec![])])),
        ("RANDOMKEY", Reply::Nil),
        ("DEL h", Reply::Int(0)),
        ("TTL h", Reply::Int(-2)),
        ("COPY h g", Reply::Int(0)),
        ("SETNX h 1", Reply::Int(1)),
        ("APPEND h abc", Reply::Int(3)),
        ("HSET h c 3", Reply::Int(1)),
        ("HSETEX h FXX FIELDS 1 a 1", Reply::Int(0)),
        ("HGETDEL h FIELDS 1 a", Reply::Array(vec![Reply::Nil])),
    ] {
        let engine = Engine::with_manual_clock();
        let mut con = engine.connection();
        run(&mut con, "HSETEX h EX 1 FIELDS 1 a 1");
        run(&mut con, "HSETEX h EX 2 FIELDS 1 b 2");
        run(&mut con, "EXPIRE h 100");
        engine.advance(2 * SECOND);
        assert_eq!(run(&mut con, line), gone, "{line}");
    }
}

#[test]
fn a_watched_hash_changes_when_a_field_runs_out() {
    for (before, exec) in [
        ("PING", Reply::NilArray),
        // The field has no deadline any more, or another one.
        ("HSET h a 2", Reply::Array(vec![])),
        ("HPERSIST h FIELDS 1 a", Reply::Array(vec![])),
        ("HEXPIRE h 10 FIELDS 1 a", Reply::Array(vec![])),
        ("HDEL h a", Reply::Array(vec![])),
        ("DEL h", Reply::Array(vec![])),
    ] {
        let engine = Engine::with_manual_clock();
        let mut con = engine.connection();
        for line in ["HSET h a 1 b 2", "HEXPIRE h 1 FIELDS 1 a", before, "WATCH h", "MULTI"] {
            run(&mut con, line);
        }
        engine.advance(SECOND);
        assert_eq!(run(&mut con, "EXEC"), exec, "{before}");
    }
}

#[test]
fn a_key_and_its_fields_have_deadlines_of_their_own() {
    let engine = Engine::with_manual_clock();
    let mut con = engine.connection();
    for line in ["HSET h a 1 b 2", "HEXPIRE h 1 FIELDS 1 a", "EXPIRE h 2", "PERSIST h", "EXPIRE h 3"] {
        run(&mut con, line);
    }
    engine.advance(SECOND);
    assert_eq!(run(&mut con, "HLEN h"), Reply::Int(1));
    assert_eq!(run(&mut con, "TTL h"), Reply::Int(2));
    run(&mut con, "HEXPIRE h 100 FIELDS 1 b");
    engine.advance(2 * SECOND);
    assert_eq!(run(&mut con, "EXISTS h"), Reply::Int(0));
    run(&mut con, "HSET h b 1");
    engine.advance(100 * SECOND);
    assert_eq!(run(&mut con, "HLEN h"), Reply::Int(1));
}

/// What a hash of the histories below holds: its own deadline, and that of each field.
type Held = (Option<u64>, BTreeMap<&'static str, Option<u64>>);

/// One step of a history. Times are in milliseconds from now.
#[derive(Debug, Clone)]
enum Write {
    Set(&'static str, &'static str, bool),
    SetWithin(&'static str, &'static str, u64),
    Remove(&'static str, &'static str),
    Expire(&'static str, u64),
    Delete(&'static str),
    Rename(&'static str, &'static str),
    Copy(&'static str, &'static str),
    Wait(u64),
}

fn histories() -> impl Strategy<Value = Vec<Write>> {
    let key = || select(&["k", "l", "m"][..]);
    let field = || select(&["a", "b", "c", "d", "e"][..]);
    let write = prop_oneof![
        4 => (key(), field(), any::<bool>()).prop_map(|(key, field, is_long)| Write::Set(key, field, is_long)),
        8 => (key(), field(), 1..40u64).prop_map(|(key, field, within)| Write::SetWithin(key, field, within)),
        2 => (key(), field()).prop_map(|(key, field)| Write::Remove(key, field)),
        1 => (key(), 1..60u64).prop_map(|(key, within)| Write::Expire(key, within)),
        1 => key().prop_map(Write::Delete),
        1 => (key(), key()).prop_map(|(from, to)| Write::Rename(from, to)),
        1 => (key(), key()).prop_map(|(from, to)| Write::Copy(from, to)),
        5 => (0..15u64).prop_map(Write::Wait),
    ];
    vec(write, 1..60)
}

/// The command of a step, which is also done to the plain model.
fn apply(write: &Write, now: u64, model: &mut BTreeMap<&'static str, Held>) -> String {
    match *write {
        Write::Set(key, field, is_long) => {
            model.entry(key).or_default().1.insert(field, None);
            format!("HSET {key} {field} {}", "x".repeat(if is_long { 100 } else { 1 }))
        }
        Write::SetWithin(key, field, within) => {
            model.entry(key).or_default().1.insert(field, Some(now + within));
            format!("HSETEX {key} PX {within} FIELDS 1 {field} x")
        }
        Write::Remove(key, field) => {
            model.entry(key).or_default().1.remove(field);
            format!("HDEL {key} {field}")
        }
        Write::Expire(key, within) => {
            model.entry(key).or_default().0 = Some(now + within);
            format!("PEXPIRE {key} {within}")
        }
        Write::Delete(key) => {
            model.remove(key);
            format!("DEL {key}")
        }
        Write::Rename(from, to) => {
            if let Some(held) = model.remove(from) {
                model.insert(to, held);
            }
            format!("RENAME {from} {to}")
        }
        Write::Copy(from, to) => {
            if let Some(held) = model.get(from).cloned() {
                model.insert(to, held);
            }
            format!("COPY {from} {to} REPLACE")
        }
        Write::Wait(_) => "PING".into(),
    }
}

fn let_expire(now: u64, model: &mut BTreeMap<&'static str, Held>) {
    let lives = |deadline: &Option<u64>| deadline.is_none_or(|deadline| deadline > now);
    for (_, fields) in model.values_mut() {
        fields.retain(|_, deadline| lives(deadline));
    }
    model.retain(|_, (deadline, fields)| lives(deadline) && !fields.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn keys_and_fields_are_there_until_their_time_has_come(writes in histories(), looks in vec(any::<bool>(), 60)) {
        let engine = Engine::with_manual_clock_at(Duration::ZERO);
        let mut con = engine.connection();
        let (mut now, mut model) = (0, BTreeMap::new());
        for (write, look) in writes.iter().zip(looks) {
            if let Write::Wait(millis) = write {
                engine.advance(Duration::from_millis(*millis));
                now += millis;
            }
            let_expire(now, &mut model);
            run(&mut con, &apply(write, now, &mut model));
            let_expire(now, &mut model);
            // Now and then nobody looks, and what has run out lies there for a while.
            if !look {
                continue;
            }
            prop_assert_eq!(run(&mut con, "DBSIZE"), Reply::Int(i64::try_from(model.len()).expect("it is small")));
            for (key, (deadline, fields)) in &model {
                let at = |deadline: &Option<u64>| Reply::Int(deadline.map_or(-1, u64::cast_signed));
                prop_assert_eq!(run(&mut con, &format!("PEXPIRETIME {key}")), at(deadline));
                let names: Vec<&str> = fields.keys().copied().collect();
                let times = format!("HPEXPIRETIME {key} FIELDS {} {}", names.len(), names.join(" "));
                prop_assert_eq!(run(&mut con, &times), Reply::Array(fields.values().map(at).collect()));
                let length = i64::try_from(fields.len()).expect("it is small");
                prop_assert_eq!(run(&mut con, &format!("HLEN {key}")), Reply::Int(length));
            }
        }
    }
}
