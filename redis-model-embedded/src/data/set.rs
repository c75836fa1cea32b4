use std::{
    borrow::Cow,
    ops::{Deref, Range},
};

use super::{
    Dict, Page,
    int_set::IntSet,
    packed::{pop, push},
};
use crate::number::parse_integer;

/// A set of integers stays in ascending order up to this many members (`set-max-intset-entries`).
const MAX_INTS: usize = 512;
/// Other sets stay packed up to this many members, and while none is longer than [`MAX_PACKED_TEXT`].
const MAX_PACKED_MEMBERS: usize = 128;
const MAX_PACKED_TEXT: usize = 64;

/// Members of a set key.
///
/// As on the server, a set that has held only integers answers in ascending order, and other sets in an order that
/// nobody promises. It never goes back to a more compact form.
#[derive(Debug, Clone)]
pub(crate) enum Set {
    Ints(IntSet),
    /// Members in the order in which they were added, each as one length byte and its bytes.
    Packed {
        bytes: Vec<u8>,
        members: usize,
    },
    /// Boxed, so that the many small sets do not reserve room for it.
    Table(Box<Dict<()>>),
}

impl Default for Set {
    fn default() -> Self {
        Self::Ints(IntSet::default())
    }
}

impl Set {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Ints(ints) => ints.len(),
            Self::Packed { members, .. } => *members,
            Self::Table(table) => table.len(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn contains(&self, member: &[u8]) -> bool {
        match self {
            Self::Ints(ints) => parse_integer(member).is_some_and(|number| ints.contains(number)),
            Self::Packed { bytes, .. } => find(bytes, member).is_some(),
            Self::Table(table) => table.contains(member),
        }
    }

    /// Adds a member, and says whether it is new.
    pub(crate) fn insert(&mut self, member: &[u8]) -> bool {
        self.make_room_for(member);
        match self {
            Self::Ints(ints) => parse_integer(member).is_some_and(|number| ints.insert(number)),
            Self::Packed { bytes, members } => {
                let is_new = find(bytes, member).is_none();
                if is_new {
                    push(bytes, member);
                    *members += 1;
                }
                is_new
            }
            Self::Table(table) => table.insert(member, ()).1.is_none(),
        }
    }

    /// Removes a member, and says whether it was there.
    pub(crate) fn remove(&mut self, member: &[u8]) -> bool {
        match self {
            Self::Ints(ints) => parse_integer(member).is_some_and(|number| ints.remove(number)),
            Self::Packed { bytes, members } => {
                let Some(place) = find(bytes, member) else { return false };
                bytes.drain(place);
                *members -= 1;
                true
            }
            Self::Table(table) => table.remove(member).is_some(),
        }
    }

    /// All members.
    pub(crate) fn iter(&self) -> Members<'_> {
        match self {
            Self::Ints(ints) => Members::Ints { ints, next: 0 },
            Self::Packed { bytes, .. } => Members::Packed(bytes),
            Self::Table(table) => Members::Table { table, next: 0 },
        }
    }

    /// The members at these places.
    pub(crate) fn slice(&self, places: Range<usize>) -> impl Iterator<Item = Member<'_>> {
        let (skipped, iter) = match self {
            Self::Ints(ints) => (0, Members::Ints { ints, next: places.start }),
            Self::Packed { .. } => (places.start, self.iter()),
            Self::Table(table) => (0, Members::Table { table, next: places.start }),
        };
        iter.skip(skipped).take(places.len())
    }

    /// The `index`th member, in an order that lasts until the next write.
    pub(crate) fn at(&self, index: usize) -> Option<Member<'_>> {
        self.slice(index..index + 1).next()
    }

    /// One page of SSCAN. A set that is no table is small, and comes as a single page.
    pub(crate) fn page(&self, cursor: u64, count: usize) -> Page {
        match self {
            Self::Ints(_) | Self::Packed { .. } => Page { cursor: 0, places: 0..self.len() },
            Self::Table(table) => table.page(cursor, count),
        }
    }

    /// Changes the form if `member` is new and does not fit into the present one.
    fn make_room_for(&mut self, member: &[u8]) {
        let is_full = match self {
            Self::Ints(ints) => {
                let number = parse_integer(member);
                if number.is_none() && ints.len() < MAX_PACKED_MEMBERS && member.len() <= MAX_PACKED_TEXT {
                    return self.pack();
                }
                number.is_none_or(|number| ints.len() == MAX_INTS && !ints.contains(number))
            }
            Self::Packed { bytes, members } => {
                let is_full = *members == MAX_PACKED_MEMBERS || member.len() > MAX_PACKED_TEXT;
                is_full && find(bytes, member).is_none()
            }
            Self::Table(_) => false,
        };
        if is_full {
            let mut table = Box::<Dict<()>>::default();
            for member in self.iter() {
                table.insert(&member, ());
            }
            *self = Self::Table(table);
        }
    }

    fn pack(&mut self) {
        let mut bytes = Vec::new();
        for member in self.iter() {
            push(&mut bytes, &member);
        }
        *self = Self::Packed { bytes, members: self.len() };
    }
}

impl<'a> FromIterator<Member<'a>> for Set {
    fn from_iter<I: IntoIterator<Item = Member<'a>>>(members: I) -> Self {
        let mut set = Self::default();
        for member in members {
            set.insert(&member);
        }
        set
    }
}

/// One member of a set, which is bytes however the set keeps it.
#[derive(Debug)]
pub(crate) enum Member<'a> {
    Text(&'a [u8]),
    Int(Digits),
}

/// The decimal text of an integer.
#[derive(Debug)]
pub(crate) struct Digits {
    /// Twenty bytes hold every 64-bit integer and its sign.
    bytes: [u8; 20],
    length: usize,
}

impl Member<'_> {
    fn int(number: i64) -> Self {
        let mut buffer = itoa::Buffer::new();
        let text = buffer.format(number).as_bytes();
        let mut digits = Digits { bytes: [0; 20], length: text.len() };
        digits.bytes[..text.len()].copy_from_slice(text);
        Self::Int(digits)
    }
}

impl Deref for Member<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Text(text) => text,
            Self::Int(digits) => &digits.bytes[..digits.length],
        }
    }
}

impl<'a> From<Member<'a>> for Cow<'a, [u8]> {
    fn from(member: Member<'a>) -> Self {
        match member {
            Member::Text(text) => Cow::Borrowed(text),
            Member::Int(_) => Cow::Owned(member.to_vec()),
        }
    }
}

impl From<Member<'_>> for Vec<u8> {
    fn from(member: Member<'_>) -> Self {
        member.to_vec()
    }
}

/// See [`Set::iter`].
pub(crate) enum Members<'a> {
    Ints { ints: &'a IntSet, next: usize },
    Packed(&'a [u8]),
    Table { table: &'a Dict<()>, next: usize },
}

impl<'a> Iterator for Members<'a> {
    type Item = Member<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Ints { ints, next } => {
                let number = ints.at(*next)?;
                *next += 1;
                Some(Member::int(number))
            }
            Self::Packed(bytes) => {
                let (member, rest) = pop(bytes)?;
                *bytes = rest;
                Some(Member::Text(member))
            }
            Self::Table { table, next } => {
                let (member, ()) = table.at(*next)?;
                *next += 1;
                Some(Member::Text(member))
            }
        }
    }
}

/// The places in the packed bytes of a member and its length byte.
fn find(bytes: &[u8], member: &[u8]) -> Option<Range<usize>> {
    let mut rest = bytes;
    while let Some((candidate, after)) = pop(rest) {
        if candidate == member {
            return Some(bytes.len() - rest.len()..bytes.len() - after.len());
        }
        rest = after;
    }
    None
}

#[cfg(test)]
mod tests;
