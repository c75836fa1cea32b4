//! Values to bytes and back. Nothing in this room knows of Redis.
//!
//! A leaf of a model is written by a [`Codec`]: [`Plain`] for types that are [`RedisValue`], or the one that an
//! attribute names: [`Json`], [`MsgPack`], [`Text`], [`Bytes`]. [`PythonJson`] is for what Python reads and writes too.

mod bytes;
mod encode;
mod error;
mod integer;
mod json;
mod leaf;
mod msgpack;
mod number;
mod python;
mod python_json;
mod scalar;
mod text;
mod value;

pub(crate) use self::number::NumberKind;
pub use self::{
    bytes::Bytes,
    encode::Encode,
    error::{DecodeError, EncodeError},
    json::Json,
    leaf::{Leaf, Optional, Required},
    msgpack::MsgPack,
    number::Number,
    python::Python,
    python_json::PythonJson,
    text::Text,
    value::RedisValue,
};

/// How values of type `T` lie in Redis.
pub trait Codec<T>: Send + Sync + 'static {
    /// Appends the stored form of `value` to `out`.
    ///
    /// # Errors
    /// [`EncodeError`] when the value has no stored form in this codec, for example a JSON map with keys that are no
    /// strings.
    fn encode(value: &T, out: &mut Vec<u8>) -> Result<(), EncodeError>;

    /// Makes the value from its stored form, which it may keep.
    ///
    /// # Errors
    /// [`DecodeError`] when the bytes are not the stored form of any `T`.
    fn decode(stored: Vec<u8>) -> Result<T, DecodeError>;
}

/// The codec of types that know their own stored form: [`RedisValue`].
#[derive(Debug, Clone, Copy)]
pub struct Plain;

impl<T: RedisValue> Codec<T> for Plain {
    fn encode(value: &T, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        value.encode(out)
    }

    fn decode(stored: Vec<u8>) -> Result<T, DecodeError> {
        T::decode_owned(stored)
    }
}
