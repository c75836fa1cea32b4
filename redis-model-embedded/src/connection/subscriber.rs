use std::{
    task::{Context, Poll, ready},
    time::Duration,
};

use redis::{Cmd, Msg, RedisResult, ToRedisArgs, cmd};

use super::{Connection, park};
use crate::Protocol;

/// Subscriptions to channels and patterns, and the messages published to them: what `PubSub` is in redis-rs, without
/// a socket.
///
/// ```
/// # fn main() -> redis::RedisResult<()> {
/// use redis::Commands;
/// use redis_model_embedded::Engine;
///
/// let engine = Engine::new();
/// let mut subscriber = engine.subscriber();
/// subscriber.subscribe("news")?;
///
/// let listeners: i64 = engine.connection().publish("news", "hello")?;
/// let message = subscriber.next_message(None)?.expect("it waits as long as it takes");
/// assert_eq!((listeners, message.get_payload::<String>()?), (1, "hello".to_owned()));
/// # Ok(())
/// # }
/// ```
///
/// With the feature `async` it is also a `Stream` of messages, which ends when the engine goes offline.
#[derive(Debug)]
pub struct Subscriber {
    connection: Connection,
}

impl Subscriber {
    pub(crate) fn new(connection: Connection) -> Self {
        Self { connection: connection.with_protocol(Protocol::Resp3) }
    }

    /// Listens to channels from now on (SUBSCRIBE).
    pub fn subscribe(&mut self, channels: impl ToRedisArgs) -> RedisResult<()> {
        self.send("SUBSCRIBE", channels)
    }

    /// Listens to all channels whose names match one of these patterns (PSUBSCRIBE).
    pub fn psubscribe(&mut self, patterns: impl ToRedisArgs) -> RedisResult<()> {
        self.send("PSUBSCRIBE", patterns)
    }

    /// Listens to shard channels (SSUBSCRIBE).
    pub fn ssubscribe(&mut self, channels: impl ToRedisArgs) -> RedisResult<()> {
        self.send("SSUBSCRIBE", channels)
    }

    /// Listens to these channels no longer (UNSUBSCRIBE).
    pub fn unsubscribe(&mut self, channels: impl ToRedisArgs) -> RedisResult<()> {
        self.send("UNSUBSCRIBE", channels)
    }

    /// Listens to these patterns no longer (PUNSUBSCRIBE).
    pub fn punsubscribe(&mut self, patterns: impl ToRedisArgs) -> RedisResult<()> {
        self.send("PUNSUBSCRIBE", patterns)
    }

    /// Listens to these shard channels no longer (SUNSUBSCRIBE).
    pub fn sunsubscribe(&mut self, channels: impl ToRedisArgs) -> RedisResult<()> {
        self.send("SUNSUBSCRIBE", channels)
    }

    /// Waits for the next message; `None` when `timeout` of real time has passed without one.
    ///
    /// # Errors
    /// When the engine is offline, or has closed the connection. Its subscriptions are gone then.
    pub fn next_message(&mut self, timeout: Option<Duration>) -> RedisResult<Option<Msg>> {
        park::until_ready(timeout, |cx| self.poll_message(cx)).transpose()
    }

    /// The same for a task.
    pub fn poll_message(&mut self, cx: &mut Context<'_>) -> Poll<RedisResult<Msg>> {
        loop {
            // What is no message is passed over.
            if let Some(message) = Msg::from_push_info(ready!(self.connection.poll_push(cx))?) {
                return Poll::Ready(Ok(message));
            }
        }
    }

    fn send(&mut self, command: &str, names: impl ToRedisArgs) -> RedisResult<()> {
        let command: Cmd = cmd(command).arg(names).take();
        command.exec(&mut self.connection)
    }
}

#[cfg(feature = "async")]
impl futures_core::Stream for Subscriber {
    type Item = Msg;

    fn poll_next(self: std::pin::Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Msg>> {
        self.get_mut().poll_message(cx).map(Result::ok)
    }
}
