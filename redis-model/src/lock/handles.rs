//! Locks on what handles point to.

use super::{Lock, place::Place};
use crate::{
    collection::{Container, ReliableQueue},
    handle::{ExpiringField, Field, Subtree, SubtreeAt},
    layout::RedisFields,
    model::{Record, RedisModel},
    path::Prefix,
};

impl<T: RedisModel> Record<T> {
    /// The lock on the whole record: it excludes those on its fields.
    pub fn lock(&self) -> Lock {
        Lock::new(Place::of_record(self.key(), ""))
    }
}

impl<T: RedisFields<Id = ()>, P: Prefix> Subtree<T, P> {
    /// The lock on the nested struct: it excludes those on its fields, and those on the record.
    pub fn lock(&self) -> Lock {
        Lock::new(Place::of_record(self.key(), self.path()))
    }
}

impl<T, C> Field<T, C> {
    /// The lock on the field: it excludes those on what the field is in.
    pub fn lock(&self) -> Lock {
        Lock::new(Place::of_record(self.key(), self.path()))
    }
}

impl<T, C> ExpiringField<T, C> {
    /// The lock on the field: it excludes those on what the field is in.
    pub fn lock(&self) -> Lock {
        Lock::new(Place::of_record(self.record(), self.path()))
    }
}

impl Container {
    /// The lock on the container: on its key, or of one that is a field, on the field, which excludes the locks on what the
    /// field is in.
    pub fn lock(&self) -> Lock {
        Lock::new(match self.record() {
            Some((record, path)) => Place::of_record(record, path),
            None => Place::of_key(self.key()),
        })
    }
}

impl<T, C> ReliableQueue<T, C> {
    /// The lock on the queue: on its key.
    pub fn lock(&self) -> Lock {
        Lock::new(Place::of_key(self.key()))
    }
}

impl<T> SubtreeAt<T> {
    /// The lock on the nested struct: it excludes those on its fields, and those on the record.
    pub fn lock(&self) -> Lock {
        Lock::new(Place::of_record(self.key(), self.path()))
    }
}
