//! Values that are numbers.

use super::Cell;
use crate::{
    codec::{Number, Plain},
    handle::{Extreme, NumberAt, number},
    query::Query,
};

impl<T: Number + 'static> Cell<T, Plain> {
    /// Adds `by` and answers with the sum: `INCRBY`, or `INCRBYFLOAT` for floats; exact to the ends of `i64`. Nothing counts as
    /// 0.
    ///
    /// # Errors
    /// When run: [`Error::OutOfRange`](crate::Error::OutOfRange) when the sum would leave the range of the value's type or of
    /// `i64`, [`Error::Server`](crate::Error::Server) when what is stored is no number that Redis adds to: the value stays as it
    /// was.
    pub fn incr(&self, by: T::Step) -> Query<T> {
        Query::built(|| Ok(self.write_step(self.at_number().increment::<T>(by)?, number::<T>)))
    }

    /// Subtracts `by` and answers with the difference; as [`incr`](Self::incr). `i64::MIN` is
    /// [`Error::OutOfRange`](crate::Error::OutOfRange) whatever is stored.
    pub fn decr(&self, by: T::Step) -> Query<T> {
        match T::negate(by) {
            Some(step) => self.incr(step),
            None => Query::invalid(self.at_number().out_of_range()),
        }
    }

    /// Keeps the greater of the stored and the given number and answers with it, exact for all digits: `GET` and `SET` in a
    /// script. Where there is none, it takes the given one.
    pub fn set_max(&self, value: T) -> Query<T> {
        self.extreme(value, Extreme::Greatest)
    }

    /// Keeps the smaller of the stored and the given number and answers with it, exact for all digits: `GET` and `SET` in a
    /// script. Where there is none, it takes the given one.
    pub fn set_min(&self, value: T) -> Query<T> {
        self.extreme(value, Extreme::Least)
    }

    fn extreme(&self, value: T, keep: Extreme) -> Query<T> {
        Query::built(|| {
            let (script, args) = self.at_number().extreme(value, keep)?;
            Ok(self.run(script, Vec::new(), args, number::<T>))
        })
    }

    fn at_number(&self) -> NumberAt<'_> {
        NumberAt { key: self.key(), field: None }
    }
}
