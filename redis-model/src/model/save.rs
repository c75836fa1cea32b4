//! Writing whole records.

use std::{fmt, marker::PhantomData};

use crate::{
    command::key as keys,
    error::Result,
    handle::write_steps,
    key::Key,
    layout::{OwnValue, OwnWrite, Place, Refresh, SCHEMA_MARK, Writer},
    model::{RedisModel, record::own_keys},
    path::Root,
    query::{Condition, IntoQuery, Part, Query, Reply, Step, reply},
    ttl::{Ttl, milliseconds, unix_milliseconds},
};

/// What a save answers with: `u64`, the new version, for a model with `#[redis(version)]`, else `()`.
pub trait Revision: Sized + Send + 'static {
    #[doc(hidden)]
    #[allow(private_interfaces)]
    fn read(reply: Reply<'_>) -> Result<Self>;

    /// The version; 0 when there is none.
    fn number(&self) -> u64;
}

impl Revision for () {
    #[allow(private_interfaces)]
    fn read(_reply: Reply<'_>) -> Result<Self> {
        Ok(())
    }

    fn number(&self) -> u64 {
        0
    }
}

impl Revision for u64 {
    #[allow(private_interfaces)]
    fn read(reply: Reply<'_>) -> Result<Self> {
        let context = reply.context();
        let version = reply::integer(reply)?;
        version.try_into().map_err(|_| context.decode_error(0, crate::codec::DecodeError::reply("a version", &version)))
    }

    fn number(&self) -> u64 {
        *self
    }
}

/// A save that is about to be sent; it has taken the record's values already.
///
/// ```
/// use std::time::Duration;
/// use redis_model::{Error, RedisModel, TimeLeft, Ttl, blocking::Store, prelude::*};
///
/// #[derive(RedisModel)]
/// struct User { #[redis(id)] id: u64, name: String }
///
/// let store = Store::embedded();
/// let ada = User { id: 1, name: "Ada".into() };
/// assert!(matches!(ada.save().update().run(&store), Err(Error::NotFound { .. })));
/// ada.save().create().ttl(Ttl::For(Duration::from_secs(60))).run(&store)?;
/// assert!(matches!(ada.save().create().run(&store), Err(Error::AlreadyExists { .. })));
/// assert!(matches!(User::ttl(1).run(&store)?, TimeLeft::Left(_)));
/// # Ok::<(), Error>(())
/// ```
#[must_use = "a save does nothing until it runs"]
pub struct Save<T> {
    place: Place,
    writer: Writer,
    /// The record's own keys, for models that have some.
    own: Vec<Key>,
    existence: Existence,
    ttl: Ttl,
    of: PhantomData<fn() -> T>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Existence {
    Any,
    Missing,
    Required,
}

impl<T: RedisModel> Save<T> {
    pub(super) fn of(model: &T) -> Self {
        let place = Place { key: model.key(), info: T::INFO, create: false };
        let mut writer = Writer::new(&place.key, 12);
        writer.hset.arg(SCHEMA_MARK).arg(T::INFO.schema);
        model.write::<Root>(&mut writer);
        let own = if writer.own.is_empty() { Vec::new() } else { own_keys::<T>(&place) };
        Self { place, writer, own, existence: Existence::Any, ttl: Ttl::Default, of: PhantomData }
    }

    /// Requires that there is no record with this id: else [`Error::AlreadyExists`](crate::Error::AlreadyExists). What is left of own keys
    /// of an earlier record goes.
    pub fn create(mut self) -> Self {
        self.existence = Existence::Missing;
        self
    }

    /// Requires that there is a record with this id: else [`Error::NotFound`](crate::Error::NotFound).
    pub fn update(mut self) -> Self {
        self.existence = Existence::Required;
        self
    }

    /// Says how long the record lives from now on; [`Ttl::Default`] without this.
    pub fn ttl(mut self, ttl: Ttl) -> Self {
        self.ttl = ttl;
        self
    }

    /// The query, answering with the version that is stored now.
    pub(super) fn into_stored(self) -> Query<T::Revision> {
        let key = self.place.key.clone();
        match self.into_part() {
            Ok(part) => Query::on(&key, || part, T::Revision::read),
            Err(error) => Query::invalid(error),
        }
    }

    fn into_part(mut self) -> Result<Part> {
        let (name, version) = (self.place.info.name, self.writer.version);
        let mut conditions = self.existence_condition();
        let mut steps = Vec::new();
        if self.existence == Existence::Missing && !self.own.is_empty() {
            steps.push(Step::Silent(keys::unlink(&self.own)));
            self.writer.own.retain(|write| matches!(write.value, OwnValue::Set { .. }));
        }
        let lifetime = self.lifetime(&mut conditions)?;
        let sets_lifetime = lifetime.is_some();
        let unchanged = unchanged_keys(&self.place, &self.writer.own);
        // The write of the hash is the one that can meet a wrong type, so it goes before all others.
        let written = write_steps(&self.place, self.writer)?;
        let mut written = written.into_iter();
        let first = written.next();
        let leftovers = std::mem::take(&mut steps);
        steps.extend(first);
        steps.extend(leftovers);
        steps.extend(lifetime);
        steps.extend(written);
        if sets_lifetime {
            let record = &self.place.key;
            steps.extend(unchanged.into_iter().map(|key| Step::ExpireLike { key, like: record.clone() }));
        }
        if let Some(field) = self.place.info.version {
            conditions.extend(version_condition(&self.place.key, field, version, self.existence));
            steps.push(version_step(&self.place.key, field, version, self.existence));
        }
        Ok(as_small_as_possible(steps, conditions, name))
    }

    fn existence_condition(&self) -> Vec<Condition> {
        match self.existence {
            Existence::Any => Vec::new(),
            Existence::Missing => vec![Condition::missing(&self.place.key)],
            Existence::Required => vec![Condition::exists(&self.place.key)],
        }
    }

    /// The step that sets the record's TTL, if this save does.
    fn lifetime(&self, conditions: &mut Vec<Condition>) -> Result<Option<Step>> {
        let key = &self.place.key;
        let command = match (self.ttl, self.place.info.ttl) {
            (Ttl::For(duration), _) => keys::expire(key, milliseconds(duration)?),
            (Ttl::At(time), _) => keys::expire_at(key, unix_milliseconds(time)?),
            (Ttl::Never, _) => keys::persist(key),
            (Ttl::Default, Some(ttl)) if self.place.info.refresh == Refresh::Never => {
                conditions.push(Condition::noted(key.clone()));
                return Ok(Some(Step::ExpireNew { key: key.clone(), ttl }));
            }
            (Ttl::Default, Some(ttl)) => keys::expire(key, ttl),
            (Ttl::Default, None) | (Ttl::Keep, _) => return Ok(None),
        };
        Ok(Some(Step::Silent(command)))
    }
}

/// One command goes bare; more need to be kept together.
fn as_small_as_possible(mut steps: Vec<Step>, conditions: Vec<Condition>, model: &'static str) -> Part {
    if let ([Step::Silent(_)], []) = (&steps[..], &conditions[..])
        && let Some(Step::Silent(only)) = steps.pop()
    {
        return Part::command(only, model);
    }
    Part::steps(steps, conditions, model)
}

fn version_condition(key: &Key, field: &str, version: u64, existence: Existence) -> Option<Condition> {
    match (version, existence) {
        // A record that was never loaded must be a new one.
        (0, Existence::Any) => Some(Condition::missing(key).or_conflict()),
        (_, Existence::Missing) => None,
        _ => Some(Condition::field_equals(key, field, version.to_string())),
    }
}

/// A new record starts from the server's microseconds, so that one that was deleted and made again is told apart.
fn version_step(key: &Key, field: &'static str, version: u64, existence: Existence) -> Step {
    if version == 0 || existence == Existence::Missing {
        return Step::Timestamp { key: key.clone(), field };
    }
    Step::Increment { key: key.clone(), field, by: 1, low: None, high: None }
}

fn unchanged_keys(place: &Place, own: &[OwnWrite]) -> Vec<Key> {
    let unchanged = own.iter().filter(|write| matches!(write.value, OwnValue::Unchanged));
    unchanged.map(|write| place.own_key(write.path)).collect()
}

impl<T: RedisModel> IntoQuery for Save<T> {
    type Output = T::Revision;

    fn into_query(self) -> Query<T::Revision> {
        self.into_stored()
    }
}

impl<T> fmt::Debug for Save<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Save")
            .field("key", &self.place.key)
            .field("existence", &self.existence)
            .field("ttl", &self.ttl)
            .finish_non_exhaustive()
    }
}
