//! What a collection can be in Redis.

use redis::Cmd;

use crate::{
    command::{hash, list, set, sorted_set},
    key::Key,
};

/// What a collection is in Redis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A set.
    Set,
    /// A list.
    List,
    /// A hash of keys and values.
    Map,
    /// A sorted set.
    SortedSet,
    /// A hash of numbers.
    Counter,
}

impl Kind {
    /// The command that reads all of it.
    pub(crate) fn read(self, key: &Key) -> Cmd {
        match self {
            Self::Set => set::members(key),
            Self::List => list::range(key, 0, -1),
            Self::Map | Self::Counter => hash::get_all(key),
            Self::SortedSet => sorted_set::range_with_scores(key, 0, -1),
        }
    }

    /// The command that adds to it, to be completed with elements.
    pub(crate) fn fill(self, key: &Key) -> Cmd {
        match self {
            Self::Set => set::insert(key),
            Self::List => list::push_back(key),
            Self::Map | Self::Counter => hash::set_many(key, 0),
            Self::SortedSet => sorted_set::insert(key),
        }
    }

    /// How many arguments make one element.
    pub(crate) fn width(self) -> usize {
        match self {
            Self::Set | Self::List => 1,
            Self::Map | Self::SortedSet | Self::Counter => 2,
        }
    }

    /// Whether its elements have an order of their own.
    pub(crate) fn is_ordered(self) -> bool {
        self == Self::List
    }
}

/// A kind as a type, to choose how a type of the standard library is stored.
pub trait CollectionKind {
    /// The kind.
    const KIND: Kind;
}

macro_rules! kinds {
    ($($(#[$docs:meta])* $name:ident = $kind:ident;)*) => {$(
        $(#[$docs])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name;

        impl CollectionKind for $name {
            const KIND: Kind = Kind::$kind;
        }
    )*};
}

kinds! {
    /// `#[redis(set)]`
    AsSet = Set;
    /// `#[redis(list)]`
    AsList = List;
    /// `#[redis(map)]`
    AsMap = Map;
    /// `#[redis(sorted_set)]`
    AsSortedSet = SortedSet;
    /// `#[redis(counter)]`
    AsCounter = Counter;
}

/// Which collections a struct has, itself or in what is nested in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Collections {
    /// None.
    None,
    /// Some that are reached through their handles alone.
    Remote,
    /// Some that are loaded and saved with the record.
    Loaded,
}

impl Collections {
    /// Those of this and of the other.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Loaded, _) | (_, Self::Loaded) => Self::Loaded,
            (Self::Remote, _) | (_, Self::Remote) => Self::Remote,
            (Self::None, Self::None) => Self::None,
        }
    }
}
