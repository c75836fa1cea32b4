use super::source::{Malformed, Read, Source};

/// A first byte below this announces so many bytes, less one, to be taken as they are.
const LITERALS: u8 = 1 << 5;
/// The longest length that the first byte of a repetition holds; a byte of more length follows it.
const LONG: usize = 7;

/// What LZF has compressed, which must be `length` bytes.
pub(super) fn decompress(bytes: &[u8], length: u64) -> Read<Vec<u8>> {
    let mut source = Source::new(bytes);
    // Grows as bytes come: the length is only what somebody claims.
    let mut output = Vec::new();
    while !source.is_at_end() {
        let first = source.byte()?;
        if first < LITERALS {
            output.extend_from_slice(source.take(usize::from(first) + 1)?);
        } else {
            repeat(&mut source, first, &mut output)?;
        }
        if output.len() as u64 > length {
            return Err(Malformed);
        }
    }
    if output.len() as u64 == length { Ok(output) } else { Err(Malformed) }
}

/// Appends bytes that the output already has, and some of which this very repetition may be about to append.
fn repeat(source: &mut Source<'_>, first: u8, output: &mut Vec<u8>) -> Read<()> {
    let mut length = usize::from(first >> 5);
    if length == LONG {
        length += usize::from(source.byte()?);
    }
    let distance = usize::from(u16::from_be_bytes([first & 0x1f, source.byte()?])) + 1;
    let start = output.len().checked_sub(distance).ok_or(Malformed)?;
    for place in start..start + length + 2 {
        output.push(output[place]);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetitions_may_reach_into_themselves() {
        assert_eq!(decompress(b"\x01xx\xe0\x43\x00\x01xx", 80), Ok(vec![b'x'; 80]));
        assert_eq!(decompress(b"\x02abc\x40\x02", 7), Ok(b"abcabca".to_vec()));
    }

    #[test]
    fn what_is_too_short_too_long_or_reaches_before_the_start_is_refused() {
        let cases: [(&[u8], u64); 7] = [
            (b"\x01xx", 1),
            (b"\x01xx", 3),
            (b"\x01x", 1),
            (b"\x00x\x20", 4),
            (b"\x00x\xe0\x01", 9),
            (b"\x00x\x20\x01", 4),
            (b"\x00x", u64::MAX),
        ];
        for (bytes, length) in cases {
            assert_eq!(decompress(bytes, length), Err(Malformed), "{bytes:?}");
        }
    }
}
