//! Who is served, with what, and in which order.

use std::thread;

use redis::{RedisResult, Value, cmd, pipe};
use redis_model_embedded::{Engine, Reply, Session};

use super::{call, feed, output, popped, run, until_waiting};

/// How many clients line up.
const MANY: usize = 100;

#[test]
fn many_threads_are_served_in_the_order_in_which_they_came() {
    let engine = Engine::new();
    let begin = |number: usize| {
        let mut con = engine.connection();
        let thread = thread::spawn(move || call(&mut con, "BLPOP q other 0"));
        until_waiting(&engine, number + 1);
        thread
    };
    let threads: Vec<_> = (0..MANY).map(begin).collect();
    let mut push = cmd("RPUSH");
    push.arg("q").arg((0..MANY / 2).collect::<Vec<_>>());
    let () = push.query(&mut engine.connection()).expect("it is a list");
    for number in MANY / 2..MANY {
        run(&engine, &format!("RPUSH q {number}"));
    }
    for (number, thread) in threads.into_iter().enumerate() {
        assert_eq!(thread.join().expect("it does not panic"), Ok(popped("q", &number.to_string())));
    }
    assert_eq!(run(&engine, "EXISTS q"), Reply::Int(0));
}

#[cfg(feature = "async")]
#[tokio::test]
async fn many_tasks_are_served_in_the_order_in_which_they_came() {
    let engine = Engine::new();
    let begin = |_| {
        let mut con = engine.connection();
        tokio::spawn(async move { super::command("BLPOP q 0").query_async::<Value>(&mut con).await })
    };
    let tasks: Vec<_> = (0..MANY).map(begin).collect();
    while super::waiting(&engine) < MANY {
        tokio::task::yield_now().await;
    }
    for number in 0..MANY {
        run(&engine, &format!("RPUSH q {number}"));
    }
    for (number, task) in tasks.into_iter().enumerate() {
        assert_eq!(task.await.expect("it does not panic"), Ok(popped("q", &number.to_string())));
    }
}

/// Sessions that each wait in one of these commands, in this order.
fn waiters(engine: &Engine, commands: &[&str]) -> Vec<Session> {
    let wait = |command: &&str| {
        let mut session = engine.session();
        assert_eq!(feed(&mut session, command), "", "{command}");
        session
    };
    commands.iter().map(wait).collect()
}

fn outputs(waiters: &mut [Session]) -> Vec<String> {
    waiters.iter_mut().map(output).collect()
}

#[test]
fn every_command_that_waits_is_served_in_the_order_in_which_they_came() {
    let popped = |element: &str| format!("*2\r\n$1\r\nq\r\n$1\r\n{element}\r\n");
    let moved = |element: &str| format!("$1\r\n{element}\r\n");
    let several = |element: &str| format!("*2\r\n$1\r\nq\r\n*1\r\n$1\r\n{element}\r\n");
    let scored = |element: &str, score: u8| format!("*3\r\n$1\r\nq\r\n$1\r\n{element}\r\n$1\r\n{score}\r\n");
    let pairs = |element: &str, score: u8| format!("*2\r\n$1\r\nq\r\n*1\r\n*2\r\n$1\r\n{element}\r\n$1\r\n{score}\r\n");
    let cases = [
        ("BLPOP q 0", "RPUSH q a b", [popped("a"), popped("b")]),
        ("BRPOP q 0", "RPUSH q a b", [popped("b"), popped("a")]),
        ("BLMOVE q r LEFT LEFT 0", "RPUSH q a b", [moved("a"), moved("b")]),
        ("BRPOPLPUSH q r 0", "RPUSH q a b", [moved("b"), moved("a")]),
        ("BLMPOP 0 1 q LEFT", "RPUSH q a b", [several("a"), several("b")]),
        ("BZPOPMIN q 0", "ZADD q 1 a 2 b", [scored("a", 1), scored("b", 2)]),
        ("BZPOPMAX q 0", "ZADD q 1 a 2 b", [scored("b", 2), scored("a", 1)]),
        ("BZMPOP 0 1 q MIN", "ZADD q 1 a 2 b", [pairs("a", 1), pairs("b", 2)]),
    ];
    for (command, push, expected) in cases {
        let engine = Engine::new();
        let mut waiters = waiters(&engine, &[command; 3]);
        run(&engine, push);
        let [first, second] = expected;
        assert_eq!(outputs(&mut waiters), [first, second, String::new()], "{command}");
        assert!(waiters[2].is_waiting());
    }
}

#[test]
fn a_transaction_serves_nobody_before_its_end() {
    let engine = Engine::new();
    let mut waiters = waiters(&engine, &["BLPOP a b 0", "BLPOP b 0"]);
    let mut con = engine.connection();
    let lengths: (i64, i64, i64, i64) = pipe()
        .atomic()
        .rpush("b", "1")
        .rpush("b", "2")
        .rpush("a", "3")
        .llen("b")
        .query(&mut con)
        .expect("it is one transaction");
    assert_eq!(lengths, (1, 2, 1, 2));
    // The first key to be written serves first, whichever the client has named first.
    assert_eq!(outputs(&mut waiters), ["*2\r\n$1\r\nb\r\n$1\r\n1\r\n", "*2\r\n$1\r\nb\r\n$1\r\n2\r\n"]);
    assert_eq!(run(&engine, "LLEN a"), Reply::Int(1));
}

#[test]
fn a_key_is_ready_when_it_becomes_a_list_not_when_it_is_first_written() {
    let engine = Engine::new();
    let mut waiters = waiters(&engine, &["BLPOP a b 0"]);
    let mut con = engine.connection();
    let mut transaction = pipe();
    transaction.atomic().set("a", "text").rpush("b", "1").del("a").rpush("a", "2");
    let () = transaction.query(&mut con).expect("it is one transaction");
    assert_eq!(outputs(&mut waiters), ["*2\r\n$1\r\nb\r\n$1\r\n1\r\n"]);
}

#[test]
fn what_is_no_list_any_more_when_the_transaction_ends_serves_nobody() {
    let engine = Engine::new();
    let mut waiters = waiters(&engine, &["BLPOP a 0"]);
    let mut con = engine.connection();
    let () = pipe().atomic().rpush("a", "1").set("a", "text").query(&mut con).expect("it is one transaction");
    assert_eq!(outputs(&mut waiters), [""]);
    assert!(waiters[0].is_waiting());
    run(&engine, "DEL a");
    run(&engine, "RPUSH a 2");
    assert_eq!(outputs(&mut waiters), ["*2\r\n$1\r\na\r\n$1\r\n2\r\n"]);
}

#[cfg(feature = "lua")]
#[test]
fn a_script_serves_nobody_before_its_end() {
    let engine = Engine::new();
    let mut waiters = waiters(&engine, &["BLPOP a 0"]);
    let script = redis::Script::new("redis.call('RPUSH', 'a', 'x', 'y') return redis.call('LLEN', 'a')");
    assert_eq!(script.invoke::<i64>(&mut engine.connection()), Ok(2));
    assert_eq!(outputs(&mut waiters), ["*2\r\n$1\r\na\r\n$1\r\nx\r\n"]);
}

#[test]
fn an_element_is_handed_on_along_a_chain_of_moves() {
    let engine = Engine::new();
    let chain = ["BLMOVE c d LEFT RIGHT 0", "BLMOVE b c LEFT RIGHT 0", "BLMOVE a b LEFT RIGHT 0", "BLPOP d 0"];
    let mut waiters = waiters(&engine, &chain);
    run(&engine, "RPUSH a x");
    let moved = "$1\r\nx\r\n";
    assert_eq!(outputs(&mut waiters), [moved, moved, moved, "*2\r\n$1\r\nd\r\n$1\r\nx\r\n"]);
    assert_eq!(run(&engine, "DBSIZE"), Reply::Int(0));
}

#[test]
fn a_move_onto_the_same_list_serves_all_who_wait_for_it() {
    let engine = Engine::new();
    let mut waiters = waiters(&engine, &["BLMOVE a a LEFT RIGHT 0", "BLMOVE a a LEFT RIGHT 0", "BLPOP a 0"]);
    run(&engine, "RPUSH a x y");
    assert_eq!(outputs(&mut waiters), ["$1\r\nx\r\n", "$1\r\ny\r\n", "*2\r\n$1\r\na\r\n$1\r\nx\r\n"]);
}

#[test]
fn a_move_onto_something_else_than_a_list_fails_and_takes_nothing() {
    let engine = Engine::new();
    let mut waiters = waiters(&engine, &["BLMOVE a text LEFT RIGHT 0", "BLPOP a 0"]);
    run(&engine, "SET text x");
    run(&engine, "RPUSH a x");
    let wrong_type = "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";
    assert_eq!(outputs(&mut waiters), [wrong_type, "*2\r\n$1\r\na\r\n$1\r\nx\r\n"]);
}

#[test]
fn keys_that_come_by_renaming_copying_moving_and_swapping_serve() {
    let engine = Engine::new();
    run(&engine, "RPUSH source 1");
    for command in ["RENAME source a", "COPY source a", "MOVE a 0"] {
        let mut waiters = waiters(&engine, &["BLPOP a 0"]);
        match command {
            "MOVE a 0" => {
                let mut elsewhere = engine.session();
                feed(&mut elsewhere, "SELECT 1");
                feed(&mut elsewhere, "RPUSH a 1");
                feed(&mut elsewhere, command);
            }
            command => drop(run(&engine, command)),
        }
        assert_eq!(outputs(&mut waiters), ["*2\r\n$1\r\na\r\n$1\r\n1\r\n"], "{command}");
        run(&engine, "RPUSH source 1");
    }
    let mut waiters = waiters(&engine, &["BLPOP a 0"]);
    let mut elsewhere = engine.session();
    feed(&mut elsewhere, "SELECT 1");
    feed(&mut elsewhere, "RPUSH a 1");
    assert_eq!(outputs(&mut waiters), [""]);
    run(&engine, "SWAPDB 0 1");
    assert_eq!(outputs(&mut waiters), ["*2\r\n$1\r\na\r\n$1\r\n1\r\n"]);
}

#[test]
fn keys_that_come_by_restoring_and_sorting_serve() {
    let engine = Engine::new();
    run(&engine, "RPUSH source 1");
    let Reply::Bulk(payload) = run(&engine, "DUMP source") else { panic!("there is a list") };
    let commands: [&[&[u8]]; 2] = [&[b"RESTORE", b"a", b"0", &payload], &[b"SORT", b"source", b"STORE", b"a"]];
    for command in commands {
        let mut waiters = waiters(&engine, &["BLPOP a 0"]);
        engine.session().execute(command);
        assert_eq!(outputs(&mut waiters), ["*2\r\n$1\r\na\r\n$1\r\n1\r\n"]);
    }
}

#[test]
fn requests_behind_a_command_that_waits_are_answered_after_it() {
    let engine = Engine::new();
    let mut session = engine.session();
    assert_eq!(session.feed(b"SET a 0\r\nBLPOP q 0\r\nINCR a\r\nBLPOP r 0\r\nGET a\r\n"), b"+OK\r\n");
    assert_eq!(run(&engine, "GET a"), Reply::Bulk(b"0".to_vec()));
    assert_eq!(session.feed(b"PING\r\n"), b"");
    run(&engine, "RPUSH q x");
    assert_eq!(output(&mut session), "*2\r\n$1\r\nq\r\n$1\r\nx\r\n:1\r\n");
    run(&engine, "RPUSH r y");
    assert_eq!(output(&mut session), "*2\r\n$1\r\nr\r\n$1\r\ny\r\n$1\r\n1\r\n+PONG\r\n");
}

#[test]
fn a_pipeline_of_redis_rs_waits_where_it_has_to() -> RedisResult<()> {
    let engine = Engine::new();
    let mut con = engine.connection();
    let waiter = thread::spawn(move || {
        pipe().set("a", 1).ignore().cmd("BLPOP").arg("q").arg(0).get("a").query::<(Value, i64)>(&mut con)
    });
    until_waiting(&engine, 1);
    run(&engine, "SET a 2");
    run(&engine, "RPUSH q x");
    assert_eq!(waiter.join().expect("it does not panic")?, (popped("q", "x"), 2));
    Ok(())
}

#[test]
fn a_reply_that_is_not_wanted_is_not_sent_when_the_wait_is_over_either() {
    let engine = Engine::new();
    let mut session = engine.session();
    feed(&mut session, "CLIENT REPLY SKIP");
    assert_eq!(feed(&mut session, "BLPOP q 0"), "");
    assert_eq!(feed(&mut session, "PING"), "");
    run(&engine, "RPUSH q x");
    assert_eq!(output(&mut session), "+PONG\r\n");
}
