//! Conditions of locks, on the engine.

use std::time::Duration;

use redis::Cmd;
use redis_model_embedded::{Connection, Engine};

use super::Condition;
use crate::{
    error::{Error, Result},
    key::Key,
    query::{Batch as _, Part, Query, Step, reply},
};

const LOCKS: &str = "locks:{a}";

/// An engine at second 1,000, and a connection to it.
fn engine() -> (Engine, Connection) {
    let engine = Engine::with_manual_clock_at(Duration::from_secs(1000));
    let connection = engine.connection();
    (engine, connection)
}

fn run(connection: &mut Connection, words: &[&str]) -> redis::Value {
    words.iter().fold(Cmd::new(), |mut cmd, word| cmd.arg(word).take()).query(connection).expect("a reply")
}

/// Writes the holds of `ada`, whose lease ends at second 1,030.
fn hold(connection: &mut Connection, lines: &str) {
    run(connection, &["HSET", LOCKS, "h:ada", &format!("1030000\n{lines}")]);
}

fn write() -> Query<()> {
    Query::command(Cmd::new().arg("SET").arg("data:{a}").arg("1").take())
}

fn lease(owner: &str, id: u64) -> Condition {
    Condition::lease(Key::new(LOCKS), owner, id, "a.b")
}

fn is_lost(result: Result<()>) -> bool {
    matches!(result, Err(Error::LockLost { path }) if path == "a.b")
}

#[test]
fn a_hold_counts_until_the_millisecond_its_lease_ends() {
    let (engine, mut connection) = engine();
    hold(&mut connection, "7|X|1|a.b\n");
    write().when(lease("ada", 7)).query(&mut connection).expect("the lease lasts");
    engine.advance(Duration::from_millis(29_999));
    write().when(lease("ada", 7)).query(&mut connection).expect("the lease lasts");
    engine.advance(Duration::from_millis(1));
    run(&mut connection, &["DEL", "data:{a}"]);
    assert!(is_lost(write().when(lease("ada", 7)).query(&mut connection)));
    assert_eq!(run(&mut connection, &["EXISTS", "data:{a}"]), redis::Value::Int(0), "nothing was written");
}

#[test]
fn a_hold_is_found_by_its_whole_id_among_others() {
    let (_engine, mut connection) = engine();
    hold(&mut connection, "17|S|1|5|x\n23|X|2|a.b\n");
    for held in [17, 23] {
        write().when(lease("ada", held)).query(&mut connection).expect("it is held");
    }
    for other in [1, 7, 2, 3, 5, 1_030_000] {
        assert!(is_lost(write().when(lease("ada", other)).query(&mut connection)), "{other}");
    }
}

#[test]
fn ids_of_64_bits_stay_exact() {
    let (_engine, mut connection) = engine();
    hold(&mut connection, &format!("{}|X|1|a.b\n", u64::MAX));
    write().when(lease("ada", u64::MAX)).query(&mut connection).expect("it is held");
    assert!(is_lost(write().when(lease("ada", u64::MAX - 1)).query(&mut connection)));
}

#[test]
fn without_the_key_or_the_owner_a_lock_is_lost() {
    let (_engine, mut connection) = engine();
    assert!(is_lost(write().when(lease("ada", 7)).query(&mut connection)));
    hold(&mut connection, "7|X|1|a.b\n");
    assert!(is_lost(write().when(lease("bob", 7)).query(&mut connection)));
}

#[test]
fn a_lease_that_cannot_be_read_is_lost() {
    let (_engine, mut connection) = engine();
    for unreadable in ["", "1030000", "1030000 7|X|1|a.b", "soon\n7|X|1|a.b\n", "\n7|X|1|a.b\n"] {
        run(&mut connection, &["HSET", LOCKS, "h:ada", unreadable]);
        assert!(is_lost(write().when(lease("ada", 7)).query(&mut connection)), "{unreadable:?}");
    }
}

#[test]
fn a_key_of_another_type_is_told_as_such() {
    let (_engine, mut connection) = engine();
    run(&mut connection, &["SET", LOCKS, "x"]);
    let failed = write().when(lease("ada", 7)).query(&mut connection);
    assert!(matches!(failed, Err(Error::WrongType { key, .. }) if key.as_bytes() == LOCKS.as_bytes()));
}

#[test]
fn of_several_locks_the_one_that_is_lost_is_named() {
    let (_engine, mut connection) = engine();
    hold(&mut connection, "7|X|1|a.b\n8|X|2|a.c\n");
    run(&mut connection, &["SET", "mutex:{a}", "token"]);
    let other = |id| Condition::lease(Key::new(LOCKS), "ada", id, "a.c");
    let mutex = |token: &str| Condition::token(Key::new("mutex:{a}"), token.as_bytes(), "m");
    write().when(lease("ada", 7)).when(other(8)).when(mutex("token")).query(&mut connection).expect("all are held");
    let failed = write().when(lease("ada", 7)).when(other(9)).when(mutex("token")).query(&mut connection);
    assert!(matches!(failed, Err(Error::LockLost { path }) if path == "a.c"));
    let failed = write().when(lease("ada", 7)).when(other(8)).when(mutex("other")).query(&mut connection);
    assert!(matches!(failed, Err(Error::LockLost { path }) if path == "m"));
}

#[test]
fn a_missing_token_is_a_lost_lock() {
    let (_engine, mut connection) = engine();
    let failed = write().when(Condition::token(Key::new("mutex"), b"token", "m")).query(&mut connection);
    assert!(matches!(failed, Err(Error::LockLost { path }) if path == "m"));
}

/// A write of a field that has had another name.
fn renaming_write() -> Query<i64> {
    let record = Key::new("r:{a}");
    let set = Cmd::new().arg("HSET").arg("r:{a}").arg("new").arg("2").take();
    let renamed = Condition::renamed(record.clone(), "new", &["old"]);
    Query::part(Part::steps(vec![Step::Run(set)], vec![renamed], "Record").requiring(&record), reply::integer)
}

#[test]
fn no_field_is_renamed_once_the_lock_is_lost() {
    let (_engine, mut connection) = engine();
    run(&mut connection, &["HSET", "r:{a}", "old", "1"]);
    let batch = (renaming_write(), write().when(lease("ada", 7))).batch().atomic();
    let failures =
        [renaming_write().when(lease("ada", 7)).query(&mut connection).err(), batch.query(&mut connection).err()];
    for failure in failures {
        assert!(failure.is_some_and(|error| error.is_lock_lost()));
        assert_eq!(run(&mut connection, &["HEXISTS", "r:{a}", "old"]), redis::Value::Int(1));
    }
    hold(&mut connection, "7|X|1|a.b\n");
    renaming_write().when(lease("ada", 7)).query(&mut connection).expect("it is held");
    assert_eq!(run(&mut connection, &["HEXISTS", "r:{a}", "old"]), redis::Value::Int(0));
}

#[test]
fn unchecked_does_not_lift_a_lock() {
    let (_engine, mut connection) = engine();
    let query = renaming_write().when(lease("ada", 7)).unchecked();
    assert!(query.query(&mut connection).is_err_and(|error| error.is_lock_lost()));
}

#[test]
fn a_permit_counts_until_the_millisecond_its_lease_ends() {
    let (engine, mut connection) = engine();
    let permit = |token: &str| Condition::permit(Key::new("permits:{a}"), token, "a.b");
    assert!(is_lost(write().when(permit("ada")).query(&mut connection)));
    run(&mut connection, &["ZADD", "permits:{a}", "1000005", "ada", "1000000", "bob"]);
    write().when(permit("ada")).when(permit("ada")).query(&mut connection).expect("the lease lasts");
    assert!(is_lost(write().when(permit("ada")).when(permit("bob")).query(&mut connection)));
    engine.advance(Duration::from_millis(4));
    write().when(permit("ada")).query(&mut connection).expect("the lease lasts");
    engine.advance(Duration::from_millis(1));
    assert!(is_lost(write().when(permit("ada")).query(&mut connection)));
}
