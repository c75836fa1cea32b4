//! Which fields of a model may be absent.

use super::{Codec, Plain, RedisValue};

/// A field type that lies at one path: a value, or an `Option` of one, whose `None` is an absent path.
///
/// `C` is [`Plain`], or [`Required`] or [`Optional`] around the codec that an attribute names.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be stored as one leaf of a model",
    label = "has no stored form",
    note = "add `#[redis(json)]`, `#[redis(msgpack)]`, `#[redis(text)]`, `#[redis(bytes)]` or `#[redis(nested)]` to \
            the field, or derive `RedisValue` for its type",
    note = "a collection that is to have a key of its own takes `#[redis(set)]`, `#[redis(list)]`, `#[redis(map)]`, \
            `#[redis(sorted_set)]` or `#[redis(counter)]`"
)]
pub trait Leaf<C = Plain>: Sized {
    /// What is stored when the field is present.
    type Value;
    /// How it is stored.
    type Codec: Codec<Self::Value>;

    /// What is to be stored; `None` when the path is to be absent.
    fn present(&self) -> Option<&Self::Value>;

    /// The field from what was stored; `None` when nothing was and the field needs something.
    fn from_stored(value: Option<Self::Value>) -> Option<Self>;
}

/// A field with codec `C` that is always present.
#[derive(Debug, Clone, Copy)]
pub struct Required<C>(C);

/// An `Option` field with codec `C` for what is in it.
#[derive(Debug, Clone, Copy)]
pub struct Optional<C>(C);

impl<T: RedisValue> Leaf for T {
    type Value = T;
    type Codec = Plain;

    fn present(&self) -> Option<&T> {
        Some(self)
    }

    fn from_stored(value: Option<T>) -> Option<T> {
        value
    }
}

impl<T: RedisValue> Leaf for Option<T> {
    type Value = T;
    type Codec = Plain;

    fn present(&self) -> Option<&T> {
        self.as_ref()
    }

    fn from_stored(value: Option<T>) -> Option<Self> {
        Some(value)
    }
}

impl<T, C: Codec<T>> Leaf<Required<C>> for T {
    type Value = T;
    type Codec = C;

    fn present(&self) -> Option<&T> {
        Some(self)
    }

    fn from_stored(value: Option<T>) -> Option<T> {
        value
    }
}

impl<T, C: Codec<T>> Leaf<Optional<C>> for Option<T> {
    type Value = T;
    type Codec = C;

    fn present(&self) -> Option<&T> {
        self.as_ref()
    }

    fn from_stored(value: Option<T>) -> Option<Self> {
        Some(value)
    }
}
