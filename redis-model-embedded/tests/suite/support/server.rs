use std::{
    env,
    net::TcpListener,
    process::{Child, Command, Stdio},
    thread,
};

use tempfile::TempDir;

use super::Client;

/// A redis-server of its own on a free port, which ends with this value.
pub(crate) struct RealServer {
    child: Child,
    port: u16,
    /// Where the server keeps its files; removed after it has ended.
    _directory: TempDir,
}

impl RealServer {
    /// Starts the program that `REDIS_SERVER` names, or `redis-server`, and waits until it answers.
    pub(crate) fn start() -> Self {
        let program = env::var("REDIS_SERVER").unwrap_or_else(|_| "redis-server".into());
        let directory = tempfile::tempdir().expect("there is a place for temporary files");
        let port = free_port();
        let child = Command::new(&program)
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .arg("--dir")
            .arg(directory.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{program} does not start ({error}); set REDIS_SERVER to its path"));
        let mut server = Self { child, port, _directory: directory };
        assert!(server.answers(), "{program} ended before it answered on port {port}");
        server
    }

    pub(crate) fn client(&self) -> Client {
        Client::connect(self.port).expect("the server answers")
    }

    /// The version it reports, of Redis' numbering: `[7, 0]`, for example.
    pub(crate) fn version(&self) -> [u32; 2] {
        let info = self.client().call(&["INFO", "server"]);
        let info = String::from_utf8_lossy(&info).into_owned();
        // Valkey reports the Redis version that it is compatible with, and its own beside it.
        let line = ["valkey_version:", "redis_version:"]
            .into_iter()
            .find_map(|name| info.lines().find_map(|line| line.strip_prefix(name)))
            .expect("INFO names a version");
        let mut numbers = line.split('.').map(|number| number.parse().unwrap_or(0));
        [numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)]
    }

    /// Waits for the first answer, as long as the process lives.
    fn answers(&mut self) -> bool {
        loop {
            if let Ok(mut client) = Client::connect(self.port)
                && client.try_call(&["PING"]).is_ok_and(|reply| reply == b"+PONG\r\n")
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
