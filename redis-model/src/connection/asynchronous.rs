//! The asynchronous mode's connections: one multiplexed connection, made again when it is gone.

use std::{
    fmt,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use redis::{
    AsyncConnectionConfig, Cmd, ConnectionAddr, ErrorKind, Pipeline, RedisResult, Value, aio::MultiplexedConnection,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};

#[cfg(feature = "embedded")]
use super::embedded::{self, EmbeddedConnection};
use super::{
    Connection, Endpoint,
    server::{Server, with_repeat},
};
use crate::{
    error::{Error, Result},
    query::{Link, Repeatable, as_server_error},
};

/// What an asynchronous store sends over.
#[derive(Clone)]
pub struct AsyncConnection(Channel);

#[derive(Clone)]
enum Channel {
    Server(Arc<Reconnecting>),
    #[cfg(feature = "embedded")]
    Embedded(EmbeddedConnection),
}

/// A connection that is made when it is first needed, and anew after it has failed.
struct Reconnecting {
    server: Arc<Server>,
    live: RwLock<Option<Live>>,
    /// Held while connecting, so that a crowd of callers makes one connection.
    connecting: tokio::sync::Mutex<()>,
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

impl Reconnecting {
    async fn get(&self) -> Result<Live> {
        if let Some(live) = self.live() {
            return Ok(live);
        }
        let _connecting = self.connecting.lock().await;
        if let Some(live) = self.live() {
            return Ok(live);
        }
        let live = match tokio::time::timeout(self.server.connect_timeout, self.connect()).await {
            Ok(connected) => connected.map_err(|error| self.server.connect_error(error))?,
            Err(_) => return Err(self.server.connect_error(std::io::Error::from(std::io::ErrorKind::TimedOut).into())),
        };
        *self.live.write().unwrap_or_else(PoisonError::into_inner) = Some(live.clone());
        Ok(live)
    }

    fn live(&self) -> Option<Live> {
        let live = self.live.read().unwrap_or_else(PoisonError::into_inner);
        live.as_ref().filter(|live| live.driver.is_running()).cloned()
    }

    /// Makes a connection whose driver is ours, so that its end is known before something is sent into the void.
    async fn connect(&self) -> RedisResult<Live> {
        let info = self.server.client.get_connection_info();
        match info.addr() {
            ConnectionAddr::Tcp(host, port) => {
                let stream = TcpStream::connect((host.as_str(), *port)).await?;
                stream.set_nodelay(info.tcp_settings().nodelay())?;
                self.drive(stream).await
            }
            #[cfg(unix)]
            ConnectionAddr::Unix(path) => self.drive(tokio::net::UnixStream::connect(path).await?).await,
            _ => Err((ErrorKind::InvalidClientConfig, "this kind of address is not supported").into()),
        }
    }

    async fn drive(&self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> RedisResult<Live> {
        let settings = self.server.client.get_connection_info().redis_settings();
        let config = AsyncConnectionConfig::new().set_response_timeout(Some(self.server.response_timeout));
        let (connection, driver) = MultiplexedConnection::new_with_config(settings, stream, config).await?;
        Ok(Live { connection, driver: Arc::new(Driver::spawn(driver)) })
    }

    /// Sorts an error, and lets go of a connection that cannot be relied on any more.
    fn failed(&self, used: &Live, source: redis::RedisError) -> Error {
        let error = self.server.exchange_error(source);
        if error.is_indeterminate() || error.is_connection() {
            let mut live = self.live.write().unwrap_or_else(PoisonError::into_inner);
            if live.as_ref().is_some_and(|live| Arc::ptr_eq(&live.driver, &used.driver)) {
                *live = None;
            }
        }
        error
    }

    async fn send(&self, cmd: &Cmd) -> Result<Value> {
        let mut live = self.get().await?;
        let reply = live.connection.send_packed_command(cmd).await;
        reply.or_else(as_server_error).map_err(|error| self.failed(&live, error))
    }

    async fn send_all(&self, pipeline: &Pipeline) -> Result<Vec<Value>> {
        let mut live = self.get().await?;
        let replies = live.connection.send_packed_commands(pipeline, 0, pipeline.len()).await;
        replies.map_err(|error| self.failed(&live, error))
    }
}

impl Connection for AsyncConnection {
    fn new(endpoint: &Endpoint) -> Self {
        match endpoint {
            Endpoint::Server(server) => Self(Channel::Server(Arc::new(Reconnecting {
                server: server.clone(),
                live: RwLock::new(None),
                connecting: tokio::sync::Mutex::new(()),
            }))),
            #[cfg(feature = "embedded")]
            Endpoint::Embedded(engine) => Self(Channel::Embedded(engine.connection())),
        }
    }

    async fn open(&mut self) -> Result<()> {
        let reply = self.send(&redis::cmd("PING"), &|| true).await?;
        match &self.0 {
            Channel::Server(reconnecting) => reconnecting.server.check_greeting(reply),
            #[cfg(feature = "embedded")]
            Channel::Embedded(_) => Ok(()),
        }
    }
}

impl Link for AsyncConnection {
    async fn send(&mut self, cmd: &Cmd, repeatable: Repeatable<'_>) -> Result<Value> {
        match &mut self.0 {
            Channel::Server(server) => with_repeat(repeatable, || server.send(cmd)).await,
            #[cfg(feature = "embedded")]
            Channel::Embedded(connection) => embedded::send(connection, cmd),
        }
    }

    async fn send_all(&mut self, pipeline: &Pipeline, repeatable: Repeatable<'_>) -> Result<Vec<Value>> {
        match &mut self.0 {
            Channel::Server(server) => with_repeat(repeatable, || server.send_all(pipeline)).await,
            #[cfg(feature = "embedded")]
            Channel::Embedded(connection) => embedded::send_all(connection, pipeline),
        }
    }
}

impl fmt::Debug for AsyncConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Channel::Server(server) => server.server.fmt(f),
            #[cfg(feature = "embedded")]
            Channel::Embedded(_) => f.write_str("Embedded"),
        }
    }
}
