use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use super::{ClientId, TrackingOptions};
use crate::{
    clock::Millis,
    command::Command,
    data::{Databases, WatchVersion},
    protocol::{Protocol, Reply},
};

/// What an engine knows of one client.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) id: ClientId,
    /// The selected database.
    pub(crate) database: usize,
    pub(crate) protocol: Protocol,
    pub(crate) name: Vec<u8>,
    pub(crate) ends: Ends,
    /// The commands between MULTI and EXEC; `None` outside a transaction.
    pub(crate) transaction: Option<Transaction>,
    /// The keys that it watches, each with its database, and how often they had changed by then.
    pub(crate) watched: BTreeMap<(usize, Vec<u8>), WatchVersion>,
    pub(crate) channels: BTreeSet<Vec<u8>>,
    pub(crate) patterns: BTreeSet<Vec<u8>>,
    pub(crate) shard_channels: BTreeSet<Vec<u8>>,
    pub(crate) tracking: Option<TrackingOptions>,
    /// The command that waits for a key to be written, if there is one.
    pub(crate) blocked: Option<BlockedCall>,
    pub(crate) reply_mode: ReplyMode,
    /// The client has said QUIT, has broken the protocol, or was killed.
    pub(crate) is_closed: bool,
    /// It belongs to a redis-rs connection, which goes when the engine goes offline.
    pub(crate) is_connection: bool,
    /// The connection has been cut since it was last used.
    pub(crate) is_cut: bool,
    /// The name of the command that it has sent last, for CLIENT LIST.
    pub(crate) last_command: &'static str,
}

impl Client {
    pub(crate) fn new(id: ClientId) -> Self {
        Self {
            id,
            database: 0,
            protocol: Protocol::default(),
            name: Vec::new(),
            ends: Ends::default(),
            transaction: None,
            watched: BTreeMap::new(),
            channels: BTreeSet::new(),
            patterns: BTreeSet::new(),
            shard_channels: BTreeSet::new(),
            tracking: None,
            blocked: None,
            reply_mode: ReplyMode::On,
            is_closed: false,
            is_connection: false,
            is_cut: false,
            last_command: "NULL",
        }
    }

    /// Ends all watches: after EXEC, and when the client says so or leaves.
    pub(crate) fn forget_watches(&mut self, databases: &mut Databases) {
        for (database, key) in std::mem::take(&mut self.watched).into_keys() {
            databases.unwatch(database, &key);
        }
    }

    /// The number of the client that is told of stale keys in its place: 0 for itself, -1 without tracking.
    pub(crate) fn redirect_number(&self) -> i64 {
        self.tracking.as_ref().map_or(-1, |options| options.redirect.map_or(0, |id| id.number))
    }

    /// Whether it listens to any channel or pattern.
    pub(crate) fn is_subscribed(&self) -> bool {
        !(self.channels.is_empty() && self.patterns.is_empty() && self.shard_channels.is_empty())
    }
}

/// The addresses at both ends of a client's socket, as CLIENT LIST shows them.
#[derive(Debug, Clone)]
pub(crate) struct Ends {
    pub(crate) client: Cow<'static, str>,
    pub(crate) server: Cow<'static, str>,
}

impl Default for Ends {
    /// What Redis shows where it cannot tell the address, as nobody can of a client without a socket.
    fn default() -> Self {
        Self { client: "?:0".into(), server: "?:0".into() }
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

/// A command that found nothing and waits, as BLPOP does: it is run again when one of its keys is written.
#[derive(Debug)]
pub(crate) struct BlockedCall {
    pub(crate) command: &'static Command,
    pub(crate) arguments: Vec<Vec<u8>>,
    pub(crate) database: usize,
    pub(crate) keys: Vec<Box<[u8]>>,
    /// `None` waits forever.
    pub(crate) deadline: Option<Millis>,
    /// What the client is told when its time is over.
    pub(crate) on_timeout: Reply,
    /// Whether it is told anything: CLIENT REPLY may have said no.
    pub(crate) wants_reply: bool,
    /// Its place in the order of all that ever waited: whoever came first is served first.
    pub(crate) turn: u64,
}

/// Which replies the client wants, as CLIENT REPLY has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReplyMode {
    On,
    Off,
    /// Not to this command.
    SkipThis,
    /// Not to the next command.
    SkipNext,
}
