use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use parking_lot::{Mutex, MutexGuard};

use crate::{
    Connection, Protocol, Session,
    clock::{Clock, Now},
    command::Server,
    protocol::ErrorReply,
};

/// The time at which a manual clock starts, unless told otherwise: 2025-01-01, 00:00 UTC.
const MANUAL_START: Duration = Duration::from_secs(1_735_689_600);

/// A Redis server inside the process: 16 databases that live as long as the last handle to them.
///
/// Clones are handles to the same engine, and cheap.
///
/// ```
/// use std::time::Duration;
///
/// # fn main() -> redis::RedisResult<()> {
/// let engine = redis_model_embedded::Engine::with_manual_clock();
/// let mut con = engine.connection();
/// redis::cmd("SET").arg("session").arg("alice").arg("EX").arg(60).exec(&mut con)?;
///
/// engine.advance(Duration::from_secs(60));
/// let session: Option<String> = redis::cmd("GET").arg("session").query(&mut con)?;
/// assert_eq!(session, None);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
}

struct Shared {
    server: Mutex<Server>,
    clock: Clock,
    is_offline: AtomicBool,
}

impl Engine {
    /// An empty engine that runs on the system's clock.
    pub fn new() -> Self {
        Self::with_clock(Clock::system())
    }

    /// An empty engine whose clock stands still until [`advance`](Self::advance) moves it.
    ///
    /// It starts on 2025-01-01, so that tests see the same times in every run.
    pub fn with_manual_clock() -> Self {
        Self::with_manual_clock_at(MANUAL_START)
    }

    /// The same, with the clock standing at this time after the Unix epoch.
    pub fn with_manual_clock_at(since_epoch: Duration) -> Self {
        Self::with_clock(Clock::manual(since_epoch))
    }

    fn with_clock(clock: Clock) -> Self {
        let shared = Shared { server: Mutex::default(), clock, is_offline: AtomicBool::new(false) };
        Self { shared: Arc::new(shared) }
    }

    /// Moves the engine's one clock forward: for deadlines, TIME and scripts alike.
    ///
    /// On the system's clock this adds to the real time.
    pub fn advance(&self, by: Duration) {
        self.shared.clock.advance(by);
    }

    /// The engine's time, since the Unix epoch.
    pub fn now(&self) -> Duration {
        self.shared.clock.since_epoch()
    }

    /// A connection to database 0 that is answered in RESP2, as a redis-rs client is by default.
    pub fn connection(&self) -> Connection {
        Connection::new(self.session())
    }

    /// A connection to another database, or in the other protocol.
    ///
    /// # Errors
    /// When there is no such database: they are numbered from 0 to 15.
    pub fn connection_to(&self, database: i64, protocol: Protocol) -> redis::RedisResult<Connection> {
        self.connection().with_protocol(protocol).with_database(database)
    }

    /// A new client of the engine, for those who bring their own transport: bytes in, bytes out.
    pub fn session(&self) -> Session {
        Session::new(self.clone())
    }

    /// Cuts all connections, or heals them: while offline, every call on a [`Connection`] fails with an I/O error.
    ///
    /// The data stays. Sessions are no connections, and go on working.
    pub fn set_offline(&self, is_offline: bool) {
        self.shared.is_offline.store(is_offline, Ordering::Release);
    }

    /// Whether [`set_offline`](Self::set_offline) has cut the connections.
    pub fn is_offline(&self) -> bool {
        self.shared.is_offline.load(Ordering::Acquire)
    }

    /// Makes the next `count` commands, whoever sends them, answer this error instead of running.
    ///
    /// The text begins with the error's code, as in `"OOM command not allowed when used memory > 'maxmemory'."`.
    /// Commands inside a script do not count; a command that fails while it is queued after MULTI makes EXEC fail.
    pub fn fail_next(&self, count: usize, error: impl Into<String>) {
        self.lock().faults.fail_next(count, ErrorReply::new(error.into()));
    }

    /// The server's state, for as long as one command or one transaction takes.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Server> {
        self.shared.server.lock()
    }

    pub(crate) fn instant(&self) -> Now {
        self.shared.clock.now()
    }
}

impl Default for Engine {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shared = &self.shared;
        f.debug_struct("Engine")
            .field("clock", &shared.clock)
            .field("is_offline", &shared.is_offline)
            .finish_non_exhaustive()
    }
}
