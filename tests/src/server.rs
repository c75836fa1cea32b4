//! A real server that belongs to one test.

use crate::about::About;
use crate::address::url;
use crate::builder::RedisServerBuilder;
use crate::launch::{POLL_INTERVAL, START_LIMIT, launch};
use crate::process::Process;
use redis::{Client, Connection, Value};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const ANSWER_LIMIT: Duration = Duration::from_secs(10);

/// A `redis-server` process with a port and a folder of its own, killed when dropped.
///
/// It runs `$REDIS_SERVER`, else the `redis-server` on the `PATH`. It also ends when the test's process does, by
/// whatever cause.
///
/// ```
/// use redis_model_tests::RedisServer;
///
/// let server = RedisServer::start();
/// server.command(&["SET", "greeting", "hello"]);
/// let mut connection = redis::Client::open(server.url())?.get_connection()?;
/// assert_eq!(redis::cmd("GET").arg("greeting").query::<String>(&mut connection)?, "hello");
/// # Ok::<(), redis::RedisError>(())
/// ```
#[derive(Debug)]
pub struct RedisServer {
    // Declared first: the process ends before its folder goes.
    pub(crate) process: Option<Process>,
    pub(crate) about: About,
    pub(crate) program: PathBuf,
    pub(crate) port: u16,
    pub(crate) credentials: String,
    pub(crate) socket: Option<PathBuf>,
    pub(crate) folder: TempDir,
}

impl RedisServer {
    /// Starts a server with no password, no persistence and no other options.
    ///
    /// # Panics
    ///
    /// As [`RedisServerBuilder::start`].
    pub fn start() -> Self {
        Self::builder().start()
    }

    /// Gives the options of a server that is not started yet.
    pub fn builder() -> RedisServerBuilder {
        RedisServerBuilder::new()
    }

    /// Gives the one server of this test process, started on first use.
    ///
    /// Tests run next to each other on it: each takes its own key prefix, or one of its 1024 databases, and none sends
    /// `FLUSHALL` or `CONFIG SET`.
    ///
    /// # Panics
    ///
    /// As [`RedisServerBuilder::start`].
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<RedisServer> = OnceLock::new();
        SHARED.get_or_init(|| Self::builder().config("databases", "1024").start())
    }

    /// Gives the URL of database 0, with the password.
    pub fn url(&self) -> String {
        url(&self.credentials, self.port)
    }

    /// Gives the port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Gives the path of the Unix socket.
    ///
    /// # Panics
    ///
    /// Panics if the server was started without [`RedisServerBuilder::unix_socket`].
    pub fn socket_path(&self) -> &Path {
        self.socket.as_deref().expect("the server was started with `unix_socket()`")
    }

    /// Gives the version of the server program: Valkey's own where it is one.
    pub fn version(&self) -> (u32, u32, u32) {
        self.about.version
    }

    /// Says whether the server is a Valkey.
    pub fn is_valkey(&self) -> bool {
        self.about.is_valkey
    }

    /// Runs one command on a connection of its own.
    ///
    /// # Panics
    ///
    /// Panics if the server answers with an error, or not within ten seconds.
    pub fn command(&self, command: &[&str]) -> Value {
        let (name, arguments) = command.split_first().expect("a command has a name");
        let reply = redis::cmd(name).arg(arguments).query(&mut self.connection());
        reply.unwrap_or_else(|error| panic!("{command:?}: {error}"))
    }

    /// Gives how often the server has run scripts.
    ///
    /// # Panics
    ///
    /// Panics if the server does not tell.
    pub fn scripts_run(&self) -> u64 {
        let stats: String = redis::cmd("INFO").arg("commandstats").query(&mut self.connection()).expect("it tells all");
        let calls = |line: &str| {
            line.strip_prefix("cmdstat_eval")?.split("calls=").nth(1)?.split(',').next()?.parse::<u64>().ok()
        };
        stats.lines().filter_map(calls).sum()
    }

    /// Opens a connection that waits ten seconds for a reply.
    ///
    /// # Panics
    ///
    /// Panics if the server does not accept it.
    pub fn connection(&self) -> Connection {
        let client = Client::open(self.url()).expect("the server's URL is valid");
        let connection = client.get_connection_with_timeout(ANSWER_LIMIT).expect("the server accepts a connection");
        connection.set_read_timeout(Some(ANSWER_LIMIT)).expect("the limit is not zero");
        connection
    }

    /// Kills the server with `SIGKILL` and returns when it has ended; without effect if it already has.
    pub fn kill(&mut self) {
        self.process = None;
    }

    /// Starts the server again with the same port, folder and options, and returns when it answers.
    ///
    /// A running server is killed first. The data is gone unless an option such as `appendonly yes` kept it.
    ///
    /// # Panics
    ///
    /// As [`RedisServerBuilder::start`], and if another process keeps the port for ten seconds.
    pub fn restart(&mut self) {
        self.kill();
        let deadline = Instant::now() + START_LIMIT;
        loop {
            if let Ok((process, about)) = launch(&self.program, self.folder.path(), &self.url()) {
                self.process = Some(process);
                self.about = about;
                return;
            }
            assert!(Instant::now() < deadline, "another process took port {}", self.port);
            thread::sleep(POLL_INTERVAL);
        }
    }

    /// Stops the server with `SIGSTOP`: connections stay open, new ones are accepted, and nothing is answered.
    ///
    /// # Panics
    ///
    /// Panics if the server does not run.
    pub fn pause(&mut self) {
        self.running().pause();
    }

    /// Lets a paused server answer what has come in meanwhile.
    ///
    /// # Panics
    ///
    /// Panics if the server does not run.
    pub fn resume(&mut self) {
        self.running().resume();
    }

    pub(crate) fn credentials(&self) -> &str {
        &self.credentials
    }

    fn running(&self) -> &Process {
        self.process.as_ref().expect("the server was killed, and not restarted since")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wait::wait_until;
    use std::io::{BufRead, BufReader, Read};
    use std::net::{Ipv4Addr, TcpStream};
    use std::process::{Command, Stdio};
    use std::{env, fs, io};

    fn pong() -> Value {
        Value::SimpleString("PONG".into())
    }

    fn is_listening(port: u16) -> bool {
        TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
    }

    #[test]
    fn two_servers_share_nothing() {
        let (first, second) = (RedisServer::start(), RedisServer::start());
        first.command(&["SET", "key", "value"]);
        assert_ne!(first.port(), second.port());
        assert_eq!(second.command(&["GET", "key"]), Value::Nil);
    }

    #[test]
    fn the_shared_server_is_one_with_many_databases() {
        let threads = [(); 2].map(|()| thread::spawn(|| RedisServer::shared().port()));
        let ports = threads.map(|it| it.join().unwrap());
        assert_eq!(ports[0], ports[1]);
        let mut connection = RedisServer::shared().connection();
        assert_eq!(redis::cmd("SELECT").arg(1023).query(&mut connection), Ok(Value::Okay));
    }

    #[test]
    fn the_version_is_one_that_is_supported() {
        let server = RedisServer::shared();
        assert!(server.version() >= if server.is_valkey() { (7, 2, 0) } else { (7, 0, 0) });
    }

    #[test]
    fn a_dropped_server_leaves_neither_process_nor_folder() {
        let server = RedisServer::start();
        let (port, folder) = (server.port(), server.folder.path().to_owned());
        drop(server);
        assert!(!is_listening(port));
        assert!(!folder.exists());
    }

    #[test]
    fn a_killed_server_is_gone_until_it_is_restarted() {
        let mut server = RedisServer::start();
        let (port, url) = (server.port(), server.url());
        server.command(&["SET", "key", "value"]);

        server.kill();
        assert!(!is_listening(port));

        server.restart();
        assert_eq!(server.url(), url);
        assert_eq!(server.command(&["GET", "key"]), Value::Nil);
    }

    #[test]
    fn a_restarted_server_has_what_its_options_keep() {
        let mut server = RedisServer::builder().config("appendonly", "yes").config("appendfsync", "always").start();
        server.command(&["SET", "key", "value"]);
        server.restart();
        assert_eq!(server.command(&["GET", "key"]), Value::BulkString(b"value".to_vec()));
    }

    #[test]
    fn a_server_that_shut_itself_down_can_be_restarted() {
        let mut server = RedisServer::start();
        let _ = redis::cmd("SHUTDOWN").query::<()>(&mut server.connection());
        server.restart();
        assert_eq!(server.command(&["PING"]), pong());
    }

    #[test]
    fn a_paused_server_answers_once_resumed() {
        let mut server = RedisServer::start();
        let mut connection = server.connection();
        connection.set_read_timeout(Some(Duration::from_millis(50))).unwrap();

        server.pause();
        let error = redis::cmd("SET").arg("key").arg("value").query::<()>(&mut connection).unwrap_err();
        assert!(error.is_timeout());

        server.resume();
        assert_eq!(server.command(&["GET", "key"]), Value::BulkString(b"value".to_vec()));
    }

    #[test]
    fn a_paused_server_can_be_killed() {
        let mut server = RedisServer::start();
        server.pause();
        server.kill();
        assert!(!is_listening(server.port()));
    }

    #[test]
    fn a_server_ends_with_a_process_that_is_killed() {
        const ROLE: &str = "REDIS_MODEL_TESTS_HOLD_A_SERVER";
        if env::var_os(ROLE).is_some() {
            let server = RedisServer::shared();
            println!("\nholding {} {}", server.port(), server.folder.path().display());
            // Ends when the process is killed: nothing is ever written to its standard input.
            let _ = io::stdin().read(&mut [0]);
            return;
        }

        let mut holder = Command::new(env::current_exe().unwrap())
            .args(["--exact", "--nocapture", "server::tests::a_server_ends_with_a_process_that_is_killed"])
            .env(ROLE, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = holder.stdin.take();
        let mut lines = BufReader::new(holder.stdout.take().unwrap()).lines().map_while(Result::ok);
        let (port, folder) = lines
            .find_map(|line| line.strip_prefix("holding ")?.split_once(' ').map(|(a, b)| (a.to_owned(), b.to_owned())))
            .expect("the holder reports its server");
        let port = port.parse().unwrap();
        assert!(is_listening(port));

        holder.kill().unwrap();
        holder.wait().unwrap();
        drop(input);
        wait_until("the server has ended", || !is_listening(port));
        wait_until("its folder is gone", || fs::metadata(&folder).is_err());
    }
}
