//! Requests of redis-rs and the replies to them, once for both modes: a blocking call polls these on its own thread.

use std::{future::poll_fn, io, task::Poll};

use redis::{Arg, Cmd, RedisError, RedisResult, Value};

use super::Connection;
use crate::{
    Protocol, Reply, Session,
    protocol::{Decoder, server_error, to_redis_value},
    session::{Called, CallsEnd},
    timer::after,
};

impl Connection {
    /// Refuses to work while the engine is offline or after QUIT, as a broken connection does.
    pub(super) fn check_online(&mut self) -> RedisResult<()> {
        if self.engine().is_offline() || !self.session.reconnect() { Err(self.closed()) } else { Ok(()) }
    }

    /// Why nothing comes over this connection any more.
    pub(super) fn closed(&self) -> RedisError {
        let (kind, text) = if self.engine().is_offline() {
            (io::ErrorKind::ConnectionRefused, "the embedded engine is offline")
        } else {
            (io::ErrorKind::BrokenPipe, "the embedded engine has closed the connection")
        };
        RedisError::from(io::Error::new(kind, text))
    }

    /// Runs a command as far as it goes without waiting, which nearly always is to its end.
    pub(super) fn start(&mut self, cmd: &Cmd) -> RedisResult<Started> {
        let mut args = Vec::with_capacity(cmd.args_iter().len());
        for arg in cmd.args_iter() {
            match arg {
                Arg::Simple(bytes) => args.push(bytes),
                // The cursor of a scan that redis-rs iterates over is in the packed form only.
                _ => return Ok(Started::Packed),
            }
        }
        if args.is_empty() {
            return Err(RedisError::from((redis::ErrorKind::Client, "empty command")));
        }
        let is_offline = self.engine().is_offline();
        let called = if is_offline { None } else { self.session.call(&args) };
        let Some(Called { reply, protocol }) = called else { return Err(self.closed()) };
        Ok(match reply {
            None => Started::Waits(protocol),
            // Nobody reads the reply to such a command, as on a socket.
            Some(_) if cmd.is_no_response() => Started::Ended(Value::Nil),
            Some(reply) => Started::Ended(to_value(reply, protocol)),
        })
    }

    /// Waits for the reply to a command that has to, and for a slow engine.
    pub(super) async fn finish(&mut self, cmd: &Cmd, started: Started) -> RedisResult<Value> {
        let value = match started {
            Started::Packed => return self.run_packed(&cmd.get_packed_command()).await,
            Started::Ended(value) => value,
            Started::Waits(protocol) => to_value(self.wait_for_reply().await?, protocol),
        };
        self.hold_back().await;
        Ok(value)
    }

    pub(super) async fn run_packed(&mut self, bytes: &[u8]) -> RedisResult<Value> {
        let mut values = self.run_all_packed(bytes).await?;
        match (values.pop(), values.is_empty()) {
            (Some(value), true) => Ok(value),
            _ => Err(RedisError::from((redis::ErrorKind::Client, "the bytes are not one complete command"))),
        }
    }

    pub(super) async fn run_packed_pipeline(
        &mut self,
        bytes: &[u8],
        offset: usize,
        count: usize,
    ) -> RedisResult<Vec<Value>> {
        let values = self.run_all_packed(bytes).await?;
        self.pick(values, offset, count)
    }

    async fn run_all_packed(&mut self, bytes: &[u8]) -> RedisResult<Vec<Value>> {
        let mut decoder = Decoder::default();
        decoder.feed(bytes);
        let mut values = Vec::new();
        loop {
            let is_offline = self.engine().is_offline();
            let take = |reply, protocol| values.push(to_value(reply, protocol));
            let end = if is_offline { CallsEnd::Closed } else { self.session.call_all(&mut decoder, take) };
            let error = match end {
                CallsEnd::Done => break,
                CallsEnd::Invalid(error) => {
                    values.push(server_error(&error));
                    break;
                }
                CallsEnd::Waits(protocol) => match self.wait_for_reply().await {
                    Ok(reply) => {
                        values.push(to_value(reply, protocol));
                        continue;
                    }
                    Err(error) => error,
                },
                CallsEnd::Closed => self.closed(),
            };
            // Those after a QUIT find the connection closed; it is the first of them that says so.
            if values.is_empty() {
                return Err(error);
            }
            break;
        }
        self.hold_back().await;
        Ok(values)
    }

    /// Lets the time pass by which a slow engine holds its replies back.
    async fn hold_back(&self) {
        if let Some(delay) = self.engine().delay() {
            self.engine().timer().sleep(delay).await;
        }
    }

    async fn wait_for_reply(&mut self) -> RedisResult<Reply> {
        let mut alarm = self.engine().timer().alarm();
        let waiter = Waiter { session: &mut self.session };
        let reply = poll_fn(|cx| {
            let reply = waiter.session.poll_reply(cx);
            if let (Poll::Pending, Some(left)) = (&reply, waiter.session.deadline()) {
                alarm.set(after(left), cx.waker());
            }
            reply
        })
        .await;
        drop(waiter);
        reply.ok_or_else(|| self.closed())
    }

    /// Hands out `count` replies from `offset` on, as redis-rs reads them from a socket.
    ///
    /// The first `offset` belong to MULTI and the commands queued after it. If one of those is an error, EXEC has
    /// failed, and so does the whole call; otherwise errors stay among the values.
    pub(super) fn pick(&mut self, mut values: Vec<Value>, offset: usize, count: usize) -> RedisResult<Vec<Value>> {
        let refused = values.iter().take(offset).any(|value| matches!(value, Value::ServerError(_)));
        values.drain(..offset.min(values.len()));
        if refused {
            return Err(values.into_iter().find_map(error_of).unwrap_or_else(|| {
                RedisError::from((redis::ErrorKind::Client, "a queued command failed, and EXEC did not"))
            }));
        }
        if values.len() < count {
            self.check_online()?;
            return Err(RedisError::from((redis::ErrorKind::Client, "more replies are expected than commands sent")));
        }
        values.truncate(count);
        Ok(values)
    }
}

/// How far a command has come without waiting.
pub(super) enum Started {
    Ended(Value),
    /// For its reply, in this version of the protocol.
    Waits(Protocol),
    /// It has not run: it must be sent in its packed form.
    Packed,
}

/// A command that waits. Dropped before it has its reply, it waits no longer and takes nothing.
struct Waiter<'a> {
    session: &'a mut Session,
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        self.session.stop_waiting();
    }
}

/// The one value that redis-rs reads for a request: the last of several confirmations, nil where there is no reply.
pub(super) fn to_value(reply: Reply, protocol: Protocol) -> Value {
    match reply {
        Reply::Several(mut replies) => replies.pop().map_or(Value::Nil, |reply| to_redis_value(reply, protocol)),
        reply => to_redis_value(reply, protocol),
    }
}

fn error_of(value: Value) -> Option<RedisError> {
    value.extract_error().err()
}

pub(super) fn into_error(server_error: Value) -> RedisError {
    error_of(server_error).expect("it was made of an error reply")
}
