//! The blocking mode's connections.

use std::{fmt, sync::Arc};

use redis::{Cmd, Pipeline, Value};

#[cfg(feature = "embedded")]
use super::embedded::{self, EmbeddedConnection};
use super::{Connection, Endpoint, pool::Pool, server::with_repeat, wire::Wire};
use crate::{
    error::Result,
    query::{Link, Repeatable},
};

/// What a blocking store sends over. I/O happens inside of `poll`.
#[derive(Clone)]
pub struct BlockingConnection(Channel);

#[derive(Clone)]
enum Channel {
    Server(Arc<Pool>),
    #[cfg(feature = "embedded")]
    Embedded(EmbeddedConnection),
}

impl Connection for BlockingConnection {
    fn new(endpoint: &Endpoint) -> Self {
        match endpoint {
            Endpoint::Server(server) => Self(Channel::Server(Arc::new(Pool::new(server.clone())))),
            #[cfg(feature = "embedded")]
            Endpoint::Embedded(engine) => Self(Channel::Embedded(engine.connection())),
        }
    }

    async fn open(&mut self) -> Result<()> {
        let reply = self.send(&redis::cmd("PING"), &|| true).await?;
        match &self.0 {
            Channel::Server(pool) => pool.server.check_greeting(reply),
            #[cfg(feature = "embedded")]
            Channel::Embedded(_) => Ok(()),
        }
    }
}

impl Link for BlockingConnection {
    async fn send(&mut self, cmd: &Cmd, repeatable: Repeatable<'_>) -> Result<Value> {
        match &mut self.0 {
            Channel::Server(pool) => {
                let request = cmd.get_packed_command();
                with_repeat(repeatable, async || pool.exchange(&request, Wire::receive)).await
            }
            #[cfg(feature = "embedded")]
            Channel::Embedded(connection) => embedded::send(connection, cmd),
        }
    }

    async fn send_all(&mut self, pipeline: &Pipeline, repeatable: Repeatable<'_>) -> Result<Vec<Value>> {
        match &mut self.0 {
            Channel::Server(pool) => {
                let request = pipeline.get_packed_pipeline();
                with_repeat(repeatable, async || pool.exchange(&request, |wire| wire.receive_many(pipeline.len())))
                    .await
            }
            #[cfg(feature = "embedded")]
            Channel::Embedded(connection) => embedded::send_all(connection, pipeline),
        }
    }
}

impl fmt::Debug for BlockingConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Channel::Server(pool) => pool.server.fmt(f),
            #[cfg(feature = "embedded")]
            Channel::Embedded(_) => f.write_str("Embedded"),
        }
    }
}
