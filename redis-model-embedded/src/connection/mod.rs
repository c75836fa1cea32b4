//! The engine as a connection of redis-rs, blocking and asynchronous.

#[cfg(feature = "async")]
mod asynchronous;
mod awaited;
mod exchange;
mod park;
mod subscriber;

use std::{
    task::{Context, Poll},
    time::Duration,
};

use redis::{Cmd, ConnectionLike, PushInfo, RedisResult, Value};

pub use subscriber::Subscriber;

use exchange::Started;

use crate::{
    Engine, Protocol, Reply, Session,
    protocol::{server_error, to_push_info},
    timer::Alarm,
};

/// A redis-rs connection to an [`Engine`], blocking and asynchronous alike.
///
/// It is a session of its own: transactions and watches belong to it. A clone is a new session with the same
/// database and protocol. The calls of a blocking connection wait where the server would have them wait: BLPOP on an
/// empty list holds up its thread, and gives up when the engine's clock says so.
///
/// ```
/// use redis::Commands;
///
/// # fn main() -> redis::RedisResult<()> {
/// let mut con = redis_model_embedded::Engine::new().connection();
/// let (old, new): (Option<String>, i64) =
///     redis::pipe().atomic().get("hits").incr("hits", 1).query(&mut con)?;
/// assert_eq!((old, new), (None, 1));
/// let () = con.hset("user:1", "name", "Alice")?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Connection {
    session: Session,
    /// Of a command that waits, whose reply is polled for.
    alarm: Option<Alarm>,
}

impl Connection {
    pub(crate) fn new(mut session: Session) -> Self {
        session.become_connection();
        Self { session, alarm: None }
    }

    /// The same connection, answered in another version of the protocol.
    #[must_use]
    pub fn with_protocol(mut self, protocol: Protocol) -> Self {
        self.session.set_protocol(protocol);
        self
    }

    /// The same connection, to another database.
    ///
    /// # Errors
    /// When there is no such database: they are numbered from 0 to 15.
    pub fn with_database(mut self, database: i64) -> RedisResult<Self> {
        self.select(database)?;
        Ok(self)
    }

    /// Chooses the database for the commands to come.
    ///
    /// # Errors
    /// When there is no such database: they are numbered from 0 to 15.
    pub fn select(&mut self, database: i64) -> RedisResult<()> {
        let outcome = self.session.select(database);
        outcome.map_err(|error| exchange::into_error(server_error(&error)))
    }

    /// The version of the protocol that decides on the shape of replies.
    pub fn protocol(&self) -> Protocol {
        self.session.protocol()
    }

    /// The engine at the other end.
    pub fn engine(&self) -> &Engine {
        self.session.engine()
    }

    /// Runs one command without redis-rs: its name, then its arguments. Errors of the server are replies, too.
    ///
    /// Where a command would have to wait, this does not: it answers `Reply::Several` of nothing, and takes nothing
    /// later. A [`Session`] can wait for the answer.
    ///
    /// ```
    /// use redis_model_embedded::{Engine, Reply};
    ///
    /// let mut con = Engine::new().connection();
    /// assert_eq!(con.execute(&[b"SET", b"key", b"value"]), Reply::Ok);
    /// assert_eq!(con.execute(&[b"GET", b"key"]), Reply::Bulk(b"value".to_vec()));
    /// ```
    pub fn execute(&mut self, args: &[&[u8]]) -> Reply {
        let reply = self.session.execute(args);
        if self.session.is_waiting() {
            self.session.stop_waiting();
        }
        reply
    }

    /// Waits for the next message that the server sends unasked: a published message, or an invalidation of CLIENT
    /// TRACKING. `None` when `timeout` of real time has passed without one.
    ///
    /// ```
    /// # fn main() -> redis::RedisResult<()> {
    /// use redis_model_embedded::{Engine, Protocol};
    ///
    /// let engine = Engine::new();
    /// let mut cache = engine.connection().with_protocol(Protocol::Resp3);
    /// redis::cmd("CLIENT").arg("TRACKING").arg("ON").exec(&mut cache)?;
    /// redis::cmd("GET").arg("price").exec(&mut cache)?;
    ///
    /// redis::cmd("SET").arg("price").arg(10).exec(&mut engine.connection())?;
    /// let push = cache.next_push(None)?.expect("it waits as long as it takes");
    /// assert_eq!(push.kind, redis::PushKind::Invalidate);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the engine is offline, or has closed the connection.
    pub fn next_push(&mut self, timeout: Option<Duration>) -> RedisResult<Option<PushInfo>> {
        park::until_ready(timeout, |cx| self.poll_push(cx)).transpose()
    }

    /// The same for a task: ready with the next message, or with an error when there can be none.
    pub fn poll_push(&mut self, cx: &mut Context<'_>) -> Poll<RedisResult<PushInfo>> {
        self.session.poll_push(cx).map(|push| match push.and_then(to_push_info) {
            Some(push) => Ok(push),
            None => Err(self.closed()),
        })
    }
}

impl Clone for Connection {
    fn clone(&self) -> Self {
        let mut session = self.engine().session();
        session.set_protocol(self.protocol());
        session.select(self.session.database()).expect("the original has this database selected");
        Self::new(session)
    }
}

impl ConnectionLike for Connection {
    fn req_packed_command(&mut self, cmd: &[u8]) -> RedisResult<Value> {
        park::block_on(self.run_packed(cmd))
    }

    fn req_packed_commands(&mut self, cmd: &[u8], offset: usize, count: usize) -> RedisResult<Vec<Value>> {
        park::block_on(self.run_packed_pipeline(cmd, offset, count))
    }

    fn req_command(&mut self, cmd: &Cmd) -> RedisResult<Value> {
        match self.start(cmd)? {
            // The usual way has no future to make.
            Started::Ended(value) if self.engine().delay().is_none() => Ok(value),
            started => park::block_on(self.finish(cmd, started)),
        }
    }

    fn get_db(&self) -> i64 {
        self.session.database()
    }

    fn check_connection(&mut self) -> bool {
        self.check_online().is_ok()
    }

    fn is_open(&self) -> bool {
        !self.engine().is_offline() && !self.session.is_closed()
    }
}
