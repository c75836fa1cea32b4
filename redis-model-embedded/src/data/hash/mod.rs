mod expiring;
mod fields;
mod packed;
#[cfg(test)]
mod tests;

use std::ops::Range;

use self::{expiring::Expiring, fields::Fields, packed::Packed};
use super::{Deadlines, Dict, Page};
use crate::clock::Millis;

/// Fields and values of a hash key.
///
/// Small hashes are one stretch of bytes, as Redis' listpacks are: less memory than a table, and faster to read
/// whole. They keep the order in which fields were added, except that fields with deadlines come first.
///
/// A hash does not know the time: its fields are there until [`expire`](Self::expire) is told that their time has
/// come. The [`Keyspace`](super::Keyspace) says so before it hands the hash out.
#[derive(Debug, Clone)]
pub(crate) enum Hash {
    Packed(Packed),
    /// Boxed, so that the many small hashes do not reserve room for it.
    Table(Box<Table>),
    /// Boxed for the same reason: hashes that never had a deadline pay nothing for those that have.
    Expiring(Box<Expiring>),
}

pub(crate) type Table = Dict<Box<[u8]>>;

impl Default for Hash {
    fn default() -> Self {
        Self::Packed(Packed::default())
    }
}

impl Hash {
    pub(crate) fn len(&self) -> usize {
        self.fields().len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn get(&self, field: &[u8]) -> Option<&[u8]> {
        self.fields().get(field)
    }

    pub(crate) fn contains(&self, field: &[u8]) -> bool {
        self.get(field).is_some()
    }

    /// Stores a field, which loses its deadline, and says whether it is new.
    pub(crate) fn insert(&mut self, field: &[u8], value: &[u8]) -> bool {
        let is_new = self.put(field, value);
        if !is_new {
            self.set_deadline(field, None);
        }
        is_new
    }

    /// Stores a field, which keeps its deadline, and says whether it is new.
    pub(crate) fn put(&mut self, field: &[u8], value: &[u8]) -> bool {
        if !Packed::fits(field, value) {
            self.unpack();
        }
        match self {
            Self::Table(table) => table.insert(field, value.into()).1.is_none(),
            Self::Expiring(expiring) => expiring.put(field, value),
            Self::Packed(packed) => {
                let is_new = packed.put(field, value);
                if packed.is_overfull() {
                    self.unpack();
                }
                is_new
            }
        }
    }

    /// Removes a field, and says whether it was there.
    pub(crate) fn remove(&mut self, field: &[u8]) -> bool {
        match self {
            Self::Packed(packed) => packed.remove(field).is_some(),
            Self::Table(table) => table.remove(field).is_some(),
            Self::Expiring(expiring) => expiring.remove(field),
        }
    }

    pub(crate) fn deadline(&self, field: &[u8]) -> Option<Millis> {
        let Self::Expiring(expiring) = self else { return None };
        expiring.deadline(field)
    }

    /// Gives an existing field another deadline, or none.
    pub(crate) fn set_deadline(&mut self, field: &[u8], deadline: Option<Millis>) {
        if deadline.is_some() {
            self.make_expiring();
        }
        if let Self::Expiring(expiring) = self {
            expiring.set_deadline(field, deadline);
        }
    }

    /// The first deadline of all fields.
    pub(crate) fn soonest_deadline(&self) -> Option<Millis> {
        let Self::Expiring(expiring) = self else { return None };
        expiring.soonest_deadline()
    }

    /// Removes the fields whose time has come, and says whether there were any.
    pub(crate) fn expire(&mut self, now: Millis) -> bool {
        let Self::Expiring(expiring) = self else { return false };
        expiring.expire(now)
    }

    /// All fields with their values.
    pub(crate) fn iter(&self) -> fields::Iter<'_> {
        self.fields().iter()
    }

    /// The fields at these places.
    pub(crate) fn slice(&self, places: Range<usize>) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.fields().slice(places)
    }

    /// The `index`th field, in an order that lasts until the next write.
    pub(crate) fn at(&self, index: usize) -> Option<(&[u8], &[u8])> {
        self.fields().at(index)
    }

    /// One page of HSCAN.
    pub(crate) fn page(&self, cursor: u64, count: usize) -> Page {
        self.fields().page(cursor, count)
    }

    fn fields(&self) -> Fields<'_> {
        match self {
            Self::Packed(packed) => Fields::Packed(packed),
            Self::Table(table) => Fields::Table(table),
            Self::Expiring(expiring) => expiring.fields(),
        }
    }

    fn make_expiring(&mut self) {
        let expiring = match std::mem::take(self) {
            Self::Packed(fields) => Box::new(Expiring::Packed { fields, deadlines: Vec::new() }),
            Self::Table(fields) => Box::new(Expiring::Table { fields, deadlines: Deadlines::default() }),
            Self::Expiring(expiring) => expiring,
        };
        *self = Self::Expiring(expiring);
    }

    fn unpack(&mut self) {
        if let Self::Packed(packed) = self {
            *self = Self::Table(Box::new(table_of(packed)));
        }
    }
}

fn table_of(packed: &Packed) -> Table {
    let mut table = Table::default();
    for (field, value) in packed.iter() {
        table.insert(field, value.into());
    }
    table
}
