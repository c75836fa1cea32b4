//! Where the entries of cached functions lie.

use std::{fmt, time::Duration};

use crate::key::Key;

/// The keys of one entry.
#[derive(Debug, Clone)]
pub(super) struct Address {
    pub(super) entry: Key,
    /// Of the entry's tags, and of the records that it depends on.
    pub(super) epochs: Vec<Key>,
    /// How long an epoch lives that is made for a computation.
    pub(super) epochs_life: Duration,
}

impl Address {
    /// The key whose string is the token of whoever computes the entry. Made when it is needed, as a hit does without.
    pub(super) fn lock(&self) -> Key {
        let arguments = self.entry.as_bytes().strip_prefix(ENTRY.as_bytes()).unwrap_or_default();
        Key::new([LOCK.as_bytes(), arguments].concat())
    }
}

/// The first word of an entry's key.
const ENTRY: &str = "cache:";

/// The first word of its lock's.
const LOCK: &str = "cachelock:";

/// What the keys of a function's entries begin with, behind the first word: `{name:version:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Prefix(String);

/// What is wrong with a name, if something is.
pub(super) const fn fault_of(name: &str) -> Option<&'static str> {
    let bytes = name.as_bytes();
    if bytes.is_empty() {
        return Some("the name of a cached function is empty");
    }
    let mut place = 0;
    while place < bytes.len() {
        if matches!(bytes[place], b'{' | b'}' | 0x7f) || bytes[place] < 0x20 {
            return Some("the name of a cached function holds a brace or a control character");
        }
        let is_version = place + 1 == bytes.len() || bytes[place + 1].is_ascii_digit();
        if bytes[place] == b':' && is_version {
            return Some("the name of a cached function holds a colon before a digit, where its version would begin");
        }
        place += 1;
    }
    None
}

impl Prefix {
    /// # Errors
    /// What is wrong with the name.
    pub(super) fn new(name: &str, version: u64) -> Result<Self, &'static str> {
        match fault_of(name) {
            Some(fault) => Err(fault),
            None => Ok(Self(format!("{{{name}:{version}:"))),
        }
    }

    /// What the keys of all its entries begin with.
    pub(super) fn of_entries(&self) -> String {
        format!("{ENTRY}{}", self.0)
    }

    /// The entry of a call with these arguments.
    pub(super) fn entry(&self, arguments: &[u8]) -> Key {
        Key::of_pieces(&[ENTRY.as_bytes(), self.0.as_bytes(), arguments, b"}"])
    }

    /// The index of a function whose entries are limited.
    pub(super) fn index(&self) -> Key {
        Key::new(format!("cacheindex:{}}}", self.0.trim_end_matches(':')))
    }

    /// The patterns of all locks, and of all entries, for `SCAN`.
    pub(super) fn patterns(&self) -> [Vec<u8>; 2] {
        [LOCK, ENTRY].map(|word| {
            let mut pattern = word.as_bytes().to_vec();
            for &byte in self.0.as_bytes() {
                if matches!(byte, b'*' | b'?' | b'[' | b']' | b'\\') {
                    pattern.push(b'\\');
                }
                pattern.push(byte);
            }
            pattern.push(b'*');
            pattern
        })
    }
}

/// What the keys of all tags' epochs begin with.
pub(super) const TAGS: &str = "cachetag:";

/// The key of a tag's epoch.
pub(super) fn tag(tag: impl fmt::Display) -> Key {
    let tag = Key::tagged(&tag.to_string());
    Key::new([TAGS.as_bytes(), tag.as_bytes()].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefix(name: &str) -> Prefix {
        Prefix::new(name, 3).expect("a valid name")
    }

    #[test]
    fn keys_look_as_documented() {
        let prefix = prefix("app::users::profile");
        assert_eq!(prefix.entry(b"7:ada").to_string(), "cache:{app::users::profile:3:7:ada}");
        let address = Address { entry: prefix.entry(b"7:ada"), epochs: Vec::new(), epochs_life: Duration::ZERO };
        assert_eq!(address.lock().to_string(), "cachelock:{app::users::profile:3:7:ada}");
        assert_eq!(prefix.index().to_string(), "cacheindex:{app::users::profile:3}");
        assert_eq!(tag("user:7").to_string(), "cachetag:{user%3A7}");
    }

    #[test]
    fn names_that_would_be_taken_for_others_are_refused() {
        for name in ["", "a{b", "a}b", "a\nb", "a:1", "a::2b", "a:"] {
            assert!(Prefix::new(name, 0).is_err(), "{name}");
        }
        for name in ["a", "app::m2::f", "a.b-c", "ä", "a: b"] {
            assert!(Prefix::new(name, 0).is_ok(), "{name}");
        }
    }

    #[test]
    fn no_prefix_begins_with_another() {
        let prefixes = ["app::user", "app::user::name", "app", "app::user2"].map(|name| prefix(name).of_entries());
        for (place, one) in prefixes.iter().enumerate() {
            assert!(prefixes.iter().enumerate().all(|(other, two)| other == place || !two.starts_with(one)));
        }
    }

    #[test]
    fn what_means_something_to_a_pattern_is_escaped() {
        assert_eq!(prefix("a[b]*").patterns()[1], b"cache:{a\\[b\\]\\*:3:*");
    }
}
