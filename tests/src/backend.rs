//! One suite for every place that queries run on: the engine and a real server, blocking and async, RESP2 and RESP3.

use std::{
    future::Future,
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use redis_model::{
    __private::cached::{self, Returns},
    Async, Blocking, Codec, Key, Mode, Query, Result, Run,
    cache::{CacheKey, CacheOn},
    embedded::Engine,
    generic::{Store, StoreBuilder},
};

use crate::RedisServer;

/// Waits for an operation of either mode, so that a test is written once.
pub trait Wait: Mode {
    /// The operation's result.
    ///
    /// # Errors
    /// The operation's.
    fn wait<'a, T: Send + 'a>(operation: Self::Result<'a, T>) -> Result<T>;

    /// A store on the server at this URL.
    ///
    /// # Errors
    /// Those of connecting.
    fn connect(url: &str) -> Result<Store<Self>> {
        Self::connect_with(Store::builder().url(url))
    }

    /// A store with these settings.
    ///
    /// # Errors
    /// Those of connecting.
    fn connect_with(settings: StoreBuilder<Self>) -> Result<Store<Self>>;

    /// What a future comes to that was made for this mode.
    fn finish<T>(future: impl Future<Output = T>) -> T;

    /// The cached value, or what `load` returns.
    fn load<A, V, C, R>(cache: CacheOn<'_, Self, A, V, C>, arguments: &A, load: impl FnOnce() -> R) -> R
    where
        A: CacheKey + Sync,
        V: Send + Sync,
        C: Codec<V>,
        R: Returns<V>;
}

impl Wait for Blocking {
    fn wait<'a, T: Send + 'a>(operation: Result<T>) -> Result<T> {
        operation
    }

    fn connect_with(settings: StoreBuilder<Self>) -> Result<Store<Self>> {
        settings.connect()
    }

    fn finish<T>(future: impl Future<Output = T>) -> T {
        cached::wait(future)
    }

    fn load<A, V, C, R>(cache: CacheOn<'_, Self, A, V, C>, arguments: &A, load: impl FnOnce() -> R) -> R
    where
        A: CacheKey + Sync,
        V: Send + Sync,
        C: Codec<V>,
        R: Returns<V>,
    {
        cache.get_or_load(arguments, load)
    }
}

impl Wait for Async {
    fn wait<'a, T: Send + 'a>(operation: Self::Result<'a, T>) -> Result<T> {
        block_on(operation)
    }

    fn connect_with(settings: StoreBuilder<Self>) -> Result<Store<Self>> {
        block_on(settings.connect())
    }

    fn finish<T>(future: impl Future<Output = T>) -> T {
        block_on(future)
    }

    fn load<A, V, C, R>(cache: CacheOn<'_, Self, A, V, C>, arguments: &A, load: impl FnOnce() -> R) -> R
    where
        A: CacheKey + Sync,
        V: Send + Sync,
        C: Codec<V>,
        R: Returns<V>,
    {
        block_on(cache.get_or_load(arguments, async move || load()))
    }
}

/// Runs a future on the runtime that all tests of a process share.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    static RUNTIME: OnceLock<tokio::runtime::Runtime> = OnceLock::new();
    let runtime = RUNTIME.get_or_init(|| {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime needs only threads")
    });
    runtime.block_on(future)
}

/// An empty database of one test, with a store on it.
#[derive(Debug)]
pub struct Backend<M: Wait> {
    /// The store under test.
    pub store: Store<M>,
    place: Location,
}

/// Where a database lies.
#[derive(Debug)]
enum Location {
    Engine(Engine),
    Server(String),
}

impl<M: Wait> Backend<M> {
    /// On an engine of its own, whose clock stands still.
    #[must_use]
    pub fn embedded() -> Self {
        let engine = Engine::with_manual_clock();
        Self { store: Store::on_engine(&engine), place: Location::Engine(engine) }
    }

    /// In a database of its own on the shared server; `query` ends its URL, as in `?protocol=resp3`.
    ///
    /// # Panics
    /// When the server cannot be reached, or the test process has more tests than the server has databases.
    #[must_use]
    pub fn server(query: &str) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(1);
        let database = NEXT.fetch_add(1, Ordering::Relaxed);
        let url = format!("{}{database}{query}", RedisServer::shared().url());
        Self { store: patient_store(&url), place: Location::Server(url) }
    }

    /// A store on the same database that shares nothing else with the first: as if of another process.
    ///
    /// # Panics
    /// When the server cannot be reached.
    #[must_use]
    pub fn other_store(&self) -> Store<M> {
        match &self.place {
            Location::Engine(engine) => Store::on_engine(engine),
            Location::Server(url) => patient_store(url),
        }
    }

    /// On a server of the test's own, at this URL.
    ///
    /// # Panics
    /// When the server cannot be reached.
    #[must_use]
    pub fn at(url: &str) -> Self {
        Self { store: M::connect(url).expect("the server answers"), place: Location::Server(url.to_owned()) }
    }

    /// Runs a query.
    ///
    /// # Errors
    /// The query's.
    pub fn run<T: Send + 'static>(&self, query: impl Run<Output = T>) -> Result<T> {
        M::wait(query.run(&self.store))
    }

    /// Waits for an operation that takes the store.
    ///
    /// # Errors
    /// The operation's.
    pub fn wait<'a, T: Send + 'a>(&self, operation: M::Result<'a, T>) -> Result<T> {
        M::wait(operation)
    }

    /// Runs a raw command, such as `["HGETALL", "key"]`.
    ///
    /// # Panics
    /// When the server answers with an error.
    pub fn raw<T: redis::FromRedisValue + Send + 'static>(&self, command: &[&str]) -> T {
        let mut cmd = redis::cmd(command[0]);
        for argument in &command[1..] {
            cmd.arg(argument);
        }
        self.run(Query::command(cmd)).expect("a command of the test itself")
    }

    /// Lets a key expire now, by the server's own means.
    pub fn expire_now(&self, key: &Key) {
        self.raw::<i64>(&["PEXPIREAT", &key.to_string(), "1"]);
    }

    /// Lets time pass, where time is the test's to move: on the engine. Says whether it did.
    pub fn advance(&self, by: Duration) -> bool {
        match &self.place {
            Location::Engine(engine) => engine.advance(by),
            Location::Server(_) => return false,
        }
        true
    }
}

/// A store that waits for long replies, which take their time to be read without optimization, on a busy machine.
fn patient_store<M: Wait>(url: &str) -> Store<M> {
    let settings = Store::builder().url(url).response_timeout(Duration::from_secs(20));
    M::connect_with(settings).expect("the shared server answers")
}

/// Makes a test of each function for every backend: the engine and a server, blocking and async, RESP2 and RESP3.
///
/// ```
/// redis_model_tests::on_every_backend! {
///     fn a_key_is_set_and_read(backend) {
///         backend.raw::<()>(&["SET", "key", "value"]);
///         assert_eq!(backend.raw::<String>(&["GET", "key"]), "value");
///     }
/// }
/// ```
#[macro_export]
macro_rules! on_every_backend {
    ($($(#[$attribute:meta])* fn $name:ident($backend:ident) $body:block)*) => {$(
        $(#[$attribute])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            #[allow(dead_code)]
            fn check<M: $crate::Wait>($backend: &$crate::Backend<M>) $body

            #[test]
            fn on_the_engine_blocking() {
                check(&$crate::Backend::<redis_model::Blocking>::embedded());
            }

            #[test]
            fn on_the_engine_async() {
                check(&$crate::Backend::<redis_model::Async>::embedded());
            }

            #[test]
            fn on_a_server_blocking() {
                check(&$crate::Backend::<redis_model::Blocking>::server(""));
            }

            #[test]
            fn on_a_server_async() {
                check(&$crate::Backend::<redis_model::Async>::server(""));
            }

            #[test]
            fn on_a_server_with_resp3() {
                check(&$crate::Backend::<redis_model::Async>::server("?protocol=resp3"));
            }
        }
    )*};
}

/// Makes a test of each function for both modes, for what needs servers of its own; `M` is the mode.
#[macro_export]
macro_rules! in_both_modes {
    ($($(#[$attribute:meta])* fn $name:ident<$mode:ident>() $body:block)*) => {$(
        $(#[$attribute])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            fn check<$mode: $crate::Wait>() $body

            #[test]
            fn blocking() {
                check::<redis_model::Blocking>();
            }

            #[test]
            fn asynchronous() {
                check::<redis_model::Async>();
            }
        }
    )*};
}
