//! The handle of a field with a key and a life of its own.

use std::{fmt, marker::PhantomData, time::Duration};

use crate::{
    codec::{Codec, Encode, Plain},
    command::{key as keys, string},
    error::{Error, Result},
    key::Key,
    layout::Place,
    path::{Prefix, path_of},
    query::{Part, Query, Reply, Step, reply},
    ttl::{TimeLeft, milliseconds},
};

/// The handle of an [`Expiring`](crate::Expiring) field: a string at a key of its own, which the server lets expire.
///
/// It never outlives its record. A write requires that the record exists, as those of [`Field`](super::Field) do.
pub struct ExpiringField<T, C = Plain> {
    place: Place,
    path: &'static str,
    key: Key,
    ttl: u64,
    of: PhantomData<fn() -> (T, C)>,
}

impl<T, C> ExpiringField<T, C> {
    /// The handle of the field at a place of a record, for generated code.
    #[doc(hidden)]
    pub fn at<P: Prefix>(place: Place) -> Self {
        Self::new(place, path_of::<P>(), P::TTL)
    }

    pub(super) fn new(place: Place, path: &'static str, ttl: u64) -> Self {
        let key = place.own_key(path);
        Self { place, path, key, ttl, of: PhantomData }
    }

    /// The field's own key.
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// The key of the record that it belongs to.
    pub(crate) fn record(&self) -> &Key {
        &self.place.key
    }

    /// The field's dotted path.
    pub fn path(&self) -> &'static str {
        self.path
    }

    /// The same field, whose writes make the record where it is missing: with the model's default TTL, its mark, and
    /// nothing in its other fields, which need defaults to be loaded.
    #[must_use]
    pub fn or_create(&self) -> Self {
        Self::new(Place { create: true, ..self.place.clone() }, self.path, self.ttl)
    }

    /// Whether it holds something: `EXISTS`. False once it has expired.
    pub fn exists(&self) -> Query<bool> {
        self.on_key(keys::exists(&self.key), reply::flag)
    }

    /// Removes it: `UNLINK`; whether there was something. [`Error::NotFound`] without the record.
    pub fn clear(&self) -> Query<bool> {
        self.place.write(keys::unlink([&self.key]), reply::flag)
    }

    /// How long it has left to live: `PTTL`. [`TimeLeft::Missing`] once it has expired.
    pub fn ttl(&self) -> Query<TimeLeft> {
        self.on_key(keys::time_left(&self.key), time_left)
    }

    /// Lets it expire after this time, but not later than its record: `PEXPIRE`; false if it is not there.
    pub fn expire(&self, after: Duration) -> Query<bool> {
        match milliseconds(after) {
            Ok(ttl) => self.changed_life(keys::expire(&self.key, ttl)),
            Err(error) => Query::invalid(error),
        }
    }

    /// Lets it live as long as its record: `PERSIST`; false if it is not there or had no time limit.
    pub fn persist(&self) -> Query<bool> {
        self.changed_life(keys::persist(&self.key))
    }

    fn on_key<U>(&self, cmd: redis::Cmd, decode: fn(Reply<'_>) -> Result<U>) -> Query<U> {
        Query::on(&self.key, || Part::command(cmd, self.place.info.name), decode)
    }

    fn changed_life(&self, change: redis::Cmd) -> Query<bool> {
        let steps = vec![Step::Run(change), self.expire_with_record()];
        Query::on(&self.key, || Part::steps(steps, Vec::new(), self.place.info.name), reply::flag)
    }

    fn expire_with_record(&self) -> Step {
        Step::ExpireLike { key: self.key.clone(), like: self.place.key.clone() }
    }
}

#[allow(clippy::needless_pass_by_value, reason = "a literal or an owned value reads better than a reference to it")]
impl<T, C: Codec<T>> ExpiringField<T, C> {
    /// The value: `GET`. `None` once it has expired, or without the record.
    pub fn get(&self) -> Query<Option<T>> {
        self.on_key(string::get(&self.key), reply::value::<T, C>)
    }

    /// Sets the value and starts the TTL that the model names: `SET` with `PX`. [`Error::NotFound`] without the record, where an
    /// [`unchecked`](Query::unchecked) one is discarded, as the value never outlives its record.
    pub fn set(&self, value: impl Encode<T, C>) -> Query<()> {
        self.set_milliseconds(&value, self.ttl)
    }

    /// Sets the value for this time instead of the model's TTL: `SET` with `PX`. [`Error::NotFound`] without the record.
    pub fn set_for(&self, value: impl Encode<T, C>, ttl: Duration) -> Query<()> {
        match milliseconds(ttl) {
            Ok(ttl) => self.set_milliseconds(&value, ttl),
            Err(error) => Query::invalid(error),
        }
    }

    /// Removes the value and answers with it: `GETDEL`. `None` once it has expired; [`Error::NotFound`] without the
    /// record. Of several callers, one gets it.
    pub fn take(&self) -> Query<Option<T>> {
        self.place.write(string::take(&self.key), reply::value::<T, C>)
    }

    fn set_milliseconds(&self, value: &impl Encode<T, C>, ttl: u64) -> Query<()> {
        let mut encoded = Vec::new();
        if let Err(source) = value.encode_to(&mut encoded) {
            let (model, path) = (self.place.info.name, self.path.to_owned());
            return Query::invalid(Error::Encode { model, key: self.place.key.clone(), path, source });
        }
        let set = string::set_for(&self.key, &encoded, ttl);
        self.place.write_all(vec![Step::Silent(set), self.expire_with_record()], reply::done)
    }
}

/// Reads the reply of `PTTL`.
pub(crate) fn time_left(reply: Reply<'_>) -> Result<TimeLeft> {
    let context = reply.context();
    TimeLeft::from_milliseconds(reply::integer(reply)?).map_err(|source| context.decode_error(0, source))
}

impl<T, C> Clone for ExpiringField<T, C> {
    fn clone(&self) -> Self {
        Self { place: self.place.clone(), key: self.key.clone(), ..*self }
    }
}

impl<T, C> fmt::Debug for ExpiringField<T, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExpiringField").field("key", &self.key).field("ttl", &self.ttl).finish_non_exhaustive()
    }
}
