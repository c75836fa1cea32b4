//! Maps.

mod entry_life;
mod number;
mod walk;
mod write;

use std::{collections::HashMap, hash::Hash, marker::PhantomData};

pub use self::walk::FieldOfMaps;
use super::{
    Container, decode,
    handle::{container, in_record},
};
use crate::{
    codec::{Codec, Encode, Plain},
    command::{facts::readable, hash},
    error::Result,
    query::{Query, reply},
};

/// Values by key: a Redis hash.
///
/// ```
/// use std::collections::HashMap;
/// use redis_model::{Map, blocking::Store};
///
/// let store = Store::embedded();
/// let stock = Map::<String, u32>::at("stock");
/// assert!(stock.insert("apples", 3).run(&store)?);
/// assert_eq!(stock.extend([("pears", 5), ("plums", 8)]).run(&store)?, 2);
/// assert_eq!(stock.incr("apples", 1).run(&store)?, 4);
/// assert_eq!(stock.get_many(["plums", "figs", "apples"]).run(&store)?, [Some(8), None, Some(4)]);
/// assert_eq!(stock.take("pears").run(&store)?, Some(5));
/// assert_eq!(stock.load().run(&store)?, HashMap::from([("apples".into(), 4), ("plums".into(), 8)]));
/// # Ok::<(), redis_model::Error>(())
/// ```
///
/// # How it lies in Redis
/// Each entry is a field of the hash. Values are written by the codec `C`, keys by the codec `D`; both are [`Plain`] unless
/// they are named: readable text. `Map<String, Profile, Json>` has JSON as its values. What is stored for a key must always
/// be the same, so that it is found again: let no maps be a part of keys.
///
/// `Map<String, Profile, PythonJson, PythonJson>` is what Python's pottery reads and writes as a `RedisDict`, whose keys are
/// JSON as well: [`PythonJson`](crate::PythonJson) is JSON as Python writes it. The numbers of
/// `Map<String, i64, Plain, PythonJson>`, which JSON writes as `Plain` does, can be added to on the server.
///
/// An entry has no time to live of its own unless it is given one, which newer servers can do:
/// [`insert_for`](Self::insert_for). All entries go with the map when that expires.
#[must_use = "a map sends nothing: its operations do, when they run"]
pub struct Map<K, V, C = Plain, D = Plain> {
    container: Container,
    of: PhantomData<Of<K, V, C, D>>,
}

/// The types that it gives: it holds none of their values, and is `Send` whether they are or not.
type Of<K, V, C, D> = fn() -> (K, V, C, D);

container!(Map<K, V, C, D>);
in_record!(Map<K, V, C, D>);

impl<K, V, C, D> Map<K, V, C, D> {
    /// How many entries there are: `HLEN`. 0 when it is empty.
    pub fn len(&self) -> Query<u64> {
        self.read(hash::length(self.key()), decode::count)
    }
}

#[allow(clippy::needless_pass_by_value, reason = "a literal or an owned value reads better than a reference to it")]
impl<K: 'static, V: 'static, C: Codec<V>, D: Codec<K>> Map<K, V, C, D> {
    /// The value of a key: `HGET`. `None` when there is none.
    ///
    /// # Errors
    /// When run: [`Error::Decode`](crate::Error::Decode) when what is stored is no value of its type.
    pub fn get(&self, key: impl Encode<K, D>) -> Query<Option<V>> {
        Query::built(|| Ok(self.read(hash::get(self.key(), &self.encoded(&key)?), reply::value::<V, C>)))
    }

    /// The values of these keys, in their order: one `HMGET`; `None` where there is none. Without keys, nothing is sent.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn get_many(&self, keys: impl IntoIterator<Item = impl Encode<K, D>>) -> Query<Vec<Option<V>>> {
        let keys = keys.into_iter();
        Query::built(|| {
            Ok(match self.with_values(hash::get_many(self.key(), keys.size_hint().0), keys)? {
                Some(cmd) => self.read(cmd, decode::values::<V, C>),
                None => Query::answered(Vec::new),
            })
        })
    }

    /// Whether there is a value for a key: `HEXISTS`.
    pub fn contains(&self, key: impl Encode<K, D>) -> Query<bool> {
        Query::built(|| Ok(self.read(hash::exists(self.key(), &self.encoded(&key)?), reply::flag)))
    }

    /// Whether there is a value for each of these keys, in their order: a `HEXISTS` of each, isolated, and without sending the
    /// values. Without keys, nothing is sent.
    pub fn contains_many(&self, keys: impl IntoIterator<Item = impl Encode<K, D>>) -> Query<Vec<bool>> {
        Query::built(|| {
            let exists = |key| Ok(hash::exists(self.key(), &self.encoded(&key)?));
            let cmds = keys.into_iter().map(exists).collect::<Result<Vec<_>>>()?;
            Ok(if cmds.is_empty() { Query::answered(Vec::new) } else { self.read_all(cmds, decode::each_flag) })
        })
    }

    /// All keys: `HKEYS`. Nothing when it is empty.
    ///
    /// # Errors
    /// When run: [`Error::Decode`](crate::Error::Decode) when one is no key of its type.
    pub fn keys(&self) -> Query<Vec<K>> {
        self.read(hash::fields(self.key()), decode::elements::<K, D, _>)
    }

    /// All values: `HVALS`. Nothing when it is empty.
    ///
    /// # Errors
    /// When run: [`Error::Decode`](crate::Error::Decode) when one is no value of its type.
    pub fn values(&self) -> Query<Vec<V>> {
        self.read(hash::values(self.key()), decode::elements::<V, C, _>)
    }

    /// All entries, into whatever they make, such as a `BTreeMap` or a `Vec` of pairs: `HGETALL`. For large maps,
    /// [`iter`](Self::iter) holds the server up less.
    ///
    /// # Errors
    /// When run: [`Error::Decode`](crate::Error::Decode) when one is no key or value of its type; its path is the key.
    pub fn collect<B: FromIterator<(K, V)>>(&self) -> Query<B> {
        self.read(hash::get_all(self.key()), decode::entries::<K, V, C, D, B>)
    }

    /// All entries: `HGETALL`. Nothing when it is empty.
    ///
    /// # Errors
    /// As [`collect`](Self::collect).
    pub fn load(&self) -> Query<HashMap<K, V>>
    where
        K: Eq + Hash,
    {
        self.collect()
    }

    /// The key and the value of an entry, outside of a reply that has only those.
    fn entry(&self, key: Vec<u8>, value: Vec<u8>) -> Result<(K, V)> {
        let path = readable(&key);
        let decoded = || Ok((D::decode(key)?, C::decode(value)?));
        decoded().map_err(|source| self.decode_error_at(path, source))
    }

    /// So many entries by chance, each at most once; all of them where there are no more: `HRANDFIELD` with `WITHVALUES`.
    ///
    /// # Errors
    /// As [`collect`](Self::collect).
    pub fn sample(&self, count: u64) -> Query<Vec<(K, V)>> {
        self.read(hash::random(self.key(), count.min(MOST)), decode::entries::<K, V, C, D, _>)
    }
}

/// As many as Redis takes with values.
const MOST: u64 = (i64::MAX / 2) as u64;
