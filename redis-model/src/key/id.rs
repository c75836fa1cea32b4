//! What tells the records of a model apart.

use super::{
    escape::{escape, unescape},
    text::KeyBuilder,
};
use crate::codec::{DecodeError, RedisValue};

/// The type of a model's id: an integer, text, bytes, `bool`, `char`, an enum that derives
/// [`RedisValue`], or a tuple of these for several `#[redis(id)]` fields.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the id of a model",
    label = "not an id type",
    note = "ids are integers, `String`, `Vec<u8>`, `bool`, `char`, enums and one-field structs that derive `RedisValue`, and \
            `uuid::Uuid` with the feature `uuid`"
)]
pub trait RedisId: IdOf<Self> + Sized + Send + 'static {
    /// How many parts the id has: one, or one for each field of a tuple.
    #[doc(hidden)]
    const PARTS: usize = 1;

    /// Reads the id back from its parts in a key.
    ///
    /// # Errors
    /// [`DecodeError`] when a part is no id of this type.
    fn read(parts: &[IdText<'_>]) -> Result<Self, DecodeError>;
}

/// Anything that names a record whose id is an `I`: the id, a reference to it, `&str` for a `String`, and tuples of
/// these for several id fields. Nothing is allocated to use it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no id of a record that is identified by `{I}`",
    label = "not a `{I}`, nor a reference or borrowed form of it"
)]
pub trait IdOf<I> {
    /// Writes part number `part` of the id.
    fn write(&self, part: usize, out: &mut IdWriter<'_>);
}

/// Where an id is written: a place within a key.
#[derive(Debug)]
pub struct IdWriter<'a> {
    key: &'a mut KeyBuilder,
}

impl<'a> IdWriter<'a> {
    pub(super) fn new(key: &'a mut KeyBuilder) -> Self {
        Self { key }
    }

    /// Writes this part of the id, any bytes; what has a meaning in keys is escaped.
    pub fn raw(&mut self, bytes: &[u8]) {
        escape(bytes, self.key);
    }
}

/// One part of an id as it stands in a key.
#[derive(Debug, Clone, Copy)]
pub struct IdText<'a>(pub(super) &'a [u8]);

impl IdText<'_> {
    /// The bytes that [`IdWriter::raw`] was given.
    ///
    /// # Errors
    /// [`DecodeError`] when the key holds something that is never written.
    pub fn raw(&self) -> Result<Vec<u8>, DecodeError> {
        unescape(self.0).ok_or_else(|| DecodeError::new("an escaped id", self.0))
    }

    fn value<T: RedisValue>(&self) -> Result<T, DecodeError> {
        T::decode_owned(self.raw()?)
    }
}

macro_rules! integer_ids {
    ($($integer:ty),*) => {$(
        impl RedisId for $integer {
            fn read(parts: &[IdText<'_>]) -> Result<Self, DecodeError> {
                first(parts)?.value()
            }
        }

        impl IdOf<$integer> for $integer {
            fn write(&self, _part: usize, out: &mut IdWriter<'_>) {
                out.key.push(itoa::Buffer::new().format(*self).as_bytes());
            }
        }
    )*};
}

integer_ids!(i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize);

macro_rules! value_ids {
    ($($id:ty => { $($given:ty, $bytes:expr;)+ })*) => {$(
        impl RedisId for $id {
            fn read(parts: &[IdText<'_>]) -> Result<Self, DecodeError> {
                first(parts)?.value()
            }
        }

        $(impl IdOf<$id> for $given {
            fn write(&self, _part: usize, out: &mut IdWriter<'_>) {
                let bytes: fn(&$given, &mut IdWriter<'_>) = $bytes;
                bytes(self, out);
            }
        })+
    )*};
}

value_ids! {
    String => {
        String, |id, out| out.raw(id.as_bytes());
        str, |id, out| out.raw(id.as_bytes());
    }
    Vec<u8> => {
        Vec<u8>, |id, out| out.raw(id);
        [u8], |id, out| out.raw(id);
    }
    bool => {
        bool, |id, out| out.raw(if *id { b"1" } else { b"0" });
    }
    char => {
        char, |id, out| out.raw(id.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

impl<const N: usize> IdOf<Vec<u8>> for [u8; N] {
    fn write(&self, _part: usize, out: &mut IdWriter<'_>) {
        out.raw(self);
    }
}

impl<I, T: IdOf<I> + ?Sized> IdOf<I> for &T {
    fn write(&self, part: usize, out: &mut IdWriter<'_>) {
        (**self).write(part, out);
    }
}

impl<I, T: IdOf<I> + ToOwned + ?Sized> IdOf<I> for std::borrow::Cow<'_, T> {
    fn write(&self, part: usize, out: &mut IdWriter<'_>) {
        (**self).write(part, out);
    }
}

macro_rules! tuple_ids {
    ($($count:literal: $($id:ident $given:ident $index:tt),+;)*) => {$(
        impl<$($id: RedisId),+> RedisId for ($($id,)+) {
            const PARTS: usize = {
                $(assert!($id::PARTS == 1, "an id field cannot be a tuple: mark several fields with `#[redis(id)]`");)+
                $count
            };

            fn read(parts: &[IdText<'_>]) -> Result<Self, DecodeError> {
                Ok(($($id::read(parts.get($index..).unwrap_or_default())?,)+))
            }
        }

        impl<$($id, $given: IdOf<$id>),+> IdOf<($($id,)+)> for ($($given,)+) {
            fn write(&self, part: usize, out: &mut IdWriter<'_>) {
                match part {
                    $($index => self.$index.write(0, out),)+
                    _ => {}
                }
            }
        }
    )*};
}

tuple_ids! {
    2: A X 0, B Y 1;
    3: A X 0, B Y 1, C Z 2;
    4: A X 0, B Y 1, C Z 2, D W 3;
}

fn first<'a>(parts: &[IdText<'a>]) -> Result<IdText<'a>, DecodeError> {
    parts.first().copied().ok_or_else(|| DecodeError::missing("an id"))
}
