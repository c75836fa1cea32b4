//! The asynchronous mode's connections.

use std::{fmt, sync::Arc};

use redis::{Cmd, Pipeline, Value};

#[cfg(feature = "embedded")]
use super::embedded::{self, EmbeddedConnection};
use super::{Connection, Endpoint, reconnecting::Reconnecting, server::with_repeat};
use crate::{
    error::Result,
    query::{Link, Repeatable},
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

impl Connection for AsyncConnection {
    fn new(endpoint: &Endpoint) -> Self {
        match endpoint {
            Endpoint::Server(server) => Self(Channel::Server(Arc::new(Reconnecting::new(server.clone())))),
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
