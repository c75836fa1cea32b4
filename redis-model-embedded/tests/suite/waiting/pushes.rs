//! What a connection is sent unasked.

use std::{thread, time::Duration};

use redis::{Commands, PushInfo, PushKind, RedisResult, Value};
use redis_model_embedded::{Connection, Engine, Protocol};

use super::{bulk, call};

/// Real time that is over soon.
const SOON: Option<Duration> = Some(Duration::from_millis(5));

fn invalidation(key: &str) -> PushInfo {
    PushInfo { kind: PushKind::Invalidate, data: vec![Value::Array(vec![bulk(key)])] }
}

fn tracking(engine: &Engine) -> RedisResult<Connection> {
    let mut con = engine.connection().with_protocol(Protocol::Resp3);
    call(&mut con, "CLIENT TRACKING ON")?;
    Ok(con)
}

#[test]
fn nothing_comes_where_nothing_was_asked_for() -> RedisResult<()> {
    let mut con = Engine::new().connection();
    assert_eq!(con.next_push(SOON)?, None);
    assert_eq!(con.next_push(Some(Duration::ZERO))?, None);
    Ok(())
}

#[test]
fn pushes_wait_until_they_are_asked_for_and_do_not_mix_with_replies() -> RedisResult<()> {
    let engine = Engine::new();
    let mut con = tracking(&engine)?;
    let mut other = engine.connection();
    for key in ["a", "b"] {
        let _: Option<i64> = con.get(key)?;
        let () = other.set(key, 1)?;
    }
    let () = con.set("c", 1)?;
    assert_eq!(con.get("c"), Ok(1));
    assert_eq!(con.next_push(SOON)?, Some(invalidation("a")));
    assert_eq!(con.next_push(SOON)?, Some(invalidation("b")));
    assert_eq!(con.next_push(SOON)?, None);
    Ok(())
}

#[test]
fn a_push_that_comes_during_a_wait_is_not_its_reply() -> RedisResult<()> {
    let engine = Engine::new();
    let mut con = tracking(&engine)?;
    let _: Option<i64> = con.get("a")?;
    let waiter = thread::spawn(move || (call(&mut con, "BLPOP q 0"), con));
    super::until_waiting(&engine, 1);
    super::run(&engine, "SET a 1");
    super::run(&engine, "RPUSH q x");
    let (reply, mut con) = waiter.join().expect("it does not panic");
    assert_eq!(reply, Ok(super::popped("q", "x")));
    assert_eq!(con.next_push(SOON)?, Some(invalidation("a")));
    Ok(())
}

#[test]
fn a_key_that_runs_out_is_called_back_when_the_clock_moves() -> RedisResult<()> {
    let engine = Engine::with_manual_clock();
    let mut con = tracking(&engine)?;
    super::run(&engine, "SET a 1 PX 1000");
    let _: i64 = con.get("a")?;
    engine.advance(Duration::from_millis(999));
    assert_eq!(con.next_push(SOON)?, None);
    engine.advance(Duration::from_millis(1));
    assert_eq!(con.next_push(SOON)?, Some(invalidation("a")));
    Ok(())
}

#[test]
fn a_key_that_is_read_again_in_the_transaction_that_changes_it_is_a_fresh_copy() -> RedisResult<()> {
    let engine = Engine::new();
    let mut con = tracking(&engine)?;
    let _: Option<i64> = con.get("a")?;
    let _: (i64,) = redis::pipe().atomic().set("a", 1).ignore().get("a").query(&mut con)?;
    assert_eq!(con.next_push(SOON)?, Some(invalidation("a")));
    super::run(&engine, "SET a 2");
    assert_eq!(con.next_push(SOON)?, Some(invalidation("a")));
    Ok(())
}

#[test]
fn a_client_is_told_of_its_own_changes_after_the_reply_and_of_its_own_messages_before() {
    let mut session = Engine::new().session();
    super::feed(&mut session, "HELLO 3");
    super::feed(&mut session, "CLIENT TRACKING ON");
    super::feed(&mut session, "GET a");
    assert_eq!(super::feed(&mut session, "SET a 1"), "+OK\r\n>2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\na\r\n");
    super::feed(&mut session, "SUBSCRIBE news");
    let message = ">3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$1\r\nx\r\n";
    assert_eq!(super::feed(&mut session, "PUBLISH news x"), format!("{message}:1\r\n"));
}

#[test]
fn nobody_is_told_of_what_changed_while_nobody_tracked() -> RedisResult<()> {
    let engine = Engine::new();
    let mut con = tracking(&engine)?;
    let _: Option<i64> = con.get("a")?;
    call(&mut con, "CLIENT TRACKING OFF")?;
    super::run(&engine, "SET a 1");
    super::run(&engine, "FLUSHALL");
    call(&mut con, "CLIENT TRACKING ON")?;
    super::run(&engine, "SET a 2");
    assert_eq!(con.next_push(SOON)?, None);
    let _: Option<i64> = con.get("a")?;
    super::run(&engine, "FLUSHDB");
    let everything = PushInfo { kind: PushKind::Invalidate, data: vec![Value::Nil] };
    assert_eq!(con.next_push(SOON)?, Some(everything));
    Ok(())
}

#[test]
fn a_thread_that_listens_is_woken_by_another_that_publishes() -> RedisResult<()> {
    let engine = Engine::new();
    let mut subscriber = engine.subscriber();
    subscriber.subscribe(&["news", "sport"])?;
    subscriber.psubscribe("n*")?;
    let listener = thread::spawn(move || -> RedisResult<Vec<(String, String)>> {
        let mut heard = Vec::new();
        while heard.len() < 3 {
            let message = subscriber.next_message(None)?.expect("it waits as long as it takes");
            heard.push((message.get_channel_name().to_owned(), message.get_payload()?));
        }
        Ok(heard)
    });
    let mut con = engine.connection();
    assert_eq!(con.publish("news", "one"), Ok(2));
    assert_eq!(con.publish("nobody", "two"), Ok(1));
    let heard = listener.join().expect("it does not panic")?;
    assert_eq!(heard, [("news", "one"), ("news", "one"), ("nobody", "two")].map(|(a, b)| (a.into(), b.into())));
    Ok(())
}

#[test]
fn a_subscriber_hears_nothing_of_what_it_has_left() -> RedisResult<()> {
    let engine = Engine::new();
    let mut subscriber = engine.subscriber();
    subscriber.subscribe("news")?;
    subscriber.ssubscribe("news")?;
    super::run(&engine, "PUBLISH news one");
    super::run(&engine, "SPUBLISH news two");
    subscriber.unsubscribe("news")?;
    super::run(&engine, "PUBLISH news three");
    let payload = |message: Option<redis::Msg>| message.map(|message| message.get_payload::<String>()).transpose();
    assert_eq!(payload(subscriber.next_message(SOON)?)?, Some("one".into()));
    assert_eq!(payload(subscriber.next_message(SOON)?)?, Some("two".into()));
    assert_eq!(payload(subscriber.next_message(SOON)?)?, None);
    Ok(())
}

#[test]
fn a_subscriber_that_was_cut_off_can_subscribe_again() -> RedisResult<()> {
    let engine = Engine::new();
    let mut subscriber = engine.subscriber();
    subscriber.subscribe("news")?;
    let listener = thread::spawn(move || (subscriber.next_message(None).is_err(), subscriber));
    engine.set_offline(true);
    let (has_failed, mut subscriber) = listener.join().expect("it does not panic");
    assert!(has_failed && subscriber.subscribe("news").is_err());
    engine.set_offline(false);
    subscriber.subscribe("news")?;
    super::run(&engine, "PUBLISH news back");
    assert!(subscriber.next_message(SOON)?.is_some());
    Ok(())
}

#[cfg(feature = "async")]
mod asynchronous {
    use std::{future::poll_fn, pin::Pin};

    use super::*;

    #[tokio::test]
    async fn a_task_is_woken_by_what_it_listens_to() -> RedisResult<()> {
        let engine = Engine::new();
        let mut subscriber = engine.subscriber();
        subscriber.subscribe("news")?;
        let listener = tokio::spawn(async move {
            let mut heard = Vec::new();
            for _ in 0..100 {
                let message = poll_fn(|cx| subscriber.poll_message(cx)).await?;
                heard.push(message.get_payload::<usize>()?);
            }
            RedisResult::Ok(heard)
        });
        for number in 0..100 {
            super::super::run(&engine, &format!("PUBLISH news {number}"));
            tokio::task::yield_now().await;
        }
        assert_eq!(listener.await.expect("it does not panic")?, (0..100).collect::<Vec<_>>());
        Ok(())
    }

    #[tokio::test]
    async fn a_stream_of_messages_ends_when_the_engine_goes_offline() -> RedisResult<()> {
        use futures_core::Stream;

        let engine = Engine::new();
        let mut subscriber = engine.subscriber();
        subscriber.subscribe("news")?;
        let listener = tokio::spawn(async move {
            let mut heard = 0;
            while let Some(message) = poll_fn(|cx| Pin::new(&mut subscriber).poll_next(cx)).await {
                heard += message.get_payload::<usize>()?;
            }
            RedisResult::Ok(heard)
        });
        super::super::run(&engine, "PUBLISH news 40");
        tokio::task::yield_now().await;
        super::super::run(&engine, "PUBLISH news 2");
        tokio::task::yield_now().await;
        engine.set_offline(true);
        assert_eq!(listener.await.expect("it does not panic")?, 42);
        Ok(())
    }

    #[tokio::test]
    async fn a_task_is_woken_by_what_makes_its_copies_stale() -> RedisResult<()> {
        let engine = Engine::new();
        let mut con = tracking(&engine)?;
        let _: Option<i64> = redis::AsyncCommands::get(&mut con, "a").await?;
        let listener = tokio::spawn(async move { poll_fn(|cx| con.poll_push(cx)).await });
        tokio::task::yield_now().await;
        super::super::run(&engine, "SET a 1");
        assert_eq!(listener.await.expect("it does not panic")?, invalidation("a"));
        Ok(())
    }
}
