//! What goes wrong between a store and its server, and that the same store works again afterwards.

// A test reports by its panic.
#![allow(clippy::unwrap_used)]

#[path = "failures/answers.rs"]
mod answers;
#[path = "failures/cancelled.rs"]
mod cancelled;
#[path = "failures/lost.rs"]
mod lost;
#[path = "failures/slow.rs"]
mod slow;

use redis_model::{Expiring, Query, RedisModel, Result, generic, prelude::*, redis::cmd};

#[derive(RedisModel, Debug, Clone, PartialEq)]
#[redis(prefix = "fail:user", ttl = "10m")]
struct User {
    #[redis(id)]
    id: u64,
    name: String,
    logins: i64,
    nick: Option<String>,
    #[redis(ttl = "1m")]
    code: Expiring<String>,
}

fn user(id: u64) -> User {
    User { id, name: format!("name {id}"), logins: 0, nick: None, code: Expiring::new("secret".into()) }
}

fn command<T: redis_model::redis::FromRedisValue>(words: &[&str]) -> Query<T> {
    Query::command(cmd(words[0]).arg(&words[1..]).take())
}

fn run<M: redis_model_tests::Wait, T: Send + 'static>(
    store: &generic::Store<M>,
    query: impl redis_model::IntoQuery<Output = T>,
) -> Result<T> {
    M::wait(query.into_query().run(store))
}

/// Reads of different records, each answered with its own.
fn check_answers<M: redis_model_tests::Wait>(store: &generic::Store<M>) {
    for id in 1..=3 {
        run(store, user(id).save()).unwrap();
    }
    for id in [2, 1, 3, 3, 1] {
        assert_eq!(run(store, User::at(id).name().get()).unwrap(), Some(user(id).name));
        assert_eq!(run(store, User::fetch(id)).unwrap(), user(id));
        let echo = format!("echo {id}");
        let (echoed, name) =
            run(store, (command::<String>(&["ECHO", &echo]), User::at(id).name().get()).batch()).unwrap();
        assert_eq!((echoed, name), (echo, Some(user(id).name)));
    }
}
