//! What was looked up, and what is filled in.

use std::{
    borrow::Borrow,
    collections::{BTreeSet, HashMap},
    fmt,
    hash::Hash,
    iter, slice, vec,
};

use super::CachedMap;
use crate::{
    codec::{Codec, MsgPack, RedisValue},
    query::Query,
};

/// Keys in the order in which they were asked for, each with its value, or as a miss: what [`CachedMap::lookup`] answers with.
///
/// It is here, not in Redis: [`insert`](Self::insert) and `extend` fill in what was missed, and [`save`](Self::save) writes it
/// to the map for the lookups that follow.
pub struct Lookup<K, V, C = MsgPack> {
    map: CachedMap<K, V, C>,
    entries: Vec<(K, Option<V>)>,
    /// Where each key is among the entries.
    places: HashMap<K, usize>,
    /// The entries whose values are to be saved.
    inserted: BTreeSet<usize>,
}

impl<K: Eq + Hash + Clone, V, C> Lookup<K, V, C> {
    /// Nothing but misses; a key that comes twice stands where it came first.
    pub(super) fn new(map: CachedMap<K, V, C>, keys: impl IntoIterator<Item = K>) -> Self {
        let mut lookup = Self { map, entries: Vec::new(), places: HashMap::new(), inserted: BTreeSet::new() };
        for key in keys {
            lookup.place(key);
        }
        lookup
    }

    /// The same with what is stored, a value for each key.
    pub(super) fn with(mut self, stored: Vec<Option<V>>) -> Self {
        for ((_, value), stored) in self.entries.iter_mut().zip(stored) {
            *value = stored;
        }
        self
    }

    /// Gives a key a value, here; [`save`](Self::save) writes it to the map. Answers with the one that it had. A key that was
    /// not asked for comes behind the others.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        let place = self.place(key);
        self.inserted.insert(place);
        self.entries[place].1.replace(value)
    }

    /// Where the key is; a new one joins the others.
    fn place(&mut self, key: K) -> usize {
        if let Some(&place) = self.places.get(&key) {
            return place;
        }
        let place = self.entries.len();
        self.places.insert(key.clone(), place);
        self.entries.push((key, None));
        place
    }
}

impl<K: Eq + Hash, V, C> Lookup<K, V, C> {
    /// The value of a key; `None` for a miss, and for a key that was not asked for.
    pub fn get<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.places.get(key).and_then(|&place| self.entries[place].1.as_ref())
    }
}

impl<K, V, C> Lookup<K, V, C> {
    /// The keys that have no value, in the order in which they were asked for.
    pub fn misses(&self) -> impl Iterator<Item = &K> {
        self.iter().filter(|(_, value)| value.is_none()).map(|(key, _)| key)
    }

    /// The keys that have a value, with it, in the order in which they were asked for: those that were found, and those that
    /// were inserted.
    pub fn hits(&self) -> impl Iterator<Item = (&K, &V)> {
        self.iter().filter_map(|(key, value)| Some((key, value?)))
    }

    /// The values of these, in the same order.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.hits().map(|(_, value)| value)
    }

    /// All keys in the order in which they were asked for, each with its value; `None` for a miss.
    pub fn iter(&self) -> Iter<'_, K, V> {
        self.entries.iter().map(|(key, value)| (key, value.as_ref()))
    }

    /// Whether there is no miss.
    pub fn is_complete(&self) -> bool {
        self.misses().next().is_none()
    }

    /// How many keys there are, misses among them.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are no keys.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl<K: RedisValue, V, C: Codec<V>> Lookup<K, V, C> {
    /// Writes all that was inserted here to the map: one `HSET`, isolated together with what its time to live needs. Sends
    /// nothing when nothing was inserted.
    ///
    /// It may run again, after a failure for example: it then writes the same.
    pub fn save(&self) -> Query<()> {
        self.map.set(self.inserted.iter().filter_map(|&place| {
            let (key, value) = &self.entries[place];
            let value = value.as_ref()?;
            Some(self.map.entry(|out| key.encode(out), |out| C::encode(value, out)))
        }))
    }
}

impl<K: Eq + Hash + Clone, V, C> Extend<(K, V)> for Lookup<K, V, C> {
    /// [`insert`](Lookup::insert) of each.
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

type Iter<'a, K, V> = iter::Map<slice::Iter<'a, (K, Option<V>)>, fn(&'a (K, Option<V>)) -> (&'a K, Option<&'a V>)>;

impl<'a, K, V, C> IntoIterator for &'a Lookup<K, V, C> {
    type Item = (&'a K, Option<&'a V>);
    type IntoIter = Iter<'a, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<K, V, C> IntoIterator for Lookup<K, V, C> {
    type Item = (K, Option<V>);
    type IntoIter = vec::IntoIter<(K, Option<V>)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

/// The keys, and no values: they may be secrets.
impl<K: fmt::Debug, V, C> fmt::Debug for Lookup<K, V, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<_> = self.entries.iter().map(|(key, _)| key).collect();
        let misses: Vec<_> = self.misses().collect();
        f.debug_struct("Lookup")
            .field("map", self.map.key())
            .field("keys", &keys)
            .field("misses", &misses)
            .finish_non_exhaustive()
    }
}
