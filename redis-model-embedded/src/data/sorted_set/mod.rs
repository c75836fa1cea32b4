//! Members with scores, ordered by score and then by the members' bytes.

mod indexed;
mod order;
mod packed;

use std::{cmp::Ordering, ops::Range};

use super::Page;
use indexed::Indexed;
use packed::Packed;

/// A sorted set stays packed up to this many members, and while none is longer than [`MAX_PACKED_TEXT`].
const MAX_PACKED_MEMBERS: usize = 128;
const MAX_PACKED_TEXT: usize = 64;

/// A member and its score, which is never NaN.
pub(crate) type Entry<'a> = (&'a [u8], f64);

/// What a sorted set key holds.
///
/// Ranks count from zero at the lowest score. Places number the same members in an order that scans can resume in,
/// which ranks cannot: a write moves every rank behind it.
#[derive(Debug, Clone)]
pub(crate) enum SortedSet {
    Packed(Packed),
    /// Boxed, so that the many small sets do not reserve room for it.
    Indexed(Box<Indexed>),
}

/// The order of entries: by score, among equals by bytes. Both zeros are equal.
pub(crate) fn compare(left: Entry<'_>, right: Entry<'_>) -> Ordering {
    left.1.partial_cmp(&right.1).unwrap_or(Ordering::Equal).then_with(|| left.0.cmp(right.0))
}

impl Default for SortedSet {
    fn default() -> Self {
        Self::Packed(Packed::default())
    }
}

impl SortedSet {
    /// The set of these entries, which are in order and have no member twice.
    pub(crate) fn from_sorted<'a>(entries: impl ExactSizeIterator<Item = Entry<'a>> + Clone) -> Self {
        let is_small = entries.len() <= MAX_PACKED_MEMBERS;
        if is_small && entries.clone().all(|(member, _)| member.len() <= MAX_PACKED_TEXT) {
            Self::Packed(Packed::from_sorted(entries))
        } else {
            Self::Indexed(Box::new(Indexed::from_sorted(entries)))
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Packed(packed) => packed.len(),
            Self::Indexed(indexed) => indexed.len(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn score(&self, member: &[u8]) -> Option<f64> {
        match self {
            Self::Packed(packed) => packed.score(member),
            Self::Indexed(indexed) => indexed.score(member),
        }
    }

    /// How many members come before this one.
    pub(crate) fn rank(&self, member: &[u8]) -> Option<usize> {
        match self {
            Self::Packed(packed) => packed.iter().position(|(other, _)| other == member),
            Self::Indexed(indexed) => indexed.rank(member),
        }
    }

    /// Gives a member a score, and returns the one that it had.
    pub(crate) fn insert(&mut self, member: &[u8], score: f64) -> Option<f64> {
        if let Self::Packed(packed) = self {
            let is_full = packed.len() >= MAX_PACKED_MEMBERS && packed.score(member).is_none();
            if is_full || member.len() > MAX_PACKED_TEXT {
                self.unpack();
            }
        }
        match self {
            Self::Packed(packed) => packed.insert(member, score),
            Self::Indexed(indexed) => indexed.insert(member, score),
        }
    }

    /// Removes a member, and returns its score.
    pub(crate) fn remove(&mut self, member: &[u8]) -> Option<f64> {
        match self {
            Self::Packed(packed) => packed.remove(member),
            Self::Indexed(indexed) => indexed.remove(member),
        }
    }

    /// Removes the members of these ranks, which are below [`len`](Self::len).
    pub(crate) fn remove_ranks(&mut self, ranks: Range<usize>) {
        match self {
            Self::Packed(packed) => packed.remove_ranks(ranks),
            Self::Indexed(indexed) => indexed.remove_ranks(ranks),
        }
    }

    /// How many members come before the first for which `is_before` is false; it is true for a first part of the
    /// order and false for the rest.
    pub(crate) fn partition_point(&self, is_before: impl Fn(Entry<'_>) -> bool) -> usize {
        match self {
            Self::Packed(packed) => packed.iter().take_while(|entry| is_before(*entry)).count(),
            Self::Indexed(indexed) => indexed.partition_point(is_before),
        }
    }

    /// The entries of these ranks, in order.
    pub(crate) fn range(&self, ranks: Range<usize>) -> Iter<'_> {
        match self {
            Self::Packed(packed) => Iter::Packed(packed.range(ranks)),
            Self::Indexed(indexed) => Iter::Ranks(indexed.range(ranks)),
        }
    }

    /// All entries, in order.
    pub(crate) fn iter(&self) -> Iter<'_> {
        self.range(0..self.len())
    }

    /// The entries at these places.
    pub(crate) fn slice(&self, places: Range<usize>) -> Iter<'_> {
        match self {
            Self::Packed(packed) => Iter::Packed(packed.range(places)),
            Self::Indexed(indexed) => Iter::Places(indexed.slice(places)),
        }
    }

    /// One page of ZSCAN. A packed set is small, and comes as a single page.
    pub(crate) fn page(&self, cursor: u64, count: usize) -> Page {
        match self {
            Self::Packed(packed) => Page { cursor: 0, places: 0..packed.len() },
            Self::Indexed(indexed) => indexed.page(cursor, count),
        }
    }

    /// Gives up the form of small sets.
    pub(crate) fn unpack(&mut self) {
        if let Self::Packed(packed) = self {
            *self = Self::Indexed(Box::new(Indexed::from_sorted(packed.iter())));
        }
    }

    /// Whether the scores are kept as Redis keeps them in a small set, which shows in ZSCAN.
    pub(crate) const fn is_packed(&self) -> bool {
        matches!(self, Self::Packed(_))
    }
}

/// See [`SortedSet::range`] and [`SortedSet::slice`].
#[derive(Debug, Clone)]
pub(crate) enum Iter<'a> {
    Packed(packed::Iter<'a>),
    Ranks(indexed::Ranks<'a>),
    Places(indexed::Places<'a>),
}

impl<'a> Iterator for Iter<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Packed(iter) => iter.next(),
            Self::Ranks(iter) => iter.next(),
            Self::Places(iter) => iter.next(),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match self {
            Self::Packed(iter) => iter.size_hint(),
            Self::Ranks(iter) => iter.size_hint(),
            Self::Places(iter) => iter.size_hint(),
        }
    }
}

impl ExactSizeIterator for Iter<'_> {}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::{collection::vec, prelude::*};

    use super::*;

    /// One write of a random history.
    #[derive(Debug, Clone)]
    enum Write {
        Insert(u16, i8),
        Remove(u16),
        RemoveRanks(usize, usize),
    }

    fn writes(members: u16) -> impl Strategy<Value = Vec<Write>> {
        let write = prop_oneof![
            60 => (0..members, -20..20i8).prop_map(|(member, score)| Write::Insert(member, score)),
            20 => (0..members).prop_map(Write::Remove),
            1 => (0..400usize, 0..200usize).prop_map(|(start, count)| Write::RemoveRanks(start, count)),
        ];
        vec(write, 1..1200)
    }

    fn name(member: u16) -> Vec<u8> {
        member.to_string().into_bytes()
    }

    fn sorted(model: &BTreeMap<Vec<u8>, f64>) -> Vec<Entry<'_>> {
        let mut entries: Vec<Entry<'_>> = model.iter().map(|(member, score)| (&**member, *score)).collect();
        entries.sort_by(|left, right| compare(*left, *right));
        entries
    }

    fn apply(set: &mut SortedSet, model: &mut BTreeMap<Vec<u8>, f64>, write: &Write) -> Result<(), TestCaseError> {
        match *write {
            Write::Insert(member, score) => {
                let (member, score) = (name(member), f64::from(score));
                prop_assert_eq!(set.insert(&member, score), model.insert(member, score));
            }
            Write::Remove(member) => prop_assert_eq!(set.remove(&name(member)), model.remove(&name(member))),
            Write::RemoveRanks(start, count) => {
                let start = start.min(set.len());
                let ranks = start..(start + count).min(set.len());
                set.remove_ranks(ranks.clone());
                let gone: Vec<Vec<u8>> = sorted(model)[ranks].iter().map(|(member, _)| member.to_vec()).collect();
                model.retain(|member, _| !gone.contains(member));
            }
        }
        Ok(())
    }

    fn check(set: &SortedSet, model: &BTreeMap<Vec<u8>, f64>) -> Result<(), TestCaseError> {
        let entries = sorted(model);
        prop_assert_eq!(set.iter().collect::<Vec<_>>(), &*entries);
        for (rank, (member, score)) in entries.iter().enumerate() {
            prop_assert_eq!(set.rank(member), Some(rank));
            prop_assert_eq!(set.score(member), Some(*score));
        }
        let middle = entries.len() / 3..entries.len() - entries.len() / 4;
        prop_assert_eq!(set.range(middle.clone()).len(), middle.len());
        prop_assert_eq!(set.range(middle.clone()).collect::<Vec<_>>(), &entries[middle]);
        let negative = entries.iter().filter(|(_, score)| *score < 0.0).count();
        prop_assert_eq!(set.partition_point(|(_, score)| score < 0.0), negative);
        let mut places: Vec<Entry<'_>> = set.slice(0..set.len()).collect();
        places.sort_by(|left, right| compare(*left, *right));
        prop_assert_eq!(places, entries);
        Ok(())
    }

    fn check_history(writes: &[Write]) -> Result<(), TestCaseError> {
        let (mut set, mut model) = (SortedSet::default(), BTreeMap::new());
        for (number, write) in writes.iter().enumerate() {
            apply(&mut set, &mut model, write)?;
            if number % 100 == 0 {
                check(&set, &model)?;
            }
        }
        check(&set.clone(), &model)?;
        check(&SortedSet::from_sorted(set.iter()), &model)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn small_sets_agree_with_a_plain_model(writes in writes(20)) {
            check_history(&writes)?;
        }

        #[test]
        fn large_sets_agree_with_a_plain_model(writes in writes(1000)) {
            check_history(&writes)?;
        }
    }

    #[test]
    fn a_long_member_or_many_make_an_index() {
        let mut long = SortedSet::default();
        long.insert(b"a", 1.0);
        assert!(long.is_packed());
        long.insert(&[b'x'; MAX_PACKED_TEXT + 1], 0.0);
        assert!(!long.is_packed() && long.rank(b"a") == Some(1));

        let mut many = SortedSet::default();
        for number in 0..128u16 {
            many.insert(&name(number), 0.0);
        }
        many.insert(&name(5), 1.0);
        assert!(many.is_packed());
        many.insert(&name(128), 0.0);
        assert!(!many.is_packed() && many.len() == 129);
    }

    #[test]
    fn a_packed_set_knows_one_zero_and_a_large_one_two() {
        let mut set = SortedSet::default();
        set.insert(b"a", -0.0);
        assert!(set.score(b"a").is_some_and(f64::is_sign_positive));
        set.insert(&[b'x'; MAX_PACKED_TEXT + 1], -0.0);
        assert!(set.score(&[b'x'; MAX_PACKED_TEXT + 1]).is_some_and(f64::is_sign_negative));
        assert_eq!(set.rank(b"a"), Some(0));
    }
}
