//! Short texts in one stretch of bytes: each is one byte of length, and its bytes.

/// Appends a text, which has at most 255 bytes.
pub(super) fn push(bytes: &mut Vec<u8>, text: &[u8]) {
    bytes.push(length_byte(text));
    bytes.extend_from_slice(text);
}

/// The first text, and what follows it.
pub(super) fn pop(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&length, rest) = bytes.split_first()?;
    rest.split_at_checked(usize::from(length))
}

/// What comes before a text.
pub(super) fn length_byte(text: &[u8]) -> u8 {
    u8::try_from(text.len()).expect("longer texts are never packed")
}
