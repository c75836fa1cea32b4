//! Ranges of members: by rank, by score, or by the members themselves.

use std::{
    marker::PhantomData,
    ops::{Bound, RangeBounds},
};

use redis::Cmd;

use super::{SortedSet, score};
use crate::{
    codec::{Codec, Encode},
    collection::{decode, list::span::Span},
    command::sorted_set,
    error::Result,
    query::{IntoQuery, Query},
};

/// A range by rank: the lowest score has rank 0.
#[derive(Debug, Clone, Copy)]
pub struct ByRank;

/// A range by score.
#[derive(Debug, Clone, Copy)]
pub struct ByScore;

/// A range by the stored bytes of the members, where all have the same score.
#[derive(Debug, Clone, Copy)]
pub struct ByLex;

/// A range whose members can be counted off.
#[doc(hidden)]
pub trait Limited {}

impl Limited for ByScore {}
impl Limited for ByLex {}

/// A range that tells scores.
#[doc(hidden)]
pub trait Scored {}

impl Scored for ByRank {}
impl Scored for ByScore {}

/// Members of a range, in their order: what [`SortedSet::range`] and its kind make. A query when it runs as it is; its methods
/// say what is wanted more.
///
/// ```
/// use redis_model::{SortedSet, blocking::Store, prelude::*};
///
/// let store = Store::embedded();
/// let temperatures = SortedSet::<String>::at("temperatures");
/// temperatures.extend([("Oslo", -4.5), ("Rome", 12.0), ("Cairo", 21.5), ("Paris", 7.0)]).run(&store)?;
/// assert_eq!(temperatures.range(..2).run(&store)?, ["Oslo", "Paris"]);
/// assert_eq!(temperatures.range_by_score(0.0..=12.0).rev().run(&store)?, ["Rome", "Paris"]);
/// let warmest = temperatures.range_by_score(..).rev().take(1).with_scores().run(&store)?;
/// assert_eq!(warmest, [("Cairo".to_owned(), 21.5)]);
/// # Ok::<(), redis_model::Error>(())
/// ```
#[must_use = "a range does nothing until it runs"]
#[derive(Debug)]
pub struct SortedRange<T, C, By> {
    set: SortedSet<T, C>,
    /// `None` when there can be nothing in it.
    bounds: Result<Option<Bounds>>,
    word: &'static str,
    is_reversed: bool,
    skipped: usize,
    taken: Option<usize>,
    by: PhantomData<fn() -> By>,
}

/// The ends of a range as they are sent.
#[derive(Debug)]
struct Bounds {
    low: Vec<u8>,
    high: Vec<u8>,
}

impl<T: 'static, C: Codec<T>> SortedSet<T, C> {
    /// The members with these ranks, the lowest score first: `ZRANGE`. Negative ranks count from the end, beyond an end is that
    /// end: `-3..` is the highest three, `..-1` all but the highest, `..=-1` all.
    ///
    /// # Errors
    /// When run: [`Error::Decode`](crate::Error::Decode) with the position in the range of one that is no value of its type.
    pub fn range(&self, ranks: impl RangeBounds<i64>) -> SortedRange<T, C, ByRank> {
        let bounds = Span::of(ranks).inclusive();
        let text = |rank: i64| rank.to_string().into_bytes();
        self.range_between("", Ok(bounds.map(|(first, last)| Bounds { low: text(first), high: text(last) })))
    }

    /// The members with these scores, the lowest first: `ZRANGE` with `BYSCORE`.
    ///
    /// # Errors
    /// As [`range`](Self::range); [`Error::InvalidQuery`](crate::Error::InvalidQuery) for NaN.
    pub fn range_by_score(&self, scores: impl RangeBounds<f64>) -> SortedRange<T, C, ByScore> {
        self.range_between("BYSCORE", Bounds::of_scores(&scores).map(Some))
    }

    /// The members between these, as the stored bytes are ordered, where all have the same score: `ZRANGE` with `BYLEX`. What
    /// it gives where scores differ means nothing.
    ///
    /// ```
    /// use redis_model::{SortedSet, blocking::Store, prelude::*};
    ///
    /// let store = Store::embedded();
    /// let names = SortedSet::<String>::at("names");
    /// names.extend(["ada", "alan", "grace", "anita"].map(|name| (name, 0))).run(&store)?;
    /// assert_eq!(names.range_by_lex("al".."b").run(&store)?, ["alan", "anita"]);
    /// # Ok::<(), redis_model::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`range`](Self::range).
    pub fn range_by_lex<B: Encode<T, C>>(&self, members: impl RangeBounds<B>) -> SortedRange<T, C, ByLex> {
        self.range_between("BYLEX", self.lex_bounds(&members).map(Some))
    }

    /// How many members have these scores: `ZCOUNT`.
    ///
    /// # Errors
    /// [`Error::InvalidQuery`](crate::Error::InvalidQuery) for NaN.
    pub fn count_by_score(&self, scores: impl RangeBounds<f64>) -> Query<u64> {
        match Bounds::of_scores(&scores) {
            Ok(bounds) => self.read(sorted_set::count_by_score(self.key(), &bounds.low, &bounds.high), decode::count),
            Err(error) => Query::invalid(error),
        }
    }

    /// How many members are between these, where all have the same score: `ZLEXCOUNT`.
    pub fn count_by_lex<B: Encode<T, C>>(&self, members: impl RangeBounds<B>) -> Query<u64> {
        match self.lex_bounds(&members) {
            Ok(bounds) => self.read(sorted_set::count_by_lex(self.key(), &bounds.low, &bounds.high), decode::count),
            Err(error) => Query::invalid(error),
        }
    }

    /// Removes the members with these ranks, as [`range`](Self::range) counts them: `ZREMRANGEBYRANK`; how many there were.
    pub fn remove_range(&self, ranks: impl RangeBounds<i64>) -> Query<u64> {
        match Span::of(ranks).inclusive() {
            Some((first, last)) => self.write(sorted_set::remove_by_rank(self.key(), first, last), decode::count),
            None => Query::answered(|| 0),
        }
    }

    /// Removes the members with these scores: `ZREMRANGEBYSCORE`; how many there were.
    ///
    /// # Errors
    /// [`Error::InvalidQuery`](crate::Error::InvalidQuery) for NaN.
    pub fn remove_range_by_score(&self, scores: impl RangeBounds<f64>) -> Query<u64> {
        match Bounds::of_scores(&scores) {
            Ok(bounds) => self.write(sorted_set::remove_by_score(self.key(), &bounds.low, &bounds.high), decode::count),
            Err(error) => Query::invalid(error),
        }
    }

    /// Removes the members between these, where all have the same score: `ZREMRANGEBYLEX`; how many there were.
    pub fn remove_range_by_lex<B: Encode<T, C>>(&self, members: impl RangeBounds<B>) -> Query<u64> {
        match self.lex_bounds(&members) {
            Ok(bounds) => self.write(sorted_set::remove_by_lex(self.key(), &bounds.low, &bounds.high), decode::count),
            Err(error) => Query::invalid(error),
        }
    }

    fn lex_bounds<B: Encode<T, C>>(&self, members: &impl RangeBounds<B>) -> Result<Bounds> {
        Bounds::of(members, [b"[", b"-", b"+"], |member| self.encoded(member))
    }

    fn range_between<By>(&self, word: &'static str, bounds: Result<Option<Bounds>>) -> SortedRange<T, C, By> {
        SortedRange { set: self.clone(), bounds, word, is_reversed: false, skipped: 0, taken: None, by: PhantomData }
    }
}

impl<T: 'static, C: Codec<T>, By> SortedRange<T, C, By> {
    /// The other way round, the highest first: `REV`. Ranks then count from the highest.
    pub fn rev(mut self) -> Self {
        self.is_reversed = !self.is_reversed;
        self
    }

    /// With their scores.
    ///
    /// # Errors
    /// As the range.
    pub fn with_scores(self) -> Query<Vec<(T, f64)>>
    where
        By: Scored,
    {
        match self.into_command() {
            Ok(Some((set, mut cmd))) => set.read(cmd.arg("WITHSCORES").take(), score::pairs::<T, C, Vec<_>>),
            Ok(None) => Query::answered(Vec::new),
            Err(error) => Query::invalid(error),
        }
    }

    /// Leaves out so many at the beginning: `LIMIT`. The server passes over each of them.
    pub fn skip(mut self, count: usize) -> Self
    where
        By: Limited,
    {
        self.skipped = self.skipped.saturating_add(count);
        self.taken = self.taken.map(|taken| taken.saturating_sub(count));
        self
    }

    /// Only so many: `LIMIT`.
    pub fn take(mut self, count: usize) -> Self
    where
        By: Limited,
    {
        self.taken = Some(self.taken.map_or(count, |taken| taken.min(count)));
        self
    }

    /// `None` when there can be nothing in it.
    fn into_command(self) -> Result<Option<(SortedSet<T, C>, Cmd)>> {
        let Some(bounds) = self.bounds?.filter(|_| self.taken != Some(0)) else {
            return Ok(None);
        };
        // From the other end, a range of values begins at its high end; ranks begin where they did.
        let (first, last) = match (self.is_reversed, self.word) {
            (true, "BYSCORE" | "BYLEX") => (&bounds.high, &bounds.low),
            _ => (&bounds.low, &bounds.high),
        };
        let mut cmd = sorted_set::range(self.set.key(), first, last);
        if !self.word.is_empty() {
            cmd.arg(self.word);
        }
        if self.is_reversed {
            cmd.arg("REV");
        }
        if self.skipped > 0 || self.taken.is_some() {
            let taken = self.taken.map_or(-1, sorted_set::signed);
            cmd.arg("LIMIT").arg(sorted_set::signed(self.skipped)).arg(taken);
        }
        Ok(Some((self.set, cmd)))
    }
}

impl<T: 'static, C: Codec<T>, By> IntoQuery for SortedRange<T, C, By> {
    type Output = Vec<T>;

    fn into_query(self) -> Query<Vec<T>> {
        match self.into_command() {
            Ok(Some((set, cmd))) => set.read(cmd, decode::elements::<T, C, Vec<T>>),
            Ok(None) => Query::answered(Vec::new),
            Err(error) => Query::invalid(error),
        }
    }
}

impl Bounds {
    fn of_scores(scores: &impl RangeBounds<f64>) -> Result<Self> {
        Self::of(scores, [b"", b"-inf", b"+inf"], |score| score::text(*score))
    }

    /// `marks` stand before what belongs to the range, for no lower end, and for no upper one.
    fn of<B>(
        range: &impl RangeBounds<B>,
        [included, lowest, highest]: [&[u8]; 3],
        text: impl Fn(&B) -> Result<Vec<u8>>,
    ) -> Result<Self> {
        let end = |bound: Bound<&B>, unbounded: &[u8]| match bound {
            Bound::Included(value) => Ok([included, &text(value)?].concat()),
            Bound::Excluded(value) => Ok([b"(", &text(value)?[..]].concat()),
            Bound::Unbounded => Ok(unbounded.to_vec()),
        };
        Ok(Self { low: end(range.start_bound(), lowest)?, high: end(range.end_bound(), highest)? })
    }
}
