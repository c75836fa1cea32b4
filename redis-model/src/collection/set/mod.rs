//! Sets.

mod algebra;
mod compare;
mod operand;

use std::{collections::HashSet, hash::Hash, marker::PhantomData, sync::Arc};

pub use self::operand::{SetOperand, SetOperands, Values};
use super::{
    Container, decode,
    handle::{container, in_record},
};
use crate::{
    codec::{Codec, Encode, Plain},
    command::set,
    mode::Mode,
    query::{Query, reply},
    scan::{ByPattern, Items, Page, Scan, Source, Window},
    store::Store,
};

/// Values without an order, each of them once: a Redis set.
///
/// Sets are combined and compared on the server, with one other set, with several, or with [`Values`] of the caller. Those of
/// one operation must lie in one slot of a cluster.
///
/// ```
/// use std::collections::HashSet;
/// use redis_model::{collection::Values, Set, blocking::Store};
///
/// let store = Store::embedded();
/// let tags = Set::<String>::at("tags");
/// assert!(tags.insert("new").run(&store)?);
/// assert_eq!(tags.extend(["new", "hot", "sale"]).run(&store)?, 2);
/// assert_eq!(tags.contains_many(["hot", "cold"]).run(&store)?, [true, false]);
/// assert_eq!(tags.load().run(&store)?, HashSet::from(["new", "hot", "sale"].map(String::from)));
///
/// let wanted = Set::<String>::at("wanted");
/// wanted.extend(["hot", "blue"]).run(&store)?;
/// assert_eq!(tags.intersection(&wanted).run(&store)?, HashSet::from(["hot".into()]));
/// assert!(tags.is_superset(Values(["new", "sale"])).run(&store)?);
/// # Ok::<(), redis_model::Error>(())
/// ```
///
/// # How it lies in Redis
/// A set at the key, its members the stored values. With [`Json`](crate::Json), Python's pottery reads and writes the same.
#[must_use = "a set sends nothing: its operations do, when they run"]
pub struct Set<T, C = Plain> {
    container: Container,
    of: PhantomData<fn() -> (T, C)>,
}

container!(Set<T, C>);
in_record!(Set<T, C>);

impl<T, C> Set<T, C> {
    /// How many values there are: `SCARD`. 0 when it is empty.
    pub fn len(&self) -> Query<u64> {
        self.read(set::length(self.key()), decode::count)
    }
}

#[allow(clippy::needless_pass_by_value, reason = "a literal or an owned value reads better than a reference to it")]
impl<T: 'static, C: Codec<T>> Set<T, C> {
    /// Adds a value: `SADD`; whether it was not there.
    pub fn insert(&self, value: impl Encode<T, C>) -> Query<bool> {
        match self.encoded(&value) {
            Ok(value) => self.write(set::insert(self.key()).arg(value).take(), reply::flag),
            Err(error) => Query::invalid(error),
        }
    }

    /// Adds values: one `SADD`; how many of them were not there. Without values, nothing is sent.
    pub fn extend(&self, values: impl IntoIterator<Item = impl Encode<T, C>>) -> Query<u64> {
        match self.with_values(set::insert(self.key()), values) {
            Ok(Some(cmd)) => self.write(cmd, decode::count),
            Ok(None) => Query::answered(|| 0),
            Err(error) => Query::invalid(error),
        }
    }

    /// Removes a value: `SREM`; whether it was there.
    pub fn remove(&self, value: impl Encode<T, C>) -> Query<bool> {
        match self.encoded(&value) {
            Ok(value) => self.write(set::remove(self.key()).arg(value).take(), reply::flag),
            Err(error) => Query::invalid(error),
        }
    }

    /// Removes values: one `SREM`; how many of them were there. Without values, nothing is sent.
    pub fn remove_many(&self, values: impl IntoIterator<Item = impl Encode<T, C>>) -> Query<u64> {
        match self.with_values(set::remove(self.key()), values) {
            Ok(Some(cmd)) => self.write(cmd, decode::count),
            Ok(None) => Query::answered(|| 0),
            Err(error) => Query::invalid(error),
        }
    }

    /// Moves a value to another set: `SMOVE`; whether it was here. It is in one of the two at any time.
    ///
    /// Where both are fields of models, both records must exist.
    pub fn move_to(&self, other: &Self, value: impl Encode<T, C>) -> Query<bool> {
        match self.encoded(&value) {
            Ok(value) => {
                let moved = self.write(set::change_place(self.key(), other.key(), &value), reply::flag);
                other.along_with(moved)
            }
            Err(error) => Query::invalid(error),
        }
    }

    /// Removes any value and gives it: `SPOP`. `None` when it is empty.
    ///
    /// # Errors
    /// When run: [`Error::Decode`](crate::Error::Decode) when it is no value of its type; it is removed all the same.
    pub fn pop(&self) -> Query<Option<T>> {
        self.write(set::pop(self.key(), None), reply::value::<T, C>)
    }

    /// Removes so many values, any of them, and gives them: one `SPOP`. Fewer when there are not so many.
    ///
    /// # Errors
    /// As [`pop`](Self::pop).
    pub fn pop_many(&self, count: usize) -> Query<Vec<T>> {
        self.write(set::pop(self.key(), Some(count)), decode::elements::<T, C, Vec<T>>)
    }

    /// So many values, any of them, each once; they stay: `SRANDMEMBER`. Fewer when there are not so many.
    ///
    /// # Errors
    /// As [`collect`](Self::collect).
    pub fn sample(&self, count: usize) -> Query<Vec<T>> {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        self.read(set::sample(self.key(), Some(count)), decode::elements::<T, C, Vec<T>>)
    }

    /// So many values, each drawn from all, so that one may come again; they stay: `SRANDMEMBER`. None when it is empty.
    ///
    /// # Errors
    /// As [`collect`](Self::collect).
    pub fn sample_with_repetition(&self, count: u32) -> Query<Vec<T>> {
        self.read(set::sample(self.key(), Some(-i64::from(count))), decode::elements::<T, C, Vec<T>>)
    }

    /// Any value; it stays: `SRANDMEMBER`. `None` when it is empty.
    ///
    /// # Errors
    /// As [`collect`](Self::collect).
    pub fn random(&self) -> Query<Option<T>> {
        self.read(set::sample(self.key(), None), reply::value::<T, C>)
    }

    /// Whether a value is there: `SISMEMBER`.
    pub fn contains(&self, value: impl Encode<T, C>) -> Query<bool> {
        match self.encoded(&value) {
            Ok(value) => self.read(set::contains(self.key(), &value), reply::flag),
            Err(error) => Query::invalid(error),
        }
    }

    /// Whether each of these is there, in their order: one `SMISMEMBER`. Without values, nothing is sent.
    pub fn contains_many(&self, values: impl IntoIterator<Item = impl Encode<T, C>>) -> Query<Vec<bool>> {
        match self.with_values(set::contains_many(self.key()), values) {
            Ok(Some(cmd)) => self.read(cmd, decode::flags),
            Ok(None) => Query::answered(Vec::new),
            Err(error) => Query::invalid(error),
        }
    }

    /// All values, into whatever they make, such as a `BTreeSet` or a `Vec`: `SMEMBERS`.
    ///
    /// # Errors
    /// When run: [`Error::Decode`](crate::Error::Decode) when one is no value of its type.
    pub fn collect<B: FromIterator<T>>(&self) -> Query<B> {
        self.read(set::members(self.key()), decode::elements::<T, C, B>)
    }

    /// All values: `SMEMBERS`. Nothing when it is empty.
    ///
    /// # Errors
    /// As [`collect`](Self::collect).
    pub fn load(&self) -> Query<HashSet<T>>
    where
        T: Eq + Hash,
    {
        self.collect()
    }

    /// Puts these values in the place of all that are there, isolated: `SADD` to a key beside it, then `RENAME`. Its time to
    /// live stays.
    pub fn replace(&self, values: impl IntoIterator<Item = impl Encode<T, C>>) -> Query<()> {
        let mut values = values.into_iter().peekable();
        let is_filled = values.peek().is_some();
        self.replace_by(is_filled.then_some(|key: &crate::key::Key| {
            let filled = self.with_values(set::insert(key), values)?;
            Ok(filled.unwrap_or_default())
        }))
    }

    /// A walk over all values, page by page: `SSCAN`. For large sets: each page holds the server up only shortly.
    ///
    /// ```
    /// use redis_model::{Set, blocking::Store};
    ///
    /// let store = Store::embedded();
    /// let words = Set::<String>::at("words");
    /// words.extend(["ant", "bee", "ape"]).run(&store)?;
    /// let mut found = words.iter(&store).matching("a*").collect::<Result<Vec<_>, _>>()?;
    /// found.sort();
    /// assert_eq!(found, ["ant", "ape"]);
    /// # Ok::<(), redis_model::Error>(())
    /// ```
    #[allow(clippy::iter_not_returning_iterator, reason = "on a blocking store it is one, on another a stream")]
    pub fn iter<M: Mode>(&self, store: &Store<M>) -> Scan<M, Self>
    where
        T: Send,
    {
        Scan::new(store, self.clone())
    }
}

#[doc(hidden)]
impl<T: Send + 'static, C: Codec<T>> Source for Set<T, C> {
    type Item = T;

    fn page(self: &Arc<Self>, window: &Window) -> Query<Page<T>> {
        let set = self.clone();
        self.read(set::scan(self.key(), window.cursor, window.pattern.as_deref(), window.count), reply::page).map(
            move |(next, found)| {
                let items = found.into_iter().map(|stored| set.decoded::<T, C>(stored)).collect();
                Page { next, items: Items::Ready(items) }
            },
        )
    }
}

#[doc(hidden)]
impl<T: Send + 'static, C: Codec<T>> ByPattern for Set<T, C> {}
