//! Names of small locks.

use std::sync::Arc;

use redis::Cmd;

use super::place::slot_of;
use crate::{
    command::facts::readable,
    error::{Error, Result},
    key::Key,
    query::{Query, Reply, Script, touch::Touch},
};

/// A name, and the key that stands for it: `{name}@kind`. What is wrong with the name waits in the key until a query is
/// made of it.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub(super) name: Arc<str>,
    pub(super) key: Key,
}

/// As long as a path may be.
const LONGEST: usize = 1024;

impl Named {
    pub(super) fn new(name: &str, kind: &str) -> Self {
        let key = match name.len() {
            0 => Key::invalid("the name of a lock is empty"),
            1..=LONGEST => Key::tagged(name).join(b'@', kind),
            _ => Key::invalid("the name of a lock is longer than 1024 bytes"),
        };
        Self { name: name.into(), key }
    }

    /// # Errors
    /// [`Error::InvalidKey`] says what is wrong with the name.
    pub(super) fn check(&self) -> Result<()> {
        self.key.check().map_err(|reason| Error::InvalidKey { reason })
    }

    /// A script on the key.
    pub(super) fn ask<T>(
        &self,
        script: &'static Script,
        arguments: Cmd,
        decode: fn(Reply<'_>) -> Result<T>,
    ) -> Query<T> {
        Query::script(script, vec![self.key.clone()], arguments, decode)
    }

    /// Whether what is touched has the name as its hash tag: a name says nothing of how data lies in its keys.
    ///
    /// # Errors
    /// [`Error::InvalidQuery`] if not.
    pub(super) fn covers(&self, touch: Touch<'_>) -> Result<()> {
        let tag = slot_of(self.key.as_bytes());
        if slot_of(touch.key) == tag {
            return Ok(());
        }
        let (key, name, tag) = (readable(touch.key), &self.name, readable(tag));
        Err(Error::invalid_query(format!(
            "key `{key}` is not protected by the lock on `{name}`: only keys with the hash tag `{{{tag}}}` are"
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_names_key_has_it_as_its_hash_tag() {
        assert_eq!(Named::new("nightly", "mutex").key.to_string(), "{nightly}@mutex");
        assert_eq!(Named::new("a}b.c", "mutex").key.to_string(), "{a%7Db%2Ec}@mutex");
        assert!(Named::new("", "mutex").check().is_err() && Named::new(&"a".repeat(1025), "mutex").check().is_err());
    }

    #[test]
    fn a_name_covers_keys_with_its_tag_and_no_others() {
        let named = Named::new("a", "mutex");
        let touch = |key: &'static [u8]| Touch { key, field: None, is_write: true };
        for key in [b"report:{a}".as_slice(), b"a", b"{a}"] {
            assert!(named.covers(touch(key)).is_ok(), "{key:?}");
        }
        for key in [b"report:{b}".as_slice(), b"report", b"{}a", b""] {
            assert!(named.covers(touch(key)).is_err(), "{key:?}");
        }
    }
}
