//! Key spaces.

mod walk;

use std::{fmt, marker::PhantomData, time::Duration};

pub use self::walk::{SpaceEntries, SpaceNames, SpaceValues};
use super::Cell;
use crate::{
    codec::{Codec, Encode, Plain},
    collection::decode,
    command::{key as keys, string},
    error::Result,
    key::{Key, Prefix},
    query::{Part, Query},
};

/// Values by name, each at a key of its own behind a prefix, with a life of its own: sessions, tokens, pages.
///
/// A [`Map`](crate::Map) keeps its entries together in one key, which is smaller, read at once and lies on one node of a
/// cluster; here each value expires by itself on every server, and a cluster spreads them. [`cell`](Self::cell) gives the
/// handle of one value, with all that can be done with it.
///
/// ```
/// use std::time::Duration;
/// use redis_model::{KeySpace, blocking::Store};
///
/// let store = Store::embedded();
/// let sessions = KeySpace::<u64>::at("shop:session");
/// sessions.set_for("ada", 42, Duration::from_secs(1800)).run(&store)?;
/// sessions.extend([("bob", 7), ("eve", 8)]).run(&store)?;
/// assert_eq!(sessions.get_many(["bob", "zoe", "ada"]).run(&store)?, [Some(7), None, Some(42)]);
/// assert_eq!(sessions.cell("eve").incr(1).run(&store)?, 9);
/// assert_eq!(sessions.len(&store)?, 3);
///
/// let mut names = sessions.names(&store).collect::<Result<Vec<_>, _>>()?;
/// names.sort();
/// assert_eq!(names, ["ada", "bob", "eve"]);
/// assert_eq!(sessions.clear(&store)?, 3);
/// # Ok::<(), redis_model::Error>(())
/// ```
///
/// # How it lies in Redis
/// A string for each value, at `prefix:name`, written by the codec `C`. Names are any text; in the key, `:`, `%`, braces and
/// control characters of a name are written as `%` and two hexadecimal digits. So a walk over the space `user` meets neither
/// the keys of the space `user:session` nor the records of a model with the prefix `user`. A prefix with a hash tag, such as
/// `{shop}:session`, keeps all of its values in one slot of a cluster.
#[must_use = "a key space sends nothing: its operations do, when they run"]
pub struct KeySpace<T, C = Plain> {
    prefix: Prefix,
    of: PhantomData<fn() -> (T, C)>,
}

impl<T, C> KeySpace<T, C> {
    /// The one with this prefix. Sends nothing.
    pub fn at(prefix: impl AsRef<str>) -> Self {
        Self { prefix: Prefix::new(prefix.as_ref()), of: PhantomData }
    }

    /// What its keys begin with.
    pub fn prefix(&self) -> &str {
        self.prefix.as_str()
    }

    /// The value with this name: a handle, with all that can be done with one value, also to its time to live.
    pub fn cell(&self, name: impl AsRef<str>) -> Cell<T, C> {
        Cell::at(self.key(name))
    }

    /// Whether there is a value with this name: `EXISTS`.
    pub fn contains(&self, name: impl AsRef<str>) -> Query<bool> {
        self.cell(name).exists()
    }

    /// Removes a value: `UNLINK`; whether there was one.
    pub fn remove(&self, name: impl AsRef<str>) -> Query<bool> {
        self.cell(name).clear()
    }

    /// Removes values: one `UNLINK`; how many there were. Without names, nothing is sent.
    pub fn remove_many(&self, names: impl IntoIterator<Item = impl AsRef<str>>) -> Query<u64> {
        let keys: Vec<_> = names.into_iter().map(|name| self.key(name)).collect();
        match &keys[..] {
            [] => Query::answered(|| 0),
            keys => Query::part(Part::command(keys::unlink(keys), ""), decode::count),
        }
    }

    fn key(&self, name: impl AsRef<str>) -> Key {
        self.prefix.key(name.as_ref())
    }
}

impl<T: 'static, C: Codec<T>> KeySpace<T, C> {
    /// A value: `GET`. `None` when there is none with this name.
    ///
    /// # Errors
    /// When run: [`Error::Decode`](crate::Error::Decode) when what is stored is no value of its type.
    pub fn get(&self, name: impl AsRef<str>) -> Query<Option<T>> {
        self.cell(name).get()
    }

    /// The values with these names, in their order: one `MGET`; `None` where there is none, also where something of another
    /// type lies. Without names, nothing is sent.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn get_many(&self, names: impl IntoIterator<Item = impl AsRef<str>>) -> Query<Vec<Option<T>>> {
        Self::values_at(names.into_iter().map(|name| self.key(name)).collect())
            .and_then(|values| values.into_iter().map(Option::transpose).collect())
    }

    /// Sets a value, whose time to live stays: `SET` with `KEEPTTL`.
    pub fn set(&self, name: impl AsRef<str>, value: impl Encode<T, C>) -> Query<()> {
        self.cell(name).set(value)
    }

    /// Sets a value for this time, in whole milliseconds, rounded up: `SET` with `PX`.
    ///
    /// # Errors
    /// [`Error::InvalidQuery`](crate::Error::InvalidQuery) for a time of zero.
    pub fn set_for(&self, name: impl AsRef<str>, value: impl Encode<T, C>, ttl: Duration) -> Query<()> {
        self.cell(name).set_for(value, ttl)
    }

    /// Sets a value where there is none with this name: `SET` with `NX`; whether there was none. What else `SET` can do, the
    /// [`cell`](Self::cell) does.
    pub fn set_if_absent(&self, name: impl AsRef<str>, value: impl Encode<T, C>) -> Query<bool> {
        self.cell(name).set_if_absent(value)
    }

    /// A value, which is set first if there is none with this name: `SET` with `NX` and `GET`.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn get_or_insert(&self, name: impl AsRef<str>, value: impl Encode<T, C>) -> Query<T> {
        self.cell(name).get_or_insert(value)
    }

    /// Removes a value and answers with it: `GETDEL`. `None` when there is none with this name. Of several callers, one gets it.
    ///
    /// # Errors
    /// As [`get`](Self::get); what was stored is gone all the same.
    pub fn take(&self, name: impl AsRef<str>) -> Query<Option<T>> {
        self.cell(name).take()
    }

    /// Sets several values, whose times to live stay: a batch of `SET` with `KEEPTTL`. Others' commands may run in between;
    /// [`Query::atomic`] shuts them out, where all keys lie in one slot. Without values, nothing is sent.
    pub fn extend(&self, values: impl IntoIterator<Item = (impl AsRef<str>, impl Encode<T, C>)>) -> Query<()> {
        Query::all(values.into_iter().map(|(name, value)| self.set(name, value))).map(drop)
    }

    /// Sets several values for this time, in whole milliseconds, rounded up: a batch of `SET` with `PX`, as
    /// [`extend`](Self::extend).
    ///
    /// # Errors
    /// [`Error::InvalidQuery`](crate::Error::InvalidQuery) for a time of zero.
    pub fn extend_for(
        &self,
        values: impl IntoIterator<Item = (impl AsRef<str>, impl Encode<T, C>)>,
        ttl: Duration,
    ) -> Query<()> {
        Query::all(values.into_iter().map(|(name, value)| self.set_for(name, value, ttl))).map(drop)
    }

    /// What lies at these keys, each as a value or as why it is none.
    fn values_at(keys: Vec<Key>) -> Query<Vec<Option<Result<T>>>> {
        if keys.is_empty() {
            return Query::answered(Vec::new);
        }
        let read = Part::command(string::get_many(&keys), "");
        Query::part(read, decode::values::<Vec<u8>, Plain>).map(move |stored| {
            let decoded = |(key, stored): (Key, Option<_>)| Some(Cell::<T, C>::at(key).decoded::<T, C>(stored?));
            keys.into_iter().zip(stored).map(decoded).collect()
        })
    }
}

impl<T, C> Clone for KeySpace<T, C> {
    fn clone(&self) -> Self {
        Self { prefix: self.prefix.clone(), of: PhantomData }
    }
}

impl<T, C> fmt::Debug for KeySpace<T, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KeySpace").field(&self.prefix.as_str()).finish()
    }
}
