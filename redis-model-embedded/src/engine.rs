use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use crate::{
    Connection, Protocol, Session, Subscriber,
    clock::{Clock, Millis, Now},
    command::settle,
    protocol::ErrorReply,
    server::{ServerGuard, SharedServer},
    timer::Timer,
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
    server: SharedServer,
    clock: Clock,
    timer: Timer,
    is_offline: AtomicBool,
    /// Microseconds by which every reply is held back.
    latency: AtomicU64,
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
        let shared = Shared {
            server: SharedServer::default(),
            clock,
            timer: Timer::default(),
            is_offline: AtomicBool::new(false),
            latency: AtomicU64::new(0),
        };
        Self { shared: Arc::new(shared) }
    }

    /// Moves the engine's one clock forward: for deadlines, TIME, scripts and clients that wait alike.
    ///
    /// All that is due by then happens before this returns: keys are gone, those who keep copies of them have been
    /// told, and clients whose time is over have their answer. On the system's clock this adds to the real time.
    pub fn advance(&self, by: Duration) {
        self.shared.clock.advance(by);
        let now = self.instant();
        let mut server = self.lock();
        server.databases.prune_all(now.millis());
        settle(&mut server, now, None);
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

    /// A client that listens to channels.
    pub fn subscriber(&self) -> Subscriber {
        Subscriber::new(self.connection())
    }

    /// A new client of the engine, for those who bring their own transport: bytes in, bytes out.
    pub fn session(&self) -> Session {
        Session::new(self.clone())
    }

    /// Cuts all connections, or lets them be made again: while offline, every call on a [`Connection`] fails with an
    /// I/O error, also one that is waiting, and those that are served over streams and sockets are closed.
    ///
    /// The data stays; transactions, watches and subscriptions of a connection that was cut do not, nor does anything
    /// that it was sent and has not yet taken. Sessions are no connections, and go on working.
    pub fn set_offline(&self, is_offline: bool) {
        self.shared.is_offline.store(is_offline, Ordering::Release);
        let mut server = self.lock();
        if is_offline {
            server.cut_connections();
        }
        server.clients.wake_all();
    }

    /// Whether [`set_offline`](Self::set_offline) has cut the connections.
    pub fn is_offline(&self) -> bool {
        self.shared.is_offline.load(Ordering::Acquire)
    }

    /// Holds every reply back for this long, as a slow network does; zero ends that.
    ///
    /// This is real time, whatever clock the engine has, so that the time limits of a client can be seen at work.
    /// The command itself runs at once. Sessions are no connections, and know no latency.
    pub fn set_latency(&self, latency: Duration) {
        let micros = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
        self.shared.latency.store(micros, Ordering::Release);
    }

    /// Makes the next `count` commands, whoever sends them, answer this error instead of running.
    ///
    /// The text begins with the error's code, as in `"OOM command not allowed when used memory > 'maxmemory'."`.
    /// Commands inside a script do not count; a command that fails while it is queued after MULTI makes EXEC fail.
    pub fn fail_next(&self, count: usize, error: impl Into<String>) {
        self.lock().faults.fail_next(count, ErrorReply::new(error.into()));
    }

    /// The server's state, for as long as one command or one transaction takes.
    pub(crate) fn lock(&self) -> ServerGuard<'_> {
        self.shared.server.lock()
    }

    pub(crate) fn instant(&self) -> Now {
        self.shared.clock.now()
    }

    pub(crate) fn timer(&self) -> &Timer {
        &self.shared.timer
    }

    /// How long a reply is to be held back.
    pub(crate) fn delay(&self) -> Option<Duration> {
        let micros = self.shared.latency.load(Ordering::Acquire);
        (micros > 0).then_some(Duration::from_micros(micros))
    }

    /// The real time until the clock shows this; `None` if it does not move by itself.
    pub(crate) fn time_until(&self, deadline: Millis) -> Option<Duration> {
        let left = deadline.saturating_sub(self.instant().millis());
        self.shared.clock.moves().then(|| Duration::from_millis(u64::try_from(left).unwrap_or(0)))
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
