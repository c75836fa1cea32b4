//! The handle of a model's version.

use std::fmt;

use super::Field;
use crate::{key::Key, layout::Place, path::Prefix, query::Query};

/// The handle of the field that holds a record's version: it can be read, and moves on by itself with every write.
#[derive(Clone)]
pub struct VersionField(Field<u64>);

impl VersionField {
    /// The handle of the version at a place of a record, for generated code.
    #[doc(hidden)]
    pub fn at<P: Prefix>(place: Place) -> Self {
        Self(Field::at::<P>(place))
    }

    /// The record's key.
    pub fn key(&self) -> &Key {
        self.0.key()
    }

    /// The field's dotted path: the name of its hash field.
    pub fn path(&self) -> &'static str {
        self.0.path()
    }

    /// The version: `HGET`. `None` without the record, or when it was saved before its model had a version.
    pub fn get(&self) -> Query<Option<u64>> {
        self.0.get()
    }
}

impl fmt::Debug for VersionField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VersionField").field("key", self.key()).field("path", &self.path()).finish()
    }
}
