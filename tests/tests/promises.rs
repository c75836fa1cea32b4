//! What is promised at the edges: of batches and scripts, of types and names, of replies and environments.

// A test reports by its panic.
#![allow(clippy::unwrap_used)]

#[path = "promises/aliases.rs"]
mod aliases;
#[path = "promises/batches.rs"]
mod batches;
#[path = "promises/canned.rs"]
mod canned;
#[path = "properties/config.rs"]
mod config;
#[path = "promises/endings.rs"]
mod endings;
#[path = "promises/environment.rs"]
mod environment;
#[path = "promises/increments.rs"]
mod increments;
#[path = "promises/raw_commands.rs"]
mod raw_commands;
#[path = "promises/replies.rs"]
mod replies;
#[path = "promises/saves.rs"]
mod saves;
#[path = "promises/scans.rs"]
mod scans;
#[path = "promises/scripts.rs"]
mod scripts;
#[path = "promises/shown.rs"]
mod shown;

use redis_model::{
    Query,
    redis::{FromRedisValue, cmd},
};

fn command<T: FromRedisValue>(words: &[&str]) -> Query<T> {
    Query::command(cmd(words[0]).arg(&words[1..]).take())
}

fn set(key: &str, value: &str) -> Query<()> {
    command(&["SET", key, value])
}

fn get(key: &str) -> Query<Option<String>> {
    command(&["GET", key])
}

/// A command with this many arguments after the first ones, `0` and so on.
fn long<T: FromRedisValue>(words: &[&str], count: usize) -> Query<T> {
    let mut long = cmd(words[0]);
    long.arg(&words[1..]);
    for number in 0..count {
        long.arg(number);
    }
    Query::command(long)
}
