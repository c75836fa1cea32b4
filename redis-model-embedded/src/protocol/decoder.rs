use std::ops::RangeInclusive;

use super::{ErrorReply, inline};
use crate::number::parse_integer;

/// Redis' own limits (`PROTO_INLINE_MAX_SIZE`, `proto-max-bulk-len`).
const MAX_LINE: usize = 64 * 1024;
const MAX_BULK: i64 = 512 * 1024 * 1024;
const MAX_ARGUMENTS: i64 = i32::MAX as i64;

/// What a length prefix may be, and the errors for what it may not.
struct Prefix {
    allowed: RangeInclusive<i64>,
    invalid: &'static str,
    too_long: &'static str,
}

const ARGUMENTS: Prefix = Prefix {
    allowed: i64::MIN..=MAX_ARGUMENTS,
    invalid: "invalid multibulk length",
    too_long: "too big mbulk count string",
};
const BULK: Prefix =
    Prefix { allowed: 0..=MAX_BULK, invalid: "invalid bulk length", too_long: "too big bulk count string" };

/// Turns a stream of bytes into requests, however the stream is cut.
///
/// It holds no more than the bytes it was fed: a length prefix is a promise, and nothing is reserved for promises.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    buffer: Vec<u8>,
    /// How much of `buffer` has been read.
    position: usize,
    /// Arguments still to come of the request being read; zero between requests.
    missing: usize,
    arguments: Vec<Vec<u8>>,
    /// The length of the argument whose prefix has been read, but not its bytes.
    bulk: Option<usize>,
}

/// What the bytes so far hold.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Decoded {
    /// Nothing complete.
    Incomplete,
    /// A command and its arguments.
    Request(Vec<Vec<u8>>),
    /// Bytes after which the stream makes no sense; Redis answers and hangs up.
    Invalid(ErrorReply),
}

impl Decoder {
    /// Adds bytes at the end of the stream.
    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        if self.position == self.buffer.len() {
            self.buffer.clear();
        } else {
            self.buffer.drain(..self.position);
        }
        self.position = 0;
        self.buffer.extend_from_slice(bytes);
    }

    /// The next request of the stream.
    pub(crate) fn next_request(&mut self) -> Decoded {
        self.read_request()
            .unwrap_or_else(|error| Decoded::Invalid(ErrorReply::new(format!("ERR Protocol error: {error}"))))
    }

    fn read_request(&mut self) -> Result<Decoded, String> {
        while self.missing == 0 {
            match self.buffer.get(self.position) {
                None => return Ok(Decoded::Incomplete),
                Some(b'*') => {
                    let Some(count) = self.prefix(&ARGUMENTS)? else { return Ok(Decoded::Incomplete) };
                    // Redis reads `*0` and `*-1` as no request at all.
                    self.missing = usize::try_from(count).unwrap_or(0);
                }
                Some(_) => {
                    let Some(line) = self.line("too big inline request")? else { return Ok(Decoded::Incomplete) };
                    let words = inline::split(line).ok_or("unbalanced quotes in request")?;
                    if !words.is_empty() {
                        return Ok(Decoded::Request(words));
                    }
                }
            }
        }
        while self.missing > 0 {
            let Some(argument) = self.argument()? else { return Ok(Decoded::Incomplete) };
            self.arguments.push(argument);
            self.missing -= 1;
        }
        Ok(Decoded::Request(std::mem::take(&mut self.arguments)))
    }

    fn argument(&mut self) -> Result<Option<Vec<u8>>, String> {
        if self.bulk.is_none() {
            match self.buffer.get(self.position) {
                None => return Ok(None),
                Some(b'$') => {}
                Some(other) => return Err(format!("expected '$', got '{}'", char::from(*other))),
            }
            let Some(length) = self.prefix(&BULK)? else { return Ok(None) };
            self.bulk = usize::try_from(length).ok();
        }
        let length = self.bulk.unwrap_or_default();
        let end = self.position + length;
        // The two bytes after an argument are skipped unread, as Redis does.
        if self.buffer.len() < end + 2 {
            return Ok(None);
        }
        let argument = self.buffer[self.position..end].to_vec();
        self.position = end + 2;
        self.bulk = None;
        Ok(Some(argument))
    }

    /// The number of a line such as `*3` or `$5`, or `None` if the line is not complete.
    fn prefix(&mut self, prefix: &Prefix) -> Result<Option<i64>, String> {
        let Some(line) = self.line(prefix.too_long)? else { return Ok(None) };
        let number = parse_integer(&line[1..]).filter(|number| prefix.allowed.contains(number));
        number.map(Some).ok_or_else(|| prefix.invalid.to_owned())
    }

    /// The next line without its end, or `None` if the end is still to come.
    fn line(&mut self, too_long: &str) -> Result<Option<&[u8]>, String> {
        let rest = &self.buffer[self.position..];
        let window = &rest[..rest.len().min(MAX_LINE + 1)];
        let Some(end) = window.iter().position(|byte| *byte == b'\n') else {
            return if rest.len() > MAX_LINE { Err(too_long.to_owned()) } else { Ok(None) };
        };
        let start = self.position;
        self.position += end + 1;
        let line = &self.buffer[start..start + end];
        Ok(Some(line.strip_suffix(b"\r").unwrap_or(line)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(bytes: &[u8]) -> Decoded {
        let mut decoder = Decoder::default();
        decoder.feed(bytes);
        decoder.next_request()
    }

    fn request(words: &[&str]) -> Decoded {
        Decoded::Request(words.iter().map(|word| word.as_bytes().to_vec()).collect())
    }

    #[test]
    fn a_request_may_be_cut_anywhere() {
        let bytes = b"*2\r\n$3\r\nGET\r\n$4\r\na\r\nb\r\n";
        for cut in 0..bytes.len() {
            let mut decoder = Decoder::default();
            decoder.feed(&bytes[..cut]);
            assert_eq!(decoder.next_request(), Decoded::Incomplete, "cut at {cut}");
            decoder.feed(&bytes[cut..]);
            assert_eq!(decoder.next_request(), request(&["GET", "a\r\nb"]));
            assert_eq!(decoder.next_request(), Decoded::Incomplete);
        }
    }

    #[test]
    fn empty_requests_are_skipped() {
        assert_eq!(decode(b"\r\n*0\r\n*-1\r\nPING\r\n"), request(&["PING"]));
    }

    #[test]
    fn an_announced_length_reserves_nothing() {
        let mut decoder = Decoder::default();
        decoder.feed(b"*2147483647\r\n$536870912\r\nabc");
        assert_eq!(decoder.next_request(), Decoded::Incomplete);
        assert!(decoder.buffer.capacity() < 1024 && decoder.arguments.capacity() < 16);
    }

    #[test]
    fn protocol_errors_are_worded_as_in_redis() {
        let long_line = vec![b'a'; MAX_LINE + 1];
        let cases: [(&[u8], &str); 7] = [
            (b"*x\r\n", "invalid multibulk length"),
            (b"*2147483648\r\n", "invalid multibulk length"),
            (b"*1\r\nGET\r\n", "expected '$', got 'G'"),
            (b"*1\r\n$-1\r\n", "invalid bulk length"),
            (b"*1\r\n$536870913\r\n", "invalid bulk length"),
            (b"GET \"a\r\n", "unbalanced quotes in request"),
            (&long_line, "too big inline request"),
        ];
        for (bytes, text) in cases {
            let expected = ErrorReply::new(format!("ERR Protocol error: {text}"));
            assert_eq!(decode(bytes), Decoded::Invalid(expected));
        }
    }
}
