use std::{
    env,
    net::TcpListener,
    os::unix::net::UnixStream,
    process::{Child, Command, Stdio},
    thread,
};

use tempfile::TempDir;

use super::Client;

/// A redis-server of its own on a free port, which ends with this value.
pub(crate) struct RealServer {
    child: Child,
    port: u16,
    /// Where the server keeps its files and its Unix socket; removed after it has ended.
    directory: TempDir,
}

/// The name of the Unix socket in the server's directory.
const SOCKET: &str = "socket";

impl RealServer {
    /// Starts the program that `REDIS_SERVER` names, or `redis-server`, and waits until it answers.
    pub(crate) fn start() -> Self {
        // Another process may take the port between its choice and its use.
        const ATTEMPTS: usize = 10;
        let program = env::var("REDIS_SERVER").unwrap_or_else(|_| "redis-server".into());
        (0..ATTEMPTS)
            .find_map(|_| Self::start_on(free_port(), &program))
            .unwrap_or_else(|| panic!("{program} ends before it answers"))
    }

    fn start_on(port: u16, program: &str) -> Option<Self> {
        let directory = tempfile::tempdir().expect("there is a place for temporary files");
        let child = Command::new(program)
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .args(["--enable-debug-command", "yes"])
            .arg("--dir")
            .arg(directory.path())
            .arg("--unixsocket")
            .arg(directory.path().join(SOCKET))
            // SORT orders texts as the locale does, and the engine knows only bytes.
            .env("LC_ALL", "C")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{program} does not start ({error}); set REDIS_SERVER to its path"));
        let mut server = Self { child, port, directory };
        server.answers().then_some(server)
    }

    pub(crate) fn client(&self) -> Client {
        Client::connect(self.port).expect("the server answers")
    }

    pub(crate) fn is_valkey(&self) -> bool {
        info(&mut self.client(), "valkey_version").is_some()
    }

    /// A connection over the Unix socket. What the server has written to it can be read at once: nothing is under way.
    pub(crate) fn stream(&self) -> UnixStream {
        UnixStream::connect(self.directory.path().join(SOCKET)).expect("the server answers")
    }

    /// The version it reports: `[7, 0]`, for example.
    pub(crate) fn version(&self) -> [u32; 2] {
        let mut client = self.client();
        // Valkey reports the Redis version that it is compatible with, and its own beside it.
        let version = ["valkey_version", "redis_version"].into_iter().find_map(|name| info(&mut client, name));
        let version = version.expect("INFO names a version");
        let mut numbers = version.split('.').map(|number| number.parse().unwrap_or(0));
        [numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)]
    }

    /// Waits until this very process answers, as long as it lives.
    fn answers(&mut self) -> bool {
        let process = self.child.id().to_string();
        loop {
            if let Ok(mut client) = Client::connect(self.port)
                && info(&mut client, "process_id").is_some_and(|id| id == process)
            {
                return true;
            }
            if self.child.try_wait().is_ok_and(|status| status.is_some()) {
                return false;
            }
            thread::yield_now();
        }
    }
}

/// One field of INFO.
fn info(client: &mut Client, name: &str) -> Option<String> {
    let reply = client.try_call(&["INFO", "server"]).ok()?;
    let text = String::from_utf8_lossy(&reply);
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':').map(str::to_owned))
}

impl Drop for RealServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("the loopback interface has a free port");
    listener.local_addr().expect("a bound listener has an address").port()
}
