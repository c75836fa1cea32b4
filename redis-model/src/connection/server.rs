//! One server: its address, its limits, and the errors that connecting to it can end in.

use std::{fmt, time::Duration};

use redis::{Client, ConnectionAddr, ConnectionInfo, ErrorKind, RedisConnectionInfo, RedisError, Value};

use crate::error::{Error, Result};

/// A server and how to talk to it.
pub(crate) struct Server {
    pub(crate) client: Client,
    pub(crate) connect_timeout: Duration,
    pub(crate) response_timeout: Duration,
    pub(crate) max_connections: usize,
    pub(crate) pool_timeout: Duration,
}

impl Server {
    /// Where it is, for people; never with a password.
    pub(crate) fn address(&self) -> String {
        address(self.client.get_connection_info())
    }

    /// How to log in, with the name that `CLIENT LIST` shows.
    pub(super) fn settings(&self) -> RedisConnectionInfo {
        let settings = self.client.get_connection_info().redis_settings().clone();
        if settings.lib_name().is_some() {
            return settings;
        }
        settings.set_lib_name(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
    }

    /// Sorts a failure to connect.
    pub(crate) fn connect_error(&self, source: RedisError) -> Error {
        let refused =
            source.kind() == ErrorKind::AuthenticationFailed || matches!(source.code(), Some("NOAUTH" | "WRONGPASS"));
        let address = self.address();
        if refused { Error::Refused { address, source } } else { Error::Connect { address, source } }
    }

    /// Whether the server lets this client in: one that wants a password accepts connections without, and refuses every
    /// command. Other errors, such as `LOADING`, pass.
    pub(crate) fn check_greeting(&self, reply: Value) -> Result<()> {
        match reply {
            Value::ServerError(error) if error.code() == "NOAUTH" => Err(self.connect_error(error.into())),
            _ => Ok(()),
        }
    }

    /// Sorts a failure of a request that was under way, and had this limit.
    pub(crate) fn exchange_error(&self, source: RedisError, limit: Duration) -> Error {
        Error::from_exchange(source, Some(limit), &self.address())
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("address", &self.address())
            .field("database", &self.client.get_connection_info().redis_settings().db())
            .field("connect_timeout", &self.connect_timeout)
            .field("response_timeout", &self.response_timeout)
            .field("max_connections", &self.max_connections)
            .finish_non_exhaustive()
    }
}

fn address(info: &ConnectionInfo) -> String {
    match info.addr() {
        ConnectionAddr::Tcp(host, port) | ConnectionAddr::TcpTls { host, port, .. } => format!("{host}:{port}"),
        ConnectionAddr::Unix(path) => path.display().to_string(),
        _ => "the server".into(),
    }
}
