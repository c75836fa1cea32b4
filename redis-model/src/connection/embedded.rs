//! Requests to the engine in the process.

use std::{
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use redis::{Cmd, Msg, Pipeline, PushKind, RedisError, RedisResult, Value};
use redis_model_embedded::{Connection, Engine, Protocol};

use super::{
    channel::Transport,
    tracker::{News, PAUSE, changed, tracking},
};
use crate::{
    error::{Error, Result},
    query::as_server_error,
};

/// An engine, and the connections to it that nobody uses just now.
///
/// Connections are cheap but not free, and a request needs one of its own while it runs: in a clone of the store another
/// one may be running.
#[derive(Clone)]
pub(super) struct Embedded {
    engine: Engine,
    idle: Arc<Mutex<Vec<Connection>>>,
}

impl Embedded {
    pub(super) fn new(engine: &Engine) -> Self {
        Self { engine: engine.clone(), idle: Arc::default() }
    }

    pub(super) async fn send<T: Transport>(&self, cmd: &Cmd) -> Result<Value> {
        let mut connection = self.connection();
        let reply = exchange::<T>(&mut connection, cmd).await;
        self.idle().push(connection);
        reply
    }

    pub(super) async fn send_all<T: Transport>(&self, pipeline: &Pipeline) -> Result<Vec<Value>> {
        let mut connection = self.connection();
        let mut replies = Vec::with_capacity(pipeline.len());
        for cmd in pipeline.cmd_iter() {
            replies.push(exchange::<T>(&mut connection, cmd).await?);
        }
        self.idle().push(connection);
        Ok(replies)
    }

    /// A subscription on a connection of its own.
    pub(super) async fn listen<T: Transport>(&self, channel: &[u8]) -> Result<EmbeddedListener> {
        let mut connection = self.engine.connection().with_protocol(Protocol::Resp3);
        match exchange::<T>(&mut connection, redis::cmd("SUBSCRIBE").arg(channel)).await? {
            Value::ServerError(error) => Err(failed(error.into())),
            _ => Ok(EmbeddedListener { connection }),
        }
    }

    /// Tracks keys on a connection of its own.
    pub(super) async fn track<T: Transport>(&self, prefixes: Vec<Vec<u8>>) -> Result<EmbeddedTracker> {
        let connection = self.engine.connection().with_protocol(Protocol::Resp3);
        let mut tracker =
            EmbeddedTracker { connection, wanted: prefixes, added: Vec::new(), next_check: Instant::now() };
        tracker.widen::<T>().await?;
        Ok(tracker)
    }

    /// A connection for commands that wait.
    pub(super) async fn waiter<T: Transport>(&self) -> Result<EmbeddedWaiter> {
        let mut connection = self.engine.connection();
        match exchange::<T>(&mut connection, redis::cmd("CLIENT").arg("ID")).await? {
            Value::Int(number) => Ok(EmbeddedWaiter { connection, number, state: Owing::Nothing }),
            _ => Err(Error::protocol("the engine does not tell the connection's number")),
        }
    }

    /// A connection that comes back only when it has all its replies: one that is dropped before that waits for nothing
    /// any more.
    fn connection(&self) -> Connection {
        self.idle().pop().unwrap_or_else(|| self.engine.connection())
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        // Nothing can panic while the lock is held, and a list of connections has no broken state.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A client of the engine that has subscribed to a channel.
pub(crate) struct EmbeddedListener {
    connection: Connection,
}

impl EmbeddedListener {
    /// As [`Listener::next`](super::Listener::next).
    pub(super) async fn next<T: Transport>(&mut self, until: Instant) -> Result<Option<Vec<u8>>> {
        while let Some(push) = T::next_push(&mut self.connection, until).await.map_err(failed)? {
            if let Some(message) = Msg::from_push_info(push) {
                return Ok(Some(message.get_payload_bytes().to_vec()));
            }
        }
        Ok(None)
    }
}

/// A client of the engine that hears of changed keys.
pub(crate) struct EmbeddedTracker {
    connection: Connection,
    /// Prefixes that are to be tracked, too.
    wanted: Vec<Vec<u8>>,
    /// Those that are, and of which that has not been said.
    added: Vec<Vec<u8>>,
    next_check: Instant,
}

impl EmbeddedTracker {
    /// As [`Tracker::add`](super::Tracker::add).
    pub(super) fn add(&mut self, prefixes: Vec<Vec<u8>>) {
        self.wanted.extend(prefixes);
    }

    /// As [`Tracker::next`](super::Tracker::next).
    ///
    /// What the engine has pushed lies in the process: when there is nothing more, all has been told.
    pub(super) async fn next<T: Transport>(&mut self, until: Instant) -> Result<Option<News>> {
        loop {
            self.widen::<T>().await?;
            let asked = Instant::now();
            let push = T::next_push(&mut self.connection, until.min(self.next_check)).await.map_err(failed)?;
            match push {
                Some(push) if push.kind == PushKind::Invalidate => return Ok(Some(changed(push.data))),
                None if asked >= self.next_check => {
                    self.next_check = asked + PAUSE;
                    return Ok(Some(News::Complete { asked, added: mem::take(&mut self.added) }));
                }
                None if asked >= until => return Ok(None),
                Some(_) | None => {}
            }
        }
    }

    /// Tracks what is wanted.
    async fn widen<T: Transport>(&mut self) -> Result<()> {
        if self.wanted.is_empty() {
            return Ok(());
        }
        if let Value::ServerError(error) = exchange::<T>(&mut self.connection, &tracking(&self.wanted)).await? {
            return Err(failed(error.into()));
        }
        self.added.append(&mut self.wanted);
        self.next_check = Instant::now();
        Ok(())
    }
}

/// A client of the engine for commands that wait.
pub(crate) struct EmbeddedWaiter {
    connection: Connection,
    number: i64,
    state: Owing,
}

/// What is owed to one who has asked.
enum Owing {
    Nothing,
    Reply,
    /// It was there at once, and has not been fetched.
    Ready(Value),
}

impl EmbeddedWaiter {
    pub(super) fn number(&self) -> i64 {
        self.number
    }

    pub(super) fn ask(&mut self, command: &Cmd) -> Result<()> {
        self.state = Owing::Nothing;
        let begun = self.connection.begin(command).map_err(failed)?;
        self.state = begun.map_or(Owing::Reply, Owing::Ready);
        Ok(())
    }

    pub(super) fn owes_reply(&self) -> bool {
        !matches!(self.state, Owing::Nothing)
    }

    /// As [`Waiter::reply`](super::Waiter::reply). The engine's clock may stand still, and so may the wait there: when the
    /// time is over here, it is ended there.
    pub(super) async fn reply<T: Transport>(&mut self, until: Instant) -> Result<Value> {
        if let Some(reply) = self.listen::<T>(until).await? {
            return Ok(reply);
        }
        let unblock = redis::cmd("CLIENT").arg("UNBLOCK").arg(self.number).take();
        exchange::<T>(&mut self.connection.engine().connection(), &unblock).await?;
        let reply = self.listen::<T>(Instant::now()).await?;
        reply.ok_or_else(|| Error::protocol("the engine does not end a wait"))
    }

    /// As [`Waiter::listen`](super::Waiter::listen).
    pub(super) async fn listen<T: Transport>(&mut self, until: Instant) -> Result<Option<Value>> {
        let heard = match mem::replace(&mut self.state, Owing::Nothing) {
            Owing::Ready(reply) => return Ok(Some(reply)),
            Owing::Nothing => return Err(Error::protocol("nothing was asked on this connection")),
            Owing::Reply => {
                // It stays owed when this future is dropped.
                self.state = Owing::Reply;
                T::next_reply(&mut self.connection, until).await.map_err(failed)
            }
        };
        if !matches!(heard, Ok(None)) {
            self.state = Owing::Nothing;
        }
        heard
    }
}

async fn exchange<T: Transport>(connection: &mut Connection, cmd: &Cmd) -> Result<Value> {
    let reply: RedisResult<Value> = T::send_embedded(connection, cmd).await;
    reply.or_else(as_server_error).map_err(failed)
}

fn failed(source: RedisError) -> Error {
    Error::from_exchange(source, None, "the embedded engine")
}
