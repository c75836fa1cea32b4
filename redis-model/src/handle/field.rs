//! The handle of a leaf: one field of a record's hash.

use std::{fmt, marker::PhantomData};

use super::ExpiringField;
use crate::{
    codec::{Codec, DecodeError, Encode, EncodeError, Plain},
    command::hash,
    error::{Error, Result},
    key::Key,
    layout::Place,
    mode::Mode,
    path::{ExpiringPath, Path},
    query::{Condition, Query, Step, reply},
    retry::Tries,
    store::Store,
};

/// The handle of one field of a record: reads, writes, compares just that field, in one round trip each.
///
/// A write requires that the record exists, checked by the server in the same request, so that a write to an expired
/// record does not make an immortal rest of one: else [`Error::NotFound`]. [`or_create`](Self::or_create) makes the
/// record instead, [`Query::unchecked`] leaves the check out. A write keeps the record's TTL, and refreshes it where the
/// model says so; with `#[redis(version)]` it moves the version on.
///
/// ```
/// use redis_model::{RedisModel, blocking::Store, prelude::*};
///
/// #[derive(RedisModel)]
/// struct User { #[redis(id)] id: u64, name: String, nick: Option<String> }
///
/// let store = Store::embedded();
/// let ada = User::at(1);
/// assert!(ada.name().set("Ada").run(&store).unwrap_err().is_not_found());
///
/// User { id: 1, name: "A".into(), nick: None }.save().run(&store)?;
/// ada.name().set("Ada").run(&store)?;
/// assert_eq!(ada.name().get().run(&store)?.as_deref(), Some("Ada"));
/// assert_eq!(ada.nick().get().run(&store)?, None);
/// # Ok::<(), redis_model::Error>(())
/// ```
pub struct Field<T, C = Plain> {
    pub(super) place: Place,
    pub(super) path: &'static str,
    of: PhantomData<fn() -> (T, C)>,
}

impl<T, C> Field<T, C> {
    /// The handle of the field at `path`, for generated code.
    #[doc(hidden)]
    pub fn new(place: Place, path: &'static str) -> Self {
        Self { place, path, of: PhantomData }
    }

    /// The record's key.
    pub fn key(&self) -> &Key {
        &self.place.key
    }

    /// The field's dotted path: the name of its hash field.
    pub fn path(&self) -> &'static str {
        self.path
    }

    /// The same field, whose writes make the record where it is missing: with the model's default TTL, its mark, and
    /// nothing in its other fields, which need defaults to be loaded.
    #[must_use]
    pub fn or_create(&self) -> Self {
        Self::new(Place { create: true, ..self.place.clone() }, self.path)
    }

    /// Whether the field is there: `HEXISTS`. False without the record.
    pub fn exists(&self) -> Query<bool> {
        self.place.read(hash::exists(&self.place.key, self.path), reply::flag)
    }

    /// Removes the field: `HDEL`; whether it was there. [`Error::NotFound`] without the record.
    ///
    /// A record without a field that is neither an `Option` nor has a default cannot be loaded.
    pub fn clear(&self) -> Query<bool> {
        self.place.write(self.delete_cmd(), reply::flag)
    }

    pub(super) fn delete_cmd(&self) -> redis::Cmd {
        hash::delete(&self.place.key, [self.path].into_iter())
    }
}

#[allow(clippy::needless_pass_by_value, reason = "a literal or an owned value reads better than a reference to it")]
impl<T, C: Codec<T>> Field<T, C> {
    /// The value: `HGET`. `None` without the field or the record.
    pub fn get(&self) -> Query<Option<T>> {
        self.place.read(hash::get(&self.place.key, self.path), reply::value::<T, C>)
    }

    /// Sets the value: `HSET`. [`Error::NotFound`] without the record.
    pub fn set(&self, value: impl Encode<T, C>) -> Query<()> {
        self.with_encoded(&value, |value| {
            let set = hash::set(&self.place.key, self.path, &value);
            self.place.write(set, reply::done)
        })
    }

    /// Removes the value and answers with it: `HGET`, `HDEL`. `None` without the field; [`Error::NotFound`] without the
    /// record.
    pub fn take(&self) -> Query<Option<T>> {
        let read = hash::get(&self.place.key, self.path);
        self.place.write_all(vec![Step::Run(read), Step::Silent(self.delete_cmd())], reply::value::<T, C>)
    }

    /// Sets the value and answers with the one before: `HGET`, `HSET`. `None` if there was none; [`Error::NotFound`]
    /// without the record.
    pub fn swap(&self, value: impl Encode<T, C>) -> Query<Option<T>> {
        self.with_encoded(&value, |value| {
            let read = hash::get(&self.place.key, self.path);
            let set = hash::set(&self.place.key, self.path, &value);
            // The write goes first in the order of failure: neither can fail once the record is a hash.
            self.place.write_all(vec![Step::Run(read), Step::Silent(set)], reply::value::<T, C>)
        })
    }

    /// Sets the value if the field holds `current`: else [`Error::Conflict`], also when it holds nothing;
    /// [`Error::NotFound`] without the record.
    ///
    /// What is compared are stored bytes: use it for types whose stored form is always the same, not for maps.
    pub fn compare_and_set(&self, current: impl Encode<T, C>, value: impl Encode<T, C>) -> Query<()> {
        self.with_encoded(&current, |current| {
            self.with_encoded(&value, |value| {
                let set = hash::set(&self.place.key, self.path, &value);
                self.place.write_when(vec![self.holds(Some(current))], vec![Step::Run(set)], reply::done)
            })
        })
    }

    /// Removes the field if it holds `current`: else [`Error::Conflict`], also when it holds nothing;
    /// [`Error::NotFound`] without the record. Compares as [`compare_and_set`](Self::compare_and_set) does.
    pub fn remove_if(&self, current: impl Encode<T, C>) -> Query<()> {
        self.with_encoded(&current, |current| {
            let delete = Step::Run(self.delete_cmd());
            self.place.write_when(vec![self.holds(Some(current))], vec![delete], reply::done)
        })
    }

    /// Replaces the value by what `change` makes of it, again and again until nobody else was faster; answers with the
    /// new value. `None` goes in for an absent field, and out to remove it.
    ///
    /// Takes two round trips for each try. `change` may run several times.
    ///
    /// # Errors
    /// [`Error::NotFound`] without the record; [`Error::Conflict`] after a thousand tries.
    pub fn update<'a, M: Mode>(
        &self,
        store: &'a Store<M>,
        mut change: impl FnMut(Option<T>) -> Option<T> + Send + 'a,
    ) -> M::Result<'a, Option<T>>
    where
        T: Encode<T, C> + Send + 'a,
        C: 'a,
    {
        let field = self.clone();
        M::run(async move {
            let mut tries = Tries::new();
            loop {
                let mut link = store.link();
                let stored = field.stored().over(&mut link).await?;
                let current = stored.clone().map(|bytes| field.decode(bytes)).transpose()?;
                let changed = change(current);
                let condition = vec![field.holds(stored)];
                let write = match &changed {
                    Some(value) => field.with_encoded(value, |value| {
                        let set = hash::set(&field.place.key, field.path, &value);
                        field.place.write_when(condition, vec![Step::Run(set)], reply::done)
                    }),
                    None => field.place.write_when(condition, vec![Step::Run(field.delete_cmd())], reply::done),
                };
                match write.over(&mut link).await {
                    Err(error) if error.is_conflict() => tries.again::<M>(error).await?,
                    result => return result.map(|()| changed),
                }
            }
        })
    }

    /// The stored bytes.
    fn stored(&self) -> Query<Option<Vec<u8>>> {
        self.place.read(hash::get(&self.place.key, self.path), reply::value::<Vec<u8>, Plain>)
    }

    fn decode(&self, stored: Vec<u8>) -> Result<T> {
        C::decode(stored).map_err(|source| self.decode_error(source))
    }

    pub(super) fn decode_error(&self, source: DecodeError) -> Error {
        let (model, key) = (self.place.info.name, self.place.key.clone());
        Error::Decode { model, key, path: self.path.to_owned(), source }
    }

    pub(super) fn holds(&self, stored: Option<Vec<u8>>) -> Condition {
        Condition::fields(self.place.key.clone(), vec![(self.path.as_bytes().to_vec(), stored)])
    }

    /// The query for the encoded value, or one that says why it cannot be encoded.
    pub(super) fn with_encoded<U>(
        &self,
        value: &impl Encode<T, C>,
        query: impl FnOnce(Vec<u8>) -> Query<U>,
    ) -> Query<U> {
        let mut encoded = Vec::new();
        match value.encode_to(&mut encoded) {
            Ok(()) => query(encoded),
            Err(source) => Query::invalid(self.encode_error(source)),
        }
    }

    pub(super) fn encode_error(&self, source: EncodeError) -> Error {
        let (model, key) = (self.place.info.name, self.place.key.clone());
        Error::Encode { model, key, path: self.path.to_owned(), source }
    }
}

impl<T, C> Clone for Field<T, C> {
    fn clone(&self) -> Self {
        Self::new(self.place.clone(), self.path)
    }
}

impl<T, C> fmt::Debug for Field<T, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Field").field("key", &self.place.key).field("path", &self.path).finish()
    }
}

/// A path that leads to something with a handle: a [`Path`] or an [`ExpiringPath`].
pub trait FieldPath<M> {
    /// The handle of what lies there.
    type Handle;

    /// The handle, on a record.
    #[doc(hidden)]
    fn handle(self, place: Place) -> Self::Handle;
}

impl<M, T, C> FieldPath<M> for Path<M, T, C> {
    type Handle = Field<T, C>;

    fn handle(self, place: Place) -> Field<T, C> {
        Field::new(place, self.as_str())
    }
}

impl<M, T, C> FieldPath<M> for ExpiringPath<M, T, C> {
    type Handle = ExpiringField<T, C>;

    fn handle(self, place: Place) -> ExpiringField<T, C> {
        ExpiringField::new(place, self.as_str(), self.ttl())
    }
}
