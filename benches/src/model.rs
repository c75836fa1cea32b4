//! The record that everything is measured on.

use redis_model::{Query, RedisModel, RedisValue, prelude::*};

/// A record of an id and ten fields.
#[derive(RedisModel, Debug, Clone, PartialEq)]
#[redis(prefix = "bench:user")]
pub struct User {
    /// Tells users apart.
    #[redis(id)]
    pub id: u64,
    /// 64 bytes.
    pub name: String,
    /// 24 bytes.
    pub email: String,
    /// 6 bytes.
    pub city: String,
    /// 64 bytes.
    pub about: String,
    /// An enum as its name.
    pub plan: Plan,
    /// A counter.
    pub logins: i64,
    /// A small number.
    pub age: u32,
    /// A float.
    pub score: f64,
    /// `1` or `0`.
    pub active: bool,
    /// A large number.
    pub created: u64,
}

/// One of two names.
#[derive(RedisValue, Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plan {
    /// `Free`.
    Free,
    /// `Pro`.
    Pro,
}

impl User {
    /// 64 bytes of text.
    pub const TEXT: &'static str = "The quick brown fox jumps over the lazy dog, and then some more.";

    /// A user with this id.
    #[must_use]
    pub fn sample(id: u64) -> Self {
        Self {
            id,
            name: Self::TEXT.into(),
            email: "ada.lovelace@example.com".into(),
            city: "London".into(),
            about: Self::TEXT.into(),
            plan: Plan::Pro,
            logins: 4_711,
            age: 36,
            score: 4.5,
            active: true,
            created: 1_735_689_600_000,
        }
    }
}

/// What [`mixed_batch`] answers with: 50 names, nothing for 30 writes, 20 counts.
pub type Mixed = (Vec<Option<String>>, Vec<()>, Vec<i64>);

/// [`by_hand::mixed_batch`](crate::by_hand::mixed_batch) by handles.
pub fn mixed_batch(first: u64) -> Query<Mixed> {
    (
        Query::all((first..first + 50).map(|id| User::at(id).name().get())),
        Query::all((first..first + 30).map(|id| User::at(id).name().set(User::TEXT).unchecked())),
        Query::all((first..first + 20).map(|id| User::at(id).logins().incr(1).unchecked())),
    )
        .batch()
}
