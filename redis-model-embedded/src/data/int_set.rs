/// Integers in ascending order, each in as few bytes as the widest of them needs: what Redis calls an intset.
///
/// The width grows with the first member that needs it, and never shrinks, as on the server.
#[derive(Debug, Clone)]
pub(crate) enum IntSet {
    Short(Vec<i16>),
    Middle(Vec<i32>),
    Long(Vec<i64>),
}

impl Default for IntSet {
    fn default() -> Self {
        Self::Short(Vec::new())
    }
}

impl IntSet {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Short(numbers) => numbers.len(),
            Self::Middle(numbers) => numbers.len(),
            Self::Long(numbers) => numbers.len(),
        }
    }

    pub(super) fn contains(&self, number: i64) -> bool {
        self.place(number).is_ok()
    }

    /// The number at `place` in ascending order.
    pub(super) fn at(&self, place: usize) -> Option<i64> {
        match self {
            Self::Short(numbers) => numbers.get(place).map(|number| i64::from(*number)),
            Self::Middle(numbers) => numbers.get(place).map(|number| i64::from(*number)),
            Self::Long(numbers) => numbers.get(place).copied(),
        }
    }

    /// Adds a number, and says whether it is new.
    pub(super) fn insert(&mut self, number: i64) -> bool {
        let Err(place) = self.place(number) else { return false };
        self.insert_at(place, number);
        true
    }

    /// Removes a number, and says whether it was there.
    pub(super) fn remove(&mut self, number: i64) -> bool {
        let Ok(place) = self.place(number) else { return false };
        match self {
            Self::Short(numbers) => drop(numbers.remove(place)),
            Self::Middle(numbers) => drop(numbers.remove(place)),
            Self::Long(numbers) => drop(numbers.remove(place)),
        }
        true
    }

    /// Where a number lies, or where it would have to be inserted.
    fn place(&self, number: i64) -> Result<usize, usize> {
        match self {
            Self::Short(numbers) => numbers.binary_search_by(|other| i64::from(*other).cmp(&number)),
            Self::Middle(numbers) => numbers.binary_search_by(|other| i64::from(*other).cmp(&number)),
            Self::Long(numbers) => numbers.binary_search(&number),
        }
    }

    fn insert_at(&mut self, place: usize, number: i64) {
        match self {
            Self::Short(numbers) => {
                if let Ok(number) = i16::try_from(number) {
                    return numbers.insert(place, number);
                }
                *self = Self::Middle(numbers.iter().map(|number| i32::from(*number)).collect());
            }
            Self::Middle(numbers) => {
                if let Ok(number) = i32::try_from(number) {
                    return numbers.insert(place, number);
                }
                *self = Self::Long(numbers.iter().map(|number| i64::from(*number)).collect());
            }
            Self::Long(numbers) => return numbers.insert(place, number),
        }
        self.insert_at(place, number);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::{prelude::*, sample::select};

    use super::*;

    fn number() -> impl Strategy<Value = i64> {
        const EDGES: [i64; 12] = [
            i64::MIN,
            -0x8000_0001,
            -0x8000_0000,
            -0x8001,
            -0x8000,
            -1,
            0,
            0x7FFF,
            0x8000,
            0x7FFF_FFFF,
            0x8000_0000,
            i64::MAX,
        ];
        prop_oneof![3 => -4..4i64, 1 => select(&EDGES[..])]
    }

    proptest! {
        #[test]
        fn it_holds_what_an_ordered_set_holds(steps in proptest::collection::vec((any::<bool>(), number()), 0..60)) {
            let (mut set, mut model) = (IntSet::default(), BTreeSet::new());
            for (is_insert, number) in steps {
                if is_insert {
                    prop_assert_eq!(set.insert(number), model.insert(number));
                } else {
                    prop_assert_eq!(set.remove(number), model.remove(&number));
                }
                prop_assert_eq!(set.contains(number), model.contains(&number));
            }
            let numbers: Vec<i64> = (0..set.len()).filter_map(|place| set.at(place)).collect();
            prop_assert_eq!(numbers, model.into_iter().collect::<Vec<_>>());
        }
    }

    #[test]
    fn small_numbers_take_two_bytes_and_large_ones_no_more_than_they_need() {
        let mut set = IntSet::default();
        set.insert(-0x8000);
        assert!(matches!(set, IntSet::Short(_)));
        set.insert(0x8000);
        assert!(matches!(set, IntSet::Middle(_)));
        set.insert(1 << 40);
        assert!(matches!(set, IntSet::Long(_)));
    }
}
