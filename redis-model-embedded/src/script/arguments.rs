use std::ops::Deref;

use mlua::{BorrowedBytes, MultiValue, Value};

use crate::{number::format_double, protocol::ErrorReply};

/// One word of a command.
pub(super) enum Word<'a> {
    Text(BorrowedBytes<'a>),
    Number(Vec<u8>),
}

impl Deref for Word<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Text(bytes) => bytes,
            Self::Number(digits) => digits,
        }
    }
}

const NO_WORDS: ErrorReply = ErrorReply::fixed("ERR Please specify at least one argument for this redis lib call");
const NOT_A_WORD: ErrorReply = ErrorReply::fixed("ERR Lua redis lib command arguments must be strings or integers");

/// Whether the error says that there were no proper words, so that no command was even looked for.
pub(super) fn is_about_words(error: &ErrorReply) -> bool {
    [NO_WORDS, NOT_A_WORD].contains(error)
}

/// The words of a command: strings as they are, numbers as `%.17g` prints them.
pub(super) fn words(values: &MultiValue) -> Result<Vec<Word<'_>>, ErrorReply> {
    if values.is_empty() {
        return Err(NO_WORDS);
    }
    values.iter().map(word).collect()
}

fn word(value: &Value) -> Result<Word<'_>, ErrorReply> {
    /// Integers below this have no more than 17 digits, which `%.17g` prints without an exponent.
    const EXACT: u64 = 100_000_000_000_000_000;
    match value {
        Value::String(text) => Ok(Word::Text(text.as_bytes())),
        // Lua 5.1 has only doubles. What mlua shows as an integer is one, or a fraction within 2e-16 of zero.
        Value::Integer(number) if number.unsigned_abs() < EXACT => {
            Ok(Word::Number(itoa::Buffer::new().format(*number).as_bytes().to_vec()))
        }
        #[expect(clippy::cast_precision_loss, reason = "it came from a double")]
        Value::Integer(number) => Ok(Word::Number(format_double(*number as f64).into_bytes())),
        Value::Number(number) => Ok(Word::Number(format_double(*number).into_bytes())),
        _ => Err(NOT_A_WORD),
    }
}
