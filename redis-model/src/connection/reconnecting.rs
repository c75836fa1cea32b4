//! One multiplexed connection, made again when it is gone.

use std::{
    fmt,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use redis::{
    AsyncConnectionConfig, Cmd, ConnectionAddr, ErrorKind, Pipeline, RedisError, RedisResult, Value,
    aio::MultiplexedConnection,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::timeout,
};

use super::{
    channel::{Transport, with_repeat},
    deadline::{Deadline, timed_out},
    dial,
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
    fn new(server: Arc<Server>) -> Self {
        Self { server, live: RwLock::new(None), connecting: tokio::sync::Mutex::new(None) }
    }

    fn server(&self) -> &Server {
        &self.server
    }

    async fn send(&self, cmd: &Cmd, repeatable: Repeatable<'_>) -> Result<Value> {
        with_repeat(repeatable, || self.exchange(cmd)).await
    }

    async fn send_all(&self, pipeline: &Pipeline, repeatable: Repeatable<'_>) -> Result<Vec<Value>> {
        with_repeat(repeatable, || self.exchange_all(pipeline)).await
    }

    #[cfg(feature = "embedded")]
    async fn send_embedded(connection: &mut redis_model_embedded::Connection, cmd: &Cmd) -> RedisResult<Value> {
        redis::aio::ConnectionLike::req_packed_command(connection, cmd).await
    }
}

impl Reconnecting {
    async fn get(&self) -> Result<Live> {
        if let Some(live) = self.live() {
            return Ok(live);
        }
        let limit = self.server.connect_timeout;
        let connected = timeout(limit, self.reconnect(Instant::now())).await;
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
        let info = self.server.client.get_connection_info();
        match info.addr() {
            ConnectionAddr::Tcp(host, port) => {
                let stream = dial::tcp(host, *port, deadline).await?;
                stream.set_nodelay(info.tcp_settings().nodelay())?;
                self.drive(stream).await
            }
            #[cfg(unix)]
            ConnectionAddr::Unix(path) => self.drive(tokio::net::UnixStream::connect(path).await?).await,
            _ => Err((ErrorKind::InvalidClientConfig, "this kind of address is not supported").into()),
        }
    }

    async fn drive(&self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> RedisResult<Live> {
        let settings = self.server.settings();
        let config = AsyncConnectionConfig::new().set_response_timeout(Some(self.server.response_timeout));
        let (connection, driver) = MultiplexedConnection::new_with_config(&settings, stream, config).await?;
        Ok(Live { connection, driver: Arc::new(Driver::spawn(driver)) })
    }

    /// Sorts an error, and lets go of a connection that cannot be relied on any more.
    fn failed(&self, used: &Live, source: RedisError) -> Error {
        let error = self.server.exchange_error(source);
        if error.is_indeterminate() || error.is_connection() {
            let mut live = self.live.write().unwrap_or_else(PoisonError::into_inner);
            if live.as_ref().is_some_and(|live| Arc::ptr_eq(&live.driver, &used.driver)) {
                *live = None;
            }
        }
        error
    }

    async fn exchange(&self, cmd: &Cmd) -> Result<Value> {
        let mut live = self.get().await?;
        let reply = live.connection.send_packed_command(cmd).await;
        reply.or_else(as_server_error).map_err(|error| self.failed(&live, error))
    }

    async fn exchange_all(&self, pipeline: &Pipeline) -> Result<Vec<Value>> {
        let mut live = self.get().await?;
        let replies = live.connection.send_packed_commands(pipeline, 0, pipeline.len()).await;
        replies.map_err(|error| self.failed(&live, error))
    }
}

/// A connection, and whether it is still driven.
#[derive(Clone)]
struct Live {
    connection: MultiplexedConnection,
    driver: Arc<Driver>,
}

/// The task that reads and writes for a connection. It ends when the server closes the connection, and with the runtime
/// that it was spawned on: each test has its own, a store may outlive them.
struct Driver {
    running: Arc<AtomicBool>,
    task: tokio::task::JoinHandle<()>,
}

impl Driver {
    fn spawn(driver: impl Future<Output = ()> + Send + 'static) -> Self {
        struct Ended(Arc<AtomicBool>);
        impl Drop for Ended {
            fn drop(&mut self) {
                self.0.store(false, Ordering::Release);
            }
        }
        let running = Arc::new(AtomicBool::new(true));
        let ended = Ended(running.clone());
        let task = tokio::spawn(async move {
            let _ended = ended;
            driver.await;
        });
        Self { running, task }
    }

    fn is_running(&self) -> bool {
        self.running.load(Ordering::Acquire)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.task.abort();
    }
}
