use std::{cmp::Ordering, ops::Range};

use super::{Entry, compare};
use crate::data::packed::{length_byte, pop};

/// The score lies behind its member, in this many bytes.
const SCORE_SIZE: usize = size_of::<f64>();

/// A small sorted set in one stretch of bytes, in order: a length byte, the member, its score, and so on.
#[derive(Debug, Clone, Default)]
pub(crate) struct Packed {
    bytes: Vec<u8>,
    members: usize,
}

impl Packed {
    pub(super) fn from_sorted<'a>(entries: impl Iterator<Item = Entry<'a>>) -> Self {
        let mut packed = Self::default();
        for (member, score) in entries {
            packed.bytes.extend_from_slice(&packed_entry(member, score));
            packed.members += 1;
        }
        packed
    }

    pub(super) fn len(&self) -> usize {
        self.members
    }

    pub(super) fn score(&self, member: &[u8]) -> Option<f64> {
        self.iter().find(|(other, _)| *other == member).map(|(_, score)| score)
    }

    pub(super) fn insert(&mut self, member: &[u8], score: f64) -> Option<f64> {
        let old = self.remove(member);
        let is_before = |entry: &Entry<'_>| compare(*entry, (member, score)) == Ordering::Less;
        let at = self.iter().take_while(is_before).map(size).sum::<usize>();
        self.bytes.splice(at..at, packed_entry(member, score));
        self.members += 1;
        old
    }

    pub(super) fn remove(&mut self, member: &[u8]) -> Option<f64> {
        let rank = self.iter().position(|(other, _)| other == member)?;
        let score = self.iter().nth(rank).map(|(_, score)| score);
        self.remove_ranks(rank..rank + 1);
        score
    }

    pub(super) fn remove_ranks(&mut self, ranks: Range<usize>) {
        let start = self.iter().take(ranks.start).map(size).sum::<usize>();
        let end = self.iter().take(ranks.end).map(size).sum::<usize>();
        self.bytes.drain(start..end);
        self.members -= ranks.len();
    }

    pub(super) fn iter(&self) -> Iter<'_> {
        Iter { bytes: &self.bytes, left: self.members }
    }

    pub(super) fn range(&self, ranks: Range<usize>) -> Iter<'_> {
        let mut iter = self.iter();
        for _ in 0..ranks.start {
            iter.next();
        }
        iter.left = ranks.len();
        iter
    }
}

/// See [`Packed::range`].
#[derive(Debug, Clone)]
pub(crate) struct Iter<'a> {
    /// All from the next entry on.
    bytes: &'a [u8],
    left: usize,
}

impl<'a> Iterator for Iter<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let (member, rest) = pop(self.bytes)?;
        let (score, rest) = rest.split_first_chunk::<SCORE_SIZE>()?;
        self.bytes = rest;
        Some((member, f64::from_le_bytes(*score)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Iter<'_> {}

/// How many bytes an entry takes.
fn size((member, _): Entry<'_>) -> usize {
    1 + member.len() + SCORE_SIZE
}

/// Redis keeps a small set's whole scores as integers, of which only one is zero: adding it turns -0 into 0.
fn packed_entry(member: &[u8], score: f64) -> Vec<u8> {
    [&[length_byte(member)], member, &(score + 0.0).to_le_bytes()].concat()
}
