use std::{cmp::Ordering, ops::Range};

use super::{
    super::{Dict, Page},
    Entry, compare,
    order::{self, Order},
};

/// From one in so many members on, removing them one by one costs more than going through the whole set.
const LARGE_PART: usize = 8;

/// A large sorted set: a table of scores by member, and the order of the table's places.
///
/// Members lie in the table only. A removal moves the table's last entry, and the order is told of its new place.
#[derive(Debug, Clone, Default)]
pub(crate) struct Indexed {
    scores: Dict<f64>,
    order: Order,
}

impl Indexed {
    pub(super) fn from_sorted<'a>(entries: impl Iterator<Item = Entry<'a>>) -> Self {
        let mut scores = Dict::default();
        let order = entries.map(|(member, score)| short(scores.insert(member, score).0)).collect();
        Self { scores, order }
    }

    pub(super) fn len(&self) -> usize {
        self.scores.len()
    }

    pub(super) fn score(&self, member: &[u8]) -> Option<f64> {
        self.scores.get(member).copied()
    }

    pub(super) fn rank(&self, member: &[u8]) -> Option<usize> {
        Some(self.rank_of((member, self.score(member)?)))
    }

    pub(super) fn partition_point(&self, is_before: impl Fn(Entry<'_>) -> bool) -> usize {
        self.order.partition_point(|place| is_before(entry(&self.scores, place)))
    }

    pub(super) fn insert(&mut self, member: &[u8], score: f64) -> Option<f64> {
        let Some((place, slot)) = self.scores.find_mut(member) else {
            let rank = self.rank_of((member, score));
            let (place, _) = self.scores.insert(member, score);
            self.order.insert(rank, short(place));
            return None;
        };
        let old = std::mem::replace(slot, score);
        // The order is still that of the old score, so the member itself must not take part in comparisons.
        let old_rank = self.order.partition_point(|other| {
            other as usize != place && compare(entry(&self.scores, other), (member, old)) == Ordering::Less
        });
        self.order.remove(old_rank);
        let rank = self.rank_of((member, score));
        self.order.insert(rank, short(place));
        Some(old)
    }

    pub(super) fn remove(&mut self, member: &[u8]) -> Option<f64> {
        let rank = self.rank(member)?;
        self.remove_rank(rank)
    }

    pub(super) fn remove_ranks(&mut self, ranks: Range<usize>) {
        if ranks.len() >= self.len() / LARGE_PART {
            return self.remove_large_part(&ranks);
        }
        for _ in ranks.clone() {
            self.remove_rank(ranks.start);
        }
    }

    pub(super) fn range(&self, ranks: Range<usize>) -> Ranks<'_> {
        Ranks { scores: &self.scores, places: self.order.range(ranks) }
    }

    pub(super) fn slice(&self, places: Range<usize>) -> Places<'_> {
        Places { scores: &self.scores, places }
    }

    pub(super) fn page(&self, cursor: u64, count: usize) -> Page {
        self.scores.page(cursor, count)
    }

    /// How many entries come before this one, which need not be in the set.
    fn rank_of(&self, target: Entry<'_>) -> usize {
        self.partition_point(|entry| compare(entry, target) == Ordering::Less)
    }

    /// The same in time linear in the set, whatever is removed.
    fn remove_large_part(&mut self, ranks: &Range<usize>) {
        let mut is_gone = vec![false; self.len()];
        for place in self.order.range(ranks.clone()) {
            is_gone[place as usize] = true;
        }
        let mut kept = 0;
        let count_kept = |is_gone: &bool| {
            kept += u32::from(!is_gone);
            kept
        };
        let kept_until: Vec<u32> = is_gone.iter().map(count_kept).collect();
        let before = self.order.range(0..ranks.start);
        let after = self.order.range(ranks.end..self.len());
        let order = before.chain(after).map(|place| kept_until[place as usize] - 1).collect();
        self.order = order;
        self.scores.retain(|place| !is_gone[place]);
    }

    fn remove_rank(&mut self, rank: usize) -> Option<f64> {
        let place = self.order.remove(rank);
        let last = short(self.scores.len() - 1);
        if place != last {
            let rank_of_last = self.rank_of(entry(&self.scores, last));
            self.order.replace(rank_of_last, place);
        }
        self.scores.remove_at(place as usize).map(|removed| removed.value)
    }
}

/// See [`Indexed::range`].
#[derive(Debug, Clone)]
pub(crate) struct Ranks<'a> {
    scores: &'a Dict<f64>,
    places: order::Range<'a>,
}

impl<'a> Iterator for Ranks<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        self.places.next().map(|place| entry(self.scores, place))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.places.size_hint()
    }
}

/// See [`Indexed::slice`].
#[derive(Debug, Clone)]
pub(crate) struct Places<'a> {
    scores: &'a Dict<f64>,
    places: Range<usize>,
}

impl<'a> Iterator for Places<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        self.places.next().map(|place| entry(self.scores, short(place)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.places.size_hint()
    }
}

fn entry(scores: &Dict<f64>, place: u32) -> Entry<'_> {
    let (member, score) = scores.at(place as usize).expect("the order names places of the table only");
    (member, *score)
}

/// Places are kept in half a word: a set of 2^32 members would take hundreds of gigabytes.
fn short(place: usize) -> u32 {
    u32::try_from(place).expect("memory ends before a set has 2^32 members")
}
