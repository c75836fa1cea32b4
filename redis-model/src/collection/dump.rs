//! A copy of a container, as servers keep it.

use std::fmt;

/// A copy of all that is in a container: what `DUMP` gives. Its form is the server's own: it can be kept, and restored by a
/// server that is as new as this one.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Dump(Vec<u8>);

impl Dump {
    /// A copy from bytes that were kept.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    /// The bytes, to be kept.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Its length, and not what is in it: that may be secrets.
impl fmt::Debug for Dump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dump({} bytes)", self.0.len())
    }
}
