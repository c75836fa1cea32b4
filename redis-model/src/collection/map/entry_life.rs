//! Entries that expire by themselves, where the server can do that.

use std::time::Duration;

use super::Map;
use crate::{
    codec::{Codec, Encode},
    collection::decode,
    command::hash,
    error::{Error, Result},
    query::{Query, Step, reply},
    ttl::{TimeLeft, milliseconds},
};

/// From which version on servers let entries of a hash expire.
const NEEDS: &str = "Redis 7.4 or Valkey 9.0, or later";

/// Servers count deadlines of entries in 46 bits of milliseconds since 1970; half of that is a thousand years.
const LONGEST: u64 = 1 << 45;

#[allow(clippy::needless_pass_by_value, reason = "a literal or an owned value reads better than a reference to it")]
impl<K: 'static, V: 'static, C: Codec<V>, D: Codec<K>> Map<K, V, C, D> {
    /// Sets the value of a key for this time, in whole milliseconds, rounded up: `HSET`, `HPEXPIRE`, isolated; whether the key
    /// was new. After that time it has no value; [`insert`](Self::insert) makes it one that stays.
    ///
    /// ```
    /// use std::time::Duration;
    /// use redis_model::{Map, TimeLeft, blocking::Store};
    ///
    /// let store = Store::embedded();
    /// let online = Map::<u64, String>::at("online");
    /// online.insert_for(7, "phone", Duration::from_secs(60)).run(&store)?;
    /// assert!(matches!(online.entry_ttl(7).run(&store)?, TimeLeft::Left(_)));
    /// # Ok::<(), redis_model::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::InvalidQuery`] for a time of zero, or of more than a thousand years. When run: [`Error::Unsupported`] before
    /// Redis 7.4 and Valkey 9.0, where nothing is written.
    pub fn insert_for(&self, key: impl Encode<K, D>, value: impl Encode<V, C>, after: Duration) -> Query<bool> {
        supported(|| {
            let field = self.encoded(&key)?;
            // A server that cannot let it expire says so to the first command, before anything is written.
            let probe = Step::Silent(hash::time_left_of_field(self.key(), &field));
            let expire = Step::Silent(hash::expire_field(self.key(), &field, entry_milliseconds(after)?));
            Ok(self.write_all(vec![probe, Step::Run(self.set(&key, &value)?), expire], reply::flag))
        })
    }

    /// Lets the entry of a key expire after this time, in whole milliseconds, rounded up: `HPEXPIRE`; false when it has no
    /// value.
    ///
    /// # Errors
    /// As [`insert_for`](Self::insert_for).
    pub fn expire_entry(&self, key: impl Encode<K, D>, after: Duration) -> Query<bool> {
        supported(|| {
            let expire = hash::expire_field(self.key(), &self.encoded(&key)?, entry_milliseconds(after)?);
            Ok(self.write(expire, decode::is_entry_changed))
        })
    }

    /// How long the entry of a key has left to live by itself: `HPTTL`. [`TimeLeft::Missing`] when it has no value,
    /// [`TimeLeft::Unlimited`] when it lives for as long as the map.
    ///
    /// # Errors
    /// When run: [`Error::Unsupported`] before Redis 7.4 and Valkey 9.0.
    pub fn entry_ttl(&self, key: impl Encode<K, D>) -> Query<TimeLeft> {
        supported(|| {
            let read = hash::time_left_of_field(self.key(), &self.encoded(&key)?);
            Ok(self.read(read, decode::entry_time_left))
        })
    }

    /// Lets the entry of a key live for as long as the map: `HPERSIST`; false when it has no value, or had no time limit.
    ///
    /// # Errors
    /// When run: [`Error::Unsupported`] before Redis 7.4 and Valkey 9.0.
    pub fn persist_entry(&self, key: impl Encode<K, D>) -> Query<bool> {
        supported(|| Ok(self.write(hash::persist_field(self.key(), &self.encoded(&key)?), decode::is_entry_changed)))
    }
}

/// A query of commands that older servers do not know.
fn supported<T: Send + 'static>(build: impl FnOnce() -> Result<Query<T>>) -> Query<T> {
    Query::built(build).attempt().and_then(|result| result.map_err(|error| error.needing(NEEDS)))
}

fn entry_milliseconds(after: Duration) -> Result<u64> {
    match milliseconds(after)? {
        whole if whole <= LONGEST => Ok(whole),
        _ => {
            Err(Error::invalid_query("an entry of a map lives a thousand years at the most: let it have no time limit"))
        }
    }
}
