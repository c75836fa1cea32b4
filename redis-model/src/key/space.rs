//! Keys of names behind a prefix, and back: `prefix:name`.

use std::sync::Arc;

use super::{
    build::literal,
    escape::{escape_where, unescape_where},
    text::{Key, KeyBuilder},
};

/// What the keys of a key space begin with.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Prefix(Arc<str>);

/// The bytes that a name may not have as they are: what ends a name, what makes a hash tag, the escape itself, and what a
/// terminal would act on. So a key of one space is never one of another, nor that of a model's record.
const fn is_escaped(byte: u8) -> bool {
    matches!(byte, b'%' | b':' | b'{' | b'}') || byte < 0x20 || byte == 0x7f
}

impl Prefix {
    pub(crate) fn new(text: &str) -> Self {
        Self(text.into())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The key of a name.
    pub(crate) fn key(&self, name: &str) -> Key {
        let mut key = KeyBuilder::new();
        key.push(self.0.as_bytes());
        key.push(b":");
        escape_where(is_escaped, name.as_bytes(), |piece| key.push(piece));
        key.finish()
    }

    /// The name that a key is of; `None` when it is of none.
    pub(crate) fn name(&self, key: &[u8]) -> Option<String> {
        let escaped = key.strip_prefix(self.0.as_bytes())?.strip_prefix(b":")?;
        String::from_utf8(unescape_where(is_escaped, escaped)?).ok()
    }

    /// The pattern for `SCAN` of the keys whose names, as they stand in keys, match this one; all of them without one. Keys
    /// that are of no name may match too.
    pub(crate) fn pattern(&self, names: Option<&[u8]>) -> Vec<u8> {
        let mut pattern = literal(&self.0);
        pattern.push(b':');
        pattern.extend_from_slice(names.unwrap_or(b"*"));
        pattern
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_readable_and_what_means_something_in_keys_is_escaped() {
        let sessions = Prefix::new("shop:session");
        assert_eq!(sessions.key("ada@example.com").to_string(), "shop:session:ada@example.com");
        assert_eq!(sessions.key("a:b{c}%").to_string(), "shop:session:a%3Ab%7Bc%7D%25");
        assert_eq!(sessions.key("").to_string(), "shop:session:");
    }

    #[test]
    fn keys_of_others_have_no_name() {
        let users = Prefix::new("user");
        for key in
            ["user", "user2:a", "user:{42}", "user:{42}.otp", "user:ada:lists", "user:%41", "user:%3a", "x:user:a"]
        {
            assert_eq!(users.name(key.as_bytes()), None, "{key}");
        }
        assert_eq!(users.name(b"user:\xff"), None);
    }

    #[test]
    fn a_pattern_in_the_prefix_is_only_text() {
        assert_eq!(Prefix::new("a*[b]?\\").pattern(None), b"a\\*\\[b\\]\\?\\\\:*");
        assert_eq!(Prefix::new("a").pattern(Some(b"x?")), b"a:x?");
    }

    proptest! {
        #[test]
        fn a_name_reads_back_from_its_key_and_no_other_space_has_it(prefix in "[a-z:{}.*]{0,6}", name: String, more in "[a-z]{0,3}") {
            let space = Prefix::new(&prefix);
            let key = space.key(&name);
            prop_assert_eq!(space.name(key.as_bytes()), Some(name));
            prop_assert_eq!(Prefix::new(&format!("{prefix}:{more}")).name(key.as_bytes()), None);
        }
    }
}
