use std::{collections::BTreeSet, num::NonZeroI64};

use crate::clock::Millis;

/// When the entries of a [`Dict`](super::Dict) run out, by the places at which they lie.
///
/// A dictionary without any deadline takes no room here.
#[derive(Debug, Clone, Default)]
pub(crate) struct Deadlines {
    /// Reaches no further than the dictionary does, and only to a place that had a deadline.
    /// A deadline is never zero, since it lies in the future when it is set.
    by_place: Vec<Option<NonZeroI64>>,
    soonest_first: BTreeSet<(Millis, usize)>,
}

impl Deadlines {
    pub(super) fn get(&self, place: usize) -> Option<Millis> {
        self.by_place.get(place).copied().flatten().map(NonZeroI64::get)
    }

    /// Gives the entry at `place` another deadline, or none.
    pub(super) fn set(&mut self, place: usize, deadline: Option<Millis>) {
        let new = deadline.and_then(NonZeroI64::new);
        if place >= self.by_place.len() {
            if new.is_none() {
                return;
            }
            self.by_place.resize(place + 1, None);
        }
        if let Some(old) = std::mem::replace(&mut self.by_place[place], new) {
            self.soonest_first.remove(&(old.get(), place));
        }
        if let Some(new) = new {
            self.soonest_first.insert((new.get(), place));
        }
    }

    /// How many entries have one.
    pub(super) fn count(&self) -> usize {
        self.soonest_first.len()
    }

    /// The first deadline of all.
    pub(super) fn soonest(&self) -> Option<Millis> {
        self.soonest_first.first().map(|(deadline, _)| *deadline)
    }

    /// The place whose deadline came before all others, if one has come.
    pub(super) fn due(&self, now: Millis) -> Option<usize> {
        self.soonest_first.first().filter(|(deadline, _)| *deadline <= now).map(|(_, place)| *place)
    }

    /// The entry at `place` has left, and the one that was at `last`, the greatest place, has moved there.
    pub(super) fn swap_remove(&mut self, place: usize, last: usize) {
        self.set(place, None);
        if let Some(moved) = self.get(last) {
            self.set(last, None);
            self.set(place, Some(moved));
        }
        self.by_place.truncate(last);
        // As the dictionary does.
        if self.by_place.len() < self.by_place.capacity() / 8 {
            self.by_place.shrink_to(self.by_place.len() * 2);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Deadlines;

    #[test]
    fn the_soonest_comes_first_and_only_when_its_time_has_come() {
        let mut deadlines = Deadlines::default();
        deadlines.set(0, Some(30));
        deadlines.set(1, Some(10));
        deadlines.set(2, Some(20));
        assert_eq!((deadlines.soonest(), deadlines.due(9), deadlines.due(10)), (Some(10), None, Some(1)));
        deadlines.set(1, Some(40));
        assert_eq!(deadlines.due(100), Some(2));
    }

    #[test]
    fn room_is_given_back_when_entries_leave() {
        let mut deadlines = Deadlines::default();
        deadlines.set(9_999, Some(10));
        for last in (0..10_000).rev() {
            deadlines.swap_remove(0, last);
        }
        assert_eq!((deadlines.soonest(), deadlines.by_place.len()), (None, 0));
        assert!(deadlines.by_place.capacity() < 200);
    }

    #[test]
    fn a_deadline_follows_the_entry_that_moves() {
        let mut deadlines = Deadlines::default();
        deadlines.set(0, Some(10));
        deadlines.set(3, Some(20));
        deadlines.swap_remove(0, 3);
        assert_eq!((deadlines.get(0), deadlines.get(3)), (Some(20), None));
        // The last entry leaves, and nothing moves.
        deadlines.swap_remove(0, 0);
        assert_eq!((deadlines.soonest(), deadlines.get(0)), (None, None));
    }
}
