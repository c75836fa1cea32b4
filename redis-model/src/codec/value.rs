//! The trait of types that know their own stored form.

use super::{DecodeError, EncodeError};

/// A type that lies in Redis as one value: a hash field, a string, an element.
///
/// Implemented for integers, floats, `bool`, `char`, strings, `Vec<u8>` and `[u8; N]`, in forms that `redis-cli` shows
/// readably and other languages read: numbers as decimal text, `bool` as `1` and `0`, text and bytes as they are.
/// `#[derive(RedisValue)]` implements it for enums without data (their name as text) and, with `#[redis(json)]` or
/// `#[redis(msgpack)]`, for any serde type.
///
/// Absence is not a value: an optional field is `Option<T>`, and `None` is a field that is not there.
///
/// ```
/// use redis_model::RedisValue;
///
/// let mut stored = Vec::new();
/// 42_u8.encode(&mut stored)?;
/// assert_eq!(stored, b"42");
/// assert_eq!(u8::decode(&stored)?, 42);
/// assert!(u8::decode(b"300").is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be stored as one value",
    label = "has no stored form",
    note = "derive `RedisValue` for your own type, or add `#[redis(json)]`, `#[redis(msgpack)]`, `#[redis(text)]`, \
            `#[redis(bytes)]` or `#[redis(nested)]` to the field",
    note = "a collection that is to have a key of its own takes `#[redis(set)]`, `#[redis(list)]`, `#[redis(map)]`, \
            `#[redis(sorted_set)]` or `#[redis(counter)]`"
)]
pub trait RedisValue: Sized {
    /// Appends the stored form to `out`.
    ///
    /// # Errors
    /// [`EncodeError`] when this value has no stored form; the types of the standard library always have one.
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError>;

    /// Makes the value from its stored form.
    ///
    /// # Errors
    /// [`DecodeError`] when the bytes are not the stored form of any value of this type; integers are range-checked.
    fn decode(stored: &[u8]) -> Result<Self, DecodeError>;

    /// [`decode`](Self::decode) for bytes that the value may keep; override it where that saves a copy.
    ///
    /// # Errors
    /// As [`decode`](Self::decode).
    fn decode_owned(stored: Vec<u8>) -> Result<Self, DecodeError> {
        Self::decode(&stored)
    }
}
