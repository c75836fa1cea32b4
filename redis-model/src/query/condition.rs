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
#[derive(Debug, Clone, Copy)]
pub(super) enum Failure {
    NotFound,
    AlreadyExists,
    Conflict,
    WrongType,
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
        match self.failure {
            Failure::NotFound => Error::NotFound { key },
            Failure::AlreadyExists => Error::AlreadyExists { key },
            Failure::Conflict => Error::Conflict { key },
            Failure::WrongType => Error::from_server(wrong_type(), || key),
        }
    }

    /// The key that has to exist.
    pub(super) fn existing_key(&self) -> Option<&Key> {
        matches!(self.test, Test::Exists).then_some(&self.key)
    }

    /// Types are checked last: all conditions, then the types, then the commands.
    pub(super) fn is_type(&self) -> bool {
        matches!(self.test, Test::Type(_))
    }

    /// Appends the condition as the script reads it; `index` is the place of its key in `KEYS`.
    pub(super) fn write(&self, index: usize, call: &mut Cmd) {
        let kind = match &self.test {
            Test::Exists => "e",
            Test::Missing => "m",
            Test::Fields(_) => "h",
            Test::String(Some(_)) => "s",
            Test::String(None) => "n",
            Test::Type(_) => "t",
            Test::Renamed { .. } => "a",
        };
        call.arg(kind).arg(index);
        match &self.test {
            Test::Fields(fields) => write_fields(fields, call),
            Test::String(Some(value)) => {
                call.arg(&value[..]);
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
