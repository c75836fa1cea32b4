//! Where the tests keep their data: an engine in the process, or a server of their own where one is installed.

use std::{
    env, fs,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use redis::{FromRedisValue, Value};
use redis_model_embedded::Engine;

use crate::{
    error::Result,
    mode::{Blocking, Mode, tests::Waits},
    random::random_text,
    store::Store,
};

/// How a mode connects to a server.
pub(super) trait Tested: Waits {
    async fn connect(server: &Server) -> Result<Store<Self>>;
}

impl Tested for Blocking {
    async fn connect(server: &Server) -> Result<Store<Self>> {
        Store::<Self>::builder().unix(server.socket()).connect()
    }
}

#[cfg(feature = "async")]
impl Tested for crate::mode::Async {
    async fn connect(server: &Server) -> Result<Store<Self>> {
        Store::<Self>::builder().unix(server.socket()).connect().await
    }
}

pub(super) enum Place {
    Engine(Engine),
    Server(Server),
}

impl Place {
    pub(super) async fn store<M: Tested>(&self) -> Store<M> {
        match self {
            Self::Engine(engine) => Store::on_engine(engine),
            Self::Server(server) => M::connect(server).await.expect("the server runs"),
        }
    }

    /// Another client runs a command.
    pub(super) fn run<T: FromRedisValue>(&self, command: &[&str]) -> T {
        let (name, args) = command.split_first().expect("a command has a name");
        let mut cmd = redis::cmd(name);
        cmd.arg(args);
        let reply = match self {
            Self::Engine(engine) => cmd.query(&mut engine.connection()),
            Self::Server(server) => cmd.query(&mut server.connection()),
        };
        reply.expect("the command is right")
    }

    pub(super) fn set(&self, key: &str) {
        self.run::<Value>(&["SET", key, "1"]);
    }

    /// Lets all connections end, and others be made.
    pub(super) fn cut(&self) {
        match self {
            Self::Engine(engine) => {
                engine.set_offline(true);
                engine.set_offline(false);
            }
            Self::Server(_) => drop(self.run::<Value>(&["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"])),
        }
    }
}

/// A `redis-server` on a socket in a folder of its own.
pub(super) struct Server {
    process: Child,
    folder: PathBuf,
}

impl Server {
    /// One that removes expired keys only when somebody asks for them. `None` where the program is not installed.
    pub(super) fn start() -> Option<Self> {
        let program = env::var_os("REDIS_SERVER").unwrap_or_else(|| "redis-server".into());
        let folder = env::temp_dir().join(format!("redis-model-near-{}", random_text()));
        fs::create_dir(&folder).expect("the system has a folder for such things");
        let mut command = Command::new(program);
        command.args(["--port", "0", "--save", "", "--enable-debug-command", "yes"]);
        command.arg("--unixsocket").arg(folder.join("socket"));
        let Ok(process) = command.current_dir(&folder).stdout(Stdio::null()).spawn() else {
            fs::remove_dir(&folder).expect("nothing is in it");
            return None;
        };
        let server = Self { process, folder };
        let limit = Instant::now() + Duration::from_secs(10);
        while server.client().get_connection().is_err() {
            assert!(Instant::now() < limit, "the server does not answer");
            std::thread::sleep(Duration::from_millis(5));
        }
        let quiet: Value =
            redis::cmd("DEBUG").arg("SET-ACTIVE-EXPIRE").arg(0).query(&mut server.connection()).expect("it may");
        assert_eq!(quiet, Value::Okay);
        Some(server)
    }

    fn socket(&self) -> PathBuf {
        self.folder.join("socket")
    }

    fn client(&self) -> redis::Client {
        redis::Client::open(format!("unix://{}", self.socket().display())).expect("a valid address")
    }

    fn connection(&self) -> redis::Connection {
        self.client().get_connection().expect("the server runs")
    }

    /// Stops the process where it is, as a machine that has lost its network; or lets it go on.
    pub(super) fn signal(&self, signal: &str) {
        let done = Command::new("kill").args([signal, &self.process.id().to_string()]).status();
        assert!(done.is_ok_and(|status| status.success()), "the process is ours");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
        _ = fs::remove_dir_all(&self.folder);
    }
}

/// Waits for what others do in their own time.
pub(super) async fn until<M: Mode>(what: &str, mut is_so: impl FnMut() -> bool) {
    let limit = Instant::now() + Duration::from_secs(10);
    while !is_so() {
        assert!(Instant::now() < limit, "waited ten seconds until {what}");
        M::sleep(Duration::from_millis(2)).await;
    }
}
