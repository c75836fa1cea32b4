//! Single bits of strings: SETBIT, GETBIT, BITCOUNT, BITPOS.

use super::{
    Args, Command, Context, Flags, Outcome,
    arguments::{from_start, integer},
    is_word,
    spec::KeyPositions,
    text::MAX_LENGTH,
};
use crate::{
    data::bits,
    number::parse_integer,
    protocol::{ErrorReply, Reply},
};

const READ: Flags = Flags::READONLY;

pub(super) const COMMANDS: &[Command] = &[
    Command::new("setbit", 4, Flags::WRITE.and(Flags::DENY_OOM), KeyPositions::ONE, setbit),
    Command::new("getbit", 3, READ.and(Flags::FAST), KeyPositions::ONE, getbit),
    Command::new("bitcount", -2, READ, KeyPositions::ONE, bitcount),
    Command::new("bitpos", -3, READ, KeyPositions::ONE, bitpos),
];

/// A place counted in bits, or after a `#` in fields of `width` bits; it must lie in the largest string there may be.
pub(super) fn bit_offset(argument: &[u8], width: Option<u32>) -> Result<usize, ErrorReply> {
    const INVALID: ErrorReply = ErrorReply::fixed("ERR bit offset is not an integer or out of range");
    let (digits, unit) = match (argument, width) {
        ([b'#', digits @ ..], Some(width)) => (digits, width),
        _ => (argument, 1),
    };
    let offset = parse_integer(digits).ok_or(INVALID)?.wrapping_mul(i64::from(unit));
    usize::try_from(offset).ok().filter(|offset| offset / 8 < MAX_LENGTH).ok_or(INVALID)
}

fn setbit(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let offset = bit_offset(args[2], None)?;
    let bit = match args[3] {
        b"0" => false,
        b"1" => true,
        _ => return Err(ErrorReply::fixed("ERR bit is not an integer or out of range")),
    };
    let text = ctx.keys().find_or_create::<Vec<u8>>(args[1])?;
    let has_grown = bits::grow(text, offset);
    let old = bits::replace(text, offset, bit);
    if has_grown || old != bit {
        ctx.keys().touch(args[1]);
    }
    Ok(Reply::flag(old))
}

/// Bits beyond the end of the string are clear.
fn getbit(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let offset = bit_offset(args[2], None)?;
    let text = ctx.keys().find::<Vec<u8>>(args[1])?;
    Ok(Reply::flag(text.is_some_and(|text| bits::get(text, offset))))
}

/// `BITCOUNT key [start end [BYTE | BIT]]`
fn bitcount(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let Some(text) = ctx.keys().find::<Vec<u8>>(args[1])? else { return Ok(Reply::Int(0)) };
    let span = match args[2..] {
        [] => Span::new(0, -1, text.len(), Unit::Byte),
        [start, end, ref unit @ ..] if unit.len() <= 1 => {
            let (start, end) = (integer(start)?, integer(end)?);
            if start < 0 && end < 0 && start > end {
                return Ok(Reply::Int(0));
            }
            Span::new(start, end, text.len(), Unit::parse(unit.first())?)
        }
        _ => return Err(ErrorReply::SYNTAX),
    };
    Ok(Reply::count(span.map_or(0, |span| bits::count(text, span.first, span.last))))
}

/// `BITPOS key bit [start [end [BYTE | BIT]]]`. Unless an end is given, clear bits follow the string.
fn bitpos(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    const ABSENT: Reply = Reply::Int(-1);
    let bit = match integer(args[2])? {
        0 => false,
        1 => true,
        _ => return Err(ErrorReply::fixed("ERR The bit argument must be 1 or 0.")),
    };
    let Some(text) = ctx.keys().find::<Vec<u8>>(args[1])? else { return Ok(if bit { ABSENT } else { Reply::Int(0) }) };
    if args.len() > 6 {
        return Err(ErrorReply::SYNTAX);
    }
    let start = args.get(3).map_or(Ok(0), |start| integer(start))?;
    let unit = Unit::parse(args.get(5))?;
    let end = args.get(4).map_or(Ok(-1), |end| integer(end))?;
    let Some(span) = Span::new(start, end, text.len(), unit) else { return Ok(ABSENT) };
    let found = bits::find(text, bit, span.first, span.last);
    let has_end = args.len() > 4;
    let after = (!bit && !has_end).then_some(text.len() * 8);
    Ok(found.or(after).map_or(ABSENT, Reply::count))
}

/// What the ends of a range count.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Byte,
    Bit,
}

impl Unit {
    fn parse(word: Option<&&[u8]>) -> Result<Self, ErrorReply> {
        match word {
            None => Ok(Self::Byte),
            Some(word) if is_word(word, "BYTE") => Ok(Self::Byte),
            Some(word) if is_word(word, "BIT") => Ok(Self::Bit),
            Some(_) => Err(ErrorReply::SYNTAX),
        }
    }
}

/// The first and last bit of a range that is not empty.
struct Span {
    first: usize,
    last: usize,
}

impl Span {
    /// Negative ends count from the end of the string; what lies outside of it is cut off.
    fn new(start: i64, end: i64, bytes: usize, unit: Unit) -> Option<Self> {
        let length = if unit == Unit::Bit { bytes * 8 } else { bytes };
        let clamp = |index| usize::try_from(from_start(index, length).max(0)).unwrap_or(usize::MAX);
        let (first, last) = (clamp(start), clamp(end).min(length.checked_sub(1)?));
        if first > last {
            return None;
        }
        Some(match unit {
            Unit::Bit => Self { first, last },
            Unit::Byte => Self { first: first * 8, last: last * 8 + 7 },
        })
    }
}
