//! Walks over the entries of a map, and over one field of many.

use std::{fmt, marker::PhantomData, sync::Arc};

use super::Map;
use crate::{
    codec::{Codec, Encode, Plain},
    command::{hash, key as keys},
    error::{Error, Result},
    key::Key,
    mode::Mode,
    query::{Part, Query, reply},
    scan::{ByPattern, Items, Page, Scan, Source, Window},
    store::Store,
};

impl<K: Send + 'static, V: Send + 'static, C: Codec<V>, D: Codec<K>> Map<K, V, C, D> {
    /// A walk over all entries, page by page: `HSCAN`. For large maps: each page holds the server up only shortly. A pattern
    /// chooses by the key.
    ///
    /// ```
    /// use redis_model::{Map, blocking::Store};
    ///
    /// let store = Store::embedded();
    /// let words = Map::<String, u32>::at("words");
    /// words.extend([("ant", 1), ("bee", 2), ("ape", 3)]).run(&store)?;
    /// let mut found = words.iter(&store).matching("a*").collect::<Result<Vec<_>, _>>()?;
    /// found.sort();
    /// assert_eq!(found, [("ant".to_owned(), 1), ("ape".to_owned(), 3)]);
    /// # Ok::<(), redis_model::Error>(())
    /// ```
    #[allow(clippy::iter_not_returning_iterator, reason = "on a blocking store it is one, on another a stream")]
    pub fn iter<M: Mode>(&self, store: &Store<M>) -> Scan<M, Self> {
        Scan::new(store, self.clone())
    }

    /// A walk over the value of one key in many maps: of every hash at a key that matches a glob pattern of Redis (`*` any
    /// text, `?` one byte, `[ab]` one of several, `\` takes the next byte as it is), its key with the value, if it has one. By
    /// `SCAN`, which looks at all keys of the database, and a `HGET` for each hash that it finds, a page at a time.
    ///
    /// ```
    /// use redis_model::{Map, blocking::Store};
    ///
    /// let store = Store::embedded();
    /// for (key, holder) in [("lock.a", 1), ("lock.b", 2)] {
    ///     Map::<String, u32>::at(key).insert("holder", holder).run(&store)?;
    /// }
    /// let mut holders = Map::<String, u32>::scan_field(&store, "lock.*", "holder").collect::<Result<Vec<_>, _>>()?;
    /// holders.sort();
    /// assert_eq!(holders, [("lock.a".into(), 1), ("lock.b".into(), 2)]);
    /// # Ok::<(), redis_model::Error>(())
    /// ```
    #[allow(clippy::needless_pass_by_value, reason = "a literal or an owned value reads better than a reference to it")]
    pub fn scan_field<M: Mode>(
        store: &Store<M>,
        pattern: impl AsRef<[u8]>,
        key: impl Encode<K, D>,
    ) -> Scan<M, FieldOfMaps<V, C>> {
        let mut field = Vec::new();
        let field = match key.encode_to(&mut field) {
            Ok(()) => Ok(field),
            Err(source) => Err(source.to_string()),
        };
        Scan::new(store, FieldOfMaps { pattern: pattern.as_ref().to_vec(), field, of: PhantomData })
    }
}

#[doc(hidden)]
impl<K: Send + 'static, V: Send + 'static, C: Codec<V>, D: Codec<K>> Source for Map<K, V, C, D> {
    type Item = (K, V);

    fn page(self: &Arc<Self>, window: &Window) -> Query<Page<(K, V)>> {
        let map = self.clone();
        let scan = hash::scan(self.key(), window.cursor, window.pattern.as_deref(), window.count);
        self.read(scan, reply::page).map(move |(next, found)| {
            let entries = found.chunks_exact(2).map(|entry| {
                let [key, value] = entry else { return Err(Error::protocol("an entry of a hash has no value")) };
                map.entry(key.clone(), value.clone())
            });
            Page { next, items: Items::Ready(entries.collect()) }
        })
    }
}

#[doc(hidden)]
impl<K: Send + 'static, V: Send + 'static, C: Codec<V>, D: Codec<K>> ByPattern for Map<K, V, C, D> {}

/// The value of one key in many maps, each with the key of its map.
pub struct FieldOfMaps<V, C = Plain> {
    pattern: Vec<u8>,
    /// The field as it is stored, or why it cannot be.
    field: Result<Vec<u8>, String>,
    of: PhantomData<fn() -> (V, C)>,
}

#[doc(hidden)]
impl<V: Send + 'static, C: Codec<V>> Source for FieldOfMaps<V, C> {
    type Item = (Key, V);

    fn page(self: &Arc<Self>, window: &Window) -> Query<Page<(Key, V)>> {
        let field = match &self.field {
            Ok(field) => field.clone(),
            Err(reason) => return Query::invalid(Error::invalid_query(reason.clone())),
        };
        let scan = keys::scan_hashes(window.cursor, &self.pattern, window.count);
        Query::part(Part::command(scan, ""), reply::page).map(move |(next, found)| {
            let reads = found.into_iter().map(|key| {
                let key = Key::new(key);
                let read = Query::part(Part::command(hash::get(&key, &field), ""), reply::value::<V, C>);
                read.map(|value| value.map(|value| (key, value))).attempt()
            });
            let present = |found: Vec<Result<Option<_>>>| found.into_iter().filter_map(Result::transpose).collect();
            Page { next, items: Items::Query(Query::all(reads).map(present)) }
        })
    }
}

impl<V, C> fmt::Debug for FieldOfMaps<V, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FieldOfMaps")
    }
}
