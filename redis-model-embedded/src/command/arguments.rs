use crate::{data::Databases, number::parse_integer, protocol::ErrorReply};

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

/// An integer of at least `least`, as a length; any other text is this error.
pub(super) fn integer_from(least: i64, argument: &[u8], error: &'static str) -> Result<usize, ErrorReply> {
    let number = parse_integer(argument).filter(|number| *number >= least);
    number.and_then(|number| usize::try_from(number).ok()).ok_or(ErrorReply::fixed(error))
}

/// A number of a database, as its index.
pub(super) fn database_index(argument: &[u8]) -> Result<usize, ErrorReply> {
    Databases::index(small_integer(argument)?).ok_or(ErrorReply::DB_OUT_OF_RANGE)
}

/// A length or index that counts from the end when negative, as a position from the start; may lie before the start.
pub(super) fn from_start(index: i64, length: usize) -> i64 {
    if index >= 0 { index } else { index.saturating_add_unsigned(length as u64) }
}
