use foldhash::fast::RandomState;
use indexmap::IndexMap;

/// A hash table from bytes to `V`, dense and with a cursor that survives writes.
///
/// Entries lie in one vector; a removal moves the last entry into the hole. A scan walks that vector from its end to
/// its start, and its cursor is the number of entries not yet visited. Entries only ever move towards the start, so
/// one that is present during a whole scan cannot be missed; one that moves may be seen twice, which Redis allows too.
/// A large dictionary that has become small gives back the room that it took.
#[derive(Debug, Clone)]
pub(crate) struct Dict<V> {
    entries: IndexMap<Box<[u8]>, V, RandomState>,
}

/// One page of a scan.
pub(crate) struct Page {
    /// What the client sends to get the next page; zero at the end.
    pub(crate) cursor: u64,
    /// The places of the entries on this page.
    pub(crate) places: std::ops::Range<usize>,
}

/// An entry that was taken out, and what its removal did to the others.
pub(crate) struct Removed<V> {
    pub(crate) key: Box<[u8]>,
    pub(crate) value: V,
    /// Where it lay, which is also where the entry that used to be last now lies.
    pub(crate) place: usize,
}

impl<V> Default for Dict<V> {
    fn default() -> Self {
        Self { entries: IndexMap::default() }
    }
}

impl<V> Dict<V> {
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn contains(&self, key: &[u8]) -> bool {
        self.entries.contains_key(key)
    }

    pub(crate) fn get(&self, key: &[u8]) -> Option<&V> {
        self.entries.get(key)
    }

    pub(crate) fn get_mut(&mut self, key: &[u8]) -> Option<&mut V> {
        self.entries.get_mut(key)
    }

    /// Where the entry of `key` lies, until the next removal.
    pub(crate) fn place(&self, key: &[u8]) -> Option<usize> {
        self.entries.get_index_of(key)
    }

    /// The place of `key` and its value.
    pub(crate) fn find(&self, key: &[u8]) -> Option<(usize, &V)> {
        self.entries.get_full(key).map(|(place, _, value)| (place, value))
    }

    /// The same, for changing the value.
    pub(crate) fn find_mut(&mut self, key: &[u8]) -> Option<(usize, &mut V)> {
        self.entries.get_full_mut(key).map(|(place, _, value)| (place, value))
    }

    /// Stores `value` under `key`, and gives its place and the value it replaced.
    pub(crate) fn insert(&mut self, key: &[u8], value: V) -> (usize, Option<V>) {
        match self.entries.get_full_mut(key) {
            Some((place, _, slot)) => (place, Some(std::mem::replace(slot, value))),
            None => self.entries.insert_full(key.into(), value),
        }
    }

    pub(crate) fn remove(&mut self, key: &[u8]) -> Option<Removed<V>> {
        let (place, key, value) = self.entries.swap_remove_full(key)?;
        self.give_back_room();
        Some(Removed { key, value, place })
    }

    /// Removes the entry at `place`, which is below [`len`](Self::len).
    pub(crate) fn remove_at(&mut self, place: usize) -> Option<Removed<V>> {
        let (key, value) = self.entries.swap_remove_index(place)?;
        self.give_back_room();
        Some(Removed { key, value, place })
    }

    /// Keeps the entries whose places `is_kept` accepts; they close up, and stay in their order.
    pub(crate) fn retain(&mut self, is_kept: impl Fn(usize) -> bool) {
        let mut place = 0;
        self.entries.retain(|_, _| {
            place += 1;
            is_kept(place - 1)
        });
        self.give_back_room();
    }

    /// The entry at `place`, which is below [`len`](Self::len).
    pub(crate) fn at(&self, place: usize) -> Option<(&[u8], &V)> {
        self.entries.get_index(place).map(|(key, value)| (&**key, value))
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = (&[u8], &V)> {
        self.entries.iter().map(|(key, value)| (&**key, value))
    }

    /// The page of at most `count` entries that begins at `cursor`; a scan begins with cursor zero.
    pub(crate) fn page(&self, cursor: u64, count: usize) -> Page {
        let len = self.len();
        let end = if cursor == 0 { len } else { usize::try_from(cursor).map_or(len, |unvisited| unvisited.min(len)) };
        let start = end.saturating_sub(count);
        Page { cursor: start as u64, places: start..end }
    }

    /// Between two such moves lie at least as many writes as entries are moved, so that removal stays cheap.
    fn give_back_room(&mut self) {
        if self.entries.len() < self.entries.capacity() / 8 {
            self.entries.shrink_to(self.entries.len() * 2);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Dict;

    #[test]
    fn a_scan_sees_every_entry_that_stays() {
        let mut dict = Dict::default();
        for number in 0..100u32 {
            dict.insert(&number.to_be_bytes(), number);
        }
        let mut seen = Vec::new();
        let mut cursor = 0;
        for round in 0u32.. {
            let page = dict.page(cursor, 7);
            seen.extend(page.places.filter_map(|place| dict.at(place)).map(|(_, number)| *number));
            cursor = page.cursor;
            if cursor == 0 {
                break;
            }
            // Odd numbers leave in an order of their own while new entries arrive.
            dict.remove(&(round * 14 % 100 + 1).to_be_bytes());
            dict.remove(&(99 - round * 2).to_be_bytes());
            dict.insert(&(1000 + round).to_be_bytes(), 1000 + round);
        }
        for even in (0..100).step_by(2) {
            assert!(seen.contains(&even), "{even} was missed");
        }
    }

    #[test]
    fn room_is_given_back() {
        let shortenings: [fn(&mut Dict<()>); 3] = [
            |dict| (0..9_990u32).for_each(|number| assert!(dict.remove(&number.to_be_bytes()).is_some())),
            |dict| (0..9_990).for_each(|_| assert!(dict.remove_at(0).is_some())),
            |dict| dict.retain(|place| place < 10),
        ];
        for shorten in shortenings {
            let mut dict = Dict::default();
            for number in 0..10_000u32 {
                dict.insert(&number.to_be_bytes(), ());
            }
            shorten(&mut dict);
            assert_eq!(dict.len(), 10);
            assert!(dict.entries.capacity() < 200);
        }
    }

    #[test]
    fn a_page_is_no_longer_than_asked_for() {
        let mut dict = Dict::default();
        for number in 0..10u8 {
            dict.insert(&[number], ());
        }
        let lengths: Vec<usize> = [0, 7, 4, 1].map(|cursor| dict.page(cursor, 3).places.len()).into();
        assert_eq!(lengths, [3, 3, 3, 1]);
    }

    #[test]
    fn a_cursor_from_nowhere_is_harmless() {
        let mut dict = Dict::default();
        dict.insert(b"a", ());
        assert_eq!(dict.page(u64::MAX, 10).places, 0..1);
        assert_eq!(Dict::<()>::default().page(5, 10).places, 0..0);
    }
}
