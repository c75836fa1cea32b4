use super::Command;
use crate::{
    clock::Now,
    command::config::Config,
    data::{Databases, Keyspace, WatchVersion},
    fault::Faults,
    protocol::Protocol,
    random::Random,
};

/// Everything that the sessions of one engine share.
#[derive(Debug, Default)]
pub(crate) struct Server {
    pub(crate) databases: Databases,
    pub(crate) config: Config,
    pub(crate) faults: Faults,
    pub(crate) random: Random,
    #[cfg(feature = "lua")]
    pub(crate) scripts: crate::script::Scripts,
    /// Commands run since the engine began, for INFO.
    pub(crate) commands_processed: u64,
    sessions_begun: i64,
}

impl Server {
    /// The number by which CLIENT ID knows the next session.
    pub(crate) fn next_session_id(&mut self) -> i64 {
        self.sessions_begun += 1;
        self.sessions_begun
    }
}

/// What an engine knows of one client.
#[derive(Debug, Default)]
pub(crate) struct SessionState {
    pub(crate) id: i64,
    /// The selected database.
    pub(crate) database: usize,
    pub(crate) protocol: Protocol,
    pub(crate) name: Vec<u8>,
    /// The commands between MULTI and EXEC; `None` outside a transaction.
    pub(crate) transaction: Option<Transaction>,
    pub(crate) watched: Vec<Watch>,
    /// The client has said QUIT, or broken the protocol.
    pub(crate) is_closed: bool,
}

impl SessionState {
    /// Ends all watches: after EXEC, and when the client says so or leaves.
    pub(crate) fn forget_watches(&mut self, databases: &mut Databases) {
        for watch in self.watched.drain(..) {
            databases.unwatch(watch.database, &watch.key);
        }
    }
}

/// Commands that wait for EXEC.
#[derive(Debug, Default)]
pub(crate) struct Transaction {
    pub(crate) queue: Vec<Queued>,
    /// A command was refused while queueing, so EXEC must fail.
    pub(crate) is_spoiled: bool,
}

/// One command that waits for EXEC.
#[derive(Debug)]
pub(crate) struct Queued {
    pub(crate) command: &'static Command,
    pub(crate) arguments: Vec<Vec<u8>>,
}

/// A key that this session watches.
#[derive(Debug)]
pub(crate) struct Watch {
    pub(crate) database: usize,
    pub(crate) key: Vec<u8>,
    pub(crate) version: WatchVersion,
}

/// What a command works on.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    pub(crate) server: &'a mut Server,
    pub(crate) session: &'a mut SessionState,
    pub(crate) now: Now,
    /// The command that is running; errors quote its name.
    pub(crate) command: &'static Command,
}

impl Context<'_> {
    /// The keys of the selected database.
    pub(crate) fn keys(&mut self) -> &mut Keyspace {
        self.keys_of(self.session.database)
    }

    /// The keys of database `index`.
    pub(crate) fn keys_of(&mut self, index: usize) -> &mut Keyspace {
        self.server.databases.at(index, self.now.millis())
    }
}
