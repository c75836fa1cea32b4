//! Writing entries.

use redis::Cmd;

use super::Map;
use crate::{
    codec::{Codec, Encode, Plain},
    collection::decode,
    command::{facts::readable, hash},
    error::Result,
    key::Key,
    mode::Mode,
    query::{Condition, Query, Script, Step, reply},
    retry::{Slot, update},
    store::Store,
};

static POP: Script = Script::new(include_str!("pop.lua")).on_keys();

#[allow(clippy::needless_pass_by_value, reason = "a literal or an owned value reads better than a reference to it")]
impl<K: 'static, V: 'static, C: Codec<V>, D: Codec<K>> Map<K, V, C, D> {
    /// Sets the value of a key: `HSET`; whether the key was new. A time to live that the entry had of its own is dropped.
    pub fn insert(&self, key: impl Encode<K, D>, value: impl Encode<V, C>) -> Query<bool> {
        Query::built(|| Ok(self.write(self.set(&key, &value)?, reply::flag)))
    }

    /// Sets the value of a key and answers with the one before, as `insert` of a `HashMap` does: `HGET`, `HSET`, isolated.
    /// `None` if there was none.
    ///
    /// # Errors
    /// When run: [`Error::Decode`](crate::Error::Decode) when what was stored is no value of its type; it is replaced all the
    /// same.
    pub fn swap(&self, key: impl Encode<K, D>, value: impl Encode<V, C>) -> Query<Option<V>> {
        Query::built(|| {
            let read = hash::get(self.key(), &self.encoded(&key)?);
            let steps = vec![Step::Run(read), Step::Silent(self.set(&key, &value)?)];
            Ok(self.write_all(steps, reply::value::<V, C>))
        })
    }

    /// Sets the value of a key that has none: `HSETNX`; whether it had none. Of several callers, one is told so.
    pub fn insert_if_absent(&self, key: impl Encode<K, D>, value: impl Encode<V, C>) -> Query<bool> {
        Query::built(|| Ok(self.write(self.set_if_absent(&key, &value)?, reply::flag)))
    }

    /// The value of a key, which is set first if it has none: `HSETNX`, `HGET`, isolated.
    ///
    /// # Errors
    /// When run: [`Error::Decode`](crate::Error::Decode) when what is stored is no value of its type.
    pub fn get_or_insert(&self, key: impl Encode<K, D>, value: impl Encode<V, C>) -> Query<V> {
        Query::built(|| {
            let read = hash::get(self.key(), &self.encoded(&key)?);
            let steps = vec![Step::Silent(self.set_if_absent(&key, &value)?), Step::Run(read)];
            Ok(self.write_all(steps, decode::value::<V, C>))
        })
    }

    /// Sets the values of several keys: one `HSET`; how many of the keys were new. Of a key that comes twice, the last value
    /// stays. Without entries, nothing is sent.
    pub fn extend(&self, entries: impl IntoIterator<Item = (impl Encode<K, D>, impl Encode<V, C>)>) -> Query<u64> {
        Query::built(|| {
            Ok(match self.filled(self.key(), entries)? {
                Some(cmd) => self.write(cmd, decode::count),
                None => Query::answered(|| 0),
            })
        })
    }

    /// Makes the map of these entries, where there is none: one `HSET` under a condition. Without entries, it only checks
    /// that there is none.
    ///
    /// # Errors
    /// When run: [`Error::AlreadyExists`](crate::Error::AlreadyExists) when there is something in it, which stays as it is.
    pub fn create(&self, entries: impl IntoIterator<Item = (impl Encode<K, D>, impl Encode<V, C>)>) -> Query<()> {
        Query::built(|| {
            let steps = self.filled(self.key(), entries)?.map(Step::Silent).into_iter().collect();
            Ok(self.write_when(vec![Condition::missing(self.key())], steps, reply::done))
        })
    }

    /// Puts these entries in the place of all that are there, isolated: `HSET` to a key beside it, then `RENAME`. Its time to
    /// live stays, those of entries do not.
    pub fn replace(&self, entries: impl IntoIterator<Item = (impl Encode<K, D>, impl Encode<V, C>)>) -> Query<()> {
        let mut entries = entries.into_iter().peekable();
        let is_filled = entries.peek().is_some();
        self.replace_by(is_filled.then_some(|key: &Key| Ok(self.filled(key, entries)?.unwrap_or_default())))
    }

    /// Removes a key: `HDEL`; whether it had a value.
    pub fn remove(&self, key: impl Encode<K, D>) -> Query<bool> {
        Query::built(|| Ok(self.write(self.delete(&self.encoded(&key)?), reply::flag)))
    }

    /// Removes keys: one `HDEL`; how many of them had a value. Without keys, nothing is sent.
    pub fn remove_many(&self, keys: impl IntoIterator<Item = impl Encode<K, D>>) -> Query<u64> {
        Query::built(|| {
            Ok(match self.with_values(hash::delete(self.key(), [""; 0].iter()), keys)? {
                Some(cmd) => self.write(cmd, decode::count),
                None => Query::answered(|| 0),
            })
        })
    }

    /// Removes a key and answers with its value: `HGET`, `HDEL`, isolated. `None` when it had none. Of several callers, one
    /// gets it.
    ///
    /// # Errors
    /// When run: [`Error::Decode`](crate::Error::Decode) when what was stored is no value of its type; it is gone all the same.
    pub fn take(&self, key: impl Encode<K, D>) -> Query<Option<V>> {
        Query::built(|| {
            let key = self.encoded(&key)?;
            let steps = vec![Step::Run(hash::get(self.key(), &key)), Step::Silent(self.delete(&key))];
            Ok(self.write_all(steps, reply::value::<V, C>))
        })
    }

    /// Removes an entry by chance and answers with it: `HRANDFIELD` and `HDEL` in a script. `None` when it is empty. Of several
    /// callers, one gets it.
    ///
    /// # Errors
    /// As [`take`](Self::take).
    pub fn pop(&self) -> Query<Option<(K, V)>> {
        self.run(&POP, Vec::new(), Cmd::new(), decode::first_entry::<K, V, C, D>)
    }

    /// Sets the value of a key that has the value `current`, by `HSET` in a script.
    ///
    /// What is compared are stored bytes: use it for types whose stored form is always the same, not for maps.
    ///
    /// # Errors
    /// When run: [`Error::Conflict`](crate::Error::Conflict) when the key has another value, or none.
    pub fn compare_and_set(
        &self,
        key: impl Encode<K, D>,
        current: impl Encode<V, C>,
        value: impl Encode<V, C>,
    ) -> Query<()> {
        Query::built(|| {
            let condition = self.holds(self.encoded(&key)?, Some(self.encoded(&current)?));
            Ok(self.write_when(vec![condition], vec![Step::Silent(self.set(&key, &value)?)], reply::done))
        })
    }

    /// Removes a key that has the value `current`, by `HDEL` in a script. Compares as [`compare_and_set`](Self::compare_and_set)
    /// does.
    ///
    /// # Errors
    /// When run: [`Error::Conflict`](crate::Error::Conflict) when the key has another value, or none.
    pub fn remove_if(&self, key: impl Encode<K, D>, current: impl Encode<V, C>) -> Query<()> {
        Query::built(|| {
            let key = self.encoded(&key)?;
            let delete = Step::Silent(self.delete(&key));
            let condition = self.holds(key, Some(self.encoded(&current)?));
            Ok(self.write_when(vec![condition], vec![delete], reply::done))
        })
    }

    /// Replaces the value of a key by what `change` makes of it, again and again until nobody else was faster; answers with
    /// the new value. `None` goes in for a key without a value, and out to remove it.
    ///
    /// Takes two round trips for each try, `HGET` and a conditional `HSET` or `HDEL`. `change` may run several times.
    ///
    /// # Errors
    /// [`Error::Conflict`](crate::Error::Conflict) after a thousand tries.
    pub fn update<'a, M: Mode>(
        &self,
        store: &'a Store<M>,
        key: impl Encode<K, D>,
        change: impl FnMut(Option<V>) -> Option<V> + Send + 'a,
    ) -> M::Result<'a, Option<V>>
    where
        V: Send,
    {
        let (map, key) = (self.clone(), self.encoded(&key));
        M::run(async move { update(store, &Entry { map, key: key? }, change).await })
    }

    /// `HSET` of an entry.
    pub(super) fn set(&self, key: &impl Encode<K, D>, value: &impl Encode<V, C>) -> Result<Cmd> {
        Ok(hash::set(self.key(), &self.encoded(key)?, &self.encoded(value)?))
    }

    fn set_if_absent(&self, key: &impl Encode<K, D>, value: &impl Encode<V, C>) -> Result<Cmd> {
        Ok(hash::insert_if_absent(self.key(), &self.encoded(key)?, &self.encoded(value)?))
    }

    fn delete(&self, key: &[u8]) -> Cmd {
        hash::delete(self.key(), [key].into_iter())
    }

    fn holds(&self, key: Vec<u8>, stored: Option<Vec<u8>>) -> Condition {
        Condition::fields(self.key().clone(), vec![(key, stored)])
    }

    /// `HSET` of these entries, at `place`; `None` without any.
    fn filled(
        &self,
        place: &Key,
        entries: impl IntoIterator<Item = (impl Encode<K, D>, impl Encode<V, C>)>,
    ) -> Result<Option<Cmd>> {
        let entries = entries.into_iter();
        let mut cmd = hash::set_many(place, entries.size_hint().0);
        let mut is_empty = true;
        for (key, value) in entries {
            cmd.arg(self.encoded(&key)?).arg(self.encoded(&value)?);
            is_empty = false;
        }
        Ok((!is_empty).then_some(cmd))
    }
}

/// One entry, for a compare-and-set loop.
struct Entry<K, V, C, D> {
    map: Map<K, V, C, D>,
    key: Vec<u8>,
}

impl<K: 'static, V: 'static, C: Codec<V>, D: Codec<K>> Slot<V> for Entry<K, V, C, D> {
    fn stored(&self) -> Query<Option<Vec<u8>>> {
        self.map.read(hash::get(self.map.key(), &self.key), reply::value::<Vec<u8>, Plain>)
    }

    fn decode(&self, stored: Vec<u8>) -> Result<V> {
        C::decode(stored).map_err(|source| self.map.decode_error_at(readable(&self.key), source))
    }

    fn exchange(&self, stored: Option<Vec<u8>>, value: Option<&V>) -> Query<()> {
        let map = &self.map;
        Query::built(|| {
            let cmd = match value {
                Some(value) => hash::set(map.key(), &self.key, &map.written::<V, C>(value)?),
                None => map.delete(&self.key),
            };
            Ok(map.write_when(vec![map.holds(self.key.clone(), stored)], vec![Step::Silent(cmd)], reply::done))
        })
    }
}
