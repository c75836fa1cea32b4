//! A proxy between a client and a server that fails on command.

use crate::address::url;
use crate::relay::{Held, Relay, State};
use crate::server::RedisServer;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::num::NonZeroU64;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

/// A TCP proxy on the loopback interface; its controls act at once, and dropping it cuts its connections.
///
/// ```
/// use redis_model_tests::{Proxy, RedisServer};
///
/// let server = RedisServer::start();
/// let proxy = Proxy::start(&server);
/// let mut connection = redis::Client::open(proxy.url())?.get_connection()?;
/// proxy.cut_after_request(1);
/// assert!(redis::cmd("INCR").arg("visits").exec(&mut connection).is_err());
/// // The client cannot know, but its request was carried out.
/// assert_eq!(server.command(&["GET", "visits"]), redis::Value::BulkString(b"1".to_vec()));
/// # Ok::<(), redis::RedisError>(())
/// ```
#[derive(Debug)]
pub struct Proxy {
    relay: Arc<Relay>,
    address: SocketAddr,
    credentials: String,
    acceptor: Option<JoinHandle<()>>,
}

impl Proxy {
    /// Starts a proxy to `server` on a free port.
    ///
    /// # Panics
    ///
    /// Panics if the loopback interface has no free port.
    pub fn start(server: &RedisServer) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("the loopback interface has a free port");
        let address = listener.local_addr().expect("a bound listener has an address");
        let relay = Arc::new(Relay::to(SocketAddr::from((Ipv4Addr::LOCALHOST, server.port()))));
        let acceptor = thread::spawn({
            let relay = Arc::clone(&relay);
            move || relay.serve(&listener)
        });
        Self { relay, address, credentials: server.credentials().to_owned(), acceptor: Some(acceptor) }
    }

    /// Gives the URL of database 0 through the proxy, with the server's password.
    pub fn url(&self) -> String {
        url(&self.credentials, self.port())
    }

    /// Gives the port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Gives how many connections clients have made so far, refused ones not counted.
    pub fn connections(&self) -> usize {
        self.relay.connections()
    }

    /// Gives how many requests have come from clients so far, delayed ones counted.
    pub fn requests(&self) -> u64 {
        self.relay.requests()
    }

    /// Closes all current connections towards the clients only: what they have sent still reaches the server.
    pub fn hang_up(&self) {
        self.relay.update(State::hang_up);
    }

    /// Drops all current connections; new ones are accepted.
    pub fn cut(&self) {
        self.relay.update(State::cut_all);
    }

    /// Closes each new connection before its first reply, until [`accept`](Self::accept); current ones stay.
    pub fn refuse(&self) {
        self.relay.update(|state| state.is_refusing = true);
    }

    /// Accepts new connections again.
    pub fn accept(&self) {
        self.relay.update(|state| state.is_refusing = false);
    }

    /// Stops forwarding replies, until [`release`](Self::release); requests still reach the server.
    pub fn hold(&self) {
        self.relay.update(|state| state.held = Held::Replies);
    }

    /// Stops forwarding to clients that have sent `SUBSCRIBE` or `CLIENT TRACKING`, until [`release`](Self::release): their
    /// end is half-open.
    pub fn hold_messages(&self) {
        self.relay.update(|state| state.held = Held::Messages);
    }

    /// Stops forwarding the requests of current connections, until [`release`](Self::release): they reach the server late,
    /// also if the client has given them up and closed its connection. Those of new connections pass.
    pub fn delay_requests(&self) {
        self.relay.update(State::delay_requests);
    }

    /// Forwards what was held back, and what is to come.
    pub fn release(&self) {
        self.relay.update(State::release);
    }

    /// Has the server carry out the `n`-th request from now, and cuts its connection in place of the reply.
    ///
    /// Every command is a request, on whatever connection: those of a pipeline, and those with which a client opens a
    /// connection. The replies to earlier requests are forwarded, later requests of the same connection are not. It
    /// counts one reply for each request, so it is not exact on a connection that has subscribed in RESP2. Only the
    /// last call counts.
    ///
    /// # Panics
    ///
    /// Panics if `n` is zero.
    pub fn cut_after_request(&self, n: u64) {
        let n = NonZeroU64::new(n).expect("the first request is number 1");
        self.relay.update(|state| state.requests_until_cut = Some(n));
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.relay.update(|state| state.is_closed = true);
        // The acceptor notices on its next connection; after its end no connection is added.
        let _ = TcpStream::connect(self.address);
        if let Some(acceptor) = self.acceptor.take() {
            let _ = acceptor.join();
        }
        self.cut();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wait::wait_until;
    use redis::{Client, Connection, RedisResult, Value};
    use std::io::{Read, Write};
    use std::time::Duration;

    fn connect(proxy: &Proxy) -> RedisResult<Connection> {
        Client::open(proxy.url())?.get_connection()
    }

    fn incr(key: &str, connection: &mut Connection) -> RedisResult<i64> {
        redis::cmd("INCR").arg(key).query(connection)
    }

    fn text(value: &str) -> Value {
        Value::BulkString(value.into())
    }

    #[test]
    fn requests_and_replies_pass() {
        let server = RedisServer::builder().password("secret").start();
        let proxy = Proxy::start(&server);
        let value = "x".repeat(1 << 20);
        let mut connection = connect(&proxy).unwrap();
        let () = redis::cmd("SET").arg("key").arg(&value).query(&mut connection).unwrap();
        assert_eq!(redis::cmd("GET").arg("key").query::<String>(&mut connection).unwrap(), value);
    }

    #[test]
    fn connections_are_counted() {
        let proxy = Proxy::start(RedisServer::shared());
        assert_eq!(proxy.connections(), 0);
        let _first = connect(&proxy).unwrap();
        let _second = connect(&proxy).unwrap();
        assert_eq!(proxy.connections(), 2);
    }

    #[test]
    fn a_cut_drops_current_connections_only() {
        let proxy = Proxy::start(RedisServer::shared());
        let mut cut = connect(&proxy).unwrap();
        proxy.cut();
        assert!(incr("proxy:cut", &mut cut).unwrap_err().is_connection_dropped());
        assert_eq!(incr("proxy:cut", &mut connect(&proxy).unwrap()).unwrap(), 1);
    }

    #[test]
    fn refused_clients_fail_and_current_ones_do_not() {
        let proxy = Proxy::start(RedisServer::shared());
        let mut current = connect(&proxy).unwrap();
        proxy.refuse();
        assert!(connect(&proxy).is_err());
        assert_eq!(incr("proxy:refuse", &mut current).unwrap(), 1);
        assert_eq!(proxy.connections(), 1);

        proxy.accept();
        assert_eq!(incr("proxy:refuse", &mut connect(&proxy).unwrap()).unwrap(), 2);
    }

    #[test]
    fn a_held_reply_does_not_come() {
        let server = RedisServer::shared();
        let proxy = Proxy::start(server);
        let mut connection = connect(&proxy).unwrap();
        connection.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        proxy.hold();
        assert!(incr("proxy:held", &mut connection).unwrap_err().is_timeout());
        assert_eq!(server.command(&["GET", "proxy:held"]), text("1"));
    }

    #[test]
    fn a_held_reply_comes_once_released() {
        let server = RedisServer::shared();
        let proxy = Proxy::start(server);
        let mut connection = connect(&proxy).unwrap();
        proxy.hold();
        let client = thread::spawn(move || incr("proxy:released", &mut connection));
        wait_until("the request has arrived", || server.command(&["GET", "proxy:released"]) == text("1"));
        assert!(!client.is_finished());

        proxy.release();
        assert_eq!(client.join().unwrap().unwrap(), 1);
    }

    #[test]
    fn held_messages_hold_no_other_replies() {
        let proxy = Proxy::start(RedisServer::shared());
        let (mut current, mut listener) = (connect(&proxy).unwrap(), connect(&proxy).unwrap());
        listener.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        proxy.hold_messages();
        assert_eq!(incr("proxy:messages", &mut current).unwrap(), 1);
        let confirmation = redis::cmd("SUBSCRIBE").arg("proxy:news").query::<Value>(&mut listener);
        assert!(confirmation.unwrap_err().is_timeout());
    }

    #[test]
    fn a_delayed_request_arrives_after_its_client_has_gone() {
        let server = RedisServer::shared();
        let proxy = Proxy::start(server);
        let mut gone = connect(&proxy).unwrap();
        gone.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
        proxy.delay_requests();
        assert!(incr("proxy:delayed", &mut gone).unwrap_err().is_timeout());
        drop(gone);
        assert_eq!(incr("proxy:delayed", &mut connect(&proxy).unwrap()).unwrap(), 1);
        proxy.release();
        wait_until("the late request has arrived", || server.command(&["GET", "proxy:delayed"]) == text("2"));
    }

    #[test]
    fn a_client_that_was_hung_up_on_is_still_heard() {
        let server = RedisServer::shared();
        let proxy = Proxy::start(server);
        let mut connection = connect(&proxy).unwrap();
        let count = proxy.requests();
        proxy.delay_requests();
        let client = thread::spawn(move || incr("proxy:hung-up", &mut connection));
        wait_until("the request has come", || proxy.requests() > count);
        proxy.hang_up();
        assert!(client.join().unwrap().unwrap_err().is_connection_dropped());
        assert_eq!(server.command(&["GET", "proxy:hung-up"]), Value::Nil);
        proxy.release();
        wait_until("the late request has arrived", || server.command(&["GET", "proxy:hung-up"]) == text("1"));
    }

    #[test]
    fn a_held_connection_can_be_cut() {
        let server = RedisServer::shared();
        let proxy = Proxy::start(server);
        let mut connection = connect(&proxy).unwrap();
        proxy.hold();
        let client = thread::spawn(move || incr("proxy:held-cut", &mut connection));
        wait_until("the request has arrived", || server.command(&["GET", "proxy:held-cut"]) == text("1"));
        proxy.cut();
        assert!(client.join().unwrap().unwrap_err().is_connection_dropped());
    }

    #[test]
    fn a_request_is_carried_out_though_its_reply_is_lost() {
        let server = RedisServer::shared();
        let proxy = Proxy::start(server);
        let mut connection = connect(&proxy).unwrap();
        proxy.cut_after_request(2);
        assert_eq!(incr("proxy:lost", &mut connection).unwrap(), 1);
        assert!(incr("proxy:lost", &mut connection).unwrap_err().is_connection_dropped());
        assert_eq!(server.command(&["GET", "proxy:lost"]), text("2"));
        assert_eq!(incr("proxy:lost", &mut connect(&proxy).unwrap()).unwrap(), 3);
    }

    #[test]
    fn a_pipeline_is_cut_within() {
        let server = RedisServer::shared();
        let proxy = Proxy::start(server);
        proxy.cut_after_request(2);
        let mut client = TcpStream::connect(("127.0.0.1", proxy.port())).unwrap();
        client.write_all("*2\r\n$4\r\nINCR\r\n$10\r\nproxy:pipe\r\n".repeat(3).as_bytes()).unwrap();
        let mut replies = Vec::new();
        let _ = client.read_to_end(&mut replies);
        assert_eq!(replies, b":1\r\n");
        assert_eq!(server.command(&["GET", "proxy:pipe"]), text("2"));
    }

    #[test]
    fn a_client_of_a_dead_server_is_closed() {
        let mut server = RedisServer::start();
        let proxy = Proxy::start(&server);
        let mut connection = connect(&proxy).unwrap();
        server.kill();
        assert!(incr("key", &mut connection).is_err());
        assert!(connect(&proxy).is_err());

        server.restart();
        assert_eq!(incr("key", &mut connect(&proxy).unwrap()).unwrap(), 1);
    }

    #[test]
    fn a_dropped_proxy_ends_its_connections() {
        let proxy = Proxy::start(RedisServer::shared());
        let mut connection = connect(&proxy).unwrap();
        drop(proxy);
        assert!(incr("proxy:dropped", &mut connection).is_err());
    }
}
