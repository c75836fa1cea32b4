//! Ranges of indexes, as scripts and commands take them.

use std::ops::{Bound, RangeBounds};

/// From one index to before another, negative ones counted from the end; beyond an end is that end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::collection) struct Span {
    pub(in crate::collection) from: i64,
    pub(in crate::collection) to: i64,
}

/// Behind the last element, whatever the length is: after -1 no index follows.
const END: i64 = i64::MAX;

impl Span {
    pub(in crate::collection) fn of(range: impl RangeBounds<i64>) -> Self {
        let from = match range.start_bound() {
            Bound::Included(&first) => first,
            Bound::Excluded(&before) => after(before),
            Bound::Unbounded => 0,
        };
        let to = match range.end_bound() {
            Bound::Included(&last) => after(last),
            Bound::Excluded(&to) => to,
            Bound::Unbounded => END,
        };
        Self { from, to }
    }

    /// The first and the last index, both included, as `LRANGE` takes them; `None` when nothing lies between.
    pub(in crate::collection) fn inclusive(self) -> Option<(i64, i64)> {
        match self.to {
            0 => None,
            END => Some((self.from, -1)),
            to => Some((self.from, to.saturating_sub(1))),
        }
    }
}

/// What follows an index; nothing can follow the last element.
fn after(index: i64) -> i64 {
    if index == -1 { END } else { index.saturating_add(1) }
}

/// Every step-th element from the first to the last index, both included; backwards with a negative step. As Python's
/// `list[a:b:step]`, where a range begins at its start and ends at its end in the direction of the step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Steps {
    pub(super) first: i64,
    pub(super) last: i64,
    pub(super) step: i64,
}

impl Steps {
    /// `None` when there can be nothing in it. The step must not be 0.
    pub(super) fn of(range: impl RangeBounds<i64>, step: i64) -> Option<Self> {
        let step = step.clamp(-LONGEST, LONGEST);
        if step > 0 {
            let (first, last) = Span::of(range).inclusive()?;
            return Some(Self { first, last, step });
        }
        let first = match range.start_bound() {
            Bound::Included(&first) => first,
            Bound::Excluded(&after) => before(after)?,
            Bound::Unbounded => -1,
        };
        let last = match range.end_bound() {
            Bound::Included(&last) => last,
            // What ends before the last element in that direction has none.
            Bound::Excluded(&-1) => return None,
            Bound::Excluded(&after) => after.saturating_add(1),
            Bound::Unbounded => 0,
        };
        Some(Self { first, last, step })
    }
}

/// No list has more elements. A step beyond this is as good, and scripts count exactly up to here.
const LONGEST: i64 = 1 << 32;

/// What precedes an index; nothing can precede the first element.
fn before(index: i64) -> Option<i64> {
    if index == 0 { None } else { Some(index.saturating_sub(1)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_that_ends_before_the_first_element_is_empty() {
        assert_eq!(Span::of(..0).inclusive(), None);
        assert_eq!(Span::of(-3..0).inclusive(), None);
        assert_eq!(Span::of(2..5).inclusive(), Some((2, 4)));
        assert_eq!(Span::of(..-1).inclusive(), Some((0, -2)));
    }

    #[test]
    fn a_range_that_includes_the_last_element_goes_to_the_end() {
        for span in [Span::of(1..), Span::of((Bound::Included(1), Bound::Included(-1))), Span::of(1..=i64::MAX)] {
            assert_eq!(span.inclusive(), Some((1, -1)));
        }
        let behind_the_last = (Bound::Excluded(-1), Bound::Unbounded);
        assert_eq!(Span::of(behind_the_last), Span { from: END, to: END });
    }

    #[test]
    fn backwards_a_range_begins_at_its_start() {
        let steps = |range: (Bound<i64>, Bound<i64>)| Steps::of(range, -2).map(|steps| (steps.first, steps.last));
        assert_eq!(steps((Bound::Unbounded, Bound::Unbounded)), Some((-1, 0)));
        assert_eq!(steps((Bound::Included(5), Bound::Excluded(2))), Some((5, 3)));
        assert_eq!(steps((Bound::Included(5), Bound::Included(0))), Some((5, 0)));
        assert_eq!(steps((Bound::Excluded(0), Bound::Unbounded)), None);
        assert_eq!(steps((Bound::Included(5), Bound::Excluded(-1))), None);
    }
}
