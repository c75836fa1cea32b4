use std::borrow::Cow;

use super::ErrorReply;

/// What a command answers, before a protocol version gives it bytes.
///
/// A reply says what is meant; how a `Map` or a `Double` looks to a RESP2 client is decided when it is encoded.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Reply {
    /// `+OK`.
    Ok,
    /// A status line such as `PONG` or `QUEUED`.
    Status(Cow<'static, [u8]>),
    /// The command was refused or failed.
    Error(ErrorReply),
    /// An integer.
    Int(i64),
    /// A binary-safe string.
    Bulk(Vec<u8>),
    /// No value where a string could have been.
    Nil,
    /// No value where an array could have been: an aborted transaction.
    NilArray,
    /// A list of replies.
    Array(Vec<Reply>),
    /// Fields and values: a map in RESP3, a flat array in RESP2.
    Map(Vec<(Reply, Reply)>),
    /// Couples in an order of their own: an array of two-element arrays in RESP3, a flat array in RESP2.
    Pairs(Vec<(Reply, Reply)>),
    /// Distinct members: a set in RESP3, an array in RESP2.
    Set(Vec<Reply>),
    /// A floating-point number: a double in RESP3, its text in RESP2.
    Double(f64),
    /// A truth value: a boolean in RESP3, 1 or 0 in RESP2.
    Bool(bool),
    /// An integer of any size, as digits: a big number in RESP3, its text in RESP2.
    BigNumber(Vec<u8>),
    /// Something that the client has not asked for just now, such as a published message: a push in RESP3, an array in
    /// RESP2.
    Push(Vec<Reply>),
    /// Several replies to one request, as SUBSCRIBE with two channels has. Without any, the client is told nothing, or
    /// nothing yet: so answers a command that waits.
    Several(Vec<Reply>),
    /// A text with the three-letter name of its format: a verbatim string in RESP3, plain text in RESP2.
    Verbatim {
        /// `txt` or `mkd`.
        format: [u8; 3],
        /// The text itself.
        text: Vec<u8>,
    },
}

impl Reply {
    /// No reply at all, or not yet.
    pub(crate) const NONE: Self = Self::Several(Vec::new());

    pub(crate) const fn status(text: &'static str) -> Self {
        Self::Status(Cow::Borrowed(text.as_bytes()))
    }

    pub(crate) fn bulk(bytes: impl Into<Vec<u8>>) -> Self {
        Self::Bulk(bytes.into())
    }

    /// A bulk string, or nil for `None`.
    pub(crate) fn bulk_or_nil(bytes: Option<&[u8]>) -> Self {
        bytes.map_or(Self::Nil, Self::bulk)
    }

    /// An array of bulk strings.
    pub(crate) fn bulks<B: Into<Vec<u8>>>(items: impl IntoIterator<Item = B>) -> Self {
        Self::Array(items.into_iter().map(Self::bulk).collect())
    }

    /// A length or a count.
    pub(crate) fn count(count: usize) -> Self {
        Self::Int(i64::try_from(count).unwrap_or(i64::MAX))
    }

    /// 1 or 0: how Redis answers yes and no in both protocols.
    pub(crate) const fn flag(yes: bool) -> Self {
        Self::Int(yes as i64)
    }

    /// Whether this is an error.
    pub const fn is_error(&self) -> bool {
        matches!(self, Self::Error(_))
    }
}

impl From<ErrorReply> for Reply {
    fn from(error: ErrorReply) -> Self {
        Self::Error(error)
    }
}

impl From<Result<Reply, ErrorReply>> for Reply {
    fn from(outcome: Result<Reply, ErrorReply>) -> Self {
        outcome.unwrap_or_else(Reply::Error)
    }
}
