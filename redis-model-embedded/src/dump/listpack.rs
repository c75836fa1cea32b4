use std::borrow::Cow;

use super::source::{Malformed, Read, Source};
use crate::number::format_integer;

/// The last byte of every listpack.
const END: u8 = 0xff;
/// What stands for a number of entries that the header has no room for.
const UNCOUNTED: u16 = u16::MAX;

/// The entries of a listpack, each of which is a string or an integer.
#[derive(Debug)]
pub(super) struct Listpack<'a> {
    entries: Source<'a>,
    /// How many of them there are still to be, as the header says.
    left: Option<u16>,
}

impl<'a> Listpack<'a> {
    /// Looks at header and end: the length of all, the number of entries, and the last byte.
    pub(super) fn open(bytes: &'a [u8]) -> Read<Self> {
        let mut source = Source::new(bytes);
        let length = u32::from_le_bytes(source.array()?);
        let count = u16::from_le_bytes(source.array()?);
        if usize::try_from(length) != Ok(bytes.len()) {
            return Err(Malformed);
        }
        let entries = source.take(source.len().checked_sub(1).ok_or(Malformed)?)?;
        if source.byte()? != END {
            return Err(Malformed);
        }
        Ok(Self { entries: Source::new(entries), left: (count != UNCOUNTED).then_some(count) })
    }

    /// The next entry as text; `None` behind the last one.
    pub(super) fn next(&mut self) -> Read<Option<Cow<'a, [u8]>>> {
        if self.entries.is_at_end() {
            return if self.left.unwrap_or(0) == 0 { Ok(None) } else { Err(Malformed) };
        }
        if let Some(left) = &mut self.left {
            *left = left.checked_sub(1).ok_or(Malformed)?;
        }
        let before = self.entries.len();
        let entry = entry(&mut self.entries)?;
        let length = before - self.entries.len();
        if self.entries.take(backward(length).len())? != backward(length) {
            return Err(Malformed);
        }
        Ok(Some(entry))
    }

    /// The next entry where there has to be one: the value behind a field.
    pub(super) fn partner(&mut self) -> Read<Cow<'a, [u8]>> {
        self.next()?.ok_or(Malformed)
    }
}

/// The first bits of an entry say what it is.
fn entry<'a>(source: &mut Source<'a>) -> Read<Cow<'a, [u8]>> {
    let first = source.byte()?;
    let number = match first {
        ..0x80 => i64::from(first),
        0x80..0xc0 => return source.take(usize::from(first & 0x3f)).map(Cow::Borrowed),
        0xc0..0xe0 => {
            // Thirteen bits, of which the highest is the sign.
            let bits = i16::from_be_bytes([first & 0x1f, source.byte()?]);
            i64::from(bits << 3 >> 3)
        }
        0xe0..0xf0 => {
            let length = u16::from_be_bytes([first & 0x0f, source.byte()?]);
            return source.take(length.into()).map(Cow::Borrowed);
        }
        0xf0 => {
            let length = u32::from_le_bytes(source.array()?);
            return source.take(usize::try_from(length).map_err(|_| Malformed)?).map(Cow::Borrowed);
        }
        0xf1 => i16::from_le_bytes(source.array()?).into(),
        0xf2 => {
            let [low, middle, high] = source.array()?;
            i64::from(i32::from_le_bytes([0, low, middle, high]) >> 8)
        }
        0xf3 => i32::from_le_bytes(source.array()?).into(),
        0xf4 => i64::from_le_bytes(source.array()?),
        _ => return Err(Malformed),
    };
    Ok(Cow::Owned(format_integer(number)))
}

/// The length of an entry as it stands behind it, to be read backwards: seven bits a byte, all but the first with a mark.
fn backward(length: usize) -> Vec<u8> {
    // One more byte than they need for the last length of each kind, as Redis does.
    let count = match length {
        ..0x80 => 1,
        0x80..0x3fff => 2,
        0x3fff..0x1f_ffff => 3,
        0x1f_ffff..0x0fff_ffff => 4,
        _ => 5,
    };
    let bits = |place: u32| (length >> (7 * place)).to_le_bytes()[0] & 0x7f;
    (0..count).rev().map(|place| if place == count - 1 { bits(place) } else { bits(place) | 0x80 }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A listpack of these entries, each with its length behind it.
    fn packed(entries: &[&[u8]]) -> Vec<u8> {
        let body: Vec<u8> = entries.iter().flat_map(|entry| [*entry, &backward(entry.len())].concat()).collect();
        let length = u32::try_from(body.len() + 7).expect("it is short");
        let count = u16::try_from(entries.len()).expect("there are few");
        [&length.to_le_bytes()[..], &count.to_le_bytes(), &body, &[END]].concat()
    }

    fn texts(bytes: &[u8]) -> Read<Vec<Vec<u8>>> {
        let mut listpack = Listpack::open(bytes)?;
        let mut texts = Vec::new();
        while let Some(text) = listpack.next()? {
            texts.push(text.into_owned());
        }
        Ok(texts)
    }

    #[test]
    fn entries_of_every_width_are_read() {
        let long = [b'x'; 4096];
        let cases: [(&[u8], &[u8]); 14] = [
            (b"\x7f", b"127"),
            (b"\x82ab", b"ab"),
            (b"\xcf\xff", b"4095"),
            (b"\xd0\x00", b"-4096"),
            (b"\xdf\xff", b"-1"),
            (&[b"\xe1\x00", &long[..256]].concat(), &long[..256]),
            (&[b"\xf0\x00\x10\x00\x00", &long[..]].concat(), &long),
            (b"\xf1\x00\x80", b"-32768"),
            (b"\xf2\xff\xff\x7f", b"8388607"),
            (b"\xf2\x00\x00\x80", b"-8388608"),
            (b"\xf3\x00\x00\x00\x80", b"-2147483648"),
            (b"\xf4\xff\xff\xff\xff\xff\xff\xff\x7f", b"9223372036854775807"),
            (b"\xf4\x00\x00\x00\x00\x00\x00\x00\x80", b"-9223372036854775808"),
            (b"\x80", b""),
        ];
        for (entry, text) in cases {
            assert_eq!(texts(&packed(&[entry])), Ok(vec![text.to_vec()]));
            assert_eq!(texts(&packed(&[entry, b"\x01"])), Ok(vec![text.to_vec(), b"1".to_vec()]));
        }
    }

    #[test]
    fn lengths_read_backwards_take_seven_bits_a_byte() {
        assert_eq!(backward(127), [127]);
        assert_eq!(backward(128), [1, 0x80]);
        assert_eq!(backward((1 << 14) - 2), [0x7f, 0xfe]);
        assert_eq!(backward((1 << 14) - 1), [0, 0xff, 0xff]);
        assert_eq!(backward(1 << 14), [1, 0x80, 0x80]);
    }

    #[test]
    fn every_wrong_length_is_noticed() {
        let right = packed(&[b"\x82ab", b"\x01"]);
        assert!(texts(&right).is_ok());
        // All but the bytes of the text, and the integer.
        for place in (0..right.len()).filter(|place| ![7, 8, 10].contains(place)) {
            for bit in 0..8 {
                let mut wrong = right.clone();
                wrong[place] ^= 1 << bit;
                // Two marks of length together can make another entry, but one cannot.
                assert_eq!(texts(&wrong), Err(Malformed), "bit {bit} of byte {place}");
            }
        }
        for length in 0..right.len() {
            assert_eq!(texts(&right[..length]), Err(Malformed));
        }
    }

    #[test]
    fn the_number_of_entries_may_be_left_open() {
        let mut bytes = packed(&[b"\x01", b"\x02"]);
        bytes[4..6].copy_from_slice(&UNCOUNTED.to_le_bytes());
        assert_eq!(texts(&bytes), Ok(vec![b"1".to_vec(), b"2".to_vec()]));
    }
}
