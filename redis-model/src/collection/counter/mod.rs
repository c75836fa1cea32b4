//! Counters.

mod combine;
mod most_common;

use std::{
    collections::HashMap,
    hash::Hash,
    iter::{self, FlatMap, RepeatN},
    marker::PhantomData,
    ops::RangeInclusive,
    vec,
};

use redis::Cmd;

use super::{
    Container, Map, decode,
    handle::{container, in_record},
};
use crate::{
    codec::{Codec, Encode, Plain},
    command::{facts::readable, hash},
    error::{Error, Result},
    handle::NumberAt,
    mode::Mode,
    query::{Query, Reply, Script, reply},
    scan::Scan,
    store::Store,
};

/// How often each value came: a Redis hash of value to count, as Python's `Counter`. What was not counted has the count 0.
///
/// ```
/// use redis_model::{Counter, blocking::Store};
///
/// let store = Store::embedded();
/// let letters = Counter::<char>::at("letters");
/// letters.extend("abracadabra".chars()).run(&store)?;
/// assert_eq!(letters.most_common(3).run(&store)?, [('a', 5), ('b', 2), ('r', 2)]);
/// assert_eq!(letters.add('z', 2).run(&store)?, 2);
/// assert_eq!(letters.get('q').run(&store)?, 0);
/// assert_eq!(letters.total().run(&store)?, 13);
/// # Ok::<(), redis_model::Error>(())
/// ```
///
/// Counts are of 64 bits with a sign, and exact: they may be negative, and a value whose count is 0 stays until it is
/// removed, as in Python. A sum that would leave the range is [`Error::OutOfRange`], and changes nothing.
///
/// # How it lies in Redis
/// Each value, as the codec `C` writes it, is a field of the hash; its count stands there as decimal text. What is stored for a value must always be the
/// same, so that it is counted again: let no maps be a part of it. `Counter<String, PythonJson>` is what Python's pottery reads and writes as a `RedisCounter`.
#[must_use = "a counter sends nothing: its operations do, when they run"]
pub struct Counter<T, C = Plain> {
    container: Container,
    of: PhantomData<fn() -> (T, C)>,
}

container!(Counter<T, C>);
in_record!(Counter<T, C>);

static COUNTER: Script = Script::new(include_str!("counter.lua")).on_first_key().of_types(&["hash", "hash"]);

/// What a count may change by: the opposite of the lowest count, too.
const STEPS: RangeInclusive<i128> = i64::MIN as i128..=1 << 63;

/// Values, each as often as it was counted: [`Counter::elements`].
pub type Elements<T> = FlatMap<vec::IntoIter<(T, i64)>, RepeatN<T>, fn((T, i64)) -> RepeatN<T>>;

impl<T, C> Counter<T, C> {
    /// How many values have a count, whatever it is: `HLEN`. 0 when it is empty.
    pub fn len(&self) -> Query<u64> {
        self.read(hash::length(self.key()), decode::count)
    }

    /// The sum of all counts: `HVALS`. 0 when it is empty.
    ///
    /// # Errors
    /// When run: [`Error::OutOfRange`] when it is beyond `i64`.
    pub fn total(&self) -> Query<i64> {
        self.read(hash::values(self.key()), |reply| {
            let key = reply.context().key();
            let counts = decode::elements::<i64, Plain, Vec<_>>(reply)?;
            let total: i128 = counts.into_iter().map(i128::from).sum();
            i64::try_from(total).map_err(|_| Error::OutOfRange { key, path: String::new() })
        })
    }

    /// The same hash as a map, for what a counter has in common with one.
    fn as_map(&self) -> Map<T, i64, Plain, C> {
        Map::of(self.container.clone())
    }
}

#[allow(clippy::needless_pass_by_value, reason = "a literal or an owned value reads better than a reference to it")]
impl<T: 'static, C: Codec<T>> Counter<T, C> {
    /// The count of a value: `HGET`. 0 when it was not counted.
    pub fn get(&self, value: impl Encode<T, C>) -> Query<i64> {
        Query::built(|| Ok(self.read(hash::get(self.key(), &self.encoded(&value)?), count)))
    }

    /// The counts of these values, in their order: one `HMGET`; 0 for what was not counted. Without values, nothing is sent.
    pub fn get_many(&self, values: impl IntoIterator<Item = impl Encode<T, C>>) -> Query<Vec<i64>> {
        self.as_map().get_many(values).map(|counts| counts.into_iter().map(Option::unwrap_or_default).collect())
    }

    /// Whether a value has a count, be it 0: `HEXISTS`.
    pub fn contains(&self, value: impl Encode<T, C>) -> Query<bool> {
        self.as_map().contains(value)
    }

    /// Adds to the count of a value, and answers with the sum: `HINCRBY`.
    ///
    /// # Errors
    /// When run: [`Error::OutOfRange`] when the sum would be beyond `i64`; the count stays.
    pub fn add(&self, value: impl Encode<T, C>, count: i64) -> Query<i64> {
        Query::built(|| {
            let value = self.encoded(&value)?;
            let count_of = NumberAt { key: self.key(), field: Some(&value) };
            Ok(self.write_step(count_of.increment::<i64>(count)?, decode::value::<i64, Plain>))
        })
    }

    /// Subtracts from the count of a value, and answers with the difference, which may be negative: `HINCRBY`.
    ///
    /// # Errors
    /// As [`add`](Self::add).
    pub fn subtract(&self, value: impl Encode<T, C>, count: i64) -> Query<i64> {
        match count.checked_neg() {
            Some(count) => self.add(value, count),
            None => Query::invalid(Error::OutOfRange { key: self.key().clone(), path: String::new() }),
        }
    }

    /// Counts these values, each as often as it comes: one script. Without values, nothing is sent.
    ///
    /// # Errors
    /// When run: [`Error::OutOfRange`] when a sum would be beyond `i64`; all counts stay.
    pub fn extend(&self, values: impl IntoIterator<Item = impl Encode<T, C>>) -> Query<()> {
        self.change_by(values.into_iter().map(|value| (value, 1)), 1)
    }

    /// Adds these counts: one script. Without any, nothing is sent.
    ///
    /// # Errors
    /// As [`extend`](Self::extend).
    pub fn add_counts(&self, counts: impl IntoIterator<Item = (impl Encode<T, C>, i64)>) -> Query<()> {
        self.change_by(counts, 1)
    }

    /// Subtracts these counts, which may leave negative ones: one script. Without any, nothing is sent.
    ///
    /// # Errors
    /// As [`extend`](Self::extend).
    pub fn subtract_counts(&self, counts: impl IntoIterator<Item = (impl Encode<T, C>, i64)>) -> Query<()> {
        self.change_by(counts, -1)
    }

    /// Adds counts, `sign` times each.
    fn change_by(&self, counts: impl IntoIterator<Item = (impl Encode<T, C>, i64)>, sign: i128) -> Query<()> {
        Query::built(|| {
            let mut sums: HashMap<Vec<u8>, i128> = HashMap::new();
            for (value, count) in counts {
                *sums.entry(self.encoded(&value)?).or_default() += sign * i128::from(count);
            }
            if sums.is_empty() {
                return Ok(Query::answered(|| ()));
            }
            let mut args = Cmd::new().arg("add").take();
            for (value, sum) in sums {
                if !STEPS.contains(&sum) {
                    return Err(Error::OutOfRange { key: self.key().clone(), path: readable(&value) });
                }
                args.arg(&value[..]).arg(sum.to_string());
            }
            Ok(self.run(&COUNTER, Vec::new(), args, reply::done))
        })
    }

    /// Sets the count of a value: `HSET`; whether it had none.
    pub fn insert(&self, value: impl Encode<T, C>, count: i64) -> Query<bool> {
        self.as_map().insert(value, count)
    }

    /// Removes a value with its count: `HDEL`; whether it had one.
    pub fn remove(&self, value: impl Encode<T, C>) -> Query<bool> {
        self.as_map().remove(value)
    }

    /// Removes values with their counts: one `HDEL`; how many had one. Without values, nothing is sent.
    pub fn remove_many(&self, values: impl IntoIterator<Item = impl Encode<T, C>>) -> Query<u64> {
        self.as_map().remove_many(values)
    }

    /// All values, each as often as it was counted: `HGETALL`. Those whose count is not positive do not come. They are made
    /// one by one, however high the counts are.
    ///
    /// # Errors
    /// As [`collect`](Self::collect).
    pub fn elements(&self) -> Query<Elements<T>>
    where
        T: Clone,
    {
        self.read(hash::get_all(self.key()), |reply| {
            let counts = decode::entries::<T, i64, Plain, C, Vec<_>>(reply)?;
            Ok(counts.into_iter().flat_map(repeated as fn((T, i64)) -> RepeatN<T>))
        })
    }

    /// All values with their counts, into whatever they make: `HGETALL`.
    ///
    /// # Errors
    /// When run: [`Error::Decode`] when one is no value of its type, or its count no number; its path is the value.
    pub fn collect<B: FromIterator<(T, i64)>>(&self) -> Query<B> {
        self.as_map().collect()
    }

    /// All values with their counts: `HGETALL`. Nothing when it is empty.
    ///
    /// # Errors
    /// As [`collect`](Self::collect).
    pub fn load(&self) -> Query<HashMap<T, i64>>
    where
        T: Eq + Hash,
    {
        self.collect()
    }

    /// Puts these counts in the place of all that are there, isolated: `HSET` to a key beside it, then `RENAME`. Its time to
    /// live stays.
    pub fn replace(&self, counts: impl IntoIterator<Item = (impl Encode<T, C>, i64)>) -> Query<()> {
        self.as_map().replace(counts)
    }

    /// A walk over all values with their counts, page by page: `HSCAN`. For large counters: each page holds the server up
    /// only shortly.
    #[allow(clippy::iter_not_returning_iterator, reason = "on a blocking store it is one, on another a stream")]
    pub fn iter<M: Mode>(&self, store: &Store<M>) -> Scan<M, Map<T, i64, Plain, C>>
    where
        T: Send,
    {
        self.as_map().iter(store)
    }
}

fn repeated<T: Clone>((value, count): (T, i64)) -> RepeatN<T> {
    iter::repeat_n(value, usize::try_from(count).unwrap_or(0))
}

/// A count, 0 where there is none.
fn count(reply: Reply<'_>) -> Result<i64> {
    Ok(reply::value::<i64, Plain>(reply)?.unwrap_or(0))
}
