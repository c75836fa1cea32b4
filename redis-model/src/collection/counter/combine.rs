//! Two counters together.

use std::{cmp, collections::HashMap, hash::Hash};

use redis::{Cmd, Value};

use super::{COUNTER, Counter};
use crate::{
    codec::{Codec, Plain},
    collection::decode,
    command::{facts::readable, hash},
    error::{Error, Result},
    query::{Context, Query, Reply, reply},
};

/// The counts of stored values, in the order in which they came.
type Counts = Vec<(Vec<u8>, i64)>;

/// The counts of a value in the one and in the other counter; 0 where it was not counted.
type Pair = (i128, i128);

impl<T: 'static, C: Codec<T>> Counter<T, C> {
    /// Adds the counts of another counter to this one's, and keeps all of them, as Python's `update`: a script.
    ///
    /// # Errors
    /// When run: [`Error::OutOfRange`] when a sum would be beyond `i64`; all counts stay.
    pub fn add_all(&self, other: &Self) -> Query<()> {
        self.change_with("plus", other)
    }

    /// Subtracts the counts of another counter from this one's, and keeps all of them, also the negative ones, as Python's
    /// `subtract`: a script.
    ///
    /// # Errors
    /// As [`add_all`](Self::add_all).
    pub fn subtract_all(&self, other: &Self) -> Query<()> {
        self.change_with("minus", other)
    }

    /// Keeps of each value the greater of its two counts, if that is positive, as Python's `|=`: a script.
    pub fn union_with(&self, other: &Self) -> Query<()> {
        self.change_with("most", other)
    }

    /// Keeps of each value the smaller of its two counts, if that is positive, as Python's `&=`: a script.
    pub fn intersect_with(&self, other: &Self) -> Query<()> {
        self.change_with("least", other)
    }

    /// The sums of the counts of both, as far as they are positive, as Python's `+`: two `HGETALL`, isolated.
    ///
    /// ```
    /// use std::collections::HashMap;
    /// use redis_model::{Counter, blocking::Store};
    ///
    /// let store = Store::embedded();
    /// let (monday, tuesday) = (Counter::<String>::at("{visits}:mon"), Counter::<String>::at("{visits}:tue"));
    /// monday.add_counts([("ada", 3), ("bob", 1)]).run(&store)?;
    /// tuesday.add_counts([("ada", 1), ("bob", 2)]).run(&store)?;
    /// assert_eq!(monday.sum(&tuesday).run(&store)?, HashMap::from([("ada".into(), 4), ("bob".into(), 3)]));
    /// assert_eq!(monday.difference(&tuesday).run(&store)?, HashMap::from([("ada".into(), 2)]));
    /// # Ok::<(), redis_model::Error>(())
    /// ```
    ///
    /// # Errors
    /// When run: [`Error::OutOfRange`] when a sum is beyond `i64`; [`Error::Decode`] when something is no value of its type,
    /// or no count.
    pub fn sum(&self, other: &Self) -> Query<HashMap<T, i64>>
    where
        T: Eq + Hash,
    {
        self.combined(other, |(a, b)| a + b)
    }

    /// The differences between the counts of this and the other, as far as they are positive, as Python's `-`: two `HGETALL`,
    /// isolated.
    ///
    /// # Errors
    /// As [`sum`](Self::sum).
    pub fn difference(&self, other: &Self) -> Query<HashMap<T, i64>>
    where
        T: Eq + Hash,
    {
        self.combined(other, |(a, b)| a - b)
    }

    /// The greater count of each value, as far as it is positive, as Python's `|`: two `HGETALL`, isolated.
    ///
    /// # Errors
    /// As [`sum`](Self::sum).
    pub fn union(&self, other: &Self) -> Query<HashMap<T, i64>>
    where
        T: Eq + Hash,
    {
        self.combined(other, |(a, b)| cmp::max(a, b))
    }

    /// The smaller count of each value, as far as it is positive, as Python's `&`: two `HGETALL`, isolated.
    ///
    /// # Errors
    /// As [`sum`](Self::sum).
    pub fn intersection(&self, other: &Self) -> Query<HashMap<T, i64>>
    where
        T: Eq + Hash,
    {
        self.combined(other, |(a, b)| cmp::min(a, b))
    }

    fn change_with(&self, operation: &str, other: &Self) -> Query<()> {
        let args = Cmd::new().arg(operation).take();
        self.run(&COUNTER, vec![other.key().clone()], args, reply::done)
    }

    fn combined(&self, other: &Self, combine: fn(Pair) -> i128) -> Query<HashMap<T, i64>>
    where
        T: Eq + Hash,
    {
        if let Err(reason) = other.key().check() {
            return Query::invalid(Error::InvalidKey { reason });
        }
        let counter = self.clone();
        let both = self.read_all(vec![hash::get_all(self.key()), hash::get_all(other.key())], both);
        both.and_then(move |(one, other)| {
            let combined = paired(one, other).into_iter().map(|(value, pair)| (value, combine(pair)));
            let positive = combined.filter(|(_, count)| *count > 0);
            positive.map(|(value, count)| counter.entry(value, count)).collect()
        })
    }

    fn entry(&self, stored: Vec<u8>, count: i128) -> Result<(T, i64)> {
        let out_of_range = |_| {
            let path = readable(&stored);
            Error::OutOfRange { key: self.key().clone(), path }
        };
        let count = i64::try_from(count).map_err(out_of_range)?;
        Ok((self.value(stored)?, count))
    }
}

/// The counts of both.
fn paired(one: Counts, other: Counts) -> HashMap<Vec<u8>, Pair> {
    let mut pairs: HashMap<Vec<u8>, Pair> = HashMap::with_capacity(one.len().max(other.len()));
    for (value, count) in one {
        pairs.entry(value).or_default().0 = count.into();
    }
    for (value, count) in other {
        pairs.entry(value).or_default().1 = count.into();
    }
    pairs
}

/// The counts of two counters.
fn both(reply: Reply<'_>) -> Result<(Counts, Counts)> {
    let (value, context) = reply.into_parts();
    match value {
        Value::Array(replies) => match <[Value; 2]>::try_from(replies) {
            Ok([one, other]) => Ok((counts(one, &context)?, counts(other, &context)?)),
            Err(_) => Err(Error::protocol("two counters have not two replies")),
        },
        _ => Err(Error::protocol("two counters have not two replies")),
    }
}

fn counts(value: Value, context: &Context<'_>) -> Result<Counts> {
    decode::entries_of::<Vec<u8>, i64, Plain, Plain, Counts>(value, context)
}
