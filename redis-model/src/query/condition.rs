//! What must hold for a query to run.

use std::fmt;

use redis::{Cmd, RedisError};

use crate::{error::Error, key::Key};

/// What must be true on the server at the moment the query runs; else nothing of it runs.
///
/// The check and the query are one request and isolated: nobody writes between them. Isolated, not rolled back: should a
/// command fail after the check, those before it have run, as Redis undoes nothing.
///
/// ```
/// use redis_model::{Condition, Error, Query, blocking::Store, redis};
///
/// let store = Store::embedded();
/// let claim = || Query::<()>::command(redis::cmd("SET").arg("seat").arg("ada").to_owned()).when(Condition::missing("seat"));
/// claim().run(&store)?;
/// assert!(matches!(claim().run(&store), Err(Error::AlreadyExists { .. })));
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone)]
pub struct Condition {
    pub(super) key: Key,
    pub(super) test: Test,
    pub(super) failure: Failure,
    /// Whether [`unchecked`](super::Query::unchecked) lifts it.
    pub(super) liftable: bool,
}

#[derive(Clone)]
pub(super) enum Test {
    Exists,
    Missing,
    Fields(FieldValues),
    String(Option<Vec<u8>>),
    /// The hash of a tree of locks holds this hold, `id`, in the field of its owner, and the owner's lease has not ended.
    Lease {
        field: String,
        id: u64,
    },
    /// The sorted set of permits has this token, and its lease has not ended.
    Permit(String),
    /// The key is of this type or missing.
    Type(&'static str),
    /// Holds always: moves a field from its earlier names, so that what follows finds it under its name.
    Renamed {
        path: &'static str,
        aliases: &'static [&'static str],
    },
}

/// The values of a hash's fields as they were read, `None` where absent.
pub(crate) type FieldValues = Vec<(Vec<u8>, Option<Vec<u8>>)>;

/// The error that a failed condition becomes.
#[derive(Debug, Clone)]
pub(super) enum Failure {
    NotFound,
    AlreadyExists,
    Conflict,
    WrongType,
    /// Of the lock on this path.
    LockLost(Box<str>),
}

/// The order in which conditions are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    Lock,
    State,
    Type,
}

impl Condition {
    /// The key exists; else [`Error::NotFound`].
    pub fn exists(key: impl Into<Key>) -> Self {
        Self::new(key.into(), Test::Exists, Failure::NotFound)
    }

    /// The key does not exist; else [`Error::AlreadyExists`].
    pub fn missing(key: impl Into<Key>) -> Self {
        Self::new(key.into(), Test::Missing, Failure::AlreadyExists)
    }

    /// The hash's field holds exactly these bytes; else [`Error::Conflict`].
    pub fn field_equals(key: impl Into<Key>, field: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Self {
        Self::fields(key.into(), vec![(field.as_ref().to_vec(), Some(value.as_ref().to_vec()))])
    }

    /// The hash has no such field; else [`Error::Conflict`].
    pub fn field_absent(key: impl Into<Key>, field: impl AsRef<[u8]>) -> Self {
        Self::fields(key.into(), vec![(field.as_ref().to_vec(), None)])
    }

    /// The string at the key is exactly these bytes; else [`Error::Conflict`].
    pub fn string_equals(key: impl Into<Key>, value: impl AsRef<[u8]>) -> Self {
        Self::new(key.into(), Test::String(Some(value.as_ref().to_vec())), Failure::Conflict)
    }

    /// There is no string at the key; else [`Error::Conflict`].
    pub fn string_absent(key: impl Into<Key>) -> Self {
        Self::new(key.into(), Test::String(None), Failure::Conflict)
    }

    /// The hash's fields are as they were read; else a conflict.
    pub(crate) fn fields(key: Key, fields: FieldValues) -> Self {
        Self::new(key, Test::Fields(fields), Failure::Conflict)
    }

    /// In the hash of locks at `key`, `owner` has the hold `id` and a lease that has not ended by the server's clock; else
    /// [`Error::LockLost`] of `path`.
    ///
    /// What it reads: the hash's field `h:<owner>` is the lease's end in milliseconds since the epoch, followed by lines
    /// `<id>|<mode>|<fence>|<path>`, each line ended by a newline.
    pub(crate) fn lease(key: Key, owner: &str, id: u64, path: impl Into<Box<str>>) -> Self {
        Self::new(key, Test::Lease { field: format!("h:{owner}"), id }, Failure::LockLost(path.into()))
    }

    /// The string at `key` is this token; else [`Error::LockLost`] of `path`.
    pub(crate) fn token(key: Key, token: &[u8], path: impl Into<Box<str>>) -> Self {
        Self::new(key, Test::String(Some(token.to_vec())), Failure::LockLost(path.into()))
    }

    /// The sorted set at `key` has this token, by the end of its lease in milliseconds since the epoch, which is yet to come
    /// by the server's clock; else [`Error::LockLost`] of `path`.
    pub(crate) fn permit(key: Key, token: &str, path: impl Into<Box<str>>) -> Self {
        Self::new(key, Test::Permit(token.to_owned()), Failure::LockLost(path.into()))
    }

    pub(super) fn of_type(key: Key, name: &'static str) -> Self {
        Self::new(key, Test::Type(name), Failure::WrongType)
    }

    /// Moves a field from its earlier names to its path, before anything looks at it.
    pub(crate) fn renamed(key: Key, path: &'static str, aliases: &'static [&'static str]) -> Self {
        Self::new(key, Test::Renamed { path, aliases }, Failure::Conflict)
    }

    fn new(key: Key, test: Test, failure: Failure) -> Self {
        Self { key, test, failure, liftable: false }
    }

    /// Lets [`unchecked`](super::Query::unchecked) drop it: it protects, but the result does not depend on it.
    pub(crate) fn liftable(mut self) -> Self {
        self.liftable = true;
        self
    }

    pub(super) fn to_error(&self) -> Error {
        let key = self.key.clone();
        match &self.failure {
            Failure::NotFound => Error::NotFound { key },
            Failure::AlreadyExists => Error::AlreadyExists { key },
            Failure::Conflict => Error::Conflict { key },
            Failure::WrongType => Error::from_server(wrong_type(), || key),
            Failure::LockLost(path) => Error::LockLost { path: path.to_string() },
        }
    }

    /// The key that has to exist.
    pub(super) fn existing_key(&self) -> Option<&Key> {
        matches!(self.test, Test::Exists).then_some(&self.key)
    }

    /// When it is checked: locks first, as a field is moved from its earlier names only while they are held; types last.
    pub(super) fn rank(&self) -> Rank {
        match (&self.failure, &self.test) {
            (Failure::LockLost(_), _) => Rank::Lock,
            (_, Test::Type(_)) => Rank::Type,
            _ => Rank::State,
        }
    }

    /// Appends the condition as the script reads it; `index` is the place of its key in `KEYS`.
    pub(super) fn write(&self, index: usize, call: &mut Cmd) {
        let kind = match &self.test {
            Test::Exists => "e",
            Test::Missing => "m",
            Test::Fields(_) => "h",
            Test::String(Some(_)) => "s",
            Test::String(None) => "n",
            Test::Lease { .. } => "l",
            Test::Permit(_) => "p",
            Test::Type(_) => "t",
            Test::Renamed { .. } => "a",
        };
        call.arg(kind).arg(index);
        match &self.test {
            Test::Fields(fields) => write_fields(fields, call),
            Test::String(Some(value)) => {
                call.arg(&value[..]);
            }
            Test::Lease { field, id } => {
                call.arg(field).arg(id);
            }
            Test::Permit(token) => {
                call.arg(token);
            }
            Test::Type(name) => {
                call.arg(name);
            }
            Test::Renamed { path, aliases } => {
                call.arg(aliases.len()).arg(path).arg(aliases);
            }
            Test::Exists | Test::Missing | Test::String(None) => {}
        }
    }
}

/// The key, and no values: they may be secrets.
impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Condition").field("key", &self.key).field("failure", &self.failure).finish_non_exhaustive()
    }
}

/// What Redis says of a key of another type, for the check that comes before the command.
fn wrong_type() -> RedisError {
    let detail = "Operation against a key holding the wrong kind of value";
    redis::make_extension_error("WRONGTYPE".into(), Some(detail.into()))
}

fn write_fields(fields: &FieldValues, call: &mut Cmd) {
    let present = fields.iter().filter_map(|(field, value)| Some((field, value.as_ref()?)));
    let absent = fields.iter().filter(|(_, value)| value.is_none());
    call.arg(present.clone().count()).arg(absent.clone().count());
    for (field, _) in present.clone() {
        call.arg(&field[..]);
    }
    for (_, value) in present {
        call.arg(&value[..]);
    }
    for (field, _) in absent {
        call.arg(&field[..]);
    }
}

#[cfg(all(test, feature = "embedded"))]
mod tests;
