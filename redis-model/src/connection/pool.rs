//! A bounded set of blocking connections to one server.
//!
//! Connections are made in the thread that needs one, so that it gets the very error that connecting ended in.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use redis::{Connection, ConnectionLike as _, RedisError, Value};

use super::server::Server;
use crate::{
    error::{Error, Result},
    query::as_server_error,
};

pub(super) struct Pool {
    pub(super) server: Arc<Server>,
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

/// A connection in use; it goes back when dropped, unless it failed.
pub(super) struct Lent<'a> {
    pool: &'a Pool,
    wire: Option<Wire>,
}

/// A connection, with the read limit that is set on its socket and the time when it was last used.
struct Wire {
    connection: Connection,
    limit: Duration,
    used: Instant,
}

/// After this long without use a connection is tried before it is relied on: servers and what lies in between close
/// idle ones, and a write whose connection breaks cannot be sent again.
const UNTRIED: Duration = Duration::from_secs(5);

impl Pool {
    pub(super) fn new(server: Arc<Server>) -> Self {
        Self { server, slots: Mutex::new(Slots { idle: Vec::new(), open: 0, waiting: 0 }), freed: Condvar::new() }
    }

    /// A connection; a new one if none is free and the limit allows it.
    pub(super) fn get(&self) -> Result<Lent<'_>> {
        let started = Instant::now();
        let mut slots = self.lock();
        loop {
            if let Some(wire) = slots.idle.pop() {
                drop(slots);
                let mut lent = Lent { pool: self, wire: Some(wire) };
                lent.replace_if_stale()?;
                return Ok(lent);
            }
            if slots.open < self.server.max_connections {
                slots.open += 1;
                drop(slots);
                // From here on dropping it frees the slot, whatever happens.
                let mut lent = Lent { pool: self, wire: None };
                lent.wire = Some(Wire::connect(&self.server)?);
                return Ok(lent);
            }
            let waited = started.elapsed();
            let Some(left) = self.server.pool_timeout.checked_sub(waited) else {
                return Err(Error::PoolExhausted { size: self.server.max_connections, waited });
            };
            slots.waiting += 1;
            slots = self.freed.wait_timeout(slots, left).unwrap_or_else(PoisonError::into_inner).0;
            slots.waiting -= 1;
        }
    }

    /// Closes the idle connections: when one has broken, the server has most likely closed them all.
    fn discard_idle(&self) {
        let mut slots = self.lock();
        slots.open -= slots.idle.len();
        slots.idle.clear();
        self.freed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Slots> {
        // The slots are consistent between any two statements, so a panic elsewhere does no harm.
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lent<'_> {
    /// Makes the connection anew if it has not been used for a while and no longer answers.
    fn replace_if_stale(&mut self) -> Result<()> {
        let is_stale =
            self.wire.as_mut().is_some_and(|wire| wire.used.elapsed() > UNTRIED && !wire.connection.check_connection());
        if is_stale {
            self.wire = None;
            self.pool.discard_idle();
            self.wire = Some(Wire::connect(&self.pool.server)?);
        }
        Ok(())
    }

    /// Sends a packed request and reads `count` replies, all within the response limit.
    pub(super) fn exchange(mut self, request: &[u8], count: usize, mut take: impl FnMut(Value)) -> Result<()> {
        let server = &self.pool.server;
        let Some(mut wire) = self.wire.take() else {
            return Err(Error::invalid_query("no connection"));
        };
        match wire.exchange(request, count, server.response_timeout, &mut take) {
            Ok(()) => {
                self.wire = Some(wire);
                Ok(())
            }
            Err(source) => {
                // The connection may still get the late reply: it cannot be used again.
                let error = server.exchange_error(source);
                if matches!(error, Error::Disconnected { .. } | Error::Connect { .. }) {
                    self.pool.discard_idle();
                }
                Err(error)
            }
        }
    }
}

impl Drop for Lent<'_> {
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

impl Wire {
    fn connect(server: &Server) -> Result<Self> {
        let connection = server
            .client
            .get_connection_with_timeout(server.connect_timeout)
            .map_err(|error| server.connect_error(error))?;
        let limit = server.response_timeout;
        let limited = connection.set_read_timeout(Some(limit)).and_then(|()| connection.set_write_timeout(Some(limit)));
        limited.map_err(|error| server.connect_error(error))?;
        Ok(Self { connection, limit, used: Instant::now() })
    }

    /// The socket's limit is for each read, so that many replies could take many times as long: what is left of the
    /// request's own limit is set again once a tenth of it has passed.
    fn exchange(
        &mut self,
        request: &[u8],
        count: usize,
        limit: Duration,
        take: &mut impl FnMut(Value),
    ) -> Result<(), RedisError> {
        let started = Instant::now();
        self.set_limit(limit)?;
        self.connection.send_packed_command(request)?;
        let mut taken = 0;
        while taken < count {
            if taken > 0 {
                let left = limit.checked_sub(started.elapsed()).filter(|left| !left.is_zero());
                let left = left.ok_or_else(|| std::io::Error::from(std::io::ErrorKind::TimedOut))?;
                if left + limit / 10 < self.limit {
                    self.set_limit(left)?;
                }
            }
            match self.connection.recv_response().or_else(as_server_error)? {
                Value::Push { .. } => {}
                reply => {
                    take(reply);
                    taken += 1;
                }
            }
        }
        self.used = started;
        Ok(())
    }

    fn set_limit(&mut self, limit: Duration) -> Result<(), RedisError> {
        if self.limit != limit {
            self.connection.set_read_timeout(Some(limit))?;
            self.limit = limit;
        }
        Ok(())
    }
}
