//! The asynchronous mode's connections: one multiplexed connection, made again when it is gone.

use std::{
    fmt,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use redis::{AsyncConnectionConfig, Cmd, Pipeline, Value, aio::MultiplexedConnection};

#[cfg(feature = "embedded")]
use super::embedded::{self, EmbeddedConnection};
use super::{
    Connection, Endpoint,
    server::{Server, with_repeat},
};
use crate::{
    error::{Error, Result},
    query::{Link, as_server_error},
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

#[derive(Clone)]
struct Live {
    connection: MultiplexedConnection,
    runtime: Arc<Runtime>,
}

/// Tells whether the runtime that drives a connection still runs: each test has its own, a store may outlive them.
struct Runtime {
    running: Arc<AtomicBool>,
    watcher: tokio::task::JoinHandle<()>,
}

impl Runtime {
    fn current() -> Self {
        struct Stopped(Arc<AtomicBool>);
        impl Drop for Stopped {
            fn drop(&mut self) {
                self.0.store(false, Ordering::Release);
            }
        }
        let running = Arc::new(AtomicBool::new(true));
        let stopped = Stopped(running.clone());
        // The task does nothing but end with its runtime, which then drops what it holds.
        let watcher = tokio::spawn(async move {
            let _stopped = stopped;
            std::future::pending::<()>().await;
        });
        Self { running, watcher }
    }

    fn is_running(&self) -> bool {
        self.running.load(Ordering::Acquire)
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        self.watcher.abort();
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
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.server.connect_timeout))
            .set_response_timeout(Some(self.server.response_timeout));
        let connecting = self.server.client.get_multiplexed_async_connection_with_config(&config);
        let connection = connecting.await.map_err(|error| self.server.connect_error(error))?;
        let live = Live { connection, runtime: Arc::new(Runtime::current()) };
        *self.live.write().unwrap_or_else(PoisonError::into_inner) = Some(live.clone());
        Ok(live)
    }

    fn live(&self) -> Option<Live> {
        let live = self.live.read().unwrap_or_else(PoisonError::into_inner);
        live.as_ref().filter(|live| live.runtime.is_running()).cloned()
    }

    /// Sorts an error, and lets go of a connection that cannot be relied on any more.
    fn failed(&self, used: &Live, source: redis::RedisError) -> Error {
        let error = self.server.exchange_error(source);
        if error.is_indeterminate() || error.is_connection() {
            let mut live = self.live.write().unwrap_or_else(PoisonError::into_inner);
            if live.as_ref().is_some_and(|live| Arc::ptr_eq(&live.runtime, &used.runtime)) {
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
        match &mut self.0 {
            Channel::Server(server) => server.get().await.map(drop),
            #[cfg(feature = "embedded")]
            Channel::Embedded(_) => Ok(()),
        }
    }
}

impl Link for AsyncConnection {
    async fn send(&mut self, cmd: &Cmd, repeatable: bool) -> Result<Value> {
        match &mut self.0 {
            Channel::Server(server) => with_repeat(repeatable, || server.send(cmd)).await,
            #[cfg(feature = "embedded")]
            Channel::Embedded(connection) => embedded::send(connection, cmd),
        }
    }

    async fn send_all(&mut self, pipeline: &Pipeline, repeatable: bool) -> Result<Vec<Value>> {
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
