//! Entries that are numbers.

use super::Map;
use crate::{
    codec::{Codec, Encode, Number, Plain},
    error::Result,
    handle::{Extreme, NumberAt, number},
    query::Query,
};

#[allow(clippy::needless_pass_by_value, reason = "a literal or an owned value reads better than a reference to it")]
impl<K: 'static, V: Number + 'static, D: Codec<K>> Map<K, V, Plain, D> {
    /// Adds `by` to the value of a key and answers with the sum: `HINCRBY`, or `HINCRBYFLOAT` for floats; exact to the ends of
    /// `i64`. A key without a value counts as 0. A time to live that the entry has of its own stays.
    ///
    /// # Errors
    /// When run: [`Error::OutOfRange`](crate::Error::OutOfRange) when the sum would leave the range of the value's type or of
    /// `i64`, [`Error::Server`](crate::Error::Server) when what is stored is no number that Redis adds to: the value stays as it
    /// was.
    pub fn incr(&self, key: impl Encode<K, D>, by: V::Step) -> Query<V> {
        self.at_number(&key, |at| Ok(self.write_step(at.increment::<V>(by)?, number::<V>)))
    }

    /// Subtracts `by` and answers with the difference; as [`incr`](Self::incr). `i64::MIN` is
    /// [`Error::OutOfRange`](crate::Error::OutOfRange) whatever is stored.
    pub fn decr(&self, key: impl Encode<K, D>, by: V::Step) -> Query<V> {
        self.at_number(&key, |at| {
            let step = V::negate(by).ok_or_else(|| at.out_of_range())?;
            Ok(self.write_step(at.increment::<V>(step)?, number::<V>))
        })
    }

    /// Keeps the greater of the stored and the given number and answers with it, exact for all digits: `HGET` and `HSET` in a
    /// script. A key without a value takes the given one.
    pub fn set_max(&self, key: impl Encode<K, D>, value: V) -> Query<V> {
        self.extreme(&key, value, Extreme::Greatest)
    }

    /// Keeps the smaller of the stored and the given number and answers with it, exact for all digits: `HGET` and `HSET` in a
    /// script. A key without a value takes the given one.
    pub fn set_min(&self, key: impl Encode<K, D>, value: V) -> Query<V> {
        self.extreme(&key, value, Extreme::Least)
    }

    fn extreme(&self, key: &impl Encode<K, D>, value: V, keep: Extreme) -> Query<V> {
        self.at_number(key, |at| {
            let (script, args) = at.extreme(value, keep)?;
            Ok(self.run(script, Vec::new(), args, number::<V>))
        })
    }

    fn at_number(&self, key: &impl Encode<K, D>, query: impl FnOnce(NumberAt<'_>) -> Result<Query<V>>) -> Query<V> {
        Query::built(|| query(NumberAt { key: self.key(), field: Some(&self.encoded(key)?) }))
    }
}
