//! The one error type of the crate.

use std::{borrow::Cow, time::Duration};

use redis::{ErrorKind, RedisError};

use crate::{
    codec::{DecodeError, EncodeError},
    key::Key,
};

/// What every fallible operation of this crate returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that can go wrong, by what the caller can do about it.
///
/// A variant's text says what happened and what to do; the cause, where there is one, is its
/// [`source`](std::error::Error::source) and is not repeated in the text.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The record is not there: never saved, deleted, or expired. Nothing was written.
    #[error("no record at key `{key}`: save it first, or write through `or_create()`")]
    NotFound {
        /// The record's key.
        key: Key,
    },
    /// Something lies at the key already. Nothing was written.
    #[error("key `{key}` exists already")]
    AlreadyExists {
        /// The key that is taken.
        key: Key,
    },
    /// Another writer was faster: what was read is no longer what is stored. Nothing was written.
    #[error("`{key}` has changed since it was read: load it again and repeat the change")]
    Conflict {
        /// The key whose content differs from what was expected.
        key: Key,
    },
    /// Stored bytes are no value of the type that the model names for them.
    #[error("cannot decode {}", place(model, key, path))]
    Decode {
        /// The model's type name; empty outside models.
        model: &'static str,
        /// The key that was read; a record's key holds its id in braces.
        key: Key,
        /// The dotted path within the record; empty for a plain key.
        path: String,
        /// What was expected and what was found.
        source: DecodeError,
    },
    /// A value cannot be written by the codec that the model names for it. Nothing was sent.
    #[error("cannot encode a value for {}", place(model, key, path))]
    Encode {
        /// The model's type name; empty outside models.
        model: &'static str,
        /// The key it was meant for.
        key: Key,
        /// The dotted path within the record; empty for a plain key.
        path: String,
        /// What the codec said.
        source: EncodeError,
    },
    /// No key can be made of what was given, for example of an empty id. Nothing was sent.
    #[error("no valid key: {reason}")]
    InvalidKey {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The query cannot run as it was put together. Nothing was sent.
    #[error("invalid query: {reason}")]
    InvalidQuery {
        /// What is wrong with it, and what to write instead.
        reason: Cow<'static, str>,
    },
    /// The value at the key is of another Redis type than the query needs (`WRONGTYPE`), for example a list where a
    /// record's hash should be. The command that met it wrote nothing.
    #[error("the value at key `{key}` has another Redis type than the query needs")]
    WrongType {
        /// The key that the failing part works on.
        key: Key,
        /// The server's answer.
        source: RedisError,
    },
    /// An increment would leave the range of the field's type, or that of `i64`, or make a score that is no number. What was
    /// there is as it was.
    #[error("the increment would leave the range of {}", place("", key, path))]
    OutOfRange {
        /// The record's key, or a collection's.
        key: Key,
        /// The field's dotted path; empty where there is none.
        path: String,
    },
    /// A list has no element at an index at which one was to be changed. Nothing was written.
    #[error("the list at key `{key}` has no element at index {index}")]
    IndexOutOfRange {
        /// The list's key.
        key: Key,
        /// The index that was given, negative from the end.
        index: i64,
    },
    /// A collection with a limit has no room for what was to go into the middle of it. Nothing was written.
    #[error("the collection at key `{key}` is full: remove something first, or raise its limit")]
    Full {
        /// The collection's key.
        key: Key,
    },
    /// No connection could be made, so nothing was sent.
    #[error("cannot connect to {address}")]
    Connect {
        /// Where to; never with a password.
        address: String,
        /// What the system or the server said.
        source: RedisError,
    },
    /// The server refused the user name or the password. Nothing else was sent.
    #[error("{address} refused the credentials: check the user and the password")]
    Refused {
        /// Which server; never with a password.
        address: String,
        /// The server's answer.
        source: RedisError,
    },
    /// The connection broke after the request had left: it may or may not have run.
    #[error("the connection broke before the reply came: the request may or may not have run")]
    Disconnected {
        /// What the system said.
        source: RedisError,
    },
    /// No reply within the time limit: the request may or may not have run.
    #[error("no reply within {}: the request may or may not have run", limit_text(*limit))]
    Timeout {
        /// The store's limit, which has passed; `None` on a connection that the store did not make.
        limit: Option<Duration>,
    },
    /// All connections of the blocking store stayed in use for the whole waiting time. Nothing was sent.
    #[error("all {size} connections were in use for {waited:?}: raise `max_connections` or use fewer threads")]
    PoolExhausted {
        /// How many connections the store may have.
        size: usize,
        /// How long this call has waited.
        waited: Duration,
    },
    /// The server has no memory left for writes (`OOM`). Nothing was written by the part that met it.
    #[error("the server's memory limit is reached: it refuses writes")]
    OutOfMemory {
        /// The server's answer.
        source: RedisError,
    },
    /// The reply has another shape than the request must have: the request has run, its outcome is unknown.
    #[error("the reply does not fit the request: {reason}")]
    Protocol {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Any other answer of the server that is an error.
    #[error("the server refused a command on key `{key}` with {}", code_of(source))]
    Server {
        /// The key that the failing part works on; empty when it is not known.
        key: Key,
        /// The server's answer; [`RedisError::code`] is its first word.
        source: RedisError,
    },
    /// A dotted path that cannot be locked, or be one of a tree, for example as it has an empty segment. Nothing was sent.
    #[error("invalid path `{path}`: {reason}")]
    InvalidPath {
        /// What was given.
        path: String,
        /// What is wrong with it, and what to write instead.
        reason: &'static str,
    },
    /// A lock was not granted within the time to wait for it: others hold it, or wait before. Nothing is held, and the
    /// request has left the queue.
    #[error("no lock on `{path}` within {}: {}", rounded(*waited), lease_end(*holder_lease))]
    LockTimeout {
        /// The path that was to be locked.
        path: String,
        /// How long this call has waited.
        waited: Duration,
        /// How long the lease in the way lasts, of several the longest; `None` when that is not known. Its holder may renew
        /// it.
        holder_lease: Option<Duration>,
    },
    /// The lease of a lock has ended, or its hold was removed. A query that was to run under it has written nothing; what
    /// ran while it was held stays.
    #[error(
        "the lock on `{path}` is no longer held: its lease has ended or its hold was removed, and guarded queries are refused from then on; lock it again and load what it protects anew"
    )]
    LockLost {
        /// The path that was locked.
        path: String,
    },
    /// What lies at a key that locks keep their state at was not written by them, or not as they left it. Nothing was
    /// written.
    #[error(
        "the state of locks at key `{key}` was changed by something else: delete the key when nobody holds a lock there"
    )]
    LockState {
        /// The key of the state.
        key: Key,
    },
    /// So many servers of a lock on several have failed that the others are no majority. What was granted was
    /// released, as far as the servers could be reached.
    #[error("no majority for the lock on `{path}`: {failed} of {of} servers failed; try again when they are back")]
    QuorumImpossible {
        /// The path that was to be locked.
        path: String,
        /// How many servers have failed.
        failed: usize,
        /// How many servers the lock has.
        of: usize,
        /// The first failure.
        source: Box<Error>,
    },
    /// A lock was to be extended more often than it may be. It is held until its lease ends.
    #[error(
        "the lock on `{path}` was extended {limit} times, which is its limit: release it and lock it again, or raise the limit"
    )]
    TooManyExtensions {
        /// The path that is locked.
        path: String,
        /// How often it may be extended.
        limit: u32,
    },
    /// The server could not be reached a moment ago, and is spared until it is tried again. Nothing was sent.
    #[error("the server has failed a moment ago and is not asked again before {}", rounded(*retry_in))]
    CircuitOpen {
        /// When it is tried again.
        retry_in: Duration,
    },
    /// The server is too old, or lacks what this needs. Nothing was written.
    #[error("the server cannot do this at key `{key}`: it needs {needs}")]
    Unsupported {
        /// The key that the failing part works on.
        key: Key,
        /// From which version on servers can do it.
        needs: &'static str,
        /// The server's answer.
        source: RedisError,
    },
    /// A setting that the store was to be built from is not usable.
    #[error("invalid configuration: {reason}")]
    Config {
        /// Which setting, and what is wrong with it.
        reason: String,
    },
}

impl Error {
    /// The request may have run although no reply came.
    pub fn is_indeterminate(&self) -> bool {
        matches!(self, Self::Disconnected { .. } | Self::Timeout { .. } | Self::Protocol { .. })
    }

    /// A time limit has passed: for the reply, for a free connection, or for a lock.
    pub fn is_timeout(&self) -> bool {
        matches!(self, Self::Timeout { .. } | Self::PoolExhausted { .. } | Self::LockTimeout { .. })
    }

    /// A lock was not granted in time.
    pub fn is_lock_timeout(&self) -> bool {
        matches!(self, Self::LockTimeout { .. })
    }

    /// A lock is no longer held: a query that was to run under it has written nothing.
    pub fn is_lock_lost(&self) -> bool {
        matches!(self, Self::LockLost { .. })
    }

    /// Another writer was faster.
    pub fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict { .. })
    }

    /// Something lies at the key already.
    pub fn is_already_exists(&self) -> bool {
        matches!(self, Self::AlreadyExists { .. })
    }

    /// The record is not there.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::NotFound { .. })
    }

    /// The server does not have the commands that this needs.
    pub fn is_unsupported(&self) -> bool {
        matches!(self, Self::Unsupported { .. })
    }

    /// There is no working connection to the server.
    pub fn is_connection(&self) -> bool {
        matches!(
            self,
            Self::Connect { .. } | Self::Refused { .. } | Self::Disconnected { .. } | Self::CircuitOpen { .. }
        )
    }

    /// The same, met after other commands of the request have run: no longer one that says nothing was sent.
    pub(crate) fn after_others(self) -> Self {
        match self {
            Self::Connect { source, .. } | Self::Refused { source, .. } => Self::Disconnected { source },
            Self::PoolExhausted { waited, .. } => Self::Timeout { limit: Some(waited) },
            other => other,
        }
    }

    /// The same, or what is needed where the server does not know a command.
    pub(crate) fn needing(self, needs: &'static str) -> Self {
        match self {
            Self::Server { key, source } if is_unknown_command(&source) => Self::Unsupported { key, needs, source },
            other => other,
        }
    }

    pub(crate) const fn protocol(reason: &'static str) -> Self {
        Self::Protocol { reason }
    }

    pub(crate) fn invalid_query(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::InvalidQuery { reason: reason.into() }
    }

    /// Sorts an error of the redis crate that was met while a request was under way.
    pub(crate) fn from_exchange(source: RedisError, limit: Option<Duration>, address: &str) -> Self {
        match source.kind() {
            ErrorKind::Io if source.is_connection_refusal() => Self::Connect { address: address.into(), source },
            ErrorKind::Io if source.is_timeout() => Self::Timeout { limit },
            ErrorKind::Io | ErrorKind::Parse => Self::Disconnected { source },
            ErrorKind::AuthenticationFailed => Self::Refused { address: address.into(), source },
            _ => Self::from_server(source, || Key::EMPTY),
        }
    }

    /// Sorts an error reply of the server; `key` tells which key the failing part works on.
    pub(crate) fn from_server(source: RedisError, key: impl FnOnce() -> Key) -> Self {
        match source.code() {
            Some("WRONGTYPE") => Self::WrongType { key: key(), source },
            Some("BUSYKEY") => Self::AlreadyExists { key: key() },
            Some("OOM") => Self::OutOfMemory { source },
            Some("FULL") => Self::Full { key: key() },
            Some("LOCKSTATE") => Self::LockState { key: key() },
            Some("NOAUTH" | "WRONGPASS") => Self::Refused { address: "the server".into(), source },
            _ => Self::Server { key: key(), source },
        }
    }
}

/// Whether the server does not know the command, in its own words: outside of a script, and within one.
fn is_unknown_command(source: &RedisError) -> bool {
    let details = source.detail().unwrap_or_default();
    ["unknown command", "Unknown Redis command"].iter().any(|words| details.contains(words))
}

fn code_of(source: &RedisError) -> &str {
    source.code().unwrap_or("an error")
}

fn limit_text(limit: Option<Duration>) -> String {
    limit.map_or_else(|| "the connection's time limit".into(), |limit| format!("{limit:?}"))
}

/// When the lease in the way of a lock ends, and what to do.
fn lease_end(lease: Option<Duration>) -> String {
    let advice = "wait longer, or hold locks for a shorter time";
    match lease {
        Some(left) => format!("the lease in the way ends in {} unless it is renewed; {advice}", rounded(left)),
        None => format!("others hold it or wait before; {advice}"),
    }
}

/// A duration in whole milliseconds: what is finer says nothing about a lock.
fn rounded(duration: Duration) -> String {
    let milliseconds = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    format!("{:?}", Duration::from_millis(milliseconds))
}

/// "`address.zip` of User at key `user:{42}`", leaving out what is not known.
fn place(model: &str, key: &Key, path: &str) -> String {
    match (path, model) {
        ("", "") => format!("key `{key}`"),
        ("", model) => format!("{model} at key `{key}`"),
        (path, "") => format!("`{path}` at key `{key}`"),
        (path, model) => format!("`{path}` of {model} at key `{key}`"),
    }
}

#[cfg(test)]
mod tests;
