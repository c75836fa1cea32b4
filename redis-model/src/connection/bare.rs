//! Queries on connections of the redis crate that somebody else has made.

use redis::{Cmd, Pipeline, RedisError, Value};

use crate::{
    error::{Error, Result},
    query::{Link, Repeatable, as_server_error},
};

/// A blocking connection.
pub(crate) struct BareLink<'a, C>(pub(crate) &'a mut C);

impl<C: redis::ConnectionLike + Send> Link for BareLink<'_, C> {
    async fn send(&mut self, cmd: &Cmd, _repeatable: Repeatable<'_>) -> Result<Value> {
        self.0.req_command(cmd).or_else(as_server_error).map_err(failed)
    }

    async fn send_all(&mut self, pipeline: &Pipeline, _repeatable: Repeatable<'_>) -> Result<Vec<Value>> {
        self.0.req_packed_commands(&pipeline.get_packed_pipeline(), 0, pipeline.len()).map_err(failed)
    }
}

/// An asynchronous connection.
#[cfg(feature = "async")]
pub(crate) struct BareAsyncLink<'a, C>(pub(crate) &'a mut C);

#[cfg(feature = "async")]
impl<C: redis::aio::ConnectionLike + Send> Link for BareAsyncLink<'_, C> {
    async fn send(&mut self, cmd: &Cmd, _repeatable: Repeatable<'_>) -> Result<Value> {
        self.0.req_packed_command(cmd).await.or_else(as_server_error).map_err(failed)
    }

    async fn send_all(&mut self, pipeline: &Pipeline, _repeatable: Repeatable<'_>) -> Result<Vec<Value>> {
        self.0.req_packed_commands(pipeline, 0, pipeline.len()).await.map_err(failed)
    }
}

/// The connection's own limits are not known here.
fn failed(source: RedisError) -> Error {
    Error::from_exchange(source, None, "the server")
}
