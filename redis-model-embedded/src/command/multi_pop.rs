//! What LMPOP, ZMPOP and their blocking forms have in common: their arguments.

use super::{arguments::integer_from, is_word};
use crate::protocol::ErrorReply;

/// From which keys to take how many elements.
pub(super) struct MultiPop<'a, W> {
    pub(super) keys: &'a [&'a [u8]],
    /// Which elements go first.
    pub(super) which: W,
    pub(super) count: usize,
}

impl<'a, W> MultiPop<'a, W> {
    /// Reads `numkeys key [key ...] which [COUNT count]`.
    pub(super) fn parse(
        words: &'a [&'a [u8]],
        which: impl Fn(&[u8]) -> Result<W, ErrorReply>,
    ) -> Result<Self, ErrorReply> {
        let (numkeys, rest) = words.split_first().ok_or(ErrorReply::SYNTAX)?;
        let numkeys = integer_from(1, numkeys, "ERR numkeys should be greater than 0")?;
        let (keys, rest) = rest.split_at_checked(numkeys).ok_or(ErrorReply::SYNTAX)?;
        let (word, options) = rest.split_first().ok_or(ErrorReply::SYNTAX)?;
        let which = which(word)?;
        let count = match options {
            [] => 1,
            [word, count, rest @ ..] if is_word(word, "COUNT") => {
                let count = integer_from(1, count, "ERR count should be greater than 0")?;
                if rest.is_empty() { count } else { return Err(ErrorReply::SYNTAX) }
            }
            _ => return Err(ErrorReply::SYNTAX),
        };
        Ok(Self { keys, which, count })
    }
}
