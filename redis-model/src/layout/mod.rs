//! How a model's fields lie in Redis: what the derive macros describe.
//!
//! A record is one hash of its dotted leaf paths. A field that needs a life of its own is its own key, at the record's
//! key plus its path.

mod expiring;
mod fields;
mod info;
mod optional;
mod place;
mod read;
mod write;

pub use self::{
    expiring::{Expires, Expiring},
    fields::{RedisFields, Slot},
    info::{ModelInfo, Refresh},
    place::{Place, PlacedAt},
    read::{FieldError, Reader},
    write::Writer,
};
pub(crate) use self::{
    info::SCHEMA_MARK,
    place::{EPOCH, epoch_of},
    write::OwnValue,
};
