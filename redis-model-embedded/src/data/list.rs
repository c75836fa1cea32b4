use std::{collections::VecDeque, ops::Range};

/// The elements of a list key: both ends and every index are a step away.
#[derive(Debug, Clone, Default)]
pub(crate) struct List {
    items: VecDeque<Box<[u8]>>,
}

/// One of the two ends of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Left,
    Right,
}

impl List {
    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    pub(crate) fn get(&self, index: usize) -> Option<&[u8]> {
        self.items.get(index).map(|item| &**item)
    }

    /// The elements at these places.
    pub(crate) fn slice(&self, places: Range<usize>) -> impl Iterator<Item = &[u8]> {
        self.items.range(places).map(|item| &**item)
    }

    /// All elements, from the left.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &[u8]> + ExactSizeIterator {
        self.items.iter().map(|item| &**item)
    }

    pub(crate) fn push(&mut self, end: End, item: &[u8]) {
        match end {
            End::Left => self.items.push_front(item.into()),
            End::Right => self.items.push_back(item.into()),
        }
    }

    pub(crate) fn pop(&mut self, end: End) -> Option<Vec<u8>> {
        let item = match end {
            End::Left => self.items.pop_front(),
            End::Right => self.items.pop_back(),
        };
        self.give_back_room();
        item.map(Vec::from)
    }

    /// Replaces the element at `index`, and says whether there is one.
    pub(crate) fn set(&mut self, index: usize, item: &[u8]) -> bool {
        let Some(old) = self.items.get_mut(index) else { return false };
        *old = item.into();
        true
    }

    /// Puts an element before the one at `index`, which is not above [`len`](Self::len).
    pub(crate) fn insert(&mut self, index: usize, item: &[u8]) {
        self.items.insert(index, item.into());
    }

    /// The place of the first element like this.
    pub(crate) fn position(&self, item: &[u8]) -> Option<usize> {
        self.items.iter().position(|other| **other == *item)
    }

    /// Keeps only the elements at these places.
    pub(crate) fn keep(&mut self, places: Range<usize>) {
        self.items.truncate(places.end);
        self.items.drain(..places.start.min(self.items.len()));
        self.give_back_room();
    }

    /// Removes up to `limit` elements like this, beginning at one end, and gives how many there were.
    pub(crate) fn remove(&mut self, item: &[u8], limit: usize, from: End) -> usize {
        let matches = self.items.iter().filter(|other| ***other == *item).count();
        let removed = matches.min(limit);
        // Those to keep come first when the count begins on the right.
        let mut kept = if from == End::Right { matches - removed } else { 0 };
        let mut left = removed;
        self.items.retain(|other| {
            if **other != *item || left == 0 {
                return true;
            }
            if kept > 0 {
                kept -= 1;
                return true;
            }
            left -= 1;
            false
        });
        self.give_back_room();
        removed
    }

    /// A long list that has become short gives back the room that it took. One that is kept at its length by a trim
    /// after each push does not move.
    fn give_back_room(&mut self) {
        if self.items.len() < self.items.capacity() / 8 {
            self.items.shrink_to(self.items.len() * 2);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> List {
        let mut list = List::default();
        text.bytes().for_each(|byte| list.push(End::Right, &[byte]));
        list
    }

    fn text(list: &List) -> String {
        list.iter().flatten().copied().map(char::from).collect()
    }

    #[test]
    fn elements_are_removed_from_the_end_that_is_named() {
        for (limit, from, left) in [(2, End::Left, "bcaa"), (2, End::Right, "abac"), (9, End::Left, "bc")] {
            let mut list = list("abacaa");
            let before = list.len();
            assert_eq!(list.remove(b"a", limit, from), before - left.len());
            assert_eq!(text(&list), left);
        }
    }

    #[test]
    fn what_is_outside_of_a_range_goes() {
        let mut list = list("abcdef");
        list.keep(1..4);
        assert_eq!(text(&list), "bcd");
        list.keep(3..3);
        assert!(list.is_empty());
    }

    #[test]
    fn room_is_given_back() {
        let shortenings: [fn(&mut List) -> usize; 3] = [
            |list| (0..9_990).map_while(|_| list.pop(End::Left)).count(),
            |list| list.remove(b"x", 9_990, End::Left),
            |list| {
                list.keep(9_990..10_000);
                9_990
            },
        ];
        for shorten in shortenings {
            let mut list = list(&"x".repeat(10_000));
            assert_eq!((shorten(&mut list), list.len()), (9_990, 10));
            assert!(list.items.capacity() < 200);
        }
    }

    #[test]
    fn a_list_that_is_trimmed_after_each_push_stays_where_it_is() {
        let mut list = list(&"x".repeat(1_000));
        let capacity = list.items.capacity();
        for _ in 0..100 {
            list.push(End::Left, b"x");
            list.keep(0..1_000);
            assert_eq!(list.items.capacity(), capacity);
        }
    }
}
