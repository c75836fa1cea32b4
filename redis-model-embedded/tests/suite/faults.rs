//! Failures that are switched on.

use redis::{Commands, ConnectionLike, ErrorKind, RedisResult, ServerErrorKind};
use redis_model_embedded::{Engine, Reply};

const OOM: &str = "OOM command not allowed when used memory > 'maxmemory'.";

#[test]
fn an_offline_engine_fails_every_call_and_keeps_its_data() {
    let engine = Engine::new();
    let mut con = engine.connection();
    let () = con.set("a", 1).expect("the engine is online");
    engine.set_offline(true);
    let result: RedisResult<i64> = con.get("a");
    let error = result.expect_err("the engine is offline");
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.is_connection_refusal());
    assert!(!con.is_open() && !con.check_connection());
    assert!(redis::pipe().get("a").exec(&mut con).is_err());
    engine.set_offline(false);
    assert_eq!(con.get("a"), Ok(1));
    assert!(con.is_open());
}

#[test]
fn the_next_commands_answer_the_chosen_error() {
    let engine = Engine::new();
    let mut con = engine.connection();
    engine.fail_next(2, OOM);
    for _ in 0..2 {
        let result: RedisResult<()> = con.set("a", 1);
        assert_eq!(result.expect_err("it was told to fail").code(), Some("OOM"));
    }
    assert_eq!(con.exists("a"), Ok(false));
    let () = con.set("a", 1).expect("only two commands were to fail");
}

#[test]
fn an_error_while_queueing_spoils_the_transaction() {
    let engine = Engine::new();
    let mut con = engine.connection();
    con.execute(&[b"MULTI"]);
    engine.fail_next(1, OOM);
    assert!(con.execute(&[b"SET", b"a", b"1"]).is_error());
    con.execute(&[b"SET", b"b", b"1"]);
    let Reply::Error(error) = con.execute(&[b"EXEC"]) else { panic!("EXEC fails") };
    assert_eq!(error.code(), b"EXECABORT");
    assert_eq!(con.exists("b"), Ok(false));

    engine.fail_next(1, OOM);
    let result: RedisResult<()> = redis::pipe().atomic().set("a", 1).query(&mut con);
    assert!(result.is_err());
}

#[test]
fn a_failing_atomic_pipeline_is_an_aborted_transaction() {
    let engine = Engine::new();
    let mut con = engine.connection();
    let result: RedisResult<()> = redis::pipe().atomic().set("a", 1).cmd("NOSUCH").query(&mut con);
    assert_eq!(result.expect_err("EXEC fails").kind(), ErrorKind::Server(ServerErrorKind::ExecAbort));
    assert_eq!(con.exists("a"), Ok(false));
}

#[test]
fn a_connection_that_said_quit_is_closed() {
    let mut con = Engine::new().connection();
    let () = redis::cmd("QUIT").query(&mut con).expect("QUIT answers");
    assert!(!con.is_open());
    let result: RedisResult<()> = redis::cmd("PING").query(&mut con);
    assert!(result.expect_err("the connection is closed").is_connection_dropped());
}
