use super::{Fields, Packed, Table};
use crate::{
    clock::Millis,
    data::{Deadlines, dict::Removed},
};

/// A hash of which some fields have deadlines, or once had.
#[derive(Debug, Clone)]
pub(crate) enum Expiring {
    /// The fields with deadlines come first, soonest first, as Redis orders them; `deadlines` are theirs, in this
    /// order. Of fields with one deadline, the one that got it last comes first.
    Packed {
        fields: Packed,
        deadlines: Vec<Millis>,
    },
    Table {
        fields: Box<Table>,
        deadlines: Deadlines,
    },
}

impl Expiring {
    pub(super) fn fields(&self) -> Fields<'_> {
        match self {
            Self::Packed { fields, .. } => Fields::Packed(fields),
            Self::Table { fields, .. } => Fields::Table(fields),
        }
    }

    /// Stores a field, which keeps its deadline, and says whether it is new.
    pub(super) fn put(&mut self, field: &[u8], value: &[u8]) -> bool {
        if !Packed::fits(field, value) {
            self.unpack();
        }
        match self {
            Self::Table { fields, .. } => fields.insert(field, value.into()).1.is_none(),
            Self::Packed { fields, .. } => {
                let is_new = fields.put(field, value);
                if fields.is_overfull() {
                    self.unpack();
                }
                is_new
            }
        }
    }

    /// Removes a field, and says whether it was there.
    pub(super) fn remove(&mut self, field: &[u8]) -> bool {
        match self {
            Self::Packed { fields, deadlines } => {
                let Some(index) = fields.remove(field) else { return false };
                if index < deadlines.len() {
                    deadlines.remove(index);
                }
                true
            }
            Self::Table { fields, deadlines } => {
                let Some(Removed { place, .. }) = fields.remove(field) else { return false };
                deadlines.swap_remove(place, fields.len());
                true
            }
        }
    }

    pub(super) fn deadline(&self, field: &[u8]) -> Option<Millis> {
        match self {
            Self::Packed { fields, deadlines } => deadlines.get(fields.index_of(field)?).copied(),
            Self::Table { fields, deadlines } => deadlines.get(fields.place(field)?),
        }
    }

    /// Gives an existing field another deadline, or none.
    pub(super) fn set_deadline(&mut self, field: &[u8], deadline: Option<Millis>) {
        match self {
            Self::Packed { fields, deadlines } => {
                let Some(index) = fields.index_of(field) else { return };
                let had_one = index < deadlines.len();
                if had_one {
                    deadlines.remove(index);
                }
                if let Some(new) = deadline {
                    let place = deadlines.partition_point(|other| *other < new);
                    deadlines.insert(place, new);
                    fields.reorder(index, place);
                } else if had_one {
                    fields.reorder(index, fields.len() - 1);
                }
            }
            Self::Table { fields, deadlines } => {
                if let Some(place) = fields.place(field) {
                    deadlines.set(place, deadline);
                }
            }
        }
    }

    pub(super) fn soonest_deadline(&self) -> Option<Millis> {
        match self {
            Self::Packed { deadlines, .. } => deadlines.first().copied(),
            Self::Table { deadlines, .. } => deadlines.soonest(),
        }
    }

    /// Removes the fields whose time has come, and says whether there were any.
    pub(super) fn expire(&mut self, now: Millis) -> bool {
        let before = self.fields().len();
        match self {
            Self::Packed { fields, deadlines } => {
                let due = deadlines.partition_point(|deadline| *deadline <= now);
                deadlines.drain(..due);
                fields.remove_first(due);
            }
            Self::Table { fields, deadlines } => {
                while let Some(place) = deadlines.due(now) {
                    fields.remove_at(place);
                    deadlines.swap_remove(place, fields.len());
                }
            }
        }
        self.fields().len() < before
    }

    fn unpack(&mut self) {
        if let Self::Packed { fields, deadlines } = self {
            let mut by_place = Deadlines::default();
            for (place, deadline) in deadlines.iter().enumerate() {
                by_place.set(place, Some(*deadline));
            }
            *self = Self::Table { fields: Box::new(super::table_of(fields)), deadlines: by_place };
        }
    }
}
