//! Replies that are held back.

use std::time::Duration;

use redis::Value;
use redis_model_embedded::{Engine, Reply};

use super::{call, run};

#[test]
fn a_slow_engine_answers_all_the_same() {
    let engine = Engine::new();
    engine.set_latency(Duration::from_millis(2));
    let mut con = engine.connection();
    assert_eq!(call(&mut con, "SET a 1"), Ok(Value::Okay));
    assert_eq!(call(&mut con, "GET a"), Ok(super::bulk("1")));
}

#[cfg(feature = "async")]
mod asynchronous {
    use tokio::time::timeout;

    use super::*;

    const SOON: Duration = Duration::from_millis(10);
    /// Too long to be waited for.
    const AGES: [Duration; 2] = [Duration::from_secs(3600), Duration::MAX];

    #[tokio::test]
    async fn a_caller_in_a_hurry_gives_up_on_a_slow_engine() {
        for latency in AGES {
            let engine = Engine::new();
            let mut con = engine.connection();
            engine.set_latency(latency);
            let set = super::super::command("SET a 1");
            assert!(timeout(SOON, set.query_async::<()>(&mut con)).await.is_err());
            // The command has run: it is the reply that is late.
            assert_eq!(run(&engine, "GET a"), Reply::Bulk(b"1".to_vec()));
            engine.set_latency(Duration::ZERO);
            let get = super::super::command("GET a");
            let reply = timeout(AGES[0], get.query_async::<Value>(&mut con)).await;
            assert_eq!(reply.expect("it is in time"), Ok(super::super::bulk("1")));
        }
    }

    #[tokio::test]
    async fn latency_and_waiting_add_up() {
        let engine = Engine::new();
        engine.set_latency(Duration::from_millis(2));
        let mut con = engine.connection();
        let task = tokio::spawn(async move { super::super::command("BLPOP q 0").query_async::<Value>(&mut con).await });
        while super::super::waiting(&engine) == 0 {
            tokio::task::yield_now().await;
        }
        run(&engine, "RPUSH q x");
        assert_eq!(task.await.expect("it does not panic"), Ok(super::super::popped("q", "x")));
    }
}
