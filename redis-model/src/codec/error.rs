//! What a codec says when a value and its stored form do not fit.

use std::{borrow::Cow, error::Error as StdError, fmt};

type Cause = Box<dyn StdError + Send + Sync>;

/// Bytes that are not the stored form of the expected type.
#[derive(Debug)]
pub struct DecodeError(Box<Mismatch>);

#[derive(Debug)]
struct Mismatch {
    expected: Cow<'static, str>,
    found: String,
    cause: Option<Cause>,
}

impl DecodeError {
    /// An error that says what was expected and shows the beginning of what was `found`.
    pub fn new(expected: impl Into<Cow<'static, str>>, found: &[u8]) -> Self {
        Self(Box::new(Mismatch { expected: expected.into(), found: excerpt(found), cause: None }))
    }

    /// An error for something that should be stored and is not.
    pub fn missing(expected: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Mismatch { expected: expected.into(), found: "nothing".into(), cause: None }))
    }

    /// An error for a reply of another shape than the command promises.
    pub(crate) fn reply(expected: impl Into<Cow<'static, str>>, found: &impl std::fmt::Debug) -> Self {
        Self::new(expected, format!("{found:?}").as_bytes())
    }

    /// Adds the error of the format that was decoded.
    #[must_use]
    pub fn because(mut self, cause: impl Into<Cause>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }
}

/// A value that its codec cannot write.
#[derive(Debug)]
pub struct EncodeError(Box<Refusal>);

#[derive(Debug)]
struct Refusal {
    format: Cow<'static, str>,
    cause: Cause,
}

impl EncodeError {
    /// An error of the format that was to be written.
    pub fn new(format: impl Into<Cow<'static, str>>, cause: impl Into<Cause>) -> Self {
        Self(Box::new(Refusal { format: format.into(), cause: cause.into() }))
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}, found {}", self.0.expected, self.0.found)
    }
}

impl StdError for DecodeError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.cause.as_deref().map(|cause| cause as _)
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the value has no stored form as {}", self.0.format)
    }
}

impl StdError for EncodeError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(self.0.cause.as_ref())
    }
}

/// The first bytes, readable; a value may be large and may be secret, so an error shows little of it.
fn excerpt(bytes: &[u8]) -> String {
    const SHOWN: usize = 40;
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(SHOWN)]);
    if bytes.len() > SHOWN { format!("{head:?} and {} more bytes", bytes.len() - SHOWN) } else { format!("{head:?}") }
}
