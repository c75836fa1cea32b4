//! The key itself.

use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    sync::Arc,
};

use redis::{RedisWrite, ToRedisArgs};

use super::escape::escape;
use crate::random::random_text;

/// Keys up to this length are kept without an allocation; a model's key with its prefix and id is rarely longer.
const INLINE: usize = 46;

/// Keys up to this length are put together on the stack.
const LONG: usize = 160;

/// A Redis key: any bytes.
///
/// Cheap to clone, as every handle holds one: a short key is copied, a long one is shared.
#[derive(Clone)]
pub struct Key(Repr);

#[derive(Clone)]
enum Repr {
    Inline {
        length: u8,
        bytes: [u8; INLINE],
    },
    Shared(Arc<[u8]>),
    /// What was given makes no key. Handles send nothing, so the error waits here for the query.
    Invalid(&'static str),
}

impl Key {
    pub(crate) const EMPTY: Self = Self(Repr::Inline { length: 0, bytes: [0; INLINE] });

    /// The key of these bytes.
    pub fn new(bytes: impl AsRef<[u8]>) -> Self {
        let bytes = bytes.as_ref();
        if bytes.len() > INLINE {
            return Self(Repr::Shared(bytes.into()));
        }
        let mut inline = [0; INLINE];
        inline[..bytes.len()].copy_from_slice(bytes);
        // The cast cannot lose anything: the length is at most `INLINE`.
        #[allow(clippy::cast_possible_truncation)]
        Self(Repr::Inline { length: bytes.len() as u8, bytes: inline })
    }

    /// The key that is a name in braces, which is its hash tag.
    pub(crate) fn tagged(name: &str) -> Self {
        let mut key = KeyBuilder::new();
        key.push(b"{");
        escape(name.as_bytes(), &mut key);
        key.push(b"}");
        key.finish()
    }

    /// A key of these pieces, one after the other.
    pub(crate) fn of_pieces(pieces: &[&[u8]]) -> Self {
        let length: usize = pieces.iter().map(|piece| piece.len()).sum();
        if length > LONG {
            return Self::new(pieces.concat());
        }
        let (mut bytes, mut end) = ([0; LONG], 0);
        for piece in pieces {
            bytes[end..end + piece.len()].copy_from_slice(piece);
            end += piece.len();
        }
        Self::new(&bytes[..end])
    }

    pub(crate) const fn invalid(reason: &'static str) -> Self {
        Self(Repr::Invalid(reason))
    }

    /// What the keys of this one's companions begin with, such as that of its lock: they lie in the same slot of a cluster.
    /// A key with a hash tag stays as it is, one without braces gets them, any other is invalid.
    pub(crate) fn with_tag(&self) -> Self {
        let bytes = self.as_bytes();
        if self.check().is_err() || hash_tag(bytes).is_some() {
            return self.clone();
        }
        if bytes.is_empty() || bytes.iter().any(|byte| matches!(byte, b'{' | b'}')) {
            return Self::invalid("it is empty, or its braces make no hash tag: write `name` or `{name}`");
        }
        Self::of_pieces(&[b"{", bytes, b"}"])
    }

    /// A key beside this one that nobody else has, in the same slot of a cluster, for what exists only within one request.
    pub(crate) fn workplace(&self) -> Self {
        self.with_tag().join(b'@', &format!("new:{}", random_text()))
    }

    /// The key's bytes; empty when it is invalid.
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Repr::Inline { length, bytes } => &bytes[..usize::from(*length)],
            Repr::Shared(bytes) => bytes,
            Repr::Invalid(_) => &[],
        }
    }

    /// # Errors
    /// The reason when what was given makes no key.
    pub(crate) fn check(&self) -> Result<(), &'static str> {
        match self.0 {
            Repr::Invalid(reason) => Err(reason),
            _ => Ok(()),
        }
    }

    /// The key with `suffix` behind it.
    pub(crate) fn join(&self, separator: u8, suffix: &str) -> Self {
        if let Repr::Invalid(_) = self.0 {
            return self.clone();
        }
        let mut bytes = Vec::with_capacity(self.as_bytes().len() + 1 + suffix.len());
        bytes.extend_from_slice(self.as_bytes());
        bytes.push(separator);
        bytes.extend_from_slice(suffix.as_bytes());
        Self::new(bytes)
    }
}

/// A key that is being written; on the stack for as long as it is short.
#[derive(Debug)]
pub(super) struct KeyBuilder {
    inline: [u8; INLINE],
    length: usize,
    /// Everything, once it no longer fits.
    spilled: Vec<u8>,
}

impl KeyBuilder {
    pub(super) fn new() -> Self {
        Self { inline: [0; INLINE], length: 0, spilled: Vec::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.length
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        let end = self.length + bytes.len();
        if let (true, Some(room)) = (self.spilled.is_empty(), self.inline.get_mut(self.length..end)) {
            room.copy_from_slice(bytes);
        } else {
            if self.spilled.is_empty() {
                self.spilled.extend_from_slice(&self.inline[..self.length]);
            }
            self.spilled.extend_from_slice(bytes);
        }
        self.length = end;
    }

    pub(super) fn finish(self) -> Key {
        match u8::try_from(self.length) {
            Ok(length) if self.spilled.is_empty() => Key(Repr::Inline { length, bytes: self.inline }),
            _ => Key(Repr::Shared(self.spilled.into())),
        }
    }
}

/// What of a key decides on its slot in a cluster, if it is not all of it: what is in its first braces, if that is
/// something.
pub(crate) fn hash_tag(key: &[u8]) -> Option<&[u8]> {
    let open = key.iter().position(|&byte| byte == b'{')?;
    let length = key[open + 1..].iter().position(|&byte| byte == b'}')?;
    Some(&key[open + 1..open + 1 + length]).filter(|tag| !tag.is_empty())
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.as_bytes().escape_ascii())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Repr::Invalid(reason) => write!(f, "Key(invalid: {reason})"),
            _ => write!(f, "Key({self})"),
        }
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Key {}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

impl AsRef<[u8]> for Key {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl From<&str> for Key {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Key {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

/// So that it can be an argument of a raw command.
impl ToRedisArgs for Key {
    fn write_redis_args<W: ?Sized + RedisWrite>(&self, out: &mut W) {
        out.write_arg(self.as_bytes());
    }
}

impl From<&[u8]> for Key {
    fn from(bytes: &[u8]) -> Self {
        Self::new(bytes)
    }
}

impl From<Vec<u8>> for Key {
    fn from(bytes: Vec<u8>) -> Self {
        Self::new(bytes)
    }
}

impl From<&Key> for Key {
    fn from(key: &Key) -> Self {
        key.clone()
    }
}
