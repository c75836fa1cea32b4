//! Percent-encoding of ids, so that an id can hold any bytes and never ends its place in the key.

use super::text::KeyBuilder;

/// Bytes with a meaning in keys (`{ } . @ :`), in the escape itself (`%`), and those that a terminal would act on.
pub(crate) const fn is_reserved(byte: u8) -> bool {
    matches!(byte, b'%' | b'{' | b'}' | b'.' | b'@' | b':') || byte < 0x20 || byte == 0x7f
}

const HEX: &[u8; 16] = b"0123456789ABCDEF";

/// Appends `raw`, reserved bytes as `%` and two hexadecimal digits.
pub(super) fn escape(raw: &[u8], out: &mut KeyBuilder) {
    escape_where(is_reserved, raw, |piece| out.push(piece));
}

/// Hands on `raw` piece by piece, bytes that are to be escaped as `%` and two hexadecimal digits.
pub(crate) fn escape_where(is_escaped: impl Fn(u8) -> bool, raw: &[u8], mut push: impl FnMut(&[u8])) {
    let mut rest = raw;
    while let Some(position) = rest.iter().position(|&byte| is_escaped(byte)) {
        let byte = rest[position];
        push(&rest[..position]);
        push(&[b'%', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
        rest = &rest[position + 1..];
    }
    push(rest);
}

/// Undoes [`escape`]; `None` for text that it never writes.
pub(super) fn unescape(text: &[u8]) -> Option<Vec<u8>> {
    unescape_where(is_reserved, text)
}

/// Undoes [`escape_where`] of these bytes; `None` for text that it never writes.
pub(super) fn unescape_where(is_escaped: impl Fn(u8) -> bool, text: &[u8]) -> Option<Vec<u8>> {
    let mut raw = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if byte != b'%' {
            if is_escaped(byte) {
                return None;
            }
            raw.push(byte);
            continue;
        }
        let (&[high, low], tail) = rest.split_first_chunk()?;
        let decoded = digit(high)? << 4 | digit(low)?;
        if !is_escaped(decoded) {
            return None;
        }
        raw.push(decoded);
        rest = tail;
    }
    Some(raw)
}

fn digit(byte: u8) -> Option<u8> {
    let position = HEX.iter().position(|&known| known == byte)?;
    u8::try_from(position).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn escaped(raw: &[u8]) -> Vec<u8> {
        let mut out = KeyBuilder::new();
        escape(raw, &mut out);
        out.finish().as_bytes().to_vec()
    }

    #[test]
    fn plain_text_stays_as_it_is_and_reserved_bytes_do_not() {
        assert_eq!(escaped("ada-lovelace_Ä".as_bytes()), "ada-lovelace_Ä".as_bytes());
        assert_eq!(escaped(b"a}.b:c%\0"), b"a%7D%2Eb%3Ac%25%00");
    }

    proptest! {
        #[test]
        fn escaping_is_undone_and_leaves_no_reserved_byte(raw: Vec<u8>) {
            let text = escaped(&raw);
            prop_assert!(text.iter().all(|&byte| byte == b'%' || !is_reserved(byte)));
            prop_assert_eq!(unescape(&text), Some(raw));
        }

        #[test]
        fn unescaping_accepts_only_what_escaping_writes(text: Vec<u8>) {
            if let Some(raw) = unescape(&text) {
                prop_assert_eq!(escaped(&raw), text);
            }
        }
    }
}
