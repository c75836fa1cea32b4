//! Where the requests of a store go, the same for both modes: to a server, or to the engine in the process.

use std::{fmt, sync::Arc};

use redis::{Cmd, Pipeline, Value};

#[cfg(feature = "embedded")]
use super::embedded::Embedded;
use super::{Connection, Endpoint, server::Server};
use crate::{
    error::{Error, Result},
    query::{Link, Repeatable},
};

/// What a store sends over; `T` is how its mode reaches a server.
pub struct Channel<T>(Target<T>);

enum Target<T> {
    Server(Arc<T>),
    #[cfg(feature = "embedded")]
    Embedded(Embedded),
}

/// How a mode reaches a server.
pub(crate) trait Transport: Send + Sync + 'static {
    fn new(server: Arc<Server>) -> Self;

    fn server(&self) -> &Server;

    fn send(&self, cmd: &Cmd, repeatable: Repeatable<'_>) -> impl Future<Output = Result<Value>> + Send;

    fn send_all(
        &self,
        pipeline: &Pipeline,
        repeatable: Repeatable<'_>,
    ) -> impl Future<Output = Result<Vec<Value>>> + Send;

    /// Sends a command to the engine in the process, as the mode waits.
    #[cfg(feature = "embedded")]
    fn send_embedded(
        connection: &mut redis_model_embedded::Connection,
        cmd: &Cmd,
    ) -> impl Future<Output = redis::RedisResult<Value>> + Send;
}

impl<T: Transport> Connection for Channel<T> {
    fn new(endpoint: &Endpoint) -> Self {
        match endpoint {
            Endpoint::Server(server) => Self(Target::Server(Arc::new(T::new(server.clone())))),
            #[cfg(feature = "embedded")]
            Endpoint::Embedded(engine) => Self(Target::Embedded(Embedded::new(engine))),
        }
    }

    async fn open(&mut self) -> Result<()> {
        let reply = self.send(&redis::cmd("PING"), &|| true).await?;
        match &self.0 {
            Target::Server(transport) => transport.server().check_greeting(reply),
            #[cfg(feature = "embedded")]
            Target::Embedded(_) => Ok(()),
        }
    }
}

impl<T: Transport> Link for Channel<T> {
    async fn send(&mut self, cmd: &Cmd, repeatable: Repeatable<'_>) -> Result<Value> {
        match &self.0 {
            Target::Server(transport) => transport.send(cmd, repeatable).await,
            #[cfg(feature = "embedded")]
            Target::Embedded(engine) => engine.send::<T>(cmd).await,
        }
    }

    async fn send_all(&mut self, pipeline: &Pipeline, repeatable: Repeatable<'_>) -> Result<Vec<Value>> {
        match &self.0 {
            Target::Server(transport) => transport.send_all(pipeline, repeatable).await,
            #[cfg(feature = "embedded")]
            Target::Embedded(engine) => engine.send_all::<T>(pipeline).await,
        }
    }
}

/// Runs a request, and once more if its connection broke and it only reads.
pub(super) async fn with_repeat<T, F: Future<Output = Result<T>>>(
    repeatable: Repeatable<'_>,
    mut attempt: impl FnMut() -> F,
) -> Result<T> {
    match attempt().await {
        Err(Error::Disconnected { .. }) if repeatable() => attempt().await,
        result => result,
    }
}

impl<T> Clone for Channel<T> {
    fn clone(&self) -> Self {
        match &self.0 {
            Target::Server(transport) => Self(Target::Server(transport.clone())),
            #[cfg(feature = "embedded")]
            Target::Embedded(engine) => Self(Target::Embedded(engine.clone())),
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for Channel<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Target::Server(transport) => transport.fmt(f),
            #[cfg(feature = "embedded")]
            Target::Embedded(_) => f.write_str("Embedded"),
        }
    }
}
