//! A bounded set of blocking connections to one server.
//!
//! Connections are made in the thread that needs one, so that it gets the very error that connecting ended in.

use std::{
    fmt, mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use redis::{Cmd, Pipeline, RedisResult, Value};

use super::{
    call::Call,
    channel::{Transport, with_repeat},
    server::Server,
    wire::Wire,
};
use crate::{
    error::{Error, Result},
    query::Repeatable,
};

/// The connections of a blocking store to one server.
pub struct Pool {
    server: Arc<Server>,
    slots: Mutex<Slots>,
    freed: Condvar,
}

struct Slots {
    /// Connections that nobody uses; the last one used is the first to be used again.
    idle: Vec<Wire>,
    /// How many there are, with those in use and those being made.
    open: usize,
    /// How many callers wait for one; without any, nobody needs to be woken, which would cost a system call.
    waiting: usize,
}

/// One of the connections that the pool may have, taken by a caller. When dropped it is free again, with its connection
/// if there is one by then.
struct Permit<'a> {
    pool: &'a Pool,
    wire: Option<Wire>,
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.server.fmt(f)
    }
}

impl Transport for Pool {
    type Line = Wire;

    fn new(server: Arc<Server>) -> Self {
        Self { server, slots: Mutex::new(Slots { idle: Vec::new(), open: 0, waiting: 0 }), freed: Condvar::new() }
    }

    fn server(&self) -> &Arc<Server> {
        &self.server
    }

    async fn send(&self, cmd: &Cmd, call: Call, repeatable: Repeatable<'_>) -> Result<Value> {
        let request = cmd.get_packed_command();
        with_repeat(repeatable, async || self.exchange(&request, call, Wire::receive)).await
    }

    async fn send_all(&self, pipeline: &Pipeline, call: Call, repeatable: Repeatable<'_>) -> Result<Vec<Value>> {
        let request = pipeline.get_packed_pipeline();
        with_repeat(repeatable, async || self.exchange(&request, call, |wire| wire.receive_many(pipeline.len()))).await
    }

    #[cfg(feature = "embedded")]
    async fn send_embedded(connection: &mut redis_model_embedded::Connection, cmd: &Cmd) -> RedisResult<Value> {
        redis::ConnectionLike::req_command(connection, cmd)
    }

    #[cfg(feature = "embedded")]
    async fn next_push(
        connection: &mut redis_model_embedded::Connection,
        until: Instant,
    ) -> RedisResult<Option<redis::PushInfo>> {
        connection.next_push(Some(until.saturating_duration_since(Instant::now())))
    }

    #[cfg(feature = "embedded")]
    async fn next_reply(
        connection: &mut redis_model_embedded::Connection,
        until: Instant,
    ) -> RedisResult<Option<Value>> {
        connection.next_reply(Some(until.saturating_duration_since(Instant::now())))
    }
}

impl Pool {
    /// Sends a packed request over a free connection, or a new one, and takes its replies.
    fn exchange<R>(&self, request: &[u8], call: Call, receive: impl FnOnce(&mut Wire) -> RedisResult<R>) -> Result<R> {
        let mut permit = self.permit(call)?;
        let mut wire = permit.connection(call)?;
        let step = call.step(self.server.response_timeout);
        if step.left.is_zero() {
            permit.wire = Some(wire);
            return Err(Error::Timeout { limit: Some(step.limit) });
        }
        match wire.exchange(request, step.left, receive) {
            Ok(replies) => {
                permit.wire = Some(wire);
                Ok(replies)
            }
            // The connection may still get the late reply: it does not come back.
            Err(source) => {
                let error = self.server.exchange_error(source, step.limit);
                if error.is_connection() {
                    self.discard_idle();
                }
                Err(error)
            }
        }
    }

    /// A permit with an idle connection, or without one; waits for it if all are taken.
    fn permit(&self, call: Call) -> Result<Permit<'_>> {
        let started = Instant::now();
        let mut slots = self.lock();
        loop {
            if let Some(wire) = slots.idle.pop() {
                return Ok(Permit { pool: self, wire: Some(wire) });
            }
            if slots.open < self.server.max_connections {
                slots.open += 1;
                return Ok(Permit { pool: self, wire: None });
            }
            let waited = started.elapsed();
            let left = call.step(self.server.pool_timeout.saturating_sub(waited)).left;
            if left.is_zero() {
                return Err(Error::PoolExhausted { size: self.server.max_connections, waited });
            }
            slots.waiting += 1;
            slots = self.freed.wait_timeout(slots, left).unwrap_or_else(PoisonError::into_inner).0;
            slots.waiting -= 1;
        }
    }

    /// Closes the idle connections: when one has broken, the server has most likely closed them all.
    fn discard_idle(&self) {
        let mut slots = self.lock();
        let idle = mem::take(&mut slots.idle);
        slots.open -= idle.len();
        drop(slots);
        self.freed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Slots> {
        // The slots are consistent between any two statements, so a panic elsewhere does no harm.
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit<'_> {
    /// Its connection, which leaves the pool unless it is put back; made anew if there is none that is usable.
    fn connection(&mut self, call: Call) -> Result<Wire> {
        if let Some(mut wire) = self.wire.take() {
            if wire.is_usable() {
                return Ok(wire);
            }
            // The others have been idle for even longer.
            self.pool.discard_idle();
        }
        let server = &self.pool.server;
        Wire::connect(server, call.step(server.connect_timeout).left).map_err(|error| server.connect_error(error))
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let mut slots = self.pool.lock();
        match self.wire.take() {
            Some(wire) => slots.idle.push(wire),
            None => slots.open -= 1,
        }
        let is_awaited = slots.waiting > 0;
        drop(slots);
        if is_awaited {
            self.pool.freed.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::connection::fake_server::{MINUTE, fake_server};

    #[test]
    fn a_request_waits_for_a_free_connection_no_longer_than_its_limit() {
        let (server, _listener) = fake_server(MINUTE);
        let pool = Pool::new(Arc::new(server));
        let taken = pool.permit(Call::start(None)).expect("there is one");
        let limit = Duration::from_millis(20);
        let error = pool.permit(Call::start(Some(limit))).err().expect("there is no other");
        assert!(matches!(error, Error::PoolExhausted { size: 1, waited } if waited >= limit), "{error:?}");
        drop(taken);
        assert!(pool.permit(Call::start(Some(limit))).is_ok());
    }
}
