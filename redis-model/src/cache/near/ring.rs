//! Which entry makes room for a new one.

use std::sync::Arc;

/// The entries of a shard in a ring, round which a hand goes (CLOCK): it passes those that were asked for since it came by,
/// and takes the first that was not.
#[derive(Default)]
pub(super) struct Ring {
    places: Vec<Option<Arc<[u8]>>>,
    free: Vec<usize>,
    hand: usize,
}

impl Ring {
    /// A place for an entry.
    pub(super) fn insert(&mut self, arguments: Arc<[u8]>) -> usize {
        let Some(place) = self.free.pop() else {
            self.places.push(Some(arguments));
            return self.places.len() - 1;
        };
        self.places[place] = Some(arguments);
        place
    }

    pub(super) fn remove(&mut self, place: usize) {
        self.places[place] = None;
        self.free.push(place);
    }

    /// The entry that makes room, the first that is not spared; `None` if there are none. The hand then stands behind it.
    ///
    /// Whoever is spared is asked once more in the second round, and then no longer spared.
    pub(super) fn next(&mut self, mut is_spared: impl FnMut(&[u8]) -> bool) -> Option<Arc<[u8]>> {
        for _ in 0..=2 * self.places.len() {
            if self.hand >= self.places.len() {
                self.hand = 0;
            }
            let arguments = self.places.get(self.hand)?;
            self.hand += 1;
            if let Some(arguments) = arguments.as_ref().filter(|arguments| !is_spared(arguments)) {
                return Some(arguments.clone());
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn name(arguments: Option<Arc<[u8]>>) -> Option<String> {
        arguments.map(|arguments| String::from_utf8_lossy(&arguments).into_owned())
    }

    #[test]
    fn the_hand_takes_those_that_nobody_asks_for() {
        let mut ring = Ring::default();
        assert_eq!(ring.next(|_| false), None);
        let places: Vec<_> = ["a", "b", "c"].map(|name| ring.insert(name.as_bytes().into())).into();
        let mut visited = HashSet::from([b"a".to_vec(), b"c".to_vec()]);
        let mut is_spared = |arguments: &[u8]| visited.remove(arguments);
        assert_eq!(name(ring.next(&mut is_spared)).as_deref(), Some("b"));
        ring.remove(places[1]);
        // Whoever is new comes last: the hand has just passed its place.
        assert_eq!(ring.insert(b"d".as_slice().into()), places[1]);
        for expected in ["a", "d", "c"] {
            assert_eq!(name(ring.next(&mut is_spared)).as_deref(), Some(expected));
        }
    }

    #[test]
    fn an_empty_ring_ends_the_search() {
        let mut ring = Ring::default();
        let place = ring.insert(b"a".as_slice().into());
        ring.remove(place);
        assert_eq!(ring.next(|_| false), None);
        ring.insert(b"a".as_slice().into());
        assert_eq!(ring.next(|_| true), None);
    }
}
