//! What generated code may name, and no more.

pub use crate::cache::generated as cached;
pub use crate::{
    codec::{
        Bytes, Codec, DecodeError, Encode, EncodeError, Json, Leaf, MsgPack, Optional as OptionalLeaf, Plain,
        RedisValue, Required, Text,
    },
    handle::{ExpiringField, Field, Subtree, VersionField},
    key::{IdOf, IdText, IdWriter, Key, RedisId},
    layout::{Expires, Expiring, FieldError, ModelInfo, Place, PlacedAt, Reader, RedisFields, Refresh, Slot, Writer},
    model::{Invalidates, Record, RedisModel, key_of},
    path::{ExpiringNode, LeafNode, PathNode, Prefix, Root, Segments, SubtreePath, path_of, subtree_path},
};
