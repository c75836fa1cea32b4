use std::ops::{Range, RangeInclusive};

use super::{ErrorReply, inline};
use crate::number::parse_integer;

/// Redis' own limits (`PROTO_INLINE_MAX_SIZE`, `proto-max-bulk-len`).
const MAX_LINE: usize = 64 * 1024;
const MAX_BULK: i64 = 512 * 1024 * 1024;
const MAX_ARGUMENTS: i64 = i32::MAX as i64;

/// What a length prefix may be, and the errors for what it may not.
struct Prefix {
    /// What the line begins with.
    mark: u8,
    allowed: RangeInclusive<i64>,
    invalid: &'static str,
    too_long: &'static str,
}

const ARGUMENTS: Prefix = Prefix {
    mark: b'*',
    allowed: i64::MIN..=MAX_ARGUMENTS,
    invalid: "invalid multibulk length",
    too_long: "too big mbulk count string",
};
const BULK: Prefix =
    Prefix { mark: b'$', allowed: 0..=MAX_BULK, invalid: "invalid bulk length", too_long: "too big bulk count string" };

/// Turns a stream of bytes into requests, however the stream is cut.
///
/// It holds no more than the bytes it was fed: a length prefix is a promise, and nothing is reserved for promises.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    buffer: Vec<u8>,
    /// How much of `buffer` has been read.
    position: usize,
    /// How much of `buffer` is of no use any more: where the request being read begins.
    start: usize,
    /// Arguments still to come of the request being read; zero between requests.
    missing: usize,
    /// Where in `buffer` the arguments of the request lie that is being read, or was read last.
    arguments: Vec<Range<usize>>,
    /// The arguments of an inline request, which are not in `buffer` as they are meant.
    words: Vec<Vec<u8>>,
    /// The length of the argument whose prefix has been read, but not its bytes.
    bulk: Option<usize>,
}

/// What the bytes so far hold.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Decoded<'a> {
    /// Nothing complete.
    Incomplete,
    /// A command and its arguments.
    Request(Vec<&'a [u8]>),
    /// Bytes after which the stream makes no sense; Redis answers and hangs up.
    Invalid(ErrorReply),
}

impl Decoder {
    /// Adds bytes at the end of the stream.
    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        self.drop_used();
        self.buffer.extend_from_slice(bytes);
    }

    /// Drops what is of no use any more, which happens once for each request: one that comes in many pieces costs no
    /// more than one that comes whole.
    fn drop_used(&mut self) {
        let used = std::mem::take(&mut self.start);
        if used == 0 {
            return;
        }
        self.buffer.drain(..used);
        if self.buffer.is_empty() {
            // Room for a large request is not kept for the small ones after it.
            self.buffer.shrink_to(MAX_LINE);
        }
        self.position -= used;
        for argument in &mut self.arguments {
            *argument = argument.start - used..argument.end - used;
        }
    }

    /// The next request of the stream.
    pub(crate) fn next_request(&mut self) -> Decoded<'_> {
        match self.read_request() {
            Err(error) => Decoded::Invalid(ErrorReply::new([b"ERR Protocol error: ", error.as_slice()].concat())),
            Ok(false) => Decoded::Incomplete,
            Ok(true) if self.words.is_empty() => {
                Decoded::Request(self.arguments.iter().map(|argument| &self.buffer[argument.clone()]).collect())
            }
            Ok(true) => Decoded::Request(self.words.iter().map(Vec::as_slice).collect()),
        }
    }

    /// Reads on to the end of a request, and says whether it has come.
    fn read_request(&mut self) -> Result<bool, Vec<u8>> {
        while self.missing == 0 {
            self.start = self.position;
            self.arguments.clear();
            self.words.clear();
            match self.buffer.get(self.position) {
                None => return Ok(false),
                Some(b'*') => {
                    let Some(count) = self.prefix(&ARGUMENTS)? else { return Ok(false) };
                    // Redis reads `*0` and `*-1` as no request at all.
                    self.missing = usize::try_from(count).unwrap_or(0);
                }
                Some(_) => {
                    let Some(line) = self.line("too big inline request")? else { return Ok(false) };
                    self.words = inline::split(line).ok_or(b"unbalanced quotes in request")?;
                    if !self.words.is_empty() {
                        return Ok(true);
                    }
                }
            }
        }
        while self.missing > 0 {
            let Some(argument) = self.argument()? else { return Ok(false) };
            self.arguments.push(argument);
            self.missing -= 1;
        }
        Ok(true)
    }

    fn argument(&mut self) -> Result<Option<Range<usize>>, Vec<u8>> {
        if self.bulk.is_none() {
            let Some(length) = self.prefix(&BULK)? else { return Ok(None) };
            self.bulk = usize::try_from(length).ok();
        }
        let length = self.bulk.unwrap_or_default();
        let end = self.position + length;
        // The two bytes after an argument are skipped unread, as Redis does.
        if self.buffer.len() < end + 2 {
            return Ok(None);
        }
        let argument = self.position..end;
        self.position = end + 2;
        self.bulk = None;
        Ok(Some(argument))
    }

    /// The number of a line such as `*3` or `$5`, or `None` if the line is not complete.
    fn prefix(&mut self, prefix: &Prefix) -> Result<Option<i64>, Vec<u8>> {
        if let Some((mark, rest)) = self.buffer[self.position..].split_first()
            && *mark == prefix.mark
            && let Some((number, length)) = short_number(rest)
            && prefix.allowed.contains(&number)
        {
            self.position += 1 + length;
            return Ok(Some(number));
        }
        // The byte after the carriage return is skipped unread, as Redis does.
        let end = self.line_end(b'\r', prefix.too_long)?;
        let Some(end) = end.filter(|end| end + 1 < self.buffer.len()) else { return Ok(None) };
        let mark = self.buffer[self.position];
        if mark != prefix.mark {
            return Err([b"expected '", &[prefix.mark][..], b"', got '", &[mark], b"'"].concat());
        }
        let number = parse_integer(&self.buffer[self.position + 1..end]);
        self.position = end + 2;
        let number = number.filter(|number| prefix.allowed.contains(number));
        number.map(Some).ok_or_else(|| prefix.invalid.into())
    }

    /// The next line without its end, or `None` if the end is still to come.
    fn line(&mut self, too_long: &str) -> Result<Option<&[u8]>, Vec<u8>> {
        let Some(end) = self.line_end(b'\n', too_long)? else { return Ok(None) };
        let line = &self.buffer[self.position..end];
        self.position = end + 1;
        Ok(Some(line.strip_suffix(b"\r").unwrap_or(line)))
    }

    /// Where the next line ends, or `None` if its end is still to come.
    ///
    /// Redis looks for it with C's `strchr`, which sees nothing behind a NUL.
    fn line_end(&self, end: u8, too_long: &str) -> Result<Option<usize>, Vec<u8>> {
        let rest = &self.buffer[self.position..];
        let window = &rest[..rest.len().min(MAX_LINE + 1)];
        match window.iter().position(|byte| *byte == end || *byte == 0) {
            Some(place) if window[place] == end => Ok(Some(self.position + place)),
            _ if rest.len() > MAX_LINE => Err(too_long.into()),
            _ => Ok(None),
        }
    }
}

/// A number of few digits and the end of its line, as nearly all prefixes are, and how many bytes they take.
fn short_number(bytes: &[u8]) -> Option<(i64, usize)> {
    const MOST_DIGITS: usize = 9;
    let digits = bytes.iter().take(MOST_DIGITS + 1).take_while(|byte| byte.is_ascii_digit()).count();
    let is_canonical = digits == 1 || bytes.first() != Some(&b'0');
    if !(1..=MOST_DIGITS).contains(&digits) || !is_canonical || bytes.get(digits..digits + 2) != Some(b"\r\n") {
        return None;
    }
    let number = bytes[..digits].iter().fold(0, |number, digit| number * 10 + i64::from(digit - b'0'));
    Some((number, digits + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a decoder says of these bytes, in words.
    fn decode(bytes: &[u8]) -> String {
        let mut decoder = Decoder::default();
        decoder.feed(bytes);
        next(&mut decoder)
    }

    fn next(decoder: &mut Decoder) -> String {
        match decoder.next_request() {
            Decoded::Incomplete => "incomplete".into(),
            Decoded::Invalid(error) => error.to_string(),
            Decoded::Request(words) => {
                words.iter().map(|word| format!("<{}>", word.escape_ascii())).collect::<Vec<_>>().concat()
            }
        }
    }

    #[test]
    fn a_request_may_be_cut_anywhere() {
        let bytes = b"*2\r\n$3\r\nGET\r\n$4\r\na\r\nb\r\n";
        for cut in 0..bytes.len() {
            let mut decoder = Decoder::default();
            decoder.feed(&bytes[..cut]);
            assert_eq!(next(&mut decoder), "incomplete", "cut at {cut}");
            decoder.feed(&bytes[cut..]);
            assert_eq!(next(&mut decoder), r"<GET><a\r\nb>");
            assert_eq!(next(&mut decoder), "incomplete");
        }
    }

    #[test]
    fn requests_in_many_pieces_keep_their_places() {
        let one = b"*2\r\n$4\r\nECHO\r\n$3\r\nabc\r\nPING x\r\n";
        let mut decoder = Decoder::default();
        let mut seen = Vec::new();
        for piece in one.repeat(50).chunks(7) {
            decoder.feed(piece);
            loop {
                match next(&mut decoder).as_str() {
                    "incomplete" => break,
                    request => seen.push(request.to_owned()),
                }
            }
        }
        assert_eq!(seen, ["<ECHO><abc>", "<PING><x>"].repeat(50));
        assert!(decoder.buffer.len() < one.len(), "what was read is dropped");
    }

    #[test]
    fn many_arguments_in_many_pieces_do_not_take_forever() {
        let request = [&b"PING x\r\n*200000\r\n"[..], &b"$1\r\na\r\n".repeat(200_000)].concat();
        let mut decoder = Decoder::default();
        for piece in request.chunks(7) {
            decoder.feed(piece);
            let _ = decoder.read_request();
        }
        assert_eq!((decoder.missing, decoder.arguments.len()), (0, 200_000));
    }

    #[test]
    fn empty_requests_are_skipped() {
        assert_eq!(decode(b"\r\n*0\r\n*-1\r\nPING\r\n"), "<PING>");
    }

    #[test]
    fn an_announced_length_reserves_nothing() {
        let mut decoder = Decoder::default();
        decoder.feed(b"*2147483647\r\n$536870912\r\nabc");
        assert_eq!(next(&mut decoder), "incomplete");
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
            assert_eq!(decode(bytes), format!("ERR Protocol error: {text}"));
        }
    }
}
