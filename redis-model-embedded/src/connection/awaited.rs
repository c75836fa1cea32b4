//! Commands that wait, and replies that are fetched when they come.

use std::{
    task::{Context, Poll},
    time::Duration,
};

use redis::{Cmd, RedisError, RedisResult, Value};

use super::{
    Connection,
    exchange::{Started, to_value},
    park,
};
use crate::timer::after;

impl Connection {
    /// Runs one command as far as it goes without waiting: its reply, or `None` when it waits, as BLPOP does on an empty
    /// list. What comes then is its [`next_reply`](Self::next_reply).
    ///
    /// Unlike a future of redis-rs that is dropped, this loses nothing when nobody asks for the reply any more: it stays
    /// until it is fetched, or the next command is begun.
    ///
    /// ```
    /// # fn main() -> redis::RedisResult<()> {
    /// use std::time::Duration;
    /// use redis_model_embedded::Engine;
    ///
    /// let engine = Engine::new();
    /// let mut consumer = engine.connection();
    /// assert_eq!(consumer.begin(redis::cmd("BLPOP").arg("jobs").arg(0))?, None);
    /// assert_eq!(consumer.next_reply(Some(Duration::ZERO))?, None);
    ///
    /// redis::cmd("RPUSH").arg("jobs").arg("one").exec(&mut engine.connection())?;
    /// let reply = consumer.next_reply(None)?.expect("it waits as long as it takes");
    /// assert_eq!(redis::from_redis_value(reply), Ok(("jobs".to_owned(), "one".to_owned())));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the engine is offline or has closed the connection, and for the cursor of a scan that redis-rs iterates over.
    pub fn begin(&mut self, cmd: &Cmd) -> RedisResult<Option<Value>> {
        self.alarm = None;
        self.session.stop_waiting();
        match self.start(cmd)? {
            Started::Ended(value) => Ok(Some(value)),
            Started::Waits(_) => Ok(None),
            Started::Packed => Err(RedisError::from((redis::ErrorKind::Client, "a scan's cursor cannot be begun"))),
        }
    }

    /// The reply to the command that waits, for a task: ready with it, or with an error when there can be none.
    pub fn poll_reply(&mut self, cx: &mut Context<'_>) -> Poll<RedisResult<Value>> {
        let protocol = self.protocol();
        let reply = self.session.poll_reply(cx);
        if let (Poll::Pending, Some(left)) = (&reply, self.session.deadline()) {
            let alarm = self.alarm.get_or_insert_with(|| self.session.engine().timer().alarm());
            alarm.set(after(left), cx.waker());
        }
        reply.map(|reply| reply.map(|reply| to_value(reply, protocol)).ok_or_else(|| self.closed()))
    }

    /// The same for a thread; `None` when `timeout` of real time has passed without it.
    ///
    /// # Errors
    /// When the engine is offline, or has closed the connection.
    pub fn next_reply(&mut self, timeout: Option<Duration>) -> RedisResult<Option<Value>> {
        park::until_ready(timeout, |cx| self.poll_reply(cx)).transpose()
    }
}
