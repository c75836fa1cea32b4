//! SCAN, and what HSCAN and its like share with it.

use super::{Args, Command, Context, Flags, Outcome, arguments::integer, is_word, spec::KeyPositions};
use crate::{
    data::Page,
    glob,
    protocol::{ErrorReply, Reply, c_string},
};

/// Elements per page unless COUNT says otherwise.
const DEFAULT_COUNT: usize = 10;

pub(super) const COMMANDS: &[Command] = &[Command::new("scan", -2, Flags::READONLY, KeyPositions::NONE, scan)];

/// `SCAN cursor [MATCH pattern] [COUNT count] [TYPE type]`
fn scan(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let cursor = parse_cursor(args[1])?;
    let options = ScanOptions::parse(&args[2..], Scanned::Keys)?;
    let keys = ctx.keys();
    let page = keys.page(cursor, options.count);
    let entries = page.places.clone().rev().filter_map(|place| keys.at(place));
    let names = entries.filter(|(key, value)| options.wants(key) && options.wants_type(value.type_name()));
    let names = Reply::bulks(names.map(|(key, _)| key));
    Ok(page_reply(&page, names))
}

/// Whose elements are scanned: TYPE is an option of keys only.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Scanned {
    Keys,
    Elements,
}

pub(super) struct ScanOptions<'a> {
    pattern: Option<&'a [u8]>,
    pub(super) count: usize,
    type_name: Option<&'a [u8]>,
}

impl<'a> ScanOptions<'a> {
    pub(super) fn parse(words: &[&'a [u8]], scanned: Scanned) -> Result<Self, ErrorReply> {
        let mut options = Self { pattern: None, count: DEFAULT_COUNT, type_name: None };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let argument = words.next().copied().ok_or(ErrorReply::SYNTAX)?;
            if is_word(word, "COUNT") {
                let count = integer(argument)?;
                options.count = usize::try_from(count).ok().filter(|count| *count > 0).ok_or(ErrorReply::SYNTAX)?;
            } else if is_word(word, "MATCH") {
                options.pattern = Some(argument);
            } else if is_word(word, "TYPE") && scanned == Scanned::Keys {
                options.type_name = Some(argument);
            } else {
                return Err(ErrorReply::SYNTAX);
            }
        }
        Ok(options)
    }

    /// Whether an element's name matches the pattern, if there is one.
    pub(super) fn wants(&self, name: &[u8]) -> bool {
        self.pattern.is_none_or(|pattern| glob::matches(pattern, name))
    }

    fn wants_type(&self, name: &str) -> bool {
        self.type_name.is_none_or(|wanted| is_word(wanted, name))
    }
}

/// Cursors are read by C's `strtoul`, unlike other integers: unsigned, a minus wraps around, and nothing is zero.
pub(super) fn parse_cursor(argument: &[u8]) -> Result<u64, ErrorReply> {
    let text = std::str::from_utf8(c_string(argument)).map_err(|_| ErrorReply::INVALID_CURSOR)?;
    let (sign, digits) = text.split_at(usize::from(text.starts_with(['-', '+'])));
    if text.is_empty() {
        return Ok(0);
    }
    if digits.starts_with('+') {
        return Err(ErrorReply::INVALID_CURSOR);
    }
    let number: u64 = digits.parse().map_err(|_| ErrorReply::INVALID_CURSOR)?;
    Ok(if sign == "-" { number.wrapping_neg() } else { number })
}

/// The reply of every scan: the next cursor as text, and this page.
pub(super) fn page_reply(page: &Page, elements: Reply) -> Reply {
    Reply::Array(vec![Reply::bulk(page.cursor.to_string()), elements])
}

/// The reply of a scan of something that does not exist.
pub(super) fn empty_page() -> Reply {
    Reply::Array(vec![Reply::bulk("0"), Reply::Array(Vec::new())])
}
