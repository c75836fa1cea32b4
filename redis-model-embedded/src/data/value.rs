use super::{Hash, List, Set, SortedSet};
use crate::{clock::Millis, protocol::ErrorReply};

/// What lies behind a key. One word of tag and pointer each: containers are boxed so that strings stay small.
#[derive(Debug)]
pub(crate) enum Value {
    String(Vec<u8>),
    Hash(Box<Hash>),
    List(Box<List>),
    Set(Box<Set>),
    SortedSet(Box<SortedSet>),
}

impl Value {
    /// The name that TYPE answers with.
    pub(crate) const fn type_name(&self) -> &'static str {
        match self {
            Self::String(_) => "string",
            Self::Hash(_) => "hash",
            Self::List(_) => "list",
            Self::Set(_) => "set",
            Self::SortedSet(_) => "zset",
        }
    }

    /// Whether this is a container without elements, which must not stay in the database.
    pub(crate) fn is_empty_container(&self) -> bool {
        match self {
            Self::String(_) => false,
            Self::Hash(hash) => hash.is_empty(),
            Self::List(list) => list.is_empty(),
            Self::Set(set) => set.is_empty(),
            Self::SortedSet(set) => set.is_empty(),
        }
    }

    /// Whether this is of a type whose elements a client can wait for.
    pub(crate) const fn can_be_awaited(&self) -> bool {
        matches!(self, Self::List(_) | Self::SortedSet(_))
    }

    /// A copy for COPY.
    pub(crate) fn duplicate(&self) -> Self {
        match self {
            Self::String(bytes) => Self::String(bytes.clone()),
            Self::Hash(hash) => Self::Hash(hash.clone()),
            Self::List(list) => Self::List(list.clone()),
            Self::Set(set) => Self::Set(set.clone()),
            Self::SortedSet(set) => Self::SortedSet(set.clone()),
        }
    }

    /// When the first of its elements runs out.
    pub(super) fn soonest_deadline(&self) -> Option<Millis> {
        match self {
            Self::Hash(hash) => hash.soonest_deadline(),
            _ => None,
        }
    }

    /// Removes the elements whose time has come, and says whether there were any.
    pub(super) fn expire_elements(&mut self, now: Millis) -> bool {
        match self {
            Self::Hash(hash) => hash.expire(now),
            _ => false,
        }
    }
}

/// A type of value that commands work on, and how to find it inside a [`Value`].
pub(crate) trait Kind: Sized {
    /// The value if it is of this type, `WRONGTYPE` if not.
    fn of(value: &Value) -> Result<&Self, ErrorReply>;
    /// The same, for changing it.
    fn of_mut(value: &mut Value) -> Result<&mut Self, ErrorReply>;
    /// The value of a key that this type creates when it is first written to.
    fn new_value() -> Value;
}

/// Says that the values of one variant are the `$type`s, and what an empty one is.
macro_rules! kind {
    ($variant:ident, $type:ty) => {
        impl Kind for $type {
            fn of(value: &Value) -> Result<&Self, ErrorReply> {
                let Value::$variant(value) = value else { return Err(ErrorReply::WRONG_TYPE) };
                Ok(value)
            }

            fn of_mut(value: &mut Value) -> Result<&mut Self, ErrorReply> {
                let Value::$variant(value) = value else { return Err(ErrorReply::WRONG_TYPE) };
                Ok(value)
            }

            fn new_value() -> Value {
                Value::$variant(Default::default())
            }
        }
    };
}

kind!(String, Vec<u8>);
kind!(Hash, Hash);
kind!(List, List);
kind!(Set, Set);
kind!(SortedSet, SortedSet);
