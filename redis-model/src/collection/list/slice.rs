//! Ranges and slices of a list.

use std::ops::RangeBounds;

use redis::Cmd;

use super::{
    List, READING, operation, reply as replies,
    span::{Span, Steps},
};
use crate::{
    codec::{Codec, Encode},
    collection::decode,
    command::list,
    error::Error,
    query::{Query, reply},
};

impl<T: 'static, C: Codec<T>> List<T, C> {
    /// The elements of a range of indexes: `LRANGE`. Negative indexes count from the end, beyond an end is that end: `-3..`
    /// is the last three, `..-1` all but the last, `..=-1` all. Nothing where the end is not behind the start.
    ///
    /// Clippy takes `1..-1`, where both numbers are written out, for a mistake (`reversed_empty_ranges`). It says nothing of
    /// variables, and of the same as `(Included(1), Excluded(-1))`.
    ///
    /// # Errors
    /// When run: [`Error::Decode`] with the position in the range of one that is no value of its type.
    pub fn range(&self, range: impl RangeBounds<i64>) -> Query<Vec<T>> {
        match Span::of(range).inclusive() {
            Some((first, last)) => self.read(list::range(self.key(), first, last), decode::elements::<T, C, Vec<T>>),
            None => Query::answered(Vec::new),
        }
    }

    /// Every `step`-th element of a range, as Python's `list[start:end:step]`: with a negative step from the range's start
    /// backwards to its end, so that `slice(.., -1)` is the list from back to front, and `5..2` by -1 the indexes 5, 4, 3.
    /// `LRANGE`, or for steps of more than one a script that sends only what is asked for.
    ///
    /// ```
    /// use std::ops::Bound::{Excluded, Included};
    /// use redis_model::{List, blocking::Store};
    ///
    /// let store = Store::embedded();
    /// let letters = List::<char>::at("letters");
    /// letters.extend("abcdefg".chars()).run(&store)?;
    /// assert_eq!(letters.slice(1.., 2).run(&store)?, ['b', 'd', 'f']);
    /// assert_eq!(letters.slice((Included(5), Excluded(2)), -1).run(&store)?, ['f', 'e', 'd']);
    /// # Ok::<(), redis_model::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::InvalidQuery`] for a step of 0. When run: as [`range`](Self::range).
    pub fn slice(&self, range: impl RangeBounds<i64>, step: i64) -> Query<Vec<T>> {
        if step == 0 {
            return invalid_step();
        }
        match Steps::of(range, step) {
            None => Query::answered(Vec::new),
            Some(Steps { first, last, step: 1 }) => {
                self.read(list::range(self.key(), first, last), decode::elements::<T, C, Vec<T>>)
            }
            Some(Steps { first, last, step: -1 }) => {
                self.read(list::range(self.key(), last, first), replies::backwards::<T, C>)
            }
            Some(steps) => {
                self.look(&READING, Vec::new(), steps.write(operation("pick")), decode::elements::<T, C, Vec<T>>)
            }
        }
    }

    /// Puts values in the place of the elements of a range, and returns those, as [`Vec::splice`] does; as many values as
    /// you like. An empty range inserts at its start. A script, which moves what lies between there and the nearer end.
    ///
    /// ```
    /// use redis_model::{List, blocking::Store};
    ///
    /// let store = Store::embedded();
    /// let letters = List::<char>::at("letters");
    /// letters.extend("abcde".chars()).run(&store)?;
    /// assert_eq!(letters.splice(1..3, "xyz".chars()).run(&store)?, ['b', 'c']);
    /// assert_eq!(letters.collect::<String>().run(&store)?, "axyzde");
    /// # Ok::<(), redis_model::Error>(())
    /// ```
    ///
    /// # Errors
    /// When run: [`Error::Full`] when the list would get longer than its limit; [`Error::Decode`] when a removed element is
    /// no value of its type: they are gone then.
    pub fn splice(
        &self,
        range: impl RangeBounds<i64>,
        values: impl IntoIterator<Item = impl Encode<T, C>>,
    ) -> Query<Vec<T>> {
        let Span { from, to } = Span::of(range);
        let args = operation("splice").arg(from).arg(to).arg(self.limit()).take();
        match self.with_values(args.clone(), values) {
            Ok(filled) => self.change(filled.unwrap_or(args), replies::removed::<T, C>),
            Err(error) => Query::invalid(error),
        }
    }

    /// Takes the elements of a range out of the list: as [`splice`](Self::splice) without values.
    ///
    /// # Errors
    /// As [`splice`](Self::splice).
    pub fn drain(&self, range: impl RangeBounds<i64>) -> Query<Vec<T>> {
        let Span { from, to } = Span::of(range);
        self.change(operation("splice").arg(from).arg(to).arg("").take(), replies::removed::<T, C>)
    }

    /// Takes every `step`-th element of a range out of the list, as Python's `del list[start:end:step]`: what
    /// [`slice`](Self::slice) gives. A script.
    ///
    /// # Errors
    /// As [`slice`](Self::slice); what is no value of its type is gone then.
    pub fn drain_slice(&self, range: impl RangeBounds<i64>, step: i64) -> Query<Vec<T>> {
        if step == 0 {
            return invalid_step();
        }
        match Steps::of(range, step) {
            None => Query::answered(Vec::new),
            Some(steps) => self.change(steps.write(operation("thin")), decode::elements::<T, C, Vec<T>>),
        }
    }

    /// Puts values in the place of every `step`-th element of a range, one for one, as Python's
    /// `list[start:end:step] = values`. False when there are not as many values as elements; nothing is written then. A
    /// script.
    ///
    /// # Errors
    /// [`Error::InvalidQuery`] for a step of 0.
    pub fn set_slice(
        &self,
        range: impl RangeBounds<i64>,
        step: i64,
        values: impl IntoIterator<Item = impl Encode<T, C>>,
    ) -> Query<bool> {
        if step == 0 {
            return invalid_step();
        }
        let steps = Steps::of(range, step);
        let args = steps.map_or_else(Cmd::new, |steps| steps.write(operation("assign")));
        match (steps, self.with_values(args.clone(), values)) {
            (_, Err(error)) => Query::invalid(error),
            (None, Ok(values)) => Query::answered(move || values.is_none()),
            (Some(_), Ok(filled)) => self.change(filled.unwrap_or(args), reply::flag),
        }
    }

    /// Keeps only the elements of a range: `LTRIM`.
    pub fn trim_to(&self, range: impl RangeBounds<i64>) -> Query<()> {
        let (first, last) = Span::of(range).inclusive().unwrap_or((1, 0));
        self.write(list::trim(self.key(), first, last), reply::done)
    }

    /// Keeps only so many elements at the front: `LTRIM`. A shorter list stays as it is.
    pub fn truncate(&self, len: u64) -> Query<()> {
        self.write(list::keep_front(self.key(), len), reply::done)
    }
}

impl Steps {
    /// Appends them as scripts take them.
    fn write(self, mut args: Cmd) -> Cmd {
        args.arg(self.first).arg(self.last).arg(self.step).take()
    }
}

fn invalid_step<T>() -> Query<T> {
    Query::invalid(Error::invalid_query("a step of 0 goes nowhere"))
}
