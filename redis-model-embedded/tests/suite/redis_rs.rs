//! The engine behind redis-rs, blocking and asynchronous.

use std::collections::HashMap;

use redis::{Commands, RedisResult, ServerErrorKind, Value, cmd, pipe};
use redis_model_embedded::{Connection, Engine, Protocol};

fn connection() -> Connection {
    Engine::new().connection()
}

#[test]
fn typed_commands_work() -> RedisResult<()> {
    let mut con = connection();
    let () = con.hset_multiple("user", &[("name", "Alice"), ("city", "Rome")])?;
    let user: HashMap<String, String> = con.hgetall("user")?;
    assert_eq!(user["city"], "Rome");
    assert_eq!(con.hget::<_, _, Option<String>>("user", "age")?, None);
    Ok(())
}

#[test]
fn the_protocol_decides_on_the_shape() -> RedisResult<()> {
    let engine = Engine::new();
    let mut resp2 = engine.connection();
    let mut resp3 = engine.connection_to(0, Protocol::Resp3)?;
    let () = resp2.hset("h", "a", "1")?;
    let (a, one) = (Value::BulkString(b"a".to_vec()), Value::BulkString(b"1".to_vec()));
    assert_eq!(cmd("HGETALL").arg("h").query::<Value>(&mut resp2)?, Value::Array(vec![a.clone(), one.clone()]));
    assert_eq!(cmd("HGETALL").arg("h").query::<Value>(&mut resp3)?, Value::Map(vec![(a, one)]));
    Ok(())
}

#[test]
fn a_pipeline_keeps_errors_in_their_places() -> RedisResult<()> {
    let mut con = connection();
    let mut pipeline = pipe();
    pipeline.set("a", "text").incr("a", 1).get("a");
    let results: Vec<RedisResult<Value>> = pipeline.clone().ignore_errors().query(&mut con)?;
    assert!(results[0].is_ok() && results[1].is_err() && results[2].is_ok());
    let error = pipeline.query::<()>(&mut con).expect_err("the second command fails");
    assert_eq!(error.into_server_errors().expect("the server answered").len(), 1);
    Ok(())
}

#[test]
fn an_atomic_pipeline_is_one_transaction() -> RedisResult<()> {
    let mut con = connection();
    let replies: (i64, i64) = pipe().atomic().incr("a", 1).set("b", 1).ignore().incr("a", 1).query(&mut con)?;
    assert_eq!(replies, (1, 2));
    Ok(())
}

#[test]
fn an_atomic_pipeline_over_a_changed_watch_gives_nil() -> RedisResult<()> {
    let engine = Engine::new();
    let (mut con, mut other) = (engine.connection(), engine.connection());
    let () = cmd("WATCH").arg("a").query(&mut con)?;
    let () = other.set("a", 1)?;
    let result: Option<(i64,)> = pipe().atomic().incr("a", 1).query(&mut con)?;
    assert_eq!(result, None);
    assert_eq!(con.get("a"), Ok(1));
    Ok(())
}

#[test]
fn redis_transaction_helper_works() -> RedisResult<()> {
    let mut con = connection();
    let (result,): (i64,) = redis::transaction(&mut con, &["a"], |con, pipe| {
        let old: Option<i64> = con.get("a")?;
        pipe.set("a", old.unwrap_or(0) + 1).ignore().get("a").query(con)
    })?;
    assert_eq!(result, 1);
    Ok(())
}

#[test]
fn scans_are_iterated_to_their_end() -> RedisResult<()> {
    let mut con = connection();
    for number in 0..1000 {
        let () = con.set(format!("key:{number}"), number)?;
        let () = con.hset("hash", format!("field:{number}"), number)?;
    }
    let mut keys = con.scan_match::<_, String>("key:*")?.collect::<RedisResult<Vec<_>>>()?;
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 1000);
    let fields = con.hscan::<_, (String, i64)>("hash")?.collect::<RedisResult<HashMap<_, _>>>()?;
    assert_eq!(fields.len(), 1000);
    Ok(())
}

#[test]
fn a_clone_is_another_session_of_the_same_database() -> RedisResult<()> {
    let engine = Engine::new();
    let mut con = engine.connection_to(3, Protocol::Resp3)?;
    let () = con.set("a", 1)?;
    let () = cmd("MULTI").query(&mut con)?;
    let mut clone = con.clone();
    assert_eq!(clone.protocol(), Protocol::Resp3);
    assert_eq!(clone.get("a"), Ok(1));
    assert_eq!(engine.connection().exists("a"), Ok(false));
    assert!(engine.connection_to(16, Protocol::Resp2).is_err());
    Ok(())
}

#[test]
fn a_dropped_connection_no_longer_watches() -> RedisResult<()> {
    let engine = Engine::new();
    let mut con = engine.connection();
    let mut watcher = engine.connection();
    let () = cmd("WATCH").arg("a").query(&mut watcher)?;
    drop(watcher);
    let () = con.set("a", 1)?;
    let result: Option<(i64,)> = pipe().atomic().incr("a", 1).query(&mut con)?;
    assert_eq!(result, Some((2,)));
    Ok(())
}

#[test]
fn errors_of_the_server_have_their_kind() {
    let mut con = connection();
    let error = cmd("EVALSHA").arg("f".repeat(40)).arg(0).query::<()>(&mut con).expect_err("no such script");
    let expected = if cfg!(feature = "lua") { ServerErrorKind::NoScript } else { ServerErrorKind::ResponseError };
    assert_eq!(error.kind(), redis::ErrorKind::Server(expected));
}

#[cfg(feature = "lua")]
#[test]
fn redis_script_loads_itself_when_it_is_missing() -> RedisResult<()> {
    let mut con = connection();
    let script = redis::Script::new("return redis.call('INCRBY', KEYS[1], ARGV[1])");
    assert_eq!(script.key("a").arg(5).invoke::<i64>(&mut con)?, 5);
    assert_eq!(script.key("a").arg(5).invoke::<i64>(&mut con)?, 10);
    Ok(())
}

#[cfg(feature = "async")]
mod asynchronous {
    use std::{
        pin::pin,
        task::{Context, Poll, Waker},
    };

    use redis::AsyncCommands;

    use super::*;

    /// The engine never waits, so one poll finishes any call.
    fn finish<T>(future: impl Future<Output = T>) -> T {
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(output) => output,
            Poll::Pending => panic!("a call to the engine waits for something"),
        }
    }

    #[test]
    fn commands_pipelines_and_transactions_are_ready_at_once() -> RedisResult<()> {
        let mut con = connection();
        finish(async {
            let () = AsyncCommands::set(&mut con, "a", 1).await?;
            let plain: (i64, i64) = pipe().incr("a", 1).incr("a", 1).query_async(&mut con).await?;
            assert_eq!(plain, (2, 3));
            let atomic: (i64, i64) = pipe().atomic().incr("a", 1).incr("a", 1).query_async(&mut con).await?;
            assert_eq!(atomic, (4, 5));
            let failed: RedisResult<()> = pipe().atomic().cmd("NOSUCH").query_async(&mut con).await;
            assert_eq!(failed.expect_err("EXEC fails").kind(), redis::ErrorKind::Server(ServerErrorKind::ExecAbort));
            let many: Vec<RedisResult<i64>> =
                pipe().incr("a", 1).hget("a", "f").ignore_errors().query_async(&mut con).await?;
            assert!(many[0].is_ok() && many[1].is_err());
            Ok(())
        })
    }

    #[test]
    fn an_offline_engine_fails_asynchronous_calls() {
        let engine = Engine::new();
        let mut con = engine.connection();
        engine.set_offline(true);
        let result: RedisResult<i64> = finish(AsyncCommands::get(&mut con, "a"));
        assert_eq!(result.expect_err("the engine is offline").kind(), redis::ErrorKind::Io);
    }

    #[test]
    fn a_connection_can_be_sent_to_another_task() {
        fn assert_send_and_sync<T: Send + Sync + 'static>() {}
        assert_send_and_sync::<Engine>();
        assert_send_and_sync::<Connection>();
    }
}
