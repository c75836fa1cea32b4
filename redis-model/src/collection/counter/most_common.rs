//! The most frequent values.

use std::cmp::Ordering;

use super::Counter;
use crate::{
    codec::{Codec, Plain},
    collection::decode,
    command::{facts::readable, hash},
    error::Result,
    query::Query,
};

impl<T: 'static, C: Codec<T>> Counter<T, C> {
    /// The values with the highest counts, at most so many, the highest first: `HGETALL`. Of equal counts, those come first
    /// whose stored bytes do.
    ///
    /// All counts are read, O(len), and sorted here, where it costs the server nothing; only the values that come are decoded.
    ///
    /// # Errors
    /// When run: [`Error::Decode`](crate::Error::Decode) when a count is no number, or a value that comes none of its type;
    /// its path is the value.
    pub fn most_common(&self, count: usize) -> Query<Vec<(T, i64)>> {
        let counter = self.clone();
        let stored = self.read(hash::get_all(self.key()), decode::entries::<Vec<u8>, i64, Plain, Plain, Vec<_>>);
        stored.and_then(move |mut counts| {
            if count < counts.len() {
                counts.select_nth_unstable_by(count, by_rank);
                counts.truncate(count);
            }
            counts.sort_unstable_by(by_rank);
            counts.into_iter().map(|(value, count)| Ok((counter.value(value)?, count))).collect()
        })
    }

    /// A stored value.
    pub(super) fn value(&self, stored: Vec<u8>) -> Result<T> {
        let path = readable(&stored);
        C::decode(stored).map_err(|source| self.decode_error_at(path, source))
    }
}

/// The higher count first; of equal ones, the smaller value.
fn by_rank((value, count): &(Vec<u8>, i64), (other_value, other_count): &(Vec<u8>, i64)) -> Ordering {
    other_count.cmp(count).then_with(|| value.cmp(other_value))
}
