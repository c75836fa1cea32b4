//! The trait behind both derives.

use super::{Collections, FieldError, Kind, Place, PlacedAt, Reader, Writer};
use crate::path::{PathNode, Prefix};

/// A struct whose fields lie at dotted paths: derived by `RedisFields` for structs that are nested in models, and by
/// `RedisModel` for models themselves.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be nested in a model",
    label = "does not derive `RedisFields`",
    note = "add `#[derive(RedisFields)]` to it, or store it as one value with `#[redis(json)]` or `#[redis(msgpack)]`"
)]
pub trait RedisFields: Sized + Send + 'static {
    /// The id's type; `()` for what is nested.
    type Id;

    /// Which collections it has, itself or in what is nested in it.
    #[doc(hidden)]
    const COLLECTIONS: Collections = Collections::None;

    /// The paths that begin here, for `path!`.
    #[doc(hidden)]
    type Paths<M: 'static, P: Prefix>: PathNode;

    /// The handle.
    #[doc(hidden)]
    type Handle<M: 'static, P: Prefix>: PlacedAt;

    /// Names every path, in the order in which [`read`](Self::read) wants the values.
    #[doc(hidden)]
    fn outline<P: Prefix>(visit: &mut impl FnMut(Slot));

    /// Encodes every field.
    #[doc(hidden)]
    fn write<P: Prefix>(&self, out: &mut Writer);

    /// Decodes every field from values in the order of the outline.
    #[doc(hidden)]
    fn read<P: Prefix>(id: Self::Id, input: &mut Reader) -> Result<Self, FieldError>;

    /// Notes that all has been saved, the record as this version.
    #[doc(hidden)]
    fn settle(&mut self, version: u64);

    /// The handle of a place.
    #[doc(hidden)]
    fn handle_at<M: 'static, P: Prefix>(place: Place) -> Self::Handle<M, P> {
        Self::Handle::placed_at(place)
    }
}

/// One path of a layout.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// A field of the record's hash.
    Leaf(&'static str),
    /// An earlier name of the leaf before it: read when that is absent, removed by a save.
    Alias(&'static str),
    /// A string at a key of its own, which expires by itself.
    Expiring(&'static str),
    /// A collection at a key of its own, which is loaded and saved with the record.
    Collection(&'static str, Kind),
    /// A collection at a key of its own, which is neither.
    Remote(&'static str),
}

impl Slot {
    /// The field of the record's hash.
    pub(crate) fn in_hash(self) -> Option<&'static str> {
        match self {
            Self::Leaf(path) | Self::Alias(path) => Some(path),
            Self::Expiring(_) | Self::Collection(..) | Self::Remote(_) => None,
        }
    }

    /// The path of the own key.
    pub(crate) fn own(self) -> Option<&'static str> {
        match self {
            Self::Expiring(path) | Self::Collection(path, _) | Self::Remote(path) => Some(path),
            Self::Leaf(_) | Self::Alias(_) => None,
        }
    }

    /// The path of the own key, if it expires exactly with the record.
    pub(crate) fn collection(self) -> Option<&'static str> {
        match self {
            Self::Collection(path, _) | Self::Remote(path) => Some(path),
            Self::Leaf(_) | Self::Alias(_) | Self::Expiring(_) => None,
        }
    }

    /// Where what a load reads of it lies.
    pub(crate) fn source(self) -> Source {
        match self {
            Self::Leaf(_) | Self::Alias(_) => Source::Hash,
            Self::Expiring(_) | Self::Collection(..) => Source::OwnKey,
            Self::Remote(_) => Source::Nowhere,
        }
    }
}

/// Where what a load reads of a slot lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    Hash,
    OwnKey,
    /// It is not read.
    Nowhere,
}
