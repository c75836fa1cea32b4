//! What the values are computed from: numbers that only grow, on a server of their own.

use redis_model::redis::{self, Client, Connection, FromRedisValue};

/// Whose value it is: a cache's, by its place among them, and of which number.
pub(crate) type Of = (usize, u64);

/// A connection to the numbers.
pub(crate) struct Truth(Connection);

impl Truth {
    pub(crate) fn at(url: &str) -> Self {
        Self(Client::open(url).unwrap().get_connection().unwrap())
    }

    /// The number as it is now.
    pub(crate) fn now(&mut self, of: Of) -> u64 {
        self.ask::<Option<u64>>("GET", "truth", of).unwrap_or(0)
    }

    /// Makes it larger.
    pub(crate) fn change(&mut self, of: Of) -> u64 {
        self.ask("INCR", "truth", of)
    }

    /// The caches have been told of all changes up to this one.
    pub(crate) fn acknowledge(&mut self, of: Of, number: u64) {
        const RAISE: &str = "if ARGV[1] + 0 > tonumber(redis.call('GET', KEYS[1]) or 0) then \
            redis.call('SET', KEYS[1], ARGV[1]) end";
        redis::cmd("EVAL").arg(RAISE).arg(1).arg(key("acknowledged", of)).arg(number).exec(&mut self.0).unwrap();
    }

    /// The last change that the caches have been told of: no call that begins now may get less.
    pub(crate) fn acknowledged(&mut self, of: Of) -> u64 {
        self.ask::<Option<u64>>("GET", "acknowledged", of).unwrap_or(0)
    }

    /// A number that no other process has.
    pub(crate) fn take_number(&mut self) -> u64 {
        redis::cmd("INCR").arg("numbers").query(&mut self.0).unwrap()
    }

    /// The last number that a process has taken.
    pub(crate) fn last_number(&mut self) -> u64 {
        redis::cmd("GET").arg("numbers").query(&mut self.0).unwrap()
    }

    fn ask<T: FromRedisValue>(&mut self, command: &str, what: &str, of: Of) -> T {
        redis::cmd(command).arg(key(what, of)).query(&mut self.0).unwrap()
    }
}

fn key(what: &str, (cache, number): Of) -> String {
    format!("{what}:{cache}:{number}")
}
