//! Finding elements by what they are.

use super::{List, reply as replies};
use crate::{
    codec::{Codec, Encode},
    collection::decode,
    command::list,
    error::Error,
    query::Query,
};

/// Which of the elements that are like a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Occurrences {
    /// All.
    All,
    /// So many, beginning at the front.
    First(u64),
    /// So many, beginning at the back.
    Last(u64),
}

/// Elements are alike when their stored bytes are.
#[allow(clippy::needless_pass_by_value, reason = "a literal or an owned value reads better than a reference to it")]
impl<T: 'static, C: Codec<T>> List<T, C> {
    /// Whether there is an element like this: `LPOS`.
    pub fn contains(&self, value: impl Encode<T, C>) -> Query<bool> {
        self.index_of(value).map(|place| place.is_some())
    }

    /// The index of the first element like this: `LPOS`. `None` when there is none.
    pub fn index_of(&self, value: impl Encode<T, C>) -> Query<Option<u64>> {
        self.index_of_nth(value, 1)
    }

    /// The index of the element that is, of those like this, the first for 1, the second for 2, the last for -1: `LPOS`. It
    /// is counted from the front in any case. `None` when there are not so many.
    ///
    /// # Errors
    /// [`Error::InvalidQuery`] for 0.
    pub fn index_of_nth(&self, value: impl Encode<T, C>, rank: i64) -> Query<Option<u64>> {
        if rank == 0 {
            return Query::invalid(Error::invalid_query("elements are counted from 1, or from -1 at the end"));
        }
        // The server refuses the one number that has no opposite; no list has so many elements.
        let rank = rank.max(-i64::MAX);
        self.with_encoded(&value, |value| self.read(list::position(self.key(), &value, rank), replies::place))
    }

    /// The indexes of all elements like this, from the front: `LPOS`.
    pub fn indices_of(&self, value: impl Encode<T, C>) -> Query<Vec<u64>> {
        self.with_encoded(&value, |value| self.read(list::positions(self.key(), &value), replies::places))
    }

    /// How many elements are like this: `LPOS`.
    pub fn count_of(&self, value: impl Encode<T, C>) -> Query<u64> {
        self.indices_of(value).map(|places| places.len() as u64)
    }

    /// Removes elements that are like this: `LREM`; how many.
    ///
    /// ```
    /// use redis_model::{collection::Occurrences, List, blocking::Store};
    ///
    /// let store = Store::embedded();
    /// let letters = List::<char>::at("letters");
    /// letters.extend("abacada".chars()).run(&store)?;
    /// letters.remove_value('a', Occurrences::Last(2)).run(&store)?;
    /// assert_eq!(letters.collect::<String>().run(&store)?, "abacd");
    /// # Ok::<(), redis_model::Error>(())
    /// ```
    pub fn remove_value(&self, value: impl Encode<T, C>, which: Occurrences) -> Query<u64> {
        let count = match which {
            // Redis means all by 0.
            Occurrences::First(0) | Occurrences::Last(0) => return Query::answered(|| 0),
            Occurrences::All => 0,
            Occurrences::First(count) => list::signed(count),
            Occurrences::Last(count) => -list::signed(count),
        };
        self.with_encoded(&value, |value| self.write(list::remove(self.key(), count, &value), decode::count))
    }
}
