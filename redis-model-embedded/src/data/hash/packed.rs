use crate::data::packed::{length_byte, pop, push};

/// A hash stays packed up to this many fields, and while no field or value is longer than [`MAX_TEXT`].
const MAX_FIELDS: usize = 128;
const MAX_TEXT: usize = 64;

/// A few short fields in one stretch of bytes, in an order that the owner may choose.
///
/// Field and value lie there by turns, each as one length byte and its bytes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Packed {
    bytes: Vec<u8>,
    fields: usize,
}

impl Packed {
    pub(super) fn len(&self) -> usize {
        self.fields
    }

    /// Whether these texts are short enough.
    pub(super) fn fits(field: &[u8], value: &[u8]) -> bool {
        field.len() <= MAX_TEXT && value.len() <= MAX_TEXT
    }

    /// Whether there are more fields than a packed hash should have.
    pub(super) fn is_overfull(&self) -> bool {
        self.fields > MAX_FIELDS
    }

    pub(super) fn get(&self, field: &[u8]) -> Option<&[u8]> {
        self.find(field).map(|found| &self.bytes[found.value_start + 1..found.end])
    }

    /// How many fields come before this one.
    pub(super) fn index_of(&self, field: &[u8]) -> Option<usize> {
        self.find(field).map(|found| found.index)
    }

    /// Stores a field whose texts [fit](Self::fits), at the end if it is new; says whether it is.
    pub(super) fn put(&mut self, field: &[u8], value: &[u8]) -> bool {
        if let Some(found) = self.find(field) {
            self.replace_value(&found, value);
            return false;
        }
        push(&mut self.bytes, field);
        push(&mut self.bytes, value);
        self.fields += 1;
        true
    }

    /// Removes a field, and says how many came before it.
    pub(super) fn remove(&mut self, field: &[u8]) -> Option<usize> {
        let found = self.find(field)?;
        self.bytes.drain(found.start..found.end);
        self.fields -= 1;
        Some(found.index)
    }

    /// Removes the first `count` fields.
    pub(super) fn remove_first(&mut self, count: usize) {
        self.bytes.drain(..self.offset(count));
        self.fields -= count.min(self.fields);
    }

    /// Moves a field so that `to` of the other fields come before it.
    pub(super) fn reorder(&mut self, from: usize, to: usize) {
        let (start, end) = (self.offset(from), self.offset(from + 1));
        let length = end - start;
        if from < to {
            let target = self.offset(to + 1);
            self.bytes[start..target].rotate_left(length);
        } else {
            let target = self.offset(to);
            self.bytes[target..end].rotate_right(length);
        }
    }

    pub(super) fn iter(&self) -> Iter<'_> {
        Iter { rest: &self.bytes }
    }

    /// Where the field begins that has `index` fields before it, or the end of all.
    fn offset(&self, index: usize) -> usize {
        let mut iter = self.iter();
        for _ in 0..index {
            iter.next();
        }
        self.bytes.len() - iter.rest.len()
    }

    fn find(&self, field: &[u8]) -> Option<Found> {
        let bytes = &self.bytes;
        let (mut start, mut index) = (0, 0);
        while let Some(&length) = bytes.get(start) {
            let value_start = start + 1 + usize::from(length);
            let end = value_start + 1 + usize::from(*bytes.get(value_start)?);
            if bytes[start + 1..value_start] == *field {
                return Some(Found { index, start, value_start, end });
            }
            start = end;
            index += 1;
        }
        None
    }

    fn replace_value(&mut self, found: &Found, value: &[u8]) {
        let place = found.value_start..found.end;
        if place.len() - 1 == value.len() {
            self.bytes[place][1..].copy_from_slice(value);
        } else {
            self.bytes.splice(place, [length_byte(value)].into_iter().chain(value.iter().copied()));
        }
    }
}

/// Where one field and its value lie.
struct Found {
    index: usize,
    start: usize,
    value_start: usize,
    end: usize,
}

/// See [`Packed::iter`].
#[derive(Clone)]
pub(crate) struct Iter<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (field, rest) = pop(self.rest)?;
        let (value, rest) = pop(rest)?;
        self.rest = rest;
        Some((field, value))
    }
}
