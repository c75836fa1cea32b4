//! What a database holds of a tree, read and changed past the scripts.

use std::collections::{BTreeMap, BTreeSet};

use redis::{ConnectionLike, Pipeline, RedisResult};

use crate::{scripts::KEYS, steps::Part};

/// What the keys hold.
#[derive(Debug)]
pub(crate) struct Stored {
    pub(crate) hash: BTreeMap<String, String>,
    pub(crate) index: BTreeMap<String, String>,
    pub(crate) queue: BTreeSet<String>,
    /// When the keys expire; -1 for never, -2 for no key.
    pub(crate) expiries: [i64; 3],
}

impl Stored {
    pub(crate) fn read(con: &mut dyn ConnectionLike) -> RedisResult<Self> {
        let mut pipeline = Pipeline::new();
        pipeline.cmd("HGETALL").arg(KEYS[0]);
        pipeline.cmd("ZRANGE").arg(KEYS[1]).arg(0).arg(-1).arg("WITHSCORES");
        pipeline.cmd("ZRANGE").arg(KEYS[2]).arg(0).arg(-1);
        for key in KEYS {
            pipeline.cmd("PEXPIRETIME").arg(key);
        }
        let (hash, index, queue, first, second, third) = pipeline.query(con)?;
        Ok(Self { hash, index, queue, expiries: [first, second, third] })
    }

    /// When the keys expire.
    pub(crate) fn expiries(con: &mut dyn ConnectionLike) -> RedisResult<[i64; 3]> {
        let mut pipeline = Pipeline::new();
        for key in KEYS {
            pipeline.cmd("PEXPIRETIME").arg(key);
        }
        pipeline.query(con).map(|(first, second, third)| [first, second, third])
    }
}

/// Deletes a key as its expiry would have done.
pub(crate) fn expire(con: &mut dyn ConnectionLike, key: usize) -> RedisResult<()> {
    redis::cmd("DEL").arg(KEYS[key]).exec(con)
}

/// Overwrites a field of the hash, or removes it.
pub(crate) fn set_field(con: &mut dyn ConnectionLike, field: &str, value: Option<&str>) -> RedisResult<()> {
    match value {
        Some(value) => redis::cmd("HSET").arg(KEYS[0]).arg(field).arg(value).exec(con),
        None => redis::cmd("HDEL").arg(KEYS[0]).arg(field).exec(con),
    }
}

/// Adds a member to the index or to the queue that no script has put there.
pub(crate) fn add_stranger(con: &mut dyn ConnectionLike, part: Part) -> RedisResult<()> {
    let (key, score, member) =
        if part == Part::Index { (KEYS[1], 5, "h:stranger") } else { (KEYS[2], 0, "a\0stranger") };
    redis::cmd("ZADD").arg(key).arg(score).arg(member).exec(con)
}

/// An empty database.
pub(crate) fn clear(con: &mut dyn ConnectionLike) -> RedisResult<()> {
    redis::cmd("FLUSHDB").exec(con)
}
