//! Writing whole records.

use std::{fmt, marker::PhantomData};

use crate::{
    command::{hash, key as keys},
    error::Result,
    key::Key,
    layout::{OwnValue, Place, Refresh, SCHEMA_MARK, Writer},
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

    /// Requires that there is no record with this id: else [`Error::AlreadyExists`](crate::Error::AlreadyExists). What is
    /// left of own keys of an earlier record goes.
    pub fn create(mut self) -> Self {
        self.existence = Existence::Missing;
        self
    }

    /// Requires that there is a record with this id: else [`Error::NotFound`](crate::Error::NotFound). Of `create` and
    /// `update` the last one counts.
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

    /// The write of the hash is the one that can meet a wrong type, so it goes first; what may end the record goes after
    /// all that is written to its hash, and what hangs on the record's life after that.
    fn into_part(mut self) -> Result<Part> {
        let (key, name) = (self.place.key.clone(), self.place.info.name);
        let mut conditions = self.existence_condition();
        let leftovers = self.leftovers();
        let version = self.place.info.version.map(|field| {
            conditions.extend(version_condition(&key, field, self.writer.version, self.existence));
            version_step(&key, field, self.writer.version, self.existence)
        });
        let lifetime = self.lifetime()?;
        let expirations = if lifetime.is_some() { self.writer.expirations(&self.place) } else { Vec::new() };
        let (in_hash, own) = self.writer.into_steps(&self.place)?;
        let mut steps = Vec::with_capacity(8);
        if matches!(lifetime, Some(Step::ExpireNew { .. })) {
            steps.push(Step::NoteMissing { key: key.clone() });
        }
        steps.extend(in_hash);
        steps.extend(leftovers);
        steps.extend(version);
        steps.extend(lifetime);
        steps.extend(own);
        steps.extend(expirations);
        Ok(as_small_as_possible(self.place.invalidating(steps), conditions, name))
    }

    /// Removes own keys of an earlier record of this id, where this is to be the first.
    fn leftovers(&mut self) -> Option<Step> {
        if self.existence != Existence::Missing || self.own.is_empty() {
            return None;
        }
        self.writer.own.retain(|write| matches!(write.value, OwnValue::Set { .. } | OwnValue::Filled { .. }));
        Some(Step::Silent(keys::unlink(&self.own)))
    }

    fn existence_condition(&self) -> Vec<Condition> {
        match self.existence {
            Existence::Any => Vec::new(),
            Existence::Missing => vec![Condition::missing(&self.place.key)],
            Existence::Required => vec![Condition::exists(&self.place.key)],
        }
    }

    /// The step that sets the record's TTL, if this save does.
    fn lifetime(&self) -> Result<Option<Step>> {
        let key = &self.place.key;
        let command = match (self.ttl, self.place.info.ttl) {
            (Ttl::For(duration), _) => keys::expire(key, milliseconds(duration)?),
            (Ttl::At(time), _) => keys::expire_at(key, unix_milliseconds(time)?),
            (Ttl::Never, _) => keys::persist(key),
            (Ttl::Default, Some(ttl)) if self.place.info.refresh == Refresh::Never => {
                return Ok(Some(Step::ExpireNew { key: key.clone(), ttl }));
            }
            (Ttl::Default, Some(ttl)) => keys::expire(key, ttl),
            (Ttl::Default, None) | (Ttl::Keep, _) => return Ok(None),
        };
        Ok(Some(Step::Silent(command)))
    }
}

/// One command goes bare, or with the deletion of an epoch in the short way of one command; more need to be kept together.
fn as_small_as_possible(mut steps: Vec<Step>, conditions: Vec<Condition>, model: &'static str) -> Part {
    if let ([Step::Silent(_)] | [Step::Silent(_), Step::Invalidate { .. }], []) = (&steps[..], &conditions[..])
        && let Step::Silent(only) = steps.swap_remove(0)
    {
        return match steps.pop() {
            Some(invalidate) => Part::steps(vec![Step::Run(only), invalidate], conditions, model),
            None => Part::command(only, model),
        };
    }
    Part::steps(steps, conditions, model)
}

fn version_condition(key: &Key, field: &str, version: u64, existence: Existence) -> Option<Condition> {
    match (version, existence) {
        (_, Existence::Missing) => None,
        // A new record, or one that was saved before its model had a version.
        (0, _) => Some(Condition::field_absent(key, field)),
        _ => Some(Condition::field_equals(key, field, version.to_string())),
    }
}

/// A new record starts from the server's microseconds, so that one that was deleted and made again is told apart.
fn version_step(key: &Key, field: &'static str, version: u64, existence: Existence) -> Step {
    if version == 0 || existence == Existence::Missing {
        return Step::Timestamp { key: key.clone(), field };
    }
    Step::Run(hash::increment(key, field.as_bytes(), b"1"))
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
