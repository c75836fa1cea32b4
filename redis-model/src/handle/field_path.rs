//! From a `path!` to the handle of what lies there.

use std::{fmt, marker::PhantomData};

use super::{ExpiringField, Field};
use crate::{
    key::Key,
    layout::{InRecord, Place},
    path::{CollectionPath, ExpiringPath, Path, SubtreePath},
};

/// A path that leads to something with a handle: a [`Path`], an [`ExpiringPath`], a [`CollectionPath`] or a [`SubtreePath`].
pub trait FieldPath<M> {
    /// The handle of what lies there.
    type Handle;

    /// The handle, on a record.
    #[doc(hidden)]
    fn handle(self, place: Place) -> Self::Handle;
}

impl<M, T, C> FieldPath<M> for Path<M, T, C> {
    type Handle = Field<T, C>;

    fn handle(self, place: Place) -> Field<T, C> {
        Field::of(place, &self)
    }
}

impl<M, T, C> FieldPath<M> for ExpiringPath<M, T, C> {
    type Handle = ExpiringField<T, C>;

    fn handle(self, place: Place) -> ExpiringField<T, C> {
        ExpiringField::new(place, self.as_str(), self.ttl())
    }
}

impl<M, H: InRecord> FieldPath<M> for CollectionPath<M, H> {
    type Handle = H;

    fn handle(self, place: Place) -> H {
        H::in_record(place, self.as_str(), self.limit())
    }
}

impl<M, T> FieldPath<M> for SubtreePath<M, T> {
    type Handle = SubtreeAt<T>;

    fn handle(self, place: Place) -> SubtreeAt<T> {
        SubtreeAt { place, path: self.as_str(), of: PhantomData }
    }
}

/// The handle of a nested struct that a `path!` leads to: it can be locked. Reading and writing need the handle that is
/// called by the field's name, [`Subtree`](super::Subtree).
pub struct SubtreeAt<T> {
    place: Place,
    path: &'static str,
    of: PhantomData<fn() -> T>,
}

impl<T> SubtreeAt<T> {
    /// The record's key.
    pub fn key(&self) -> &Key {
        &self.place.key
    }

    /// The dotted path that its fields begin with.
    pub fn path(&self) -> &'static str {
        self.path
    }
}

impl<T> Clone for SubtreeAt<T> {
    fn clone(&self) -> Self {
        Self { place: self.place.clone(), ..*self }
    }
}

impl<T> fmt::Debug for SubtreeAt<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SubtreeAt").field("key", &self.place.key).field("path", &self.path).finish()
    }
}
