//! What setters take: literals, owned values, references, borrowed forms.

use std::{borrow::Cow, sync::Arc};

use super::{EncodeError, Plain};

/// Anything that can be written where a `T` is stored with codec `C`: the `T` itself, a reference to it, and for
/// strings and bytes their borrowed forms, so that no setter makes its caller allocate.
///
/// With [`Plain`], a value of another type is refused by the compiler instead of converted: `set(5_u32)` on a `u64`
/// field does not compile, `set(5)` does.
///
/// Code that is generic over what is stored asks for it beside [`RedisValue`](crate::RedisValue), and has references with it:
///
/// ```
/// use redis_model::{Encode, RedisValue, Result, Set, blocking::Store};
///
/// fn remember<T: RedisValue + Encode<T> + 'static>(seen: &Set<T>, value: &T, store: &Store) -> Result<bool> {
///     seen.insert(value).run(store)
/// }
/// # assert!(remember(&Set::at("seen"), &7_u64, &Store::embedded())?);
/// # Ok::<(), redis_model::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be written to a field of type `{T}`",
    label = "not a `{T}`, nor a reference or borrowed form of it",
    note = "an optional field takes the value itself; `clear()` makes it `None`"
)]
pub trait Encode<T, C = Plain> {
    /// Appends the stored form to `out`.
    ///
    /// # Errors
    /// As the codec's [`encode`](super::Codec::encode).
    fn encode_to(&self, out: &mut Vec<u8>) -> Result<(), EncodeError>;
}

macro_rules! forward {
    ($([$($generics:tt)*] $pointer:ty),* $(,)?) => {$(
        impl<$($generics)* T, U: Encode<T> + ?Sized> Encode<T> for $pointer {
            fn encode_to(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
                (**self).encode_to(out)
            }
        }
    )*};
}

forward!([] &U, [] Box<U>, [] Arc<U>);

impl<T, U: Encode<T> + ToOwned + ?Sized> Encode<T> for Cow<'_, U> {
    fn encode_to(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        (**self).encode_to(out)
    }
}

/// A codec that is named by an attribute takes the value or a reference to it.
macro_rules! encode_with {
    ($codec:ty) => {
        impl<T> crate::codec::Encode<T, $codec> for T
        where
            $codec: crate::codec::Codec<T>,
        {
            fn encode_to(&self, out: &mut Vec<u8>) -> Result<(), crate::codec::EncodeError> {
                <$codec as crate::codec::Codec<T>>::encode(self, out)
            }
        }

        impl<T> crate::codec::Encode<T, $codec> for &T
        where
            $codec: crate::codec::Codec<T>,
        {
            fn encode_to(&self, out: &mut Vec<u8>) -> Result<(), crate::codec::EncodeError> {
                <$codec as crate::codec::Codec<T>>::encode(self, out)
            }
        }
    };
}

/// A codec that is named by an attribute also takes the borrowed form of text.
macro_rules! encode_text_with {
    ($codec:ty, $write:expr) => {
        impl crate::codec::Encode<String, $codec> for str {
            fn encode_to(&self, out: &mut Vec<u8>) -> Result<(), crate::codec::EncodeError> {
                $write(self, out)
            }
        }

        impl crate::codec::Encode<String, $codec> for &str {
            fn encode_to(&self, out: &mut Vec<u8>) -> Result<(), crate::codec::EncodeError> {
                $write(self, out)
            }
        }
    };
}

pub(super) use {encode_text_with, encode_with};
