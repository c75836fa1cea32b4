use std::ops::Range;

use super::{Packed, Table, packed};
use crate::data::Page;

/// The fields of a hash for reading, whatever its form.
#[derive(Clone, Copy)]
pub(super) enum Fields<'a> {
    Packed(&'a Packed),
    Table(&'a Table),
}

impl<'a> Fields<'a> {
    pub(super) fn len(self) -> usize {
        match self {
            Self::Packed(packed) => packed.len(),
            Self::Table(table) => table.len(),
        }
    }

    pub(super) fn get(self, field: &[u8]) -> Option<&'a [u8]> {
        match self {
            Self::Packed(packed) => packed.get(field),
            Self::Table(table) => table.get(field).map(|value| &**value),
        }
    }

    pub(super) fn iter(self) -> Iter<'a> {
        match self {
            Self::Packed(packed) => Iter::Packed(packed.iter()),
            Self::Table(table) => Iter::Table { table, next: 0 },
        }
    }

    /// The fields at these places.
    pub(super) fn slice(self, places: Range<usize>) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
        let iter = match self {
            Self::Packed(packed) => {
                let mut iter = packed.iter();
                for _ in 0..places.start {
                    iter.next();
                }
                Iter::Packed(iter)
            }
            Self::Table(table) => Iter::Table { table, next: places.start },
        };
        iter.take(places.len())
    }

    pub(super) fn at(self, index: usize) -> Option<(&'a [u8], &'a [u8])> {
        match self {
            Self::Packed(packed) => packed.iter().nth(index),
            Self::Table(table) => table.at(index).map(|(field, value)| (field, &**value)),
        }
    }

    /// A packed hash is small, and comes as a single page.
    pub(super) fn page(self, cursor: u64, count: usize) -> Page {
        match self {
            Self::Packed(packed) => Page { cursor: 0, places: 0..packed.len() },
            Self::Table(table) => table.page(cursor, count),
        }
    }
}

/// See [`Hash::iter`](super::Hash::iter).
pub(crate) enum Iter<'a> {
    Packed(packed::Iter<'a>),
    Table { table: &'a Table, next: usize },
}

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Packed(iter) => iter.next(),
            Self::Table { table, next } => {
                let (field, value) = table.at(*next)?;
                *next += 1;
                Some((field, value))
            }
        }
    }
}
