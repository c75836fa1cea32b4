//! Requests to the engine in the process: plain calls, in both modes.

use redis::{Cmd, ConnectionLike, Pipeline, RedisError, Value};

use crate::{
    error::{Error, Result},
    query::as_server_error,
};

pub(super) type EmbeddedConnection = redis_model_embedded::Connection;

pub(super) fn send(connection: &mut EmbeddedConnection, cmd: &Cmd) -> Result<Value> {
    connection.req_command(cmd).or_else(as_server_error).map_err(failed)
}

pub(super) fn send_all(connection: &mut EmbeddedConnection, pipeline: &Pipeline) -> Result<Vec<Value>> {
    pipeline.cmd_iter().map(|cmd| send(connection, cmd)).collect()
}

fn failed(source: RedisError) -> Error {
    Error::from_exchange(source, None, "the embedded engine")
}
