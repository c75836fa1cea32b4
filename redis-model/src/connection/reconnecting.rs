//! One multiplexed connection, made again when it is gone.

use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock},
    time::Instant,
};

use redis::{AsyncConnectionConfig, Cmd, Pipeline, RedisError, RedisResult, Value, aio::MultiplexedConnection};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::timeout,
};

use super::{
    async_wire::{AsyncStream, AsyncWire},
    call::{Call, Step},
    channel::{Transport, with_repeat},
    deadline::{Deadline, timed_out},
    dial::dial_async,
    driver::Driver,
    server::Server,
};
use crate::{
    error::{Error, Result},
    query::{Repeatable, as_server_error},
};

/// A connection that is made when it is first needed, and anew after it has failed.
pub struct Reconnecting {
    server: Arc<Server>,
    live: RwLock<Option<Live>>,
    /// Held while connecting, so that a crowd of callers makes one connection; inside is how the last attempt failed.
    connecting: tokio::sync::Mutex<Option<Failure>>,
}

/// A failed attempt to connect, for those who waited for it.
struct Failure {
    at: Instant,
    error: RedisError,
}

impl fmt::Debug for Reconnecting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.server.fmt(f)
    }
}

impl Transport for Reconnecting {
    type Line = AsyncWire;

    fn new(server: Arc<Server>) -> Self {
        Self { server, live: RwLock::new(None), connecting: tokio::sync::Mutex::new(None) }
    }

    fn server(&self) -> &Arc<Server> {
        &self.server
    }

    async fn send(&self, cmd: &Cmd, call: Call, repeatable: Repeatable<'_>) -> Result<Value> {
        with_repeat(repeatable, || self.exchange(cmd, call)).await
    }

    async fn send_all(&self, pipeline: &Pipeline, call: Call, repeatable: Repeatable<'_>) -> Result<Vec<Value>> {
        with_repeat(repeatable, || self.exchange_all(pipeline, call)).await
    }

    #[cfg(feature = "embedded")]
    async fn send_embedded(connection: &mut redis_model_embedded::Connection, cmd: &Cmd) -> RedisResult<Value> {
        redis::aio::ConnectionLike::req_packed_command(connection, cmd).await
    }

    #[cfg(feature = "embedded")]
    async fn next_push(
        connection: &mut redis_model_embedded::Connection,
        until: Instant,
    ) -> RedisResult<Option<redis::PushInfo>> {
        let push = std::future::poll_fn(|context| connection.poll_push(context));
        tokio::time::timeout_at(until.into(), push).await.ok().transpose()
    }

    #[cfg(feature = "embedded")]
    async fn next_reply(
        connection: &mut redis_model_embedded::Connection,
        until: Instant,
    ) -> RedisResult<Option<Value>> {
        let reply = std::future::poll_fn(|context| connection.poll_reply(context));
        tokio::time::timeout_at(until.into(), reply).await.ok().transpose()
    }
}

impl Reconnecting {
    async fn get(&self, call: Call) -> Result<Live> {
        if let Some(live) = self.live() {
            return Ok(live);
        }
        let limit = call.step(self.server.connect_timeout).left;
        // Boxed, as every request would have its state and hardly any needs it.
        let connected = Box::pin(timeout(limit, self.reconnect(Instant::now()))).await;
        connected.unwrap_or_else(|_| Err(timed_out().into())).map_err(|error| self.server.connect_error(error))
    }

    /// Connects, or waits for the caller who does and shares what comes of it. A caller who gives up leaves the attempt
    /// to the next.
    async fn reconnect(&self, started: Instant) -> RedisResult<Live> {
        let mut failure = self.connecting.lock().await;
        if let Some(live) = self.live() {
            return Ok(live);
        }
        if let Some(shared) = failure.as_ref().filter(|failure| failure.at >= started) {
            return Err(shared.error.clone());
        }
        let connected = self.connect(Deadline::new(started, self.server.connect_timeout)).await;
        match &connected {
            Ok(live) => *self.live.write().unwrap_or_else(PoisonError::into_inner) = Some(live.clone()),
            Err(error) => *failure = Some(Failure { at: Instant::now(), error: error.clone() }),
        }
        connected
    }

    fn live(&self) -> Option<Live> {
        let live = self.live.read().unwrap_or_else(PoisonError::into_inner);
        live.as_ref().filter(|live| live.driver.is_running()).cloned()
    }

    /// Makes a connection whose driver is ours, so that its end is known before something is sent into the void.
    async fn connect(&self, deadline: Deadline) -> RedisResult<Live> {
        match dial_async(self.server.client.get_connection_info(), deadline).await? {
            AsyncStream::Tcp(stream) => self.drive(stream).await,
            #[cfg(unix)]
            AsyncStream::Unix(stream) => self.drive(stream).await,
        }
    }

    async fn drive(&self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> RedisResult<Live> {
        let settings = self.server.settings();
        let config = AsyncConnectionConfig::new().set_response_timeout(Some(self.server.response_timeout));
        let (connection, driver) = MultiplexedConnection::new_with_config(&settings, stream, config).await?;
        Ok(Live { connection, driver: Arc::new(Driver::spawn(driver)) })
    }

    /// Sorts an error, and lets go of a connection that cannot be relied on any more.
    fn failed(&self, used: &Live, step: Step, source: RedisError) -> Error {
        let error = self.server.exchange_error(source, step.limit);
        if (error.is_indeterminate() || error.is_connection()) && !self.is_impatience(used, step, &error) {
            let mut live = self.live.write().unwrap_or_else(PoisonError::into_inner);
            if live.as_ref().is_some_and(|live| Arc::ptr_eq(&live.driver, &used.driver)) {
                *live = None;
            }
        }
        error
    }

    /// Whether a request was given up so early that it says nothing about the connection, on which others may wait for
    /// their replies. Several in a row without any reply do, once they have lasted as long as the server's limit.
    fn is_impatience(&self, used: &Live, step: Step, error: &Error) -> bool {
        let limit = self.server.response_timeout;
        error.is_timeout() && step.left < limit && used.driver.unanswered(step.left) < limit
    }

    async fn exchange(&self, cmd: &Cmd, call: Call) -> Result<Value> {
        let mut live = self.get(call).await?;
        let step = self.step(call, &mut live);
        let reply = live.connection.send_packed_command(cmd).await;
        self.outcome(&live, step, reply.or_else(as_server_error))
    }

    async fn exchange_all(&self, pipeline: &Pipeline, call: Call) -> Result<Vec<Value>> {
        let mut live = self.get(call).await?;
        let step = self.step(call, &mut live);
        let replies = live.connection.send_packed_commands(pipeline, 0, pipeline.len()).await;
        self.outcome(&live, step, replies)
    }

    /// What is left for the replies, which this handle to the connection then waits for.
    fn step(&self, call: Call, live: &mut Live) -> Step {
        let step = call.step(self.server.response_timeout);
        if step.left < self.server.response_timeout {
            live.connection.set_response_timeout(step.left);
        }
        step
    }

    fn outcome<T>(&self, live: &Live, step: Step, replies: RedisResult<T>) -> Result<T> {
        match replies {
            Ok(replies) => {
                live.driver.answered();
                Ok(replies)
            }
            Err(error) => Err(self.failed(live, step, error)),
        }
    }
}

/// A connection, and whether it is still driven.
#[derive(Clone)]
struct Live {
    connection: MultiplexedConnection,
    driver: Arc<Driver>,
}
