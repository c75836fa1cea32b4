//! Looking up, and loading what is missing.

use std::{fmt, hash::Hash};

use super::{CachedMap, Lookup};
#[cfg(feature = "async")]
use crate::mode::Async;
use crate::{
    codec::{Codec, RedisValue},
    error::Error,
    mode::{Blocking, Mode},
    store::Store,
};

/// A cached map on a store: [`CachedMap::on`].
#[must_use = "nothing is looked up until `get_or_load` is called"]
pub struct CachedMapOn<'a, M: Mode, K, V, C> {
    map: CachedMap<K, V, C>,
    store: &'a Store<M>,
}

impl<'a, M: Mode, K, V, C> CachedMapOn<'a, M, K, V, C> {
    pub(super) fn new(map: CachedMap<K, V, C>, store: &'a Store<M>) -> Self {
        Self { map, store }
    }
}

impl<K, V, C> CachedMapOn<'_, Blocking, K, V, C>
where
    K: RedisValue + Eq + Hash + Clone + Send + 'static,
    V: Send + 'static,
    C: Codec<V>,
{
    /// Looks the keys up, loads those that are missing by `load`, and saves what it has loaded: one round trip when none is
    /// missing, and `load` is not called; else two.
    ///
    /// A key that `load` gives no value for stays a miss, and will be asked for again: where that is to be remembered, let
    /// the values be `Option`s. Several callers may load the same keys at once.
    ///
    /// ```
    /// use redis_model::{Error, blocking::Store, cache::CachedMap};
    ///
    /// let store = Store::embedded();
    /// let documents = CachedMap::<u64, String>::at("search-results");
    /// let from_database = |ids: Vec<u64>| Ok::<_, Error>(ids.into_iter().map(|id| (id, format!("document {id}"))));
    ///
    /// let results = documents.on(&store).get_or_load([3, 1, 2], from_database)?;
    /// assert_eq!(results.values().collect::<Vec<_>>(), ["document 3", "document 1", "document 2"]);
    ///
    /// let again = documents.on(&store).get_or_load([1, 2, 3], |_| -> Result<[_; 0], Error> { unreachable!("all are there") })?;
    /// assert!(again.is_complete());
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of `load`, as they are, and of the two requests. When it is the second one that fails, what was loaded is lost:
    /// with [`lookup`](CachedMap::lookup) and [`save`](Lookup::save) it need not be.
    pub fn get_or_load<L: IntoIterator<Item = (K, V)>, E: From<Error>>(
        self,
        keys: impl IntoIterator<Item = K>,
        load: impl FnOnce(Vec<K>) -> Result<L, E>,
    ) -> Result<Lookup<K, V, C>, E> {
        let mut lookup = self.map.lookup(keys).run(self.store)?;
        if !lookup.is_complete() {
            lookup.extend(load(lookup.misses().cloned().collect())?);
            lookup.save().run(self.store)?;
        }
        Ok(lookup)
    }
}

#[cfg(feature = "async")]
impl<K, V, C> CachedMapOn<'_, Async, K, V, C>
where
    K: RedisValue + Eq + Hash + Clone + Send + 'static,
    V: Send + 'static,
    C: Codec<V>,
{
    /// Looks the keys up, loads those that are missing by `load`, and saves what it has loaded: one round trip when none is
    /// missing, and `load` is not called; else two.
    ///
    /// A key that `load` gives no value for stays a miss, and will be asked for again: where that is to be remembered, let
    /// the values be `Option`s. Several callers may load the same keys at once.
    ///
    /// # Errors
    /// Those of `load`, as they are, and of the two requests. When it is the second one that fails, what was loaded is lost:
    /// with [`lookup`](CachedMap::lookup) and [`save`](Lookup::save) it need not be.
    pub async fn get_or_load<L: IntoIterator<Item = (K, V)>, E: From<Error>>(
        self,
        keys: impl IntoIterator<Item = K>,
        load: impl AsyncFnOnce(Vec<K>) -> Result<L, E>,
    ) -> Result<Lookup<K, V, C>, E> {
        let mut lookup = self.map.lookup(keys).run(self.store).await?;
        if !lookup.is_complete() {
            lookup.extend(load(lookup.misses().cloned().collect()).await?);
            lookup.save().run(self.store).await?;
        }
        Ok(lookup)
    }
}

impl<M: Mode, K, V, C> fmt::Debug for CachedMapOn<'_, M, K, V, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CachedMapOn").field("map", &self.map).finish_non_exhaustive()
    }
}
