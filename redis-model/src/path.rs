//! Dotted paths, made at compile time; and what those that are made at run time must be like.
//!
//! A prefix is a type, so that the paths of a nested struct can be made wherever it is nested: `const fn` may not call
//! the methods of traits, but it may name their constants.

use std::{fmt, marker::PhantomData};

use crate::codec::Plain;

/// Says what a path is about, without holding any of it.
type Of<T> = PhantomData<fn() -> T>;

const MAX_SEGMENTS: usize = 16;
const MAX_LENGTH: usize = 256;

/// The longest path that is made at run time, in bytes.
pub(crate) const LONGEST: usize = 1024;
/// The most segments of such a path.
pub(crate) const DEEPEST: usize = 64;

pub(crate) const EMPTY: &str = "it is empty";
pub(crate) const TOO_LONG: &str = "it is longer than 1024 bytes";
pub(crate) const TOO_DEEP: &str = "it has more than 64 segments";

/// What is wrong with a path that is made at run time, if anything.
pub(crate) fn flaw_of(path: &str) -> Option<&'static str> {
    if path.is_empty() {
        Some(EMPTY)
    } else if path.split('.').any(str::is_empty) {
        Some("it has an empty segment: write segments with one dot in between")
    } else if path.len() > LONGEST {
        Some(TOO_LONG)
    } else if path.split('.').count() > DEEPEST {
        Some(TOO_DEEP)
    } else {
        None
    }
}

/// A route from a record to one of its leaves, with the leaf's type `T` and codec `C`; made by [`path!`](crate::path!).
pub struct Path<M, T, C = Plain> {
    text: &'static str,
    aliases: &'static [&'static str],
    of: Of<(M, T, C)>,
}

/// A route from a record to a nested struct of type `T`; made by [`path!`](crate::path!).
pub struct SubtreePath<M, T> {
    text: &'static str,
    of: Of<(M, T)>,
}

/// A route from a record to a field with a life of its own; made by [`path!`](crate::path!).
pub struct ExpiringPath<M, T, C = Plain> {
    text: &'static str,
    ttl: u64,
    of: Of<(M, T, C)>,
}

/// A route from a record to a collection, whose handle is of type `H`; made by [`path!`](crate::path!).
pub struct CollectionPath<M, H> {
    text: &'static str,
    limit: Option<u64>,
    of: Of<(M, H)>,
}

macro_rules! common {
    ($($name:ident<$($parameter:ident),+>)*) => {$(
        impl<$($parameter),+> $name<$($parameter),+> {
            /// The dotted path as it is stored: segments as they are called after `rename`.
            pub const fn as_str(&self) -> &'static str {
                self.text
            }
        }

        impl<$($parameter),+> Clone for $name<$($parameter),+> {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<$($parameter),+> Copy for $name<$($parameter),+> {}

        impl<$($parameter),+> fmt::Debug for $name<$($parameter),+> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($name)).field(&self.text).finish()
            }
        }

        impl<$($parameter),+> PartialEq for $name<$($parameter),+> {
            fn eq(&self, other: &Self) -> bool {
                self.text == other.text
            }
        }

        impl<$($parameter),+> Eq for $name<$($parameter),+> {}

        impl<$($parameter),+> fmt::Display for $name<$($parameter),+> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.text)
            }
        }
    )*};
}

common!(Path<M, T, C> SubtreePath<M, T> ExpiringPath<M, T, C> CollectionPath<M, H>);

impl<M, T, C> Path<M, T, C> {
    /// The paths of the field's earlier names.
    pub(crate) const fn aliases(&self) -> &'static [&'static str] {
        self.aliases
    }
}

impl<M, T, C> ExpiringPath<M, T, C> {
    /// How long the field lives, in milliseconds.
    pub(crate) const fn ttl(&self) -> u64 {
        self.ttl
    }
}

impl<M, H> CollectionPath<M, H> {
    /// How many elements a list keeps.
    pub(crate) const fn limit(&self) -> Option<u64> {
        self.limit
    }
}

/// The typed path to a field of a model: `path!(User.address.city)` is a [`Path<User, String>`](Path).
///
/// It names the stored path after `rename`, can stand in a `const`, and is checked by the compiler segment by segment.
/// The model may be written with its module, as `Self`, by an alias, and with generic arguments.
/// A path to a nested struct is a [`SubtreePath`], to a field with a life of its own an [`ExpiringPath`], to a collection a
/// [`CollectionPath`].
///
/// ```
/// use redis_model::{Path, RedisFields, RedisModel, path};
///
/// #[derive(RedisModel)]
/// struct User {
///     #[redis(id)]
///     id: u64,
///     #[redis(nested)]
///     address: Address,
/// }
///
/// #[derive(RedisFields)]
/// struct Address {
///     #[redis(rename = "town")]
///     city: String,
/// }
///
/// const CITY: Path<User, String> = path!(User.address.city);
/// assert_eq!(CITY.as_str(), "address.town");
/// ```
///
/// ```compile_fail
/// # use redis_model::{RedisModel, path};
/// # #[derive(RedisModel)]
/// # struct User { #[redis(id)] id: u64, name: String }
/// path!(User.nmae); // no method named `nmae` found … there is a method `name` with a similar name
/// ```
#[macro_export]
macro_rules! path {
    ($($model:ident)::+ $(<$($argument:ty),* $(,)?>)? $(. $segment:ident)+) => {
        const { <$($model)::+ $(<$($argument),*>)?>::__paths() $(.$segment())+ .__end() }
    };
}

/// The segments of a path.
#[derive(Debug, Clone, Copy)]
pub struct Segments {
    segments: [&'static str; MAX_SEGMENTS],
    count: usize,
}

impl Segments {
    const ROOT: Self = Self { segments: [""; MAX_SEGMENTS], count: 0 };

    /// These segments and one more.
    ///
    /// # Panics
    /// Beyond 16 segments; it runs at compile time, so that the program does not compile.
    #[must_use]
    pub const fn then(mut self, segment: &'static str) -> Self {
        assert!(self.count < MAX_SEGMENTS, "a path may have 16 segments");
        self.segments[self.count] = segment;
        self.count += 1;
        self
    }

    const fn join(&self) -> Joined {
        let mut joined = Joined { bytes: [b'.'; MAX_LENGTH], length: 0 };
        let mut index = 0;
        while index < self.count {
            if index > 0 {
                joined.length += 1;
            }
            let segment = self.segments[index].as_bytes();
            assert!(joined.length + segment.len() < MAX_LENGTH, "a path may have 255 bytes");
            let mut offset = 0;
            while offset < segment.len() {
                joined.bytes[joined.length] = segment[offset];
                joined.length += 1;
                offset += 1;
            }
            index += 1;
        }
        joined
    }
}

struct Joined {
    bytes: [u8; MAX_LENGTH],
    length: usize,
}

impl Joined {
    const fn as_str(&'static self) -> &'static str {
        match std::str::from_utf8(self.bytes.split_at(self.length).0) {
            Ok(text) => text,
            Err(_) => panic!("segments are text"),
        }
    }
}

/// A place in a model, as a type.
pub trait Prefix: Send + Sync + 'static {
    /// The segments on the way to this place.
    const SEGMENTS: Segments;
    /// Whether what lies here may be absent as a whole.
    const OPTIONAL: bool = false;
    /// The earlier names of the field that lies here, as paths.
    const ALIASES: &'static [&'static str] = &[];
    /// How long the field with a key of its own lives that lies here, in milliseconds.
    const TTL: u64 = 0;
    /// How many elements the list keeps that lies here.
    const LIMIT: Option<u64> = None;
}

/// The record itself.
#[derive(Debug, Clone, Copy)]
pub struct Root;

impl Prefix for Root {
    const SEGMENTS: Segments = Segments::ROOT;
}

/// A place that may be absent as a whole: an `Option` of a nested struct.
#[derive(Debug, Clone, Copy)]
pub struct Optional<P>(PhantomData<P>);

impl<P: Prefix> Prefix for Optional<P> {
    const SEGMENTS: Segments = P::SEGMENTS;
    const OPTIONAL: bool = true;
}

struct Text<P>(PhantomData<P>);

impl<P: Prefix> Text<P> {
    const JOINED: &'static Joined = &P::SEGMENTS.join();
    /// Made at compile time, so that naming a path costs nothing.
    const TEXT: &'static str = Self::JOINED.as_str();
}

/// The dotted path of a place.
pub const fn path_of<P: Prefix>() -> &'static str {
    Text::<P>::TEXT
}

/// The paths that begin at a place.
pub trait PathNode: Sized {
    /// The only value.
    const HERE: Self;
}

/// What `path!` holds when it has reached a leaf.
pub struct LeafNode<M, T, C, P>(Of<(M, T, C, P)>);

impl<M, T, C, P: Prefix> PathNode for LeafNode<M, T, C, P> {
    const HERE: Self = Self(PhantomData);
}

impl<M, T, C, P: Prefix> LeafNode<M, T, C, P> {
    /// The path that was walked.
    pub const fn __end(&self) -> Path<M, T, C> {
        Path { text: path_of::<P>(), aliases: P::ALIASES, of: PhantomData }
    }
}

/// What `path!` holds when it has reached a field with a key of its own.
pub struct ExpiringNode<M, T, C, P>(Of<(M, T, C, P)>);

impl<M, T, C, P: Prefix> PathNode for ExpiringNode<M, T, C, P> {
    const HERE: Self = Self(PhantomData);
}

impl<M, T, C, P: Prefix> ExpiringNode<M, T, C, P> {
    /// The path that was walked.
    pub const fn __end(&self) -> ExpiringPath<M, T, C> {
        ExpiringPath { text: path_of::<P>(), ttl: P::TTL, of: PhantomData }
    }
}

/// What `path!` holds when it has reached a collection.
pub struct CollectionNode<M, H, P>(Of<(M, H, P)>);

impl<M, H, P: Prefix> PathNode for CollectionNode<M, H, P> {
    const HERE: Self = Self(PhantomData);
}

impl<M, H, P: Prefix> CollectionNode<M, H, P> {
    /// The path that was walked.
    pub const fn __end(&self) -> CollectionPath<M, H> {
        CollectionPath { text: path_of::<P>(), limit: P::LIMIT, of: PhantomData }
    }
}

/// The path to a nested struct, for generated code.
pub const fn subtree_path<M, T, P: Prefix>() -> SubtreePath<M, T> {
    SubtreePath { text: path_of::<P>(), of: PhantomData }
}

impl<M, T, C, P> fmt::Debug for LeafNode<M, T, C, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LeafNode")
    }
}

impl<M, T, C, P> fmt::Debug for ExpiringNode<M, T, C, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ExpiringNode")
    }
}

impl<M, H, P> fmt::Debug for CollectionNode<M, H, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CollectionNode")
    }
}
