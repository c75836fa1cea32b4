use std::ops::Range;

use super::{
    Dict, Page,
    packed::{length_byte, pop, push},
};

/// A hash stays packed up to this many fields, and while no field or value is longer than [`MAX_PACKED_TEXT`].
const MAX_PACKED_FIELDS: usize = 128;
const MAX_PACKED_TEXT: usize = 64;

/// Fields and values of a hash key.
///
/// Small hashes are one stretch of bytes, as Redis' listpacks are: less memory than a table, and faster to read
/// whole. They keep the order in which fields were added.
#[derive(Debug)]
pub(crate) enum Hash {
    /// Field and value by turns, each as one length byte and its bytes.
    Packed { bytes: Vec<u8>, fields: usize },
    /// Boxed, so that the many small hashes do not reserve room for it.
    Table(Box<Dict<Box<[u8]>>>),
}

impl Default for Hash {
    fn default() -> Self {
        Self::Packed { bytes: Vec::new(), fields: 0 }
    }
}

impl Hash {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Packed { fields, .. } => *fields,
            Self::Table(table) => table.len(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn get(&self, field: &[u8]) -> Option<&[u8]> {
        match self {
            Self::Packed { bytes, .. } => find(bytes, field).map(|found| found.value(bytes)),
            Self::Table(table) => table.get(field).map(|value| &**value),
        }
    }

    pub(crate) fn contains(&self, field: &[u8]) -> bool {
        self.get(field).is_some()
    }

    /// Stores a field, and says whether it is new.
    pub(crate) fn insert(&mut self, field: &[u8], value: &[u8]) -> bool {
        if field.len() > MAX_PACKED_TEXT || value.len() > MAX_PACKED_TEXT {
            self.unpack();
        }
        match self {
            Self::Table(table) => table.insert(field, value.into()).1.is_none(),
            Self::Packed { bytes, fields } => {
                if let Some(found) = find(bytes, field) {
                    found.replace_value(bytes, value);
                    return false;
                }
                push(bytes, field);
                push(bytes, value);
                *fields += 1;
                if *fields > MAX_PACKED_FIELDS {
                    self.unpack();
                }
                true
            }
        }
    }

    /// Removes a field, and says whether it was there.
    pub(crate) fn remove(&mut self, field: &[u8]) -> bool {
        match self {
            Self::Table(table) => table.remove(field).is_some(),
            Self::Packed { bytes, fields } => {
                let Some(found) = find(bytes, field) else { return false };
                bytes.drain(found.start..found.end);
                *fields -= 1;
                true
            }
        }
    }

    /// All fields with their values.
    pub(crate) fn iter(&self) -> Iter<'_> {
        match self {
            Self::Packed { bytes, .. } => Iter::Packed(bytes),
            Self::Table(table) => Iter::Table { table, next: 0 },
        }
    }

    /// The fields at these places.
    pub(crate) fn slice(&self, places: Range<usize>) -> impl Iterator<Item = (&[u8], &[u8])> {
        let length = places.len();
        let iter = match self {
            Self::Packed { .. } => {
                let mut iter = self.iter();
                for _ in 0..places.start {
                    iter.next();
                }
                iter
            }
            Self::Table(table) => Iter::Table { table, next: places.start },
        };
        iter.take(length)
    }

    /// The `index`th field, in an order that lasts until the next write.
    pub(crate) fn at(&self, index: usize) -> Option<(&[u8], &[u8])> {
        match self {
            Self::Packed { .. } => self.iter().nth(index),
            Self::Table(table) => table.at(index).map(|(field, value)| (field, &**value)),
        }
    }

    /// One page of HSCAN. A packed hash is small, and comes as a single page.
    pub(crate) fn page(&self, cursor: u64, count: usize) -> Page {
        match self {
            Self::Packed { fields, .. } => Page { cursor: 0, places: 0..*fields },
            Self::Table(table) => table.page(cursor, count),
        }
    }

    fn unpack(&mut self) {
        if let Self::Packed { .. } = self {
            let mut table = Box::<Dict<_>>::default();
            for (field, value) in self.iter() {
                table.insert(field, value.into());
            }
            *self = Self::Table(table);
        }
    }
}

/// See [`Hash::iter`].
pub(crate) enum Iter<'a> {
    Packed(&'a [u8]),
    Table { table: &'a Dict<Box<[u8]>>, next: usize },
}

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Packed(bytes) => {
                let (field, rest) = pop(bytes)?;
                let (value, rest) = pop(rest)?;
                *bytes = rest;
                Some((field, value))
            }
            Self::Table { table, next } => {
                let (field, value) = table.at(*next)?;
                *next += 1;
                Some((field, value))
            }
        }
    }
}

/// Where one field and its value lie in the packed bytes.
struct Found {
    start: usize,
    value_start: usize,
    end: usize,
}

impl Found {
    fn value<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        &bytes[self.value_start + 1..self.end]
    }

    fn replace_value(&self, bytes: &mut Vec<u8>, value: &[u8]) {
        if self.end - self.value_start - 1 == value.len() {
            bytes[self.value_start + 1..self.end].copy_from_slice(value);
        } else {
            bytes.splice(self.value_start..self.end, [length_byte(value)].into_iter().chain(value.iter().copied()));
        }
    }
}

fn find(bytes: &[u8], field: &[u8]) -> Option<Found> {
    let mut start = 0;
    while let Some(&length) = bytes.get(start) {
        let value_start = start + 1 + usize::from(length);
        let end = value_start + 1 + usize::from(*bytes.get(value_start)?);
        if bytes[start + 1..value_start] == *field {
            return Some(Found { start, value_start, end });
        }
        start = end;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(hash: &Hash) -> String {
        let pairs = hash.iter().map(|(field, value)| [field, b"=", value].concat());
        pairs.map(|pair| String::from_utf8_lossy(&pair).into_owned()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_packed_hash_keeps_the_order_of_its_fields() {
        let mut hash = Hash::default();
        for (field, value) in [("a", "1"), ("b", "2"), ("c", "3")] {
            assert!(hash.insert(field.as_bytes(), value.as_bytes()));
        }
        assert!(!hash.insert(b"a", b"longer"));
        assert!(!hash.insert(b"c", b"4"));
        assert!(hash.remove(b"b"));
        assert_eq!(text(&hash), "a=longer c=4");
    }

    #[test]
    fn a_long_value_or_many_fields_make_a_table() {
        let mut long = Hash::default();
        long.insert(b"a", b"1");
        long.insert(b"b", &[b'x'; MAX_PACKED_TEXT + 1]);
        assert!(matches!(long, Hash::Table(_)) && long.get(b"a") == Some(b"1"));

        let mut many = Hash::default();
        for number in 0..=MAX_PACKED_FIELDS {
            many.insert(number.to_string().as_bytes(), b"");
        }
        assert!(matches!(many, Hash::Table(_)) && many.len() == MAX_PACKED_FIELDS + 1);
        assert!(many.remove(b"7") && !many.contains(b"7"));
    }
}
