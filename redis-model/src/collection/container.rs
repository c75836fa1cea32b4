//! What all containers have in common: where they lie, and how long they live.

use std::{fmt, time::Duration};

use redis::Cmd;

use super::{decode, dump::Dump};
use crate::{
    codec::{Codec, DecodeError, Encode, EncodeError},
    command::key as keys,
    error::{Error, Result},
    handle::time_left,
    key::Key,
    layout::Place,
    query::{Batch as _, Body, Condition, Part, Query, Reply, Script, Step, reply},
    ttl::{TimeLeft, milliseconds},
};

/// What all containers have in common: the key at which one lies, and its life. Every container dereferences to this.
///
/// One that is a field of a model lies beside its record, and shares its life: it expires with the record and goes with it,
/// and a write requires that the record exists, as that of a [`Field`](crate::Field) does: else [`Error::NotFound`]. An
/// [`unchecked`](Query::unchecked) one without the record is discarded.
///
/// A container without elements does not exist: Redis removes the key with the last one.
///
/// ```
/// use std::time::Duration;
/// use redis_model::{Set, TimeLeft, blocking::Store};
///
/// let store = Store::embedded();
/// let tags = Set::<String>::at("tags");
/// assert!(tags.is_empty().run(&store)?);
/// tags.insert("new").run(&store)?;
/// tags.expire(Duration::from_secs(60)).run(&store)?;
/// assert!(matches!(tags.ttl().run(&store)?, TimeLeft::Left(_)));
///
/// let copy = tags.dump().run(&store)?.expect("there are tags");
/// tags.clear().run(&store)?;
/// tags.restore(&copy).run(&store)?;
/// assert!(tags.contains("new").run(&store)?);
/// # Ok::<(), redis_model::Error>(())
/// ```
#[derive(Clone)]
pub struct Container {
    key: Key,
    owner: Option<Owner>,
}

/// The record whose field a container is.
#[derive(Clone)]
struct Owner {
    place: Place,
    path: &'static str,
}

impl Container {
    /// One at a key of its own.
    pub(crate) fn at(key: Key) -> Self {
        Self { key, owner: None }
    }

    /// One that is a field of a record.
    pub(crate) fn of_record(place: Place, path: &'static str) -> Self {
        Self { key: place.own_key(path), owner: Some(Owner { place, path }) }
    }

    /// The key at which it lies.
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// The record whose field it is, with the field's path.
    pub(crate) fn record(&self) -> Option<(&Key, &'static str)> {
        self.owner.as_ref().map(|owner| (&owner.place.key, owner.path))
    }

    /// A key beside it, in the same slot of a cluster, for what belongs to it.
    pub(crate) fn companion(&self, name: &str) -> Key {
        self.key.with_tag().join(b'@', name)
    }

    /// A key beside it that nobody else has, for what exists only within one request.
    pub(crate) fn workplace(&self) -> Key {
        self.key.workplace()
    }

    /// Whether there is anything in it: `EXISTS`.
    pub fn exists(&self) -> Query<bool> {
        self.read(keys::exists(&self.key), reply::flag)
    }

    /// Whether there is nothing in it: `EXISTS`.
    pub fn is_empty(&self) -> Query<bool> {
        self.read(keys::exists(&self.key), |reply| Ok(!reply::flag(reply)?))
    }

    /// Removes all that is in it: `UNLINK`; whether there was anything.
    pub fn clear(&self) -> Query<bool> {
        self.write(keys::unlink([&self.key]), reply::flag)
    }

    /// How long it has left to live: `PTTL`. [`TimeLeft::Missing`] when it is empty.
    pub fn ttl(&self) -> Query<TimeLeft> {
        self.read(keys::time_left(&self.key), time_left)
    }

    /// Lets all of it expire after this time, in whole milliseconds, rounded up: `PEXPIRE`; false when it is empty. Writes keep
    /// that time; what is written once it is empty never expires.
    ///
    /// # Errors
    /// [`Error::InvalidQuery`] for a time of zero, and for a field of a model, which expires with its record.
    pub fn expire(&self, after: Duration) -> Query<bool> {
        match milliseconds(after) {
            Ok(ttl) => self.change_life(keys::expire(&self.key, ttl)),
            Err(error) => Query::invalid(error),
        }
    }

    /// Lets it live for ever: `PERSIST`; false when it is empty or had no time limit.
    ///
    /// # Errors
    /// [`Error::InvalidQuery`] for a field of a model, which expires with its record.
    pub fn persist(&self) -> Query<bool> {
        self.change_life(keys::persist(&self.key))
    }

    fn change_life(&self, cmd: Cmd) -> Query<bool> {
        Query::built(|| {
            self.check_own_life()?;
            Ok(self.read(cmd, reply::flag))
        })
    }

    /// # Errors
    /// [`Error::InvalidQuery`] for a field of a model.
    pub(crate) fn check_own_life(&self) -> Result<()> {
        match self.owner {
            None => Ok(()),
            Some(_) => Err(Error::invalid_query(
                "a collection that is a field of a model expires with its record: change the record's life",
            )),
        }
    }

    /// A copy of all that is in it, as servers keep it, without its time to live: `DUMP`. `None` when it is empty.
    pub fn dump(&self) -> Query<Option<Dump>> {
        self.read(keys::dump(&self.key), decode::dump)
    }

    /// Fills it with a copy; it then never expires, or with its record: `RESTORE`.
    ///
    /// # Errors
    /// When run: [`Error::AlreadyExists`] when there is something in it; [`Error::Server`] when the copy is damaged, or of a
    /// newer server than this.
    pub fn restore(&self, copy: &Dump) -> Query<()> {
        self.write(keys::restore(&self.key, copy.as_bytes()), reply::done)
    }

    /// The same in place of whatever is in it: `RESTORE` with `REPLACE`.
    ///
    /// # Errors
    /// When run: [`Error::Server`] when the copy is damaged, or of a newer server than this; what was in it stays.
    pub fn restore_over(&self, copy: &Dump) -> Query<()> {
        self.write(keys::restore(&self.key, copy.as_bytes()).arg("REPLACE").take(), reply::done)
    }

    /// The model whose record it belongs to, for error texts; empty without one.
    fn model(&self) -> &'static str {
        self.owner.as_ref().map_or("", |owner| owner.place.info.name)
    }

    /// A query that reads with one command.
    pub(crate) fn read<T>(&self, cmd: Cmd, decode: fn(Reply<'_>) -> Result<T>) -> Query<T> {
        Query::on(&self.key, || Part::command(cmd, self.model()), decode)
    }

    /// A query that reads with several commands, isolated.
    pub(crate) fn read_all<T>(&self, cmds: Vec<Cmd>, decode: fn(Reply<'_>) -> Result<T>) -> Query<T> {
        let steps = cmds.into_iter().map(Step::Run).collect();
        Query::on(&self.key, || Part::steps(steps, Vec::new(), self.model()), decode)
    }

    /// A query that writes with one command.
    pub(crate) fn write<T>(&self, cmd: Cmd, decode: fn(Reply<'_>) -> Result<T>) -> Query<T> {
        match self.owner {
            None => self.read(cmd, decode),
            Some(_) => self.write_all(vec![Step::Run(cmd)], decode),
        }
    }

    /// A query that writes with several commands and steps, isolated.
    pub(crate) fn write_all<T>(&self, steps: Vec<Step>, decode: fn(Reply<'_>) -> Result<T>) -> Query<T> {
        self.write_when(Vec::new(), steps, decode)
    }

    /// The same under conditions, which are checked after the existence of the record.
    pub(crate) fn write_when<T>(
        &self,
        conditions: Vec<Condition>,
        mut steps: Vec<Step>,
        decode: fn(Reply<'_>) -> Result<T>,
    ) -> Query<T> {
        match &self.owner {
            None => Query::on(&self.key, || Part::steps(steps, conditions, ""), decode),
            Some(owner) => {
                steps.push(Step::ExpireWith { key: self.key.clone(), with: owner.place.key.clone() });
                owner.place.write_when(conditions, steps, decode)
            }
        }
    }

    /// A query that writes with one step, which goes as a bare command where it is one.
    pub(crate) fn write_step<T>(&self, step: Step, decode: fn(Reply<'_>) -> Result<T>) -> Query<T> {
        match step {
            Step::Run(cmd) => self.write(cmd, decode),
            step => self.write_all(vec![step], decode),
        }
    }

    /// A query of another container that writes to this one too: with what a write of this one takes, where it is a field of
    /// a record.
    pub(crate) fn along_with<T: 'static>(&self, write: Query<T>) -> Query<T> {
        if let Err(reason) = self.key.check() {
            return Query::invalid(Error::InvalidKey { reason });
        }
        if self.owner.is_none() {
            return write;
        }
        let upkeep = self.write_all(Vec::new(), reply::done);
        (write, upkeep).batch().atomic().map(|(answer, ())| answer)
    }

    /// A query that writes with a script, whose first key is the container's.
    pub(crate) fn run<T>(
        &self,
        script: &'static Script,
        more_keys: Vec<Key>,
        args: Cmd,
        decode: fn(Reply<'_>) -> Result<T>,
    ) -> Query<T> {
        match self.owner {
            None => self.look(script, more_keys, args, decode),
            Some(_) => self.write_all(vec![Step::Body(self.body(script, more_keys, args))], decode),
        }
    }

    /// A query that reads with a script, whose first key is the container's.
    pub(crate) fn look<T>(
        &self,
        script: &'static Script,
        more_keys: Vec<Key>,
        args: Cmd,
        decode: fn(Reply<'_>) -> Result<T>,
    ) -> Query<T> {
        Query::script(script, self.keys_with(more_keys), args, decode)
    }

    /// A run of a script, whose first key is the container's, as a step.
    pub(crate) fn body(&self, script: &'static Script, more_keys: Vec<Key>, args: Cmd) -> Body {
        Body::new(script, self.keys_with(more_keys), args)
    }

    fn keys_with(&self, mut more_keys: Vec<Key>) -> Vec<Key> {
        more_keys.insert(0, self.key.clone());
        more_keys
    }

    /// A query that puts what `fill` writes to a key in the place of all that is in it; without a `fill`, nothing. Its time to
    /// live stays.
    pub(crate) fn replace_by(&self, fill: Option<impl FnOnce(&Key) -> Result<Cmd>>) -> Query<()> {
        let Some(fill) = fill else {
            return self.write(keys::unlink([&self.key]), reply::done);
        };
        let workplace = self.workplace();
        match (fill(&workplace), workplace.check()) {
            (_, Err(reason)) => Query::invalid(Error::InvalidKey { reason }),
            (Err(error), _) => Query::invalid(error),
            (Ok(cmd), Ok(())) => {
                let replace = Step::Replace { key: self.key.clone(), by: Some(workplace) };
                self.write_all(vec![Step::Silent(cmd), replace], reply::done)
            }
        }
    }

    /// What is written of a value.
    ///
    /// # Errors
    /// [`Error::Encode`].
    pub(crate) fn encoded<T, C>(&self, value: &impl Encode<T, C>) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        value.encode_to(&mut bytes).map_err(|source| self.encode_error(source))?;
        Ok(bytes)
    }

    /// What is written of a value that is at hand.
    ///
    /// # Errors
    /// [`Error::Encode`].
    pub(crate) fn written<T, C: Codec<T>>(&self, value: &T) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        C::encode(value, &mut bytes).map_err(|source| self.encode_error(source))?;
        Ok(bytes)
    }

    /// A command with values as its last arguments; `None` without any.
    ///
    /// # Errors
    /// [`Error::Encode`].
    pub(crate) fn with_values<T, C>(
        &self,
        mut cmd: Cmd,
        values: impl IntoIterator<Item = impl Encode<T, C>>,
    ) -> Result<Option<Cmd>> {
        let (mut bytes, mut is_empty) = (Vec::new(), true);
        for value in values {
            bytes.clear();
            value.encode_to(&mut bytes).map_err(|source| self.encode_error(source))?;
            cmd.arg(&bytes[..]);
            is_empty = false;
        }
        Ok((!is_empty).then_some(cmd))
    }

    pub(crate) fn encode_error(&self, source: EncodeError) -> Error {
        let path = self.owner.as_ref().map_or("", |owner| owner.path);
        Error::Encode { model: self.model(), key: self.key.clone(), path: path.to_owned(), source }
    }

    /// A stored element as a value, outside of a reply to a command on the container.
    ///
    /// # Errors
    /// [`Error::Decode`].
    pub(crate) fn decoded<T, C: Codec<T>>(&self, stored: Vec<u8>) -> Result<T> {
        C::decode(stored).map_err(|source| {
            let path = self.owner.as_ref().map_or("", |owner| owner.path);
            self.decode_error_at(path.to_owned(), source)
        })
    }

    /// The error of what is stored at this place within it.
    pub(crate) fn decode_error_at(&self, path: String, source: DecodeError) -> Error {
        Error::Decode { model: self.model(), key: self.key.clone(), path, source }
    }
}

impl fmt::Debug for Container {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.key.fmt(f)
    }
}
