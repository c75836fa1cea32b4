use super::number;

/// One piece of a JSON text.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    ObjectBegin,
    ObjectEnd,
    ListBegin,
    ListEnd,
    String(Vec<u8>),
    Number(f64),
    Boolean(bool),
    Null,
    Colon,
    Comma,
    End,
    /// What is wrong with the text here.
    Error(&'static str),
}

impl Token {
    /// What error messages call it.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::ObjectBegin => "T_OBJ_BEGIN",
            Self::ObjectEnd => "T_OBJ_END",
            Self::ListBegin => "T_ARR_BEGIN",
            Self::ListEnd => "T_ARR_END",
            Self::String(_) => "T_STRING",
            Self::Number(_) => "T_NUMBER",
            Self::Boolean(_) => "T_BOOLEAN",
            Self::Null => "T_NULL",
            Self::Colon => "T_COLON",
            Self::Comma => "T_COMMA",
            Self::End => "T_END",
            Self::Error(what) => what,
        }
    }
}

/// Cuts a JSON text into tokens.
pub(super) struct Tokens<'a> {
    text: &'a [u8],
    at: usize,
    takes_invalid_numbers: bool,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(text: &'a [u8], takes_invalid_numbers: bool) -> Self {
        Self { text, at: 0, takes_invalid_numbers }
    }

    /// The next token, and where it begins, or where in it the error is.
    pub(super) fn next_token(&mut self) -> (Token, usize) {
        while self.peek().is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
        let start = self.at;
        let single = match self.peek() {
            None => return (Token::End, start),
            Some(b'{') => Token::ObjectBegin,
            Some(b'}') => Token::ObjectEnd,
            Some(b'[') => Token::ListBegin,
            Some(b']') => Token::ListEnd,
            Some(b':') => Token::Colon,
            Some(b',') => Token::Comma,
            Some(b'"') => {
                return match self.string() {
                    Ok(text) => (Token::String(text), start),
                    Err(what) => (Token::Error(what), self.at),
                };
            }
            Some(_) => return (self.word(), start),
        };
        self.at += 1;
        (single, start)
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn rest(&self) -> &'a [u8] {
        &self.text[self.at..]
    }

    fn word(&mut self) -> Token {
        let words = [("true", Token::Boolean(true)), ("false", Token::Boolean(false)), ("null", Token::Null)];
        for (word, token) in words {
            if self.rest().starts_with(word.as_bytes()) {
                self.at += word.len();
                return token;
            }
        }
        let is_invalid = number::is_invalid(self.rest());
        let is_usual = matches!(self.peek(), Some(b'-' | b'0'..=b'9'));
        if is_invalid && !self.takes_invalid_numbers {
            return Token::Error(if is_usual { "invalid number" } else { "invalid token" });
        }
        if !is_usual && !is_invalid {
            return Token::Error("invalid token");
        }
        let Some((number, length)) = number::read(self.rest()) else { return Token::Error("invalid number") };
        self.at += length;
        Token::Number(number)
    }

    fn string(&mut self) -> Result<Vec<u8>, &'static str> {
        let mut text = Vec::new();
        self.at += 1;
        loop {
            match self.rest() {
                [] => return Err("unexpected end of string"),
                [b'"', ..] => {
                    self.at += 1;
                    return Ok(text);
                }
                [b'\\', b'u', ..] => {
                    let (character, length) = unicode_escape(self.rest()).ok_or("invalid unicode escape code")?;
                    text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                    self.at += length;
                }
                [b'\\', escaped @ ..] => {
                    text.push(escaped.first().copied().and_then(unescaped).ok_or("invalid escape code")?);
                    self.at += 2;
                }
                [byte, ..] => {
                    text.push(*byte);
                    self.at += 1;
                }
            }
        }
    }
}

fn unescaped(byte: u8) -> Option<u8> {
    match byte {
        b'"' | b'\\' | b'/' => Some(byte),
        b'b' => Some(8),
        b'f' => Some(12),
        b'n' => Some(b'\n'),
        b'r' => Some(b'\r'),
        b't' => Some(b'\t'),
        _ => None,
    }
}

/// The character of an escape such as `\u00e9`, or of two of them that are a surrogate pair, and how long they are.
fn unicode_escape(text: &[u8]) -> Option<(char, usize)> {
    let unit = |text: &[u8]| {
        let digits = text.strip_prefix(b"\\u")?.get(..4)?;
        let digits = std::str::from_utf8(digits).ok().filter(|digits| !digits.starts_with('+'))?;
        u32::from_str_radix(digits, 16).ok()
    };
    let first = unit(text)?;
    if !(0xD800..0xE000).contains(&first) {
        return Some((char::from_u32(first)?, 6));
    }
    let second = unit(text.get(6..)?).filter(|unit| (0xDC00..0xE000).contains(unit))?;
    let high = first.checked_sub(0xD800).filter(|high| *high < 0x400)?;
    Some((char::from_u32(0x1_0000 + (high << 10 | (second - 0xDC00)))?, 12))
}
