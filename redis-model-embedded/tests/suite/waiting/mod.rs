//! Clients that wait on the engine itself: for elements, for the end of their time, and for what they are sent.

mod gone;
mod latency;
mod order;
mod pushes;
mod threads;
mod time;

use std::{
    task::{Context, Poll, Waker},
    thread,
};

use redis::{RedisResult, Value, cmd};
use redis_model_embedded::{Connection, Engine, Reply, Session};

use crate::support::request;

/// Sends one command over a connection; words are separated by spaces.
fn call(con: &mut Connection, line: &str) -> RedisResult<Value> {
    command(line).query(con)
}

fn command(line: &str) -> redis::Cmd {
    let mut words = line.split(' ');
    let mut command = cmd(words.next().unwrap_or_default());
    for word in words {
        command.arg(word);
    }
    command
}

/// Has the engine run one command of a client that comes for nothing else.
fn run(engine: &Engine, line: &str) -> Reply {
    let words: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
    engine.session().execute(&words)
}

/// Feeds one command to a session.
fn feed(session: &mut Session, line: &str) -> String {
    text(session.feed(&request(&line.split(' ').collect::<Vec<_>>())))
}

/// What a session says by itself; nothing if it has nothing to say.
fn output(session: &mut Session) -> String {
    match session.poll_output(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => text(output),
        Poll::Pending => String::new(),
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("these tests use text only")
}

fn bulk(text: &str) -> Value {
    Value::BulkString(text.into())
}

/// What BLPOP answers.
fn popped(key: &str, element: &str) -> Value {
    Value::Array(vec![bulk(key), bulk(element)])
}

/// How many clients wait.
fn waiting(engine: &Engine) -> usize {
    let Reply::Verbatim { text, .. } = run(engine, "INFO clients") else { panic!("INFO answers with a text") };
    let text = String::from_utf8(text).expect("INFO is text");
    let count = text.lines().find_map(|line| line.strip_prefix("blocked_clients:")).expect("INFO counts them");
    count.parse().expect("a count is a number")
}

/// Lets other threads go on until so many clients wait.
fn until_waiting(engine: &Engine, count: usize) {
    while waiting(engine) != count {
        thread::yield_now();
    }
}
