//! Settings of a store.

use std::{env, fmt, marker::PhantomData, path::Path, str::FromStr, sync::Arc, time::Duration};

use redis::{Client, ConnectionAddr, ConnectionInfo, IntoConnectionInfo, io::tcp::TcpSettings};

use super::Store;
#[cfg(feature = "async")]
use crate::mode::Async;
use crate::{
    connection::{Connection as _, Endpoint, Server},
    error::{Error, Result},
    mode::{Blocking, Mode},
};

/// Settings of a store, with their defaults: `redis://127.0.0.1/`, 1 s to connect, 1 s for a response, and for a blocking
/// store up to 16 connections; a caller waits up to 5 s for a free one.
///
/// Later settings win: `.url(..)` and then `.password(..)` takes the URL's host and the other password.
///
/// ```no_run
/// use std::time::Duration;
/// use redis_model::blocking::Store;
///
/// let store = Store::builder()
///     .url("redis://cache.internal:6380/2")
///     .password("secret")
///     .response_timeout(Duration::from_millis(200))
///     .max_connections(32)
///     .connect()?;
/// # Ok::<(), redis_model::Error>(())
/// ```
#[must_use = "a builder makes a store when `connect` is called"]
pub struct StoreBuilder<M> {
    address: Result<ConnectionInfo>,
    connect_timeout: Duration,
    response_timeout: Duration,
    max_connections: usize,
    pool_timeout: Duration,
    mode: PhantomData<fn() -> M>,
}

impl<M: Mode> StoreBuilder<M> {
    pub(super) fn new() -> Self {
        Self {
            address: parse("redis://127.0.0.1/"),
            connect_timeout: Duration::from_secs(1),
            response_timeout: Duration::from_secs(1),
            max_connections: 16,
            pool_timeout: Duration::from_secs(5),
            mode: PhantomData,
        }
    }

    /// The server: `redis://[user:password@]host[:port][/database]`, or `unix:///path[?db=1&pass=secret]`.
    pub fn url(mut self, url: &str) -> Self {
        self.address = parse(url);
        self
    }

    /// The server's Unix socket.
    pub fn unix(self, path: impl AsRef<Path>) -> Self {
        let addr = ConnectionAddr::Unix(path.as_ref().to_path_buf());
        self.change(|info| info.set_addr(addr))
    }

    /// The user to log in as; without one, Redis' default user.
    pub fn username(self, username: &str) -> Self {
        self.change(|info| {
            let settings = info.redis_settings().clone().set_username(username);
            info.set_redis_settings(settings)
        })
    }

    /// The password to log in with.
    pub fn password(self, password: &str) -> Self {
        self.change(|info| {
            let settings = info.redis_settings().clone().set_password(password);
            info.set_redis_settings(settings)
        })
    }

    /// The database's number; 0 unless the URL says otherwise.
    pub fn database(self, number: u32) -> Self {
        self.change(|info| {
            let settings = info.redis_settings().clone().set_db(number.into());
            info.set_redis_settings(settings)
        })
    }

    /// How long making a connection may take, with logging in; 1 s by default.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// How long a request may take, with all of its replies; 1 s by default.
    pub fn response_timeout(mut self, limit: Duration) -> Self {
        self.response_timeout = limit;
        self
    }

    /// How many connections a blocking store may have; 16 by default. An asynchronous store has one.
    pub fn max_connections(mut self, count: usize) -> Self {
        self.max_connections = count;
        self
    }

    /// How long a caller of a blocking store waits for a free connection when all are in use; 5 s by default.
    pub fn pool_timeout(mut self, limit: Duration) -> Self {
        self.pool_timeout = limit;
        self
    }

    /// Takes `REDIS_URL` from the environment, or without it `REDIS_HOST` and `REDIS_PORT`; then `REDIS_USERNAME`,
    /// `REDIS_PASSWORD` and `REDIS_DB`. What is not set stays as it is.
    ///
    /// # Errors
    /// [`Error::Config`] when a variable's value is not usable.
    pub fn env(mut self) -> Result<Self> {
        if let Some(url) = variable("REDIS_URL")? {
            self = self.url(&url);
        } else {
            let (host, port) = (variable("REDIS_HOST")?, number("REDIS_PORT")?);
            self = self.change(|info| match (host, port, info.addr().clone()) {
                (None, None, _) => info,
                (host, port, ConnectionAddr::Tcp(known_host, known_port)) => {
                    let addr = ConnectionAddr::Tcp(host.unwrap_or(known_host), port.unwrap_or(known_port));
                    info.set_addr(addr)
                }
                (host, port, _) => {
                    let addr = ConnectionAddr::Tcp(host.unwrap_or_else(|| "127.0.0.1".into()), port.unwrap_or(6379));
                    info.set_addr(addr)
                }
            });
        }
        if let Some(username) = variable("REDIS_USERNAME")? {
            self = self.username(&username);
        }
        if let Some(password) = variable("REDIS_PASSWORD")? {
            self = self.password(&password);
        }
        if let Some(database) = number("REDIS_DB")? {
            self = self.database(database);
        }
        Ok(self)
    }

    fn change(mut self, change: impl FnOnce(ConnectionInfo) -> ConnectionInfo) -> Self {
        self.address = self.address.map(change);
        self
    }

    fn endpoint(self) -> Result<Endpoint> {
        for (name, limit) in [("connect_timeout", self.connect_timeout), ("response_timeout", self.response_timeout)] {
            if limit.is_zero() {
                return Err(Error::Config { reason: format!("`{name}` is zero: nothing could ever succeed") });
            }
        }
        if self.max_connections == 0 {
            return Err(Error::Config { reason: "`max_connections` is zero: nothing could ever be sent".into() });
        }
        let info = self.address?.set_tcp_settings(TcpSettings::default().set_nodelay(true));
        let client =
            Client::open(info).map_err(|error| Error::Config { reason: format!("server address: {error}") })?;
        Ok(Endpoint::Server(Arc::new(Server {
            client,
            connect_timeout: self.connect_timeout,
            response_timeout: self.response_timeout,
            max_connections: self.max_connections,
            pool_timeout: self.pool_timeout,
        })))
    }
}

impl StoreBuilder<Blocking> {
    /// Makes the store and its first connection.
    ///
    /// # Errors
    /// [`Error::Config`] when a setting is not usable; [`Error::Connect`] and [`Error::Refused`] when the server cannot
    /// be reached or refuses the password.
    pub fn connect(self) -> Result<Store<Blocking>> {
        let store: Store<Blocking> = Store::new(self.endpoint()?);
        crate::mode::poll_once(store.link().open())?;
        Ok(store)
    }
}

#[cfg(feature = "async")]
impl StoreBuilder<Async> {
    /// Makes the store and its connection.
    ///
    /// # Errors
    /// [`Error::Config`] when a setting is not usable; [`Error::Connect`] and [`Error::Refused`] when the server cannot
    /// be reached or refuses the password.
    pub async fn connect(self) -> Result<Store<Async>> {
        let store: Store<Async> = Store::new(self.endpoint()?);
        store.link().open().await?;
        Ok(store)
    }
}

impl<M> fmt::Debug for StoreBuilder<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The address is left out: it may hold a password.
        f.debug_struct("StoreBuilder")
            .field("connect_timeout", &self.connect_timeout)
            .field("response_timeout", &self.response_timeout)
            .field("max_connections", &self.max_connections)
            .field("pool_timeout", &self.pool_timeout)
            .finish_non_exhaustive()
    }
}

fn parse(url: &str) -> Result<ConnectionInfo> {
    // The URL is not shown: it may hold a password.
    let reason = |what: String| Error::Config { reason: format!("the server's URL is not valid: {what}") };
    if url.starts_with("rediss:") {
        return Err(reason("TLS is not supported yet".into()));
    }
    url.into_connection_info().map_err(|error| reason(format!("{error}; write `redis://host:port/`")))
}

fn variable(name: &str) -> Result<Option<String>> {
    match env::var(name) {
        Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
        Err(env::VarError::NotPresent) => Ok(None),
        Err(env::VarError::NotUnicode(_)) => Err(Error::Config { reason: format!("`{name}` is no text") }),
    }
}

fn number<T: FromStr>(name: &str) -> Result<Option<T>> {
    let Some(text) = variable(name)? else { return Ok(None) };
    text.parse().map(Some).map_err(|_| Error::Config { reason: format!("`{name}` is `{text}`, which is no number") })
}
