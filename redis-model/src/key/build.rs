//! A record's key from its id, and back: `prefix:{id}`, or `prefix:{tag}:rest` when some id fields are the tag.

use super::{
    id::{IdOf, IdText, IdWriter, RedisId},
    text::{Key, KeyBuilder},
};
use crate::codec::DecodeError;

/// How the keys of one model are made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RecordKey {
    pub(crate) prefix: &'static str,
    /// Which parts of the id stand in the braces, as a bit each; 0 means all.
    pub(crate) tagged: u32,
}

impl RecordKey {
    pub(crate) fn of<I: RedisId>(self, id: &impl IdOf<I>) -> Key {
        let mut key = KeyBuilder::new();
        key.push(self.prefix.as_bytes());
        key.push(b":{");
        let complete = write_parts(id, (0..I::PARTS).filter(|&part| self.is_tagged(part)), &mut key);
        key.push(b"}");
        let mut rest = (0..I::PARTS).filter(|&part| !self.is_tagged(part)).peekable();
        let rest_complete = rest.peek().is_none() || {
            key.push(b":");
            write_parts(id, rest, &mut key)
        };
        if complete && rest_complete { key.finish() } else { Key::invalid("an id is empty") }
    }

    fn is_tagged(self, part: usize) -> bool {
        self.tagged == 0 || self.tagged & (1 << part) != 0
    }
}

/// Writes parts joined by `:`; false if one of them is empty.
fn write_parts<I>(id: &impl IdOf<I>, parts: impl Iterator<Item = usize>, key: &mut KeyBuilder) -> bool {
    let mut complete = true;
    for (position, part) in parts.enumerate() {
        if position > 0 {
            key.push(b":");
        }
        let start = key.len();
        id.write(part, &mut IdWriter::new(key));
        complete &= key.len() > start;
    }
    complete
}

/// The path that an own key of a record ends with; empty when the key is none. Ids are escaped, so that the first dot
/// behind the braces is its beginning.
pub(crate) fn own_path(key: &[u8]) -> String {
    let behind = key.iter().position(|&byte| byte == b'}').map_or(&[][..], |end| &key[end + 1..]);
    let path = behind.iter().position(|&byte| byte == b'.').map_or(&[][..], |dot| &behind[dot + 1..]);
    path.escape_ascii().to_string()
}

/// The id in a record's key; `None` when the key is not of this model, or is of a field with its own key.
pub(crate) fn ids_in<I: RedisId>(layout: RecordKey, key: &[u8]) -> Option<Result<I, DecodeError>> {
    let rest = key.strip_prefix(layout.prefix.as_bytes())?.strip_prefix(b":{")?;
    let end = rest.iter().position(|&byte| byte == b'}')?;
    let (tag, outside) = (&rest[..end], &rest[end + 1..]);
    let outside = match outside.strip_prefix(b":") {
        Some(outside) => Some(outside),
        None if outside.is_empty() => None,
        None => return None,
    };
    if outside.is_some_and(|text| text.iter().any(|byte| matches!(byte, b'.' | b'@' | b'{'))) {
        return None;
    }
    let mut tagged = tag.split(|&byte| byte == b':');
    let mut free = outside.into_iter().flat_map(|text| text.split(|&byte| byte == b':'));
    let mut parts = Vec::with_capacity(I::PARTS);
    for part in 0..I::PARTS {
        parts.push(IdText(if layout.is_tagged(part) { tagged.next()? } else { free.next()? }));
    }
    if tagged.next().is_some() || free.next().is_some() {
        return None;
    }
    Some(I::read(&parts))
}

/// The pattern of all keys of a model for `SCAN MATCH`, with what means something to it escaped.
pub(crate) fn scan_pattern<I: RedisId>(layout: RecordKey) -> Vec<u8> {
    let mut pattern = literal(layout.prefix);
    let all_in_braces = (0..I::PARTS).all(|part| layout.is_tagged(part));
    pattern.extend_from_slice(if all_in_braces { b":{*}" } else { b":{*}:*" });
    pattern
}

/// The pattern of just this text.
pub(super) fn literal(text: &str) -> Vec<u8> {
    let mut pattern = Vec::with_capacity(text.len());
    for &byte in text.as_bytes() {
        if matches!(byte, b'*' | b'?' | b'[' | b']' | b'\\') {
            pattern.push(b'\\');
        }
        pattern.push(byte);
    }
    pattern
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: RecordKey = RecordKey { prefix: "shop:user", tagged: 0 };
    const SECOND: RecordKey = RecordKey { prefix: "account", tagged: 0b10 };

    #[test]
    fn keys_look_as_documented() {
        assert_eq!(ALL.of::<u64>(&42_u64).to_string(), "shop:user:{42}");
        assert_eq!(ALL.of::<(String, u64)>(&("acme", 7_u64)).to_string(), "shop:user:{acme:7}");
        assert_eq!(SECOND.of::<(u64, String)>(&(7_u64, "acme")).to_string(), "account:{acme}:7");
        assert_eq!(ALL.of::<String>(&"a.b}").to_string(), "shop:user:{a%2Eb%7D}");
    }

    #[test]
    fn the_path_of_an_own_key_is_what_follows_the_record() {
        for (key, path) in [
            ("shop:user:{42}.otp", "otp"),
            ("account:{acme}:7.device.code", "device.code"),
            ("shop:user:{42}", ""),
            ("a.b", ""),
        ] {
            assert_eq!(own_path(key.as_bytes()), path);
        }
    }

    #[test]
    fn an_empty_part_makes_no_key() {
        assert!(ALL.of::<String>(&"").check().is_err());
        assert!(SECOND.of::<(u64, String)>(&(7_u64, "")).check().is_err());
    }

    #[test]
    fn keys_of_own_fields_and_of_others_hold_no_id() {
        for key in [
            "shop:user:{42}.otp",
            "shop:user:{42}@lock",
            "shop:user:{42}@epoch",
            "shop:user:{1:2}",
            "shop:user:42",
            "shop:user2:{42}",
        ] {
            assert!(ids_in::<u64>(ALL, key.as_bytes()).is_none(), "{key}");
        }
        assert!(ids_in::<(u64, String)>(SECOND, b"account:{acme}:7.otp").is_none());
        assert!(ids_in::<(u64, String)>(SECOND, b"account:{acme}:7@epoch").is_none());
        assert!(ids_in::<u64>(ALL, b"shop:user:{x}").is_some_and(|id| id.is_err()));
    }

    proptest! {
        #[test]
        fn different_ids_never_share_a_key(a: (String, Vec<u8>), b: (String, Vec<u8>)) {
            for layout in [ALL, SECOND] {
                let (key_a, key_b) = (layout.of::<(String, Vec<u8>)>(&a), layout.of::<(String, Vec<u8>)>(&b));
                if key_a.check().is_ok() && key_b.check().is_ok() {
                    prop_assert_eq!(a == b, key_a == key_b);
                }
            }
        }

        #[test]
        fn an_id_reads_back_from_its_key(text in ".+", bytes in prop::collection::vec(any::<u8>(), 1..20), number: i64) {
            let id = (text, bytes, number);
            let layout = RecordKey { prefix: "p", tagged: 0b101 };
            let key = layout.of::<(String, Vec<u8>, i64)>(&id);
            let read = ids_in::<(String, Vec<u8>, i64)>(layout, key.as_bytes()).expect("a record's key").expect("its id");
            prop_assert_eq!(read, id);
        }
    }
}
