//! The arguments of a call as they stand in the key of its entry.
//!
//! The text is the same in every process, on every machine and in every version of this crate: it is made of what the
//! arguments' `Serialize` says, asked for its human-readable form, and of nothing else. What a borrowed argument says is
//! what an owned one says, and an integer says its value, not its width.
//!
//! # The readable form
//! Arguments that are *plain* stand as they are, joined by `:`, as long as they take at most 96 bytes together. No
//! arguments at all are the empty text.
//!
//! | argument | text |
//! |---|---|
//! | integer of any width | its decimal digits, `-` before them when it is negative |
//! | `bool` | `true`, `false` |
//! | `None` | `-` |
//! | `Some(x)`, newtype struct around `x` | as `x`; `Some(None)` is not plain |
//! | text, `char`, enum variant without data (its name) | its bytes; `% { } . @ : ' #`, bytes below 20 and byte 7F as `%` and two upper-case hexadecimal digits |
//! | text that is empty, or reads as an integer, a `bool` or `None` | `'` and the same |
//! | everything else | not plain |
//!
//! # The hashed form
//! Otherwise it is `#` and 32 lower-case hexadecimal digits: the first 16 bytes of the BLAKE3 hash of the encodings of the
//! arguments, one after the other. An encoding begins with a byte that says what follows, so that none is the beginning of
//! another. *Count* is a number of eight bytes, the most significant first; *text* is a count and as many bytes.
//!
//! | argument | encoding |
//! |---|---|
//! | integer of any width | `i`, text: its decimal digits |
//! | `bool` | `t` or `f` |
//! | `f32`, `f64` | `d`, eight bytes: the `f64` of that value as IEEE 754 has it, the most significant first; zero is +0, NaN is 7FF8000000000000 |
//! | text, `char` | `"`, text: UTF-8 |
//! | bytes, where `Serialize` tells them from a sequence (`serde_bytes`) | `x`, text |
//! | `None` | `n` |
//! | `Some(x)` | `s`, the encoding of `x` |
//! | `()`, unit struct | `u` |
//! | newtype struct around `x` | the encoding of `x` |
//! | sequence, slice, array, tuple, tuple struct | `[`, count, the elements' encodings |
//! | map, struct | `{`, count, for each entry the encodings of its key and its value, in the order of the keys' encodings as bytes; a field's key is its name, a text |
//! | variant without data | `v`, text: its name |
//! | variant with data | `V`, text: its name; the encoding of what is in it: of the one value, as of a tuple, as of a struct |
//!
//! # What shares a text
//! Different values of one type never do, as far as their `Serialize` tells them apart: an untagged enum writes the text
//! "7" and a variant's name alike. A set has no order of its own and is written as a sequence: `HashSet`s of the same
//! elements differ, `BTreeSet`s do not. A `HashMap` is as a `BTreeMap`.

mod canonical;
mod compound;
mod escaped;
mod failure;
#[cfg(test)]
mod injective;
mod readable;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::Serialize;

pub use self::escaped::Escaped;
use self::{canonical::Canonical, readable::Readable};
use crate::codec::EncodeError;

/// The longest readable form, in bytes.
const LONGEST: usize = 96;

/// What can tell the calls of a cached function apart: everything that is [`Serialize`], usually a tuple of arguments.
///
/// Plain arguments, as integers, `bool`s, texts and `Option`s of them, stand readably in the key, `7:ada`; others, as structs
/// and sequences, as a hash. The same values give the same key in every process, whether they are borrowed or owned, and
/// whatever the width of their integers. A `HashSet` serializes its elements in any order: use a `BTreeSet`, or a key of
/// your own.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be part of a cache key",
    label = "does not implement `serde::Serialize`",
    note = "derive `Serialize` for it, leave it out with `skip(..)`, or say what identifies the call with `key = (..)`"
)]
pub trait CacheKey: Serialize {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + ?Sized> CacheKey for T {}

/// The arguments of one call as they stand in its key, on the stack.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Arguments {
    bytes: [u8; LONGEST],
    length: u8,
}

impl Arguments {
    /// The text of a tuple of arguments; of anything else, that of a tuple with nothing else in it.
    ///
    /// # Errors
    /// What `Serialize` says, or that a value is nested too deep to be encoded.
    pub(crate) fn of<K: CacheKey + ?Sized>(key: &K) -> Result<Self, EncodeError> {
        let mut readable = Readable::new();
        let outcome = key.serialize(&mut readable);
        match readable.finish() {
            Some(arguments) => outcome.map(|()| arguments).map_err(refusal),
            None => Self::hashed(key),
        }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }

    /// Out of line, so that plain arguments do not pay for its place on the stack.
    #[inline(never)]
    fn hashed<K: CacheKey + ?Sized>(key: &K) -> Result<Self, EncodeError> {
        let mut canonical = Canonical::new();
        key.serialize(&mut canonical).map_err(refusal)?;
        let hash = blake3::hash(&canonical.bytes);
        let mut bytes = [0; LONGEST];
        bytes[0] = b'#';
        for (digits, byte) in bytes[1..].chunks_exact_mut(2).zip(&hash.as_bytes()[..16]) {
            digits.copy_from_slice(&hexadecimal(*byte));
        }
        Ok(Self { bytes, length: 33 })
    }
}

impl AsRef<[u8]> for Arguments {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl fmt::Debug for Arguments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Arguments({})", self.as_bytes().escape_ascii())
    }
}

fn hexadecimal(byte: u8) -> [u8; 2] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]
}

fn refusal(failure: failure::Failure) -> EncodeError {
    EncodeError::new("the key of a cache entry", failure)
}
