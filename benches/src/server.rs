//! A server that holds the records, and connections to it that are set up alike for both sides.

use std::time::Duration;

use redis::{
    AsyncConnectionConfig, Client, Cmd, Connection, FromRedisValue, IntoConnectionInfo, Pipeline,
    aio::MultiplexedConnection, io::tcp::TcpSettings,
};
use redis_model::{Async, Blocking, Mode, Query, blocking, generic::Store, prelude::*};
use redis_model_tests::RedisServer;

use crate::{User, by_hand};

/// What a store takes by default.
const TIME_LIMIT: Duration = Duration::from_secs(1);

/// A `redis-server` of this process, with records.
#[derive(Debug)]
pub struct Server {
    server: RedisServer,
    /// The name of [`by_hand::SET_IF_EXISTS`] on this server.
    pub sha: String,
}

impl Server {
    /// Starts a server that holds the users 0 to [`RECORDS`](Self::RECORDS).
    ///
    /// # Panics
    /// When there is no `redis-server` to start.
    #[must_use]
    pub fn start() -> Self {
        let server = RedisServer::start();
        let store = blocking::Store::connect(&server.url()).expect("the server was started");
        let users = (0..Self::RECORDS).map(|id| User::sample(id).save());
        Query::all(users).run(&store).expect("the server is empty");
        let load = redis::cmd("SCRIPT").arg("LOAD").arg(by_hand::SET_IF_EXISTS).take();
        let sha = Query::command(load).run(&store).expect("the script compiles");
        Self { server, sha }
    }

    /// How many records there are.
    pub const RECORDS: u64 = 1_100;

    /// Where it is.
    #[must_use]
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Its port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.server.port()
    }

    /// A blocking connection, with the settings of a store.
    ///
    /// # Panics
    /// When the server is gone.
    #[must_use]
    pub fn connect(&self) -> Connection {
        let connection = self.client().get_connection().expect("the server was started");
        connection.set_read_timeout(Some(TIME_LIMIT)).expect("the limit is not zero");
        connection.set_write_timeout(Some(TIME_LIMIT)).expect("the limit is not zero");
        connection
    }

    /// An asynchronous connection, with the settings of a store.
    ///
    /// # Panics
    /// When the server is gone.
    pub async fn connect_multiplexed(&self) -> MultiplexedConnection {
        let config = AsyncConnectionConfig::new().set_response_timeout(Some(TIME_LIMIT));
        let connecting = self.client();
        let connecting = connecting.get_multiplexed_async_connection_with_config(&config);
        connecting.await.expect("the server was started")
    }

    fn client(&self) -> Client {
        let info = self.url().into_connection_info().expect("the server's URL");
        let info = info.set_tcp_settings(TcpSettings::default().set_nodelay(true));
        Client::open(info).expect("the server's URL")
    }
}

/// A connection for hand-written code, so that each operation is written once for both kinds.
///
/// It panics on errors: there is nothing to measure then.
pub trait ByHand {
    /// `query` or `query_async` of a command.
    fn query<T: FromRedisValue>(&mut self, cmd: &Cmd) -> impl Future<Output = T>;

    /// `query` or `query_async` of a pipeline.
    fn query_all<T: FromRedisValue>(&mut self, pipeline: &Pipeline) -> impl Future<Output = T>;
}

impl ByHand for Connection {
    async fn query<T: FromRedisValue>(&mut self, cmd: &Cmd) -> T {
        cmd.query(self).expect(ANSWERED)
    }

    async fn query_all<T: FromRedisValue>(&mut self, pipeline: &Pipeline) -> T {
        pipeline.query(self).expect(ANSWERED)
    }
}

impl ByHand for MultiplexedConnection {
    async fn query<T: FromRedisValue>(&mut self, cmd: &Cmd) -> T {
        cmd.query_async(self).await.expect(ANSWERED)
    }

    async fn query_all<T: FromRedisValue>(&mut self, pipeline: &Pipeline) -> T {
        pipeline.query_async(self).await.expect(ANSWERED)
    }
}

/// A mode whose results are awaited, so that each operation is written once for both.
pub trait ByModel: Mode {
    /// A store on the server at this URL; panics on errors.
    fn connect(url: &str) -> impl Future<Output = Store<Self>>;

    /// The result, when it is there; panics on errors.
    fn wait<'a, T: Send + 'a>(result: Self::Result<'a, T>) -> impl Future<Output = T>;
}

impl ByModel for Blocking {
    async fn connect(url: &str) -> Store<Self> {
        Store::<Self>::connect(url).expect(ANSWERED)
    }

    async fn wait<'a, T: Send + 'a>(result: Self::Result<'a, T>) -> T {
        result.expect(ANSWERED)
    }
}

impl ByModel for Async {
    async fn connect(url: &str) -> Store<Self> {
        Store::<Self>::connect(url).await.expect(ANSWERED)
    }

    async fn wait<'a, T: Send + 'a>(result: Self::Result<'a, T>) -> T {
        result.await.expect(ANSWERED)
    }
}

const ANSWERED: &str = "the server answers";
