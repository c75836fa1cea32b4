//! From a `path!` to the handle of what lies there.

use super::{ExpiringField, Field};
use crate::{
    layout::Place,
    path::{ExpiringPath, Path},
};

/// A path that leads to something with a handle: a [`Path`] or an [`ExpiringPath`].
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
