//! The members with the lowest and the highest scores, and any members.

use redis::Cmd;

use super::{SortedSet, score};
use crate::{
    codec::Codec,
    collection::decode,
    command::sorted_set::{self, signed},
    query::{Query, reply},
};

/// The lowest score comes first; among equal ones the order of the stored bytes decides.
impl<T: 'static, C: Codec<T>> SortedSet<T, C> {
    /// The member with the lowest score; it stays: `ZRANGE`. `None` when there is none.
    ///
    /// # Errors
    /// As [`collect`](Self::collect).
    pub fn peek_min(&self) -> Query<Option<(T, f64)>> {
        self.read(sorted_set::range_with_scores(self.key(), 0, 0), score::first::<T, C>)
    }

    /// The member with the highest score; it stays: `ZRANGE` with `REV`. `None` when there is none.
    ///
    /// # Errors
    /// As [`collect`](Self::collect).
    pub fn peek_max(&self) -> Query<Option<(T, f64)>> {
        self.read(sorted_set::range_with_scores(self.key(), 0, 0).arg("REV").take(), score::first::<T, C>)
    }

    /// Removes the member with the lowest score and gives it: `ZPOPMIN`. `None` when there is none.
    ///
    /// # Errors
    /// When run: [`Error::Decode`](crate::Error::Decode) when it is no value of its type; it is removed all the same.
    pub fn pop_min(&self) -> Query<Option<(T, f64)>> {
        self.write(sorted_set::pop_min(self.key(), None), score::first::<T, C>)
    }

    /// Removes the member with the highest score and gives it: `ZPOPMAX`. `None` when there is none.
    ///
    /// # Errors
    /// As [`pop_min`](Self::pop_min).
    pub fn pop_max(&self) -> Query<Option<(T, f64)>> {
        self.write(sorted_set::pop_max(self.key(), None), score::first::<T, C>)
    }

    /// Removes so many members with the lowest scores and gives them, the lowest first: one `ZPOPMIN`. Fewer when there are
    /// not so many.
    ///
    /// # Errors
    /// As [`pop_min`](Self::pop_min).
    pub fn pop_min_many(&self, count: usize) -> Query<Vec<(T, f64)>> {
        self.pop_many(count, sorted_set::pop_min(self.key(), Some(count)))
    }

    /// Removes so many members with the highest scores and gives them, the highest first: one `ZPOPMAX`. Fewer when there are
    /// not so many.
    ///
    /// # Errors
    /// As [`pop_min`](Self::pop_min).
    pub fn pop_max_many(&self, count: usize) -> Query<Vec<(T, f64)>> {
        self.pop_many(count, sorted_set::pop_max(self.key(), Some(count)))
    }

    /// So many members, any of them, each once; they stay: `ZRANDMEMBER`. Fewer when there are not so many.
    ///
    /// # Errors
    /// As [`collect`](Self::collect).
    pub fn sample(&self, count: usize) -> Query<Vec<T>> {
        self.read(sorted_set::sample(self.key(), Some(signed(count))), decode::elements::<T, C, Vec<T>>)
    }

    /// So many members, each drawn from all, so that one may come again; they stay: `ZRANDMEMBER`. None when there is none.
    ///
    /// # Errors
    /// As [`collect`](Self::collect).
    pub fn sample_with_repetition(&self, count: u32) -> Query<Vec<T>> {
        self.read(sorted_set::sample(self.key(), Some(-i64::from(count))), decode::elements::<T, C, Vec<T>>)
    }

    /// Any member; it stays: `ZRANDMEMBER`. `None` when there is none.
    ///
    /// # Errors
    /// As [`collect`](Self::collect).
    pub fn random(&self) -> Query<Option<T>> {
        self.read(sorted_set::sample(self.key(), None), reply::value::<T, C>)
    }

    fn pop_many(&self, count: usize, cmd: Cmd) -> Query<Vec<(T, f64)>> {
        if count == 0 {
            return Query::answered(Vec::new);
        }
        self.write(cmd, score::pairs::<T, C, Vec<_>>)
    }
}
