//! Handles: typed access to a place in Redis. They hold no data and send nothing by themselves.

mod expiring;
mod field;
mod field_path;
mod number;
mod select;
mod subtree;
mod version;

pub use self::{
    expiring::ExpiringField,
    field::Field,
    field_path::{FieldPath, SubtreeAt},
    select::Selection,
    subtree::Subtree,
    version::VersionField,
};
pub(crate) use self::{
    expiring::time_left,
    number::{Extreme, NumberAt, number},
    select::{Values, select},
};
