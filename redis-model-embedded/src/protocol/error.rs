use std::{borrow::Cow, fmt};

/// An error as the server words it: a code in capitals, a space, and the text.
///
/// `b"WRONGTYPE Operation against a key holding the wrong kind of value"`, for example. It is bytes because some
/// texts quote what the client sent.
#[derive(Clone, PartialEq, Eq)]
pub struct ErrorReply(Cow<'static, [u8]>);

impl ErrorReply {
    /// A text that is known at compile time, code included.
    pub const fn fixed(text: &'static str) -> Self {
        Self(Cow::Borrowed(text.as_bytes()))
    }

    /// A text made at run time, code included. Line breaks would end the reply early: as in Redis they are cut off at
    /// the end, and become spaces elsewhere.
    pub fn new(text: impl Into<Vec<u8>>) -> Self {
        let mut text = text.into();
        while matches!(text.last(), Some(b'\r' | b'\n')) {
            text.pop();
        }
        for byte in &mut text {
            if matches!(byte, b'\r' | b'\n') {
                *byte = b' ';
            }
        }
        Self(Cow::Owned(text))
    }

    /// The whole text, code included.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The first word: `ERR`, `WRONGTYPE`, `NOSCRIPT`, and so on.
    pub fn code(&self) -> &[u8] {
        self.0.split(|byte| *byte == b' ').next().unwrap_or_default()
    }

    /// A text that quotes the client: `{before}{word}{after}`, the word as C's `%s` prints it.
    pub(crate) fn quoting(before: &str, word: &[u8], after: &str) -> Self {
        Self::new([before.as_bytes(), c_string(word), after.as_bytes()].concat())
    }

    pub(crate) fn wrong_arity(command: &str) -> Self {
        Self::new(format!("ERR wrong number of arguments for '{command}' command"))
    }

    pub(crate) fn invalid_expire(command: &str) -> Self {
        Self::new(format!("ERR invalid expire time in '{command}' command"))
    }
}

/// The texts that more than one command answers with.
impl ErrorReply {
    pub(crate) const SYNTAX: Self = Self::fixed("ERR syntax error");
    pub(crate) const WRONG_TYPE: Self =
        Self::fixed("WRONGTYPE Operation against a key holding the wrong kind of value");
    pub(crate) const NOT_AN_INTEGER: Self = Self::fixed("ERR value is not an integer or out of range");
    pub(crate) const NOT_A_FLOAT: Self = Self::fixed("ERR value is not a valid float");
    pub(crate) const OUT_OF_RANGE: Self = Self::fixed("ERR value is out of range");
    pub(crate) const OVERFLOW: Self = Self::fixed("ERR increment or decrement would overflow");
    pub(crate) const NO_SUCH_KEY: Self = Self::fixed("ERR no such key");
    pub(crate) const SAME_OBJECT: Self = Self::fixed("ERR source and destination objects are the same");
    pub(crate) const DB_OUT_OF_RANGE: Self = Self::fixed("ERR DB index is out of range");
    pub(crate) const NAN_OR_INFINITY: Self = Self::fixed("ERR increment would produce NaN or Infinity");
    pub(crate) const STRING_TOO_LONG: Self =
        Self::fixed("ERR string exceeds maximum allowed size (proto-max-bulk-len)");
    pub(crate) const INVALID_CURSOR: Self = Self::fixed("ERR invalid cursor");
    /// What a defect of the engine itself is answered with.
    pub(crate) const INTERNAL: Self =
        Self::fixed("ERR the embedded engine failed inside this command; this is a defect of the engine");
}

/// What C takes for the whole text: all before the first NUL.
pub(crate) fn c_string(bytes: &[u8]) -> &[u8] {
    bytes.split(|byte| *byte == 0).next().unwrap_or_default()
}

impl fmt::Display for ErrorReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.0))
    }
}

impl fmt::Debug for ErrorReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ErrorReply({self})")
    }
}

impl std::error::Error for ErrorReply {}
