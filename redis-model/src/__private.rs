//! What generated code may name, and no more.

pub use crate::cache::generated as cached;
pub use crate::{
    codec::{
        Bytes, Codec, DecodeError, Encode, EncodeError, Json, Leaf, MsgPack, Optional as OptionalLeaf, Plain,
        RedisValue, Required, Text,
    },
    collection::{Counter, List, Map, Set, SortedSet},
    handle::{ExpiringField, Field, Subtree, VersionField},
    key::{IdOf, IdText, IdWriter, Key, RedisId},
    layout::{
        AsCounter, AsList, AsMap, AsSet, AsSortedSet, Collected, CollectionKind, Collections, ElementError, Elements,
        Expires, Expiring, FieldError, InRecord, Kind, LimitedRemote, ModelInfo, Place, PlacedAt, Reader, RedisFields,
        Refresh, RemoteField, Slot, Stored, Writer,
    },
    model::{Invalidates, Record, RedisModel, key_of},
    path::{
        CollectionNode, ExpiringNode, LeafNode, PathNode, Prefix, Root, Segments, SubtreePath, path_of, subtree_path,
    },
};
