//! The order of a list's elements.

use super::{List, operation};
use crate::{
    codec::Codec,
    query::{Query, reply},
};

/// What [`List::sort`] goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SortOrder {
    /// Elements are numbers, the smallest first. They are compared as `f64`: exact up to 2^53.
    Numbers,
    /// Elements are numbers, the largest first.
    NumbersDescending,
    /// Stored bytes are compared, the least first: texts by their UTF-8, so that `Z` comes before `a`, and `10` before `9`.
    Bytes,
    /// Stored bytes are compared, the greatest first.
    BytesDescending,
}

impl<T: 'static, C: Codec<T>> List<T, C> {
    /// Sorts the elements where they are: `SORT` with `STORE`, in a script that keeps the time to live. What compares
    /// equal as a number is ordered by its bytes.
    ///
    /// # Errors
    /// When run: [`Error::Server`](crate::Error::Server) when an element is no number and should be one; nothing has changed
    /// then.
    pub fn sort(&self, order: SortOrder) -> Query<()> {
        let mut args = operation("sort");
        let args = match order {
            SortOrder::Numbers => &mut args,
            SortOrder::NumbersDescending => args.arg("DESC"),
            SortOrder::Bytes => args.arg("ALPHA"),
            SortOrder::BytesDescending => args.arg("ALPHA").arg("DESC"),
        };
        self.change(args.take(), reply::done)
    }

    /// Reverses the order of the elements. A script, which takes the memory of a second copy while it runs.
    pub fn reverse(&self) -> Query<()> {
        self.change(operation("reverse"), reply::done)
    }

    /// Moves so many elements from the front to the back, as often around as it takes. A script, which goes the shorter way
    /// and moves no more than that.
    pub fn rotate_left(&self, count: u32) -> Query<()> {
        self.rotate(i64::from(count))
    }

    /// Moves so many elements from the back to the front, as Python's `deque.rotate` does. As
    /// [`rotate_left`](Self::rotate_left) the other way.
    pub fn rotate_right(&self, count: u32) -> Query<()> {
        self.rotate(-i64::from(count))
    }

    fn rotate(&self, count: i64) -> Query<()> {
        self.change(operation("rotate").arg(count).take(), reply::done)
    }
}
