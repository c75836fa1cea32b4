//! The same operations by hand: what somebody who knows redis-rs well would write for this one model.

use redis::{Cmd, FromRedisValue, ParsingError, Pipeline, RedisResult, Value, cmd, pipe};

use crate::{Plan, User};

/// The least script that sets a field of a record that exists.
pub const SET_IF_EXISTS: &str = "if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end \
                                 redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) return 1";

/// The fields as an `HMGET` answers them.
type Row = (
    Option<u32>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<Plan>,
    Option<i64>,
    Option<u32>,
    Option<f64>,
    Option<bool>,
    Option<u64>,
);

fn key(id: u64) -> String {
    format!("bench:user:{{{id}}}")
}

/// Reads the name.
#[must_use]
pub fn get_name(id: u64) -> Cmd {
    cmd("HGET").arg(key(id)).arg("name").take()
}

/// Writes the name.
#[must_use]
pub fn set_name(id: u64, name: &str) -> Cmd {
    cmd("HSET").arg(key(id)).arg("name").arg(name).take()
}

/// Counts a login.
#[must_use]
pub fn count_login(id: u64) -> Cmd {
    cmd("HINCRBY").arg(key(id)).arg("logins").arg(1).take()
}

/// Writes the name of a record that exists; `sha` names [`SET_IF_EXISTS`]. Answers with 1, or with 0 without a record.
#[must_use]
pub fn set_name_if_exists(sha: &str, id: u64, name: &str) -> Cmd {
    cmd("EVALSHA").arg(sha).arg(1).arg(key(id)).arg("name").arg(name).take()
}

/// Reads the whole record; [`user`] takes the reply.
#[must_use]
pub fn load(id: u64) -> Cmd {
    cmd("HMGET")
        .arg(key(id))
        .arg("@v")
        .arg("name")
        .arg("email")
        .arg("city")
        .arg("about")
        .arg("plan")
        .arg("logins")
        .arg("age")
        .arg("score")
        .arg("active")
        .arg("created")
        .take()
}

/// The record in the reply to [`load`].
///
/// # Errors
/// When the reply is no record.
pub fn user(id: u64, reply: Value) -> RedisResult<Option<User>> {
    let row: Row = redis::from_redis_value(reply)?;
    let (
        Some(_schema),
        Some(name),
        Some(email),
        Some(city),
        Some(about),
        Some(plan),
        Some(logins),
        Some(age),
        Some(score),
        Some(active),
        Some(created),
    ) = row
    else {
        return Ok(None);
    };
    Ok(Some(User { id, name, email, city, about, plan, logins, age, score, active, created }))
}

/// Reads these records; [`users`] takes the replies.
#[must_use]
pub fn load_many(ids: &[u64]) -> Pipeline {
    let mut pipeline = Pipeline::with_capacity(ids.len());
    for &id in ids {
        pipeline.add_command(load(id));
    }
    pipeline
}

/// The records in the replies to [`load_many`].
///
/// # Errors
/// When a reply is no record.
pub fn users(ids: &[u64], replies: Vec<Value>) -> RedisResult<Vec<Option<User>>> {
    ids.iter().zip(replies).map(|(&id, reply)| user(id, reply)).collect()
}

/// Writes the whole record.
#[must_use]
pub fn save(user: &User) -> Cmd {
    cmd("HSET")
        .arg(key(user.id))
        .arg("@v")
        .arg(1)
        .arg("name")
        .arg(&user.name)
        .arg("email")
        .arg(&user.email)
        .arg("city")
        .arg(&user.city)
        .arg("about")
        .arg(&user.about)
        .arg("plan")
        .arg(user.plan.as_str())
        .arg("logins")
        .arg(user.logins)
        .arg("age")
        .arg(user.age)
        .arg("score")
        .arg(user.score)
        .arg("active")
        .arg(user.active)
        .arg("created")
        .arg(user.created)
        .take()
}

/// 50 names are read, 30 written, and 20 logins counted; [`names_and_logins`] takes the replies.
#[must_use]
pub fn mixed_batch(first: u64) -> Pipeline {
    let mut pipeline = pipe();
    for id in first..first + 50 {
        pipeline.add_command(get_name(id));
    }
    for id in first..first + 30 {
        pipeline.add_command(set_name(id, User::TEXT)).ignore();
    }
    for id in first..first + 20 {
        pipeline.add_command(count_login(id));
    }
    pipeline
}

/// What [`mixed_batch`] answers with.
///
/// # Errors
/// When a reply is of another type.
pub fn names_and_logins(replies: Vec<Value>) -> RedisResult<(Vec<Option<String>>, Vec<i64>)> {
    let mut replies = replies.into_iter();
    let names = replies.by_ref().take(50).map(FromRedisValue::from_redis_value).collect::<Result<_, _>>()?;
    let logins = replies.map(FromRedisValue::from_redis_value).collect::<Result<_, _>>()?;
    Ok((names, logins))
}

impl Plan {
    fn as_str(self) -> &'static str {
        match self {
            Self::Free => "Free",
            Self::Pro => "Pro",
        }
    }
}

impl FromRedisValue for Plan {
    fn from_redis_value(value: Value) -> Result<Self, ParsingError> {
        match value {
            Value::BulkString(name) if name == b"Free" => Ok(Self::Free),
            Value::BulkString(name) if name == b"Pro" => Ok(Self::Pro),
            other => Err(format!("no plan: {other:?}").into()),
        }
    }
}
