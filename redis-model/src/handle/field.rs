//! The handle of a leaf: one field of a record's hash.

use std::{fmt, marker::PhantomData};

use redis::{Cmd, Value};

use crate::{
    codec::{Codec, DecodeError, Encode, EncodeError, Plain},
    command::hash,
    error::{Error, Result},
    key::Key,
    layout::Place,
    mode::Mode,
    path::{Path, Prefix, path_of},
    query::{Condition, Query, Reply, Step, reply},
    retry::{Slot, update},
    store::Store,
};

/// The handle of one field of a record: reads, writes, compares just that field, in one round trip each.
///
/// A write requires that the record exists, checked by the server in the same request, so that a write to an expired
/// record does not leave a part of one that never expires: else [`Error::NotFound`]. [`or_create`](Self::or_create) makes the
/// record instead, [`Query::unchecked`] leaves the check out. A write keeps the record's TTL, and refreshes it where the
/// model says so; with `#[redis(version)]` it moves the version on, with `#[redis(invalidates)]` it invalidates what depends on
/// the record.
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
    /// The field's earlier names: it may still lie under one of them.
    aliases: &'static [&'static str],
    of: PhantomData<fn() -> (T, C)>,
}

impl<T, C> Field<T, C> {
    /// The handle of the field at a place of a record, for generated code.
    #[doc(hidden)]
    pub fn at<P: Prefix>(place: Place) -> Self {
        Self { place, path: path_of::<P>(), aliases: P::ALIASES, of: PhantomData }
    }

    pub(super) fn of<M>(place: Place, path: &Path<M, T, C>) -> Self {
        Self { place, path: path.as_str(), aliases: path.aliases(), of: PhantomData }
    }

    /// The record's key.
    pub fn key(&self) -> &Key {
        &self.place.key
    }

    /// The field's dotted path: the name of its hash field.
    pub fn path(&self) -> &'static str {
        self.path
    }

    /// The same field, whose writes, also those that remove, make the record where it is missing: with the model's default
    /// TTL, its mark, and nothing in its other fields, which need defaults to be loaded.
    #[must_use]
    pub fn or_create(&self) -> Self {
        Self { place: Place { create: true, ..self.place.clone() }, ..*self }
    }

    /// Whether the field is there: `HEXISTS`. False without the record.
    pub fn exists(&self) -> Query<bool> {
        if self.aliases.is_empty() {
            return self.place.read(hash::exists(&self.place.key, self.path), reply::flag);
        }
        self.place.read(self.read_names(), |reply| Ok(first_stored(reply)?.is_some()))
    }

    /// Removes the field: `HDEL`; whether it was there. [`Error::NotFound`] without the record.
    ///
    /// A record without a field that is neither an `Option` nor has a default cannot be loaded.
    pub fn clear(&self) -> Query<bool> {
        self.write(self.delete_cmd(), reply::flag)
    }

    fn delete_cmd(&self) -> Cmd {
        hash::delete(&self.place.key, [self.path].into_iter())
    }

    /// Reads the field: under all of its names, if it has several.
    fn read<U, D: Codec<U>>(&self) -> Query<Option<U>> {
        if self.aliases.is_empty() {
            return self.place.read(hash::get(&self.place.key, self.path), reply::value::<U, D>);
        }
        self.place.read(self.read_names(), first_value::<U, D>)
    }

    fn read_names(&self) -> Cmd {
        hash::get_many(&self.place.key, 1 + self.aliases.len()).arg(self.path).arg(self.aliases).take()
    }

    pub(super) fn write<U>(&self, cmd: Cmd, decode: fn(Reply<'_>) -> Result<U>) -> Query<U> {
        if self.aliases.is_empty() {
            return self.place.write(cmd, decode);
        }
        self.write_when(None, vec![Step::Run(cmd)], decode)
    }

    /// Writes under a condition; what lies under an earlier name is moved before it is looked at.
    pub(super) fn write_when<U>(
        &self,
        condition: Option<Condition>,
        steps: Vec<Step>,
        decode: fn(Reply<'_>) -> Result<U>,
    ) -> Query<U> {
        let renamed =
            (!self.aliases.is_empty()).then(|| Condition::renamed(self.place.key.clone(), self.path, self.aliases));
        self.place.write_when(renamed.into_iter().chain(condition).collect(), steps, decode)
    }
}

#[allow(clippy::needless_pass_by_value, reason = "a literal or an owned value reads better than a reference to it")]
impl<T, C: Codec<T>> Field<T, C> {
    /// The value: `HGET`. `None` without the field or the record.
    pub fn get(&self) -> Query<Option<T>> {
        self.read::<T, C>()
    }

    /// Sets the value: `HSET`. [`Error::NotFound`] without the record.
    ///
    /// Setting one field of an optional nested struct that is absent makes it present: its other fields then need values,
    /// defaults, or to be `Option`s, for the record to be loaded. Its own handle's `set` writes it whole.
    pub fn set(&self, value: impl Encode<T, C>) -> Query<()> {
        self.with_encoded(&value, |value| {
            let set = hash::set(&self.place.key, self.path, &value);
            self.write(set, reply::done)
        })
    }

    /// Removes the value and answers with it: `HGET`, `HDEL`. `None` without the field; [`Error::NotFound`] without the
    /// record.
    pub fn take(&self) -> Query<Option<T>> {
        let read = hash::get(&self.place.key, self.path);
        self.write_when(None, vec![Step::Run(read), Step::Silent(self.delete_cmd())], reply::value::<T, C>)
    }

    /// Sets the value and answers with the one before: `HGET`, `HSET`. `None` if there was none; [`Error::NotFound`]
    /// without the record.
    pub fn swap(&self, value: impl Encode<T, C>) -> Query<Option<T>> {
        self.with_encoded(&value, |value| {
            let read = hash::get(&self.place.key, self.path);
            let set = hash::set(&self.place.key, self.path, &value);
            self.write_when(None, vec![Step::Run(read), Step::Silent(set)], reply::value::<T, C>)
        })
    }

    /// Sets the value if the field holds `current`, by `HSET` in a script: else [`Error::Conflict`], also when it holds nothing;
    /// [`Error::NotFound`] without the record.
    ///
    /// What is compared are stored bytes: use it for types whose stored form is always the same, not for maps.
    pub fn compare_and_set(&self, current: impl Encode<T, C>, value: impl Encode<T, C>) -> Query<()> {
        self.with_encoded(&current, |current| {
            self.with_encoded(&value, |value| {
                let set = hash::set(&self.place.key, self.path, &value);
                self.write_when(Some(self.holds(Some(current))), vec![Step::Run(set)], reply::done)
            })
        })
    }

    /// Removes the field if it holds `current`, by `HDEL` in a script: else [`Error::Conflict`], also when it holds nothing;
    /// [`Error::NotFound`] without the record. Compares as [`compare_and_set`](Self::compare_and_set) does.
    pub fn remove_if(&self, current: impl Encode<T, C>) -> Query<()> {
        self.with_encoded(&current, |current| {
            let delete = Step::Run(self.delete_cmd());
            self.write_when(Some(self.holds(Some(current))), vec![delete], reply::done)
        })
    }

    /// Replaces the value by what `change` makes of it, again and again until nobody else was faster; answers with the
    /// new value. `None` goes in for an absent field, and out to remove it.
    ///
    /// Takes two round trips for each try, `HGET` and a conditional `HSET` or `HDEL`. `change` may run several times.
    ///
    /// # Errors
    /// [`Error::NotFound`] without the record; [`Error::Conflict`] after a thousand tries.
    pub fn update<'a, M: Mode>(
        &self,
        store: &'a Store<M>,
        change: impl FnMut(Option<T>) -> Option<T> + Send + 'a,
    ) -> M::Result<'a, Option<T>>
    where
        T: Encode<T, C> + Send + 'a,
        C: 'a,
    {
        let field = self.clone();
        M::run(async move { update(store, &field, change).await })
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

impl<T: Encode<T, C>, C: Codec<T>> Slot<T> for Field<T, C> {
    fn stored(&self) -> Query<Option<Vec<u8>>> {
        self.read::<Vec<u8>, Plain>()
    }

    fn decode(&self, stored: Vec<u8>) -> Result<T> {
        C::decode(stored).map_err(|source| self.decode_error(source))
    }

    fn exchange(&self, stored: Option<Vec<u8>>, value: Option<&T>) -> Query<()> {
        let condition = Some(self.holds(stored));
        match value {
            Some(value) => self.with_encoded(value, |value| {
                let set = hash::set(&self.place.key, self.path, &value);
                self.write_when(condition, vec![Step::Run(set)], reply::done)
            }),
            None => self.write_when(condition, vec![Step::Run(self.delete_cmd())], reply::done),
        }
    }
}

/// The value under the first of a field's names that holds one.
fn first_value<T, C: Codec<T>>(reply: Reply<'_>) -> Result<Option<T>> {
    let context = reply.context();
    context.value::<T, C>(0, first_stored(reply)?.unwrap_or_default())
}

/// What is stored under the first of a field's names that holds something.
fn first_stored(reply: Reply<'_>) -> Result<Option<Value>> {
    let (value, context) = reply.into_parts();
    match value {
        Value::Array(values) if values.len() == context.fields_asked() => {
            Ok(values.into_iter().find(|value| *value != Value::Nil))
        }
        other => Err(context.decode_error(0, DecodeError::reply("a value for each name", &other))),
    }
}

impl<T, C> Clone for Field<T, C> {
    fn clone(&self) -> Self {
        Self { place: self.place.clone(), ..*self }
    }
}

impl<T, C> fmt::Debug for Field<T, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Field").field("key", &self.place.key).field("path", &self.path).finish_non_exhaustive()
    }
}
