//! What a server is started with.

use crate::address::{credentials, free_port, url};
use crate::launch::{AddressInUse, launch};
use crate::process::CONFIG;
use crate::server::RedisServer;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};
use tempfile::TempDir;

const SOCKET: &str = "redis.sock";

/// The options of a [`RedisServer`]; [`start`](Self::start) starts it.
#[derive(Clone, Debug)]
#[must_use = "no server runs before `start`"]
pub struct RedisServerBuilder {
    program: PathBuf,
    password: Option<String>,
    has_socket: bool,
    directives: String,
}

impl RedisServerBuilder {
    pub(crate) fn new() -> Self {
        let program = env::var_os("REDIS_SERVER").unwrap_or_else(|| "redis-server".into());
        // Neither the data nor a snapshot of it belongs on a disk, unless a test is about that.
        let directives = "bind 127.0.0.1\nsave \"\"\nappendonly no\n".into();
        Self { program: program.into(), password: None, has_socket: false, directives }
    }

    /// Runs this program instead of `$REDIS_SERVER` or the `redis-server` on the `PATH`.
    pub fn program(mut self, program: impl Into<PathBuf>) -> Self {
        self.program = program.into();
        self
    }

    /// Asks every connection for this password.
    pub fn password(mut self, password: impl Into<String>) -> Self {
        let password = password.into();
        let _ = writeln!(self.directives, "requirepass {}", quote(&password));
        self.password = Some(password);
        self
    }

    /// Listens on a Unix socket too, in the server's folder.
    pub fn unix_socket(mut self) -> Self {
        self.has_socket = true;
        let _ = writeln!(self.directives, "unixsocket {SOCKET}");
        self
    }

    /// Adds a line of `redis.conf`; `value` is written as it would be there, and an empty one as `""`.
    pub fn config(mut self, directive: &str, value: &str) -> Self {
        let value = if value.is_empty() { "\"\"" } else { value };
        let _ = writeln!(self.directives, "{directive} {value}");
        self
    }

    /// Starts the server on a free port and returns when it answers.
    ///
    /// # Panics
    ///
    /// Panics with the end of the server's log if it does not answer within ten seconds, and with a hint to
    /// `scripts/test` if there is no such program.
    pub fn start(self) -> RedisServer {
        loop {
            // Between our look and the server's start another process may take the port.
            if let Ok(server) = self.start_at(free_port()) {
                return server;
            }
        }
    }

    fn start_at(&self, port: u16) -> Result<RedisServer, AddressInUse> {
        let program = located(&self.program);
        let folder = TempDir::with_prefix("redis-model-").expect("a temporary folder can be made");
        let directives = format!("port {port}\n{}", self.directives);
        fs::write(folder.path().join(CONFIG), directives).expect("the server's folder can be written");

        let credentials = self.password.as_deref().map_or_else(String::new, credentials);
        let (process, about) = launch(&program, folder.path(), &url(&credentials, port))?;
        let socket = self.has_socket.then(|| folder.path().join(SOCKET));
        Ok(RedisServer { process: Some(process), about, program, port, credentials, socket, folder })
    }
}

// The server runs in its own folder, where a path relative to ours would lead elsewhere; a bare name is for the PATH.
fn located(program: &Path) -> PathBuf {
    if program.components().count() == 1 {
        return program.to_owned();
    }
    std::path::absolute(program).expect("the current folder is known")
}

// A configuration file takes bytes outside of plain ASCII as `\xhh` between double quotes.
fn quote(text: &str) -> String {
    text.bytes().fold(String::from("\""), |line, byte| match byte {
        b'"' | b'\\' => line + "\\" + &char::from(byte).to_string(),
        b' '..=b'~' => line + &char::from(byte).to_string(),
        _ => line + &format!("\\x{byte:02x}"),
    }) + "\""
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{Ipv4Addr, TcpListener};

    #[test]
    fn a_port_in_use_is_reported() {
        let stranger = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = stranger.local_addr().unwrap().port();
        assert!(RedisServerBuilder::new().start_at(port).is_err());
    }

    #[test]
    #[should_panic(expected = "run scripts/test")]
    fn a_missing_program_names_the_remedy() {
        let _server = RedisServerBuilder::new().program("no-such-redis-server").start();
    }

    #[test]
    #[should_panic(expected = "no-such-directive")]
    fn a_wrong_directive_shows_the_log() {
        let _server = RedisServerBuilder::new().config("no-such-directive", "1").start();
    }

    #[test]
    fn a_directive_reaches_the_server() {
        let server = RedisServerBuilder::new().config("maxmemory", "64mb").config("save", "60 1").start();
        for (directive, value) in [("maxmemory", "67108864"), ("save", "60 1")] {
            let reply = server.command(&["CONFIG", "GET", directive]);
            assert_eq!(redis::from_redis_value(reply), Ok((directive.to_owned(), value.to_owned())));
        }
    }

    #[test]
    fn a_password_is_asked_for_and_is_in_the_url() {
        let server = RedisServerBuilder::new().password("p@ss \"wörd\"\\").start();
        assert_eq!(server.command(&["PING"]), redis::Value::SimpleString("PONG".into()));

        let anonymous = redis::Client::open(url("", server.port())).unwrap();
        let refused = redis::cmd("PING").query::<()>(&mut anonymous.get_connection().unwrap()).unwrap_err();
        assert_eq!(refused.code(), Some("NOAUTH"));
    }

    #[test]
    fn a_unix_socket_leads_to_the_same_server() {
        let server = RedisServerBuilder::new().unix_socket().start();
        server.command(&["SET", "key", "value"]);

        let client = redis::Client::open(format!("redis+unix://{}", server.socket_path().display())).unwrap();
        let value: String = redis::cmd("GET").arg("key").query(&mut client.get_connection().unwrap()).unwrap();
        assert_eq!(value, "value");
    }
}
