//! Where queries run.

mod builder;
mod installed;
mod kept;
mod run;

use std::{fmt, sync::Arc, time::Duration};

#[cfg(feature = "async")]
pub(crate) use self::installed::in_task;
pub(crate) use self::installed::in_thread;
use self::kept::Kept;
pub use self::{
    builder::StoreBuilder,
    installed::{Given, Installed, Source, current, given},
    run::Run,
};
#[cfg(feature = "async")]
use crate::mode::Async;
use crate::{
    connection::{Connection as _, Endpoint},
    error::Result,
    mode::{Blocking, Mode},
};

/// Where queries run: a server or the embedded engine, with its connections and time limits.
///
/// Cheap to clone, and shared between threads and tasks. [`redis_model::Store`](crate::Store) is the asynchronous one
/// (one multiplexed connection, made again when it breaks), [`redis_model::blocking::Store`](crate::blocking::Store)
/// the blocking one (a pool of connections).
///
/// ```
/// use redis_model::{Query, blocking::Store, redis};
///
/// let store = Store::embedded();
/// let pong: String = Query::command(redis::cmd("PING")).run(&store)?;
/// assert_eq!(pong, "PONG");
/// # Ok::<(), redis_model::Error>(())
/// ```
pub struct Store<M: Mode> {
    /// In one place, so that a clone counts once.
    shared: Arc<Shared<M>>,
}

struct Shared<M: Mode> {
    connection: M::Connection,
    endpoint: Endpoint,
    kept: Kept,
}

impl<M: Mode> Store<M> {
    pub(crate) fn new(endpoint: Endpoint) -> Self {
        let connection = M::Connection::new(&endpoint);
        Self { shared: Arc::new(Shared { connection, endpoint, kept: Kept::default() }) }
    }

    /// Settings for a store.
    pub fn builder() -> StoreBuilder<M> {
        StoreBuilder::new()
    }

    /// A store on a new, empty engine in this process: no server. Clones share it; another call makes another engine.
    #[cfg(feature = "embedded")]
    pub fn embedded() -> Self {
        Self::on_engine(&redis_model_embedded::Engine::new())
    }

    /// A store on this engine, for example one with a manual clock, or one that a store of the other mode uses too.
    #[cfg(feature = "embedded")]
    pub fn on_engine(engine: &redis_model_embedded::Engine) -> Self {
        Self::new(Endpoint::Embedded(engine.clone()))
    }

    /// The engine that it is on, if it is on one in this process.
    #[cfg(feature = "embedded")]
    pub(crate) fn engine(&self) -> Option<&redis_model_embedded::Engine> {
        match &self.shared.endpoint {
            Endpoint::Embedded(engine) => Some(engine),
            Endpoint::Server(_) => None,
        }
    }

    /// A connection to send one query over.
    pub(crate) fn link(&self) -> M::Connection {
        self.shared.connection.clone()
    }

    /// A connection whose requests take this long at most, each as a whole: waiting for a free connection, making one,
    /// and the replies. The store's own limits hold as well. On an engine in the process there is nothing to limit.
    pub(crate) fn link_within(&self, limit: Duration) -> M::Connection {
        self.link().within(limit)
    }

    /// A number that only this store and its clones have in this process.
    pub(crate) fn number(&self) -> u64 {
        self.shared.kept.number()
    }

    /// What a feature keeps for this store and its clones: one value of each type, made by the first who asks. It is
    /// dropped with the last clone, and so must not hold one; a [`link`](Self::link) is no clone.
    pub(crate) fn once<T: Send + Sync + 'static>(&self, make: impl FnOnce() -> T) -> Arc<T> {
        self.shared.kept.once(make)
    }
}

impl Store<Blocking> {
    /// A store on the server at `url`: `redis://[user:password@]host[:port][/database]` or `unix:///path`.
    ///
    /// # Errors
    /// [`Error::Config`](crate::Error::Config) when the URL is not valid; [`Error::Connect`](crate::Error::Connect) and
    /// [`Error::Refused`](crate::Error::Refused) when the server cannot be reached or refuses the password.
    pub fn connect(url: &str) -> Result<Self> {
        Self::builder().url(url).connect()
    }

    /// A store from the environment: `REDIS_URL`, or `REDIS_HOST`, `REDIS_PORT`, `REDIS_USERNAME`, `REDIS_PASSWORD` and
    /// `REDIS_DB`, each with Redis' own default.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    pub fn from_env() -> Result<Self> {
        Self::builder().env()?.connect()
    }
}

#[cfg(feature = "async")]
impl Store<Async> {
    /// A store on the server at `url`: `redis://[user:password@]host[:port][/database]` or `unix:///path`.
    ///
    /// # Errors
    /// [`Error::Config`](crate::Error::Config) when the URL is not valid; [`Error::Connect`](crate::Error::Connect) and
    /// [`Error::Refused`](crate::Error::Refused) when the server cannot be reached or refuses the password.
    pub async fn connect(url: &str) -> Result<Self> {
        Self::builder().url(url).connect().await
    }

    /// A store from the environment: `REDIS_URL`, or `REDIS_HOST`, `REDIS_PORT`, `REDIS_USERNAME`, `REDIS_PASSWORD` and
    /// `REDIS_DB`, each with Redis' own default.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    pub async fn from_env() -> Result<Self> {
        Self::builder().env()?.connect().await
    }
}

impl<M: Mode> Clone for Store<M> {
    fn clone(&self) -> Self {
        Self { shared: self.shared.clone() }
    }
}

impl<M: Mode> fmt::Debug for Store<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("endpoint", &self.shared.endpoint).finish_non_exhaustive()
    }
}
