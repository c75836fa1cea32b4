//! Sorted sets.

mod algebra;
mod ends;
mod insert;
mod range;
mod score;

use std::{iter, marker::PhantomData, sync::Arc};

pub use self::{
    algebra::{Aggregate, Combined},
    insert::InsertIf,
    range::{ByLex, ByRank, ByScore, SortedRange},
};
use super::{
    Container, decode,
    handle::{container, in_record},
};
use crate::{
    codec::{Codec, Encode, Plain},
    command::sorted_set,
    error::{Error, Result},
    key::Key,
    mode::Mode,
    query::{Query, reply},
    scan::{ByPattern, Items, Page, Scan, Source, Window},
    store::Store,
};

/// Members in the order of their scores, each of them once: a Redis sorted set.
///
/// Scores are 64-bit floats, exact as they were given; those without end are allowed, NaN is refused before anything is sent.
/// Integers are given as they are up to 32 bits; of `i64`, `u64` and `usize`, whose floats are exact up to 2^53 only, `as f64`.
/// Members with equal scores are in the order of their stored bytes. Ranks count from 0, the lowest score first.
///
/// ```
/// use redis_model::{SortedSet, blocking::Store, prelude::*};
///
/// let store = Store::embedded();
/// let board = SortedSet::<String>::at("board");
/// assert!(board.insert("ada", 120).run(&store)?);
/// board.extend([("alan", 90.5), ("grace", 130.0)]).run(&store)?;
/// assert_eq!(board.incr("alan", 20).run(&store)?, 110.5);
/// assert_eq!(board.reverse_rank("grace").run(&store)?, Some(0));
/// assert_eq!(board.range(..).rev().run(&store)?, ["grace", "ada", "alan"]);
/// assert_eq!(board.count_by_score(115.0..).run(&store)?, 2);
/// assert_eq!(board.pop_min().run(&store)?, Some(("alan".to_owned(), 110.5)));
/// # Ok::<(), redis_model::Error>(())
/// ```
///
/// # How it lies in Redis
/// A sorted set at the key, its members the stored values.
#[must_use = "a sorted set sends nothing: its operations do, when they run"]
pub struct SortedSet<T, C = Plain> {
    container: Container,
    of: PhantomData<fn() -> (T, C)>,
}

container!(SortedSet<T, C>);
in_record!(SortedSet<T, C>);

impl<T, C> SortedSet<T, C> {
    /// How many members there are: `ZCARD`. 0 when it is empty.
    pub fn len(&self) -> Query<u64> {
        self.read(sorted_set::length(self.key()), decode::count)
    }
}

#[allow(clippy::needless_pass_by_value, reason = "a literal or an owned value reads better than a reference to it")]
impl<T: 'static, C: Codec<T>> SortedSet<T, C> {
    /// Adds a member, or gives it another score: `ZADD`; whether it was not there.
    ///
    /// # Errors
    /// [`Error::InvalidQuery`] for NaN.
    pub fn insert(&self, member: impl Encode<T, C>, score: impl Into<f64>) -> Query<bool> {
        match score::with_pairs(self, sorted_set::insert(self.key()), [(member, score)]) {
            Ok(cmd) => self.write(cmd.unwrap_or_default(), reply::flag),
            Err(error) => Query::invalid(error),
        }
    }

    /// Adds members, or gives them other scores: one `ZADD`; how many of them were not there. Of one that comes twice, the last
    /// score stays. Without members, nothing is sent.
    ///
    /// # Errors
    /// As [`insert`](Self::insert).
    pub fn extend<V: Encode<T, C>>(&self, members: impl IntoIterator<Item = (V, impl Into<f64>)>) -> Query<u64> {
        match score::with_pairs(self, sorted_set::insert(self.key()), members) {
            Ok(Some(cmd)) => self.write(cmd, decode::count),
            Ok(None) => Query::answered(|| 0),
            Err(error) => Query::invalid(error),
        }
    }

    /// Adds to a member's score and answers with the sum: `ZINCRBY`. A member that is not there has 0.
    ///
    /// # Errors
    /// [`Error::InvalidQuery`] for NaN. When run: [`Error::OutOfRange`] when the sum would be no number, as of both infinities;
    /// the score stays as it was.
    pub fn incr(&self, member: impl Encode<T, C>, by: impl Into<f64>) -> Query<f64> {
        match (score::text(by.into()), self.encoded(&member)) {
            (Ok(by), Ok(member)) => self.write(sorted_set::increment(self.key(), &by, &member), score::score),
            (Err(error), _) | (_, Err(error)) => Query::invalid(error),
        }
    }

    /// Removes a member: `ZREM`; whether it was there.
    pub fn remove(&self, member: impl Encode<T, C>) -> Query<bool> {
        match self.encoded(&member) {
            Ok(member) => self.write(sorted_set::remove(self.key(), [&member[..]]), reply::flag),
            Err(error) => Query::invalid(error),
        }
    }

    /// Removes members: one `ZREM`; how many of them were there. Without members, nothing is sent.
    pub fn remove_many(&self, members: impl IntoIterator<Item = impl Encode<T, C>>) -> Query<u64> {
        match self.with_values(sorted_set::remove(self.key(), iter::empty()), members) {
            Ok(Some(cmd)) => self.write(cmd, decode::count),
            Ok(None) => Query::answered(|| 0),
            Err(error) => Query::invalid(error),
        }
    }

    /// Whether a member is there: `ZSCORE`.
    pub fn contains(&self, member: impl Encode<T, C>) -> Query<bool> {
        match self.encoded(&member) {
            Ok(member) => {
                self.read(sorted_set::score(self.key(), &member), |reply| Ok(score::optional(reply)?.is_some()))
            }
            Err(error) => Query::invalid(error),
        }
    }

    /// A member's score: `ZSCORE`. `None` when it is not there.
    pub fn score(&self, member: impl Encode<T, C>) -> Query<Option<f64>> {
        match self.encoded(&member) {
            Ok(member) => self.read(sorted_set::score(self.key(), &member), score::optional),
            Err(error) => Query::invalid(error),
        }
    }

    /// The scores of members, in their order: one `ZMSCORE`; `None` for those that are not there. Without members, nothing is
    /// sent.
    pub fn scores(&self, members: impl IntoIterator<Item = impl Encode<T, C>>) -> Query<Vec<Option<f64>>> {
        match self.with_values(sorted_set::scores(self.key()), members) {
            Ok(Some(cmd)) => self.read(cmd, score::scores),
            Ok(None) => Query::answered(Vec::new),
            Err(error) => Query::invalid(error),
        }
    }

    /// A member's rank, the lowest score first: `ZRANK`. `None` when it is not there.
    pub fn rank(&self, member: impl Encode<T, C>) -> Query<Option<u64>> {
        match self.encoded(&member) {
            Ok(member) => self.read(sorted_set::rank(self.key(), &member), score::rank),
            Err(error) => Query::invalid(error),
        }
    }

    /// A member's rank, the highest score first: `ZREVRANK`. `None` when it is not there.
    pub fn reverse_rank(&self, member: impl Encode<T, C>) -> Query<Option<u64>> {
        match self.encoded(&member) {
            Ok(member) => self.read(sorted_set::reverse_rank(self.key(), &member), score::rank),
            Err(error) => Query::invalid(error),
        }
    }

    /// All members with their scores, in order, into whatever they make, such as a `HashMap`: `ZRANGE`.
    ///
    /// # Errors
    /// When run: [`Error::Decode`] when one is no value of its type.
    pub fn collect<B: FromIterator<(T, f64)>>(&self) -> Query<B> {
        self.read(sorted_set::range_with_scores(self.key(), 0, -1), score::pairs::<T, C, B>)
    }

    /// All members with their scores, the lowest first: `ZRANGE`. Nothing when it is empty.
    ///
    /// # Errors
    /// As [`collect`](Self::collect).
    pub fn load(&self) -> Query<Vec<(T, f64)>> {
        self.collect()
    }

    /// Puts these members in the place of all that are there, isolated: `ZADD` to a key beside it, then `RENAME`. Its time to
    /// live stays.
    ///
    /// # Errors
    /// As [`insert`](Self::insert).
    pub fn replace<V: Encode<T, C>>(&self, members: impl IntoIterator<Item = (V, impl Into<f64>)>) -> Query<()> {
        let mut members = members.into_iter().peekable();
        let is_filled = members.peek().is_some();
        self.replace_by(is_filled.then_some(|key: &Key| {
            let filled = score::with_pairs(self, sorted_set::insert(key), members)?;
            Ok(filled.unwrap_or_default())
        }))
    }

    /// A walk over all members with their scores, page by page, in no order: `ZSCAN`. For large ones: each page holds the server
    /// up only shortly.
    #[allow(clippy::iter_not_returning_iterator, reason = "on a blocking store it is one, on another a stream")]
    pub fn iter<M: Mode>(&self, store: &Store<M>) -> Scan<M, Self>
    where
        T: Send,
    {
        Scan::new(store, self.clone())
    }
}

#[doc(hidden)]
impl<T: Send + 'static, C: Codec<T>> Source for SortedSet<T, C> {
    type Item = (T, f64);

    fn page(self: &Arc<Self>, window: &Window) -> Query<Page<(T, f64)>> {
        let set = self.clone();
        let cmd = sorted_set::scan(self.key(), window.cursor, window.pattern.as_deref(), window.count);
        self.read(cmd, reply::page).map(move |(next, found)| {
            let mut found = found.into_iter();
            let pairs = iter::from_fn(|| found.next().zip(found.next()));
            let items = pairs.map(|(member, score)| set.with_score(member, &score)).collect();
            Page { next, items: Items::Ready(items) }
        })
    }
}

impl<T, C: Codec<T>> SortedSet<T, C> {
    fn with_score(&self, member: Vec<u8>, score: &[u8]) -> Result<(T, f64)> {
        let score = score::parsed(score).ok_or(Error::protocol("a score is no number"))?;
        Ok((self.decoded::<T, C>(member)?, score))
    }
}

#[doc(hidden)]
impl<T: Send + 'static, C: Codec<T>> ByPattern for SortedSet<T, C> {}
