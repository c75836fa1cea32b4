use std::borrow::Cow;

use super::lzf;
use crate::number::format_integer;

/// The bytes make no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Malformed;

pub(super) type Read<T> = Result<T, Malformed>;

/// Bytes that are read from the start. No length in them is believed before so many bytes are there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    rest: &'a [u8],
}

/// What a length can be instead: how the string is encoded that follows.
enum Length {
    Plain(u64),
    Encoded(u8),
}

const ENCODED_AS_I8: u8 = 0;
const ENCODED_AS_I16: u8 = 1;
const ENCODED_AS_I32: u8 = 2;
const COMPRESSED: u8 = 3;

impl<'a> Source<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(super) fn is_at_end(self) -> bool {
        self.rest.is_empty()
    }

    /// How many bytes are left.
    pub(super) fn len(self) -> usize {
        self.rest.len()
    }

    pub(super) fn byte(&mut self) -> Read<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Read<[u8; N]> {
        let (bytes, rest) = self.rest.split_first_chunk::<N>().ok_or(Malformed)?;
        self.rest = rest;
        Ok(*bytes)
    }

    pub(super) fn take(&mut self, count: usize) -> Read<&'a [u8]> {
        let (bytes, rest) = self.rest.split_at_checked(count).ok_or(Malformed)?;
        self.rest = rest;
        Ok(bytes)
    }

    /// A number of elements.
    pub(super) fn count(&mut self) -> Read<u64> {
        match self.length()? {
            Length::Plain(count) => Ok(count),
            Length::Encoded(_) => Err(Malformed),
        }
    }

    /// A string: raw, as an integer, or compressed.
    pub(super) fn string(&mut self) -> Read<Cow<'a, [u8]>> {
        let number = match self.length()? {
            Length::Plain(length) => return self.raw(length).map(Cow::Borrowed),
            Length::Encoded(COMPRESSED) => {
                let (compressed, length) = (self.count()?, self.count()?);
                return lzf::decompress(self.raw(compressed)?, length).map(Cow::Owned);
            }
            Length::Encoded(ENCODED_AS_I8) => i64::from(i8::from_le_bytes(self.array()?)),
            Length::Encoded(ENCODED_AS_I16) => i64::from(i16::from_le_bytes(self.array()?)),
            Length::Encoded(ENCODED_AS_I32) => i64::from(i32::from_le_bytes(self.array()?)),
            Length::Encoded(_) => return Err(Malformed),
        };
        Ok(Cow::Owned(format_integer(number)))
    }

    fn raw(&mut self, length: u64) -> Read<&'a [u8]> {
        self.take(usize::try_from(length).map_err(|_| Malformed)?)
    }

    /// The two highest bits of the first byte tell how long the length itself is.
    fn length(&mut self) -> Read<Length> {
        let first = self.byte()?;
        let low = first & 0x3f;
        Ok(match first >> 6 {
            0 => Length::Plain(low.into()),
            1 => Length::Plain(u16::from_be_bytes([low, self.byte()?]).into()),
            2 => Length::Plain(match low {
                0 => u32::from_be_bytes(self.array()?).into(),
                1 => u64::from_be_bytes(self.array()?),
                _ => return Err(Malformed),
            }),
            _ => Length::Encoded(low),
        })
    }
}
