//! How a model's fields lie in Redis: what the derive macros describe.
//!
//! A record is one hash of its dotted leaf paths. A field that needs a life of its own, or a type of its own as collections do,
//! is its own key, at the record's key plus its path.

mod collected;
mod expiring;
mod fields;
mod info;
mod optional;
mod place;
mod read;
mod remote;
mod write;

pub use self::{
    collected::{
        AsCounter, AsList, AsMap, AsSet, AsSortedSet, Collected, CollectionKind, Collections, ElementError, Elements,
        Kind, Stored,
    },
    expiring::{Expires, Expiring},
    fields::{RedisFields, Slot},
    info::{ModelInfo, Refresh},
    place::{Place, PlacedAt},
    read::{FieldError, Reader},
    remote::{InRecord, LimitedRemote, Remote, RemoteField},
    write::Writer,
};
pub(crate) use self::{
    fields::Source,
    info::SCHEMA_MARK,
    place::{EPOCH, epoch_of},
    write::{OwnValue, OwnWrite},
};
