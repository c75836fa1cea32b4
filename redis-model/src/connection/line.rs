//! A connection to a server on which things come that nobody has asked for just now.

use std::time::Instant;

use redis::{RedisResult, Value};

use super::{call::Call, deadline::Deadline, server::Server};
use crate::error::{Error, Result};

/// A connection to a server on which things come that nobody has asked for just now.
pub(crate) trait Line: Sized + Send + 'static {
    /// Makes a connection and logs in, within the limit.
    fn open(server: &Server, limit: std::time::Duration) -> impl Future<Output = RedisResult<Self>> + Send;

    /// Whether what comes can be heard where this is called: a runtime that nobody drives reads nothing.
    fn is_driven(&self) -> bool;

    /// Sends a packed request.
    fn say(&mut self, request: &[u8], deadline: Deadline) -> impl Future<Output = RedisResult<()>> + Send;

    /// Whatever comes next; `None` when nothing has come by then. What has come already is taken even if the time is
    /// over. Dropping the future loses nothing.
    fn hear(&mut self, until: Deadline) -> impl Future<Output = RedisResult<Option<Value>>> + Send;
}

/// A new line on which a first request has been said, and what came back: so many values, none of which is an error.
pub(super) async fn opened<L: Line>(
    server: &Server,
    call: Call,
    request: &[u8],
    count: usize,
) -> Result<(L, Vec<Value>)> {
    let line = L::open(server, call.step(server.connect_timeout).left).await;
    let mut line = line.map_err(|error| server.connect_error(error))?;
    let step = call.step(server.response_timeout);
    let deadline = Deadline::new(Instant::now(), step.left);
    let failed = |error| server.exchange_error(error, step.limit);
    line.say(request, deadline).await.map_err(failed)?;
    let mut values = Vec::with_capacity(count);
    while values.len() < count {
        match line.hear(deadline).await.map_err(failed)? {
            None => return Err(Error::Timeout { limit: Some(step.limit) }),
            Some(Value::ServerError(error)) if error.code() == "NOAUTH" => {
                return Err(server.connect_error(error.into()));
            }
            Some(Value::ServerError(error)) => return Err(failed(error.into())),
            Some(value) => values.push(value),
        }
    }
    Ok((line, values))
}
