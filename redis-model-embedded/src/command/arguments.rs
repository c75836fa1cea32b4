use std::ops::Range;

use super::Context;
use crate::{
    clock::Millis,
    data::Databases,
    number::{LongDouble, ParsedFloat, parse_integer},
    protocol::ErrorReply,
};

/// A command as it was sent: its name, then its arguments.
pub(crate) type Args<'a> = &'a [&'a [u8]];

/// Whether an argument is this keyword; keywords have no case.
pub(crate) fn is_word(argument: &[u8], word: &str) -> bool {
    argument.eq_ignore_ascii_case(word.as_bytes())
}

pub(super) fn integer(argument: &[u8]) -> Result<i64, ErrorReply> {
    parse_integer(argument).ok_or(ErrorReply::NOT_AN_INTEGER)
}

/// An integer that C would keep in an `int`.
pub(super) fn small_integer(argument: &[u8]) -> Result<i64, ErrorReply> {
    let number = integer(argument)?;
    if i32::try_from(number).is_err() {
        return Err(ErrorReply::fixed("ERR value is out of range, value must between -2147483648 and 2147483647"));
    }
    Ok(number)
}

/// When a client that begins to wait now gives up, for a time in seconds, fractions allowed. Zero waits forever.
pub(super) fn timeout(ctx: &Context<'_>, argument: &[u8]) -> Result<Option<Millis>, ErrorReply> {
    const NEGATIVE: ErrorReply = ErrorReply::fixed("ERR timeout is negative");
    let seconds = LongDouble::parse(argument);
    let seconds = seconds.ok_or(ErrorReply::fixed("ERR timeout is not a float or out of range"))?;
    // More than an integer holds turns negative in C.
    let ParsedFloat::Finite(seconds) = seconds else { return Err(NEGATIVE) };
    match seconds.thousandfold().ok_or(NEGATIVE)? {
        0 => Ok(None),
        millis if millis > 0 => Ok(ctx.now.millis().checked_add(millis)),
        _ => Err(NEGATIVE),
    }
}

/// A count that must not be negative; whatever it is not, Redis has one error for it.
pub(super) fn unsigned(argument: &[u8]) -> Result<usize, ErrorReply> {
    integer_from(0, argument, "ERR value is out of range, must be positive")
}

/// An integer of at least `least`, as a length; any other text is this error.
pub(super) fn integer_from(least: i64, argument: &[u8], error: &'static str) -> Result<usize, ErrorReply> {
    let number = parse_integer(argument).filter(|number| *number >= least);
    number.and_then(|number| usize::try_from(number).ok()).ok_or(ErrorReply::fixed(error))
}

/// A number of a database, as its index.
pub(super) fn database_index(argument: &[u8]) -> Result<usize, ErrorReply> {
    Databases::index(small_integer(argument)?).ok_or(ErrorReply::DB_OUT_OF_RANGE)
}

/// The places between two inclusive indexes, either of which counts from the end when negative.
pub(super) fn between(first: i64, last: i64, length: usize) -> Range<usize> {
    let first = usize::try_from(from_start(first, length)).unwrap_or(0);
    let end = usize::try_from(from_start(last, length).saturating_add(1)).unwrap_or(0).min(length);
    first.min(end)..end
}

/// A length or index that counts from the end when negative, as a position from the start; may lie before the start.
pub(super) fn from_start(index: i64, length: usize) -> i64 {
    if index >= 0 { index } else { index.saturating_add_unsigned(length as u64) }
}
