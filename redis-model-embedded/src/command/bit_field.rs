//! Integers of any width among the bits of strings: BITFIELD.

use super::{
    Args, Command, Context, Flags, Outcome, arguments::integer, bits::bit_offset, is_word, spec::KeyPositions,
};
use crate::{
    data::{BitField, Overflow, bits},
    number::parse_integer,
    protocol::{ErrorReply, Reply, c_string},
};

pub(super) const COMMANDS: &[Command] = &[
    Command::new("bitfield", -2, Flags::WRITE.and(Flags::DENY_OOM), KeyPositions::ONE, bitfield),
    Command::new("bitfield_ro", -2, Flags::READONLY.and(Flags::FAST), KeyPositions::ONE, bitfield_ro),
];

/// One step of BITFIELD.
struct Step {
    field: BitField,
    offset: usize,
    action: Action,
}

enum Action {
    Get,
    Set(i64, Overflow),
    Increment(i64, Overflow),
}

/// `BITFIELD key [GET type offset | [OVERFLOW WRAP | SAT | FAIL] <SET | INCRBY> type offset value] ...`
fn bitfield(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let steps = parse(&args[2..])?;
    match last_written_bit(&steps) {
        Some(last_bit) => write(ctx, args[1], &steps, last_bit),
        None => read(ctx, args[1], &steps),
    }
}

fn bitfield_ro(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let steps = parse(&args[2..])?;
    if last_written_bit(&steps).is_some() {
        return Err(ErrorReply::fixed("ERR BITFIELD_RO only supports the GET subcommand"));
    }
    read(ctx, args[1], &steps)
}

fn read(ctx: &mut Context<'_>, key: &[u8], steps: &[Step]) -> Outcome {
    let text = ctx.keys().find::<Vec<u8>>(key)?.map_or(&[][..], Vec::as_slice);
    Ok(Reply::Array(steps.iter().map(|step| Reply::Int(step.field.read(text, step.offset))).collect()))
}

fn write(ctx: &mut Context<'_>, key: &[u8], steps: &[Step], last_bit: usize) -> Outcome {
    let keys = ctx.keys();
    let text = keys.find_or_create::<Vec<u8>>(key)?;
    let has_grown = bits::grow(text, last_bit);
    let mut is_changed = false;
    let mut replies = Vec::with_capacity(steps.len());
    for Step { field, offset, action } in steps {
        let old = field.read(text, *offset);
        let (new, shows_new) = match *action {
            Action::Get => {
                replies.push(Reply::Int(old));
                continue;
            }
            Action::Set(number, overflow) => (field.sum(number, 0, overflow), false),
            Action::Increment(increment, overflow) => (field.sum(old, increment, overflow), true),
        };
        let Some(new) = new else {
            replies.push(Reply::Nil);
            continue;
        };
        field.write(text, *offset, new);
        is_changed |= has_grown || new != old;
        replies.push(Reply::Int(if shows_new { new } else { old }));
    }
    if is_changed {
        keys.touch(key);
    }
    Ok(Reply::Array(replies))
}

/// The last bit that any step may write; `None` if all of them only read.
fn last_written_bit(steps: &[Step]) -> Option<usize> {
    let writes = steps.iter().filter(|step| !matches!(step.action, Action::Get));
    writes.map(|step| step.field.last_bit(step.offset)).max()
}

fn parse(words: &[&[u8]]) -> Result<Vec<Step>, ErrorReply> {
    let mut steps = Vec::new();
    let mut overflow = Overflow::Wrap;
    let mut rest = words;
    loop {
        rest = match *rest {
            [] => return Ok(steps),
            [word, field, offset, ref rest @ ..] if is_word(word, "GET") => {
                steps.push(step(field, offset, || Ok(Action::Get))?);
                rest
            }
            [word, field, offset, number, ref rest @ ..] if is_word(word, "SET") => {
                steps.push(step(field, offset, || Ok(Action::Set(integer(number)?, overflow)))?);
                rest
            }
            [word, field, offset, number, ref rest @ ..] if is_word(word, "INCRBY") => {
                steps.push(step(field, offset, || Ok(Action::Increment(integer(number)?, overflow)))?);
                rest
            }
            [word, rule, ref rest @ ..] if is_word(word, "OVERFLOW") => {
                overflow = overflow_rule(rule)?;
                rest
            }
            _ => return Err(ErrorReply::SYNTAX),
        };
    }
}

fn step(field: &[u8], offset: &[u8], action: impl FnOnce() -> Result<Action, ErrorReply>) -> Result<Step, ErrorReply> {
    let field = field_type(field)?;
    let offset = bit_offset(offset, Some(field.width()))?;
    Ok(Step { field, offset, action: action()? })
}

/// `i` or `u`, and the number of bits.
fn field_type(word: &[u8]) -> Result<BitField, ErrorReply> {
    let field = match c_string(word) {
        [b'i', width @ ..] => parse_integer(width).and_then(|width| BitField::new(true, width)),
        [b'u', width @ ..] => parse_integer(width).and_then(|width| BitField::new(false, width)),
        _ => None,
    };
    field.ok_or(ErrorReply::fixed(
        "ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.",
    ))
}

fn overflow_rule(word: &[u8]) -> Result<Overflow, ErrorReply> {
    const WORDS: [(&str, Overflow); 3] =
        [("WRAP", Overflow::Wrap), ("SAT", Overflow::Saturate), ("FAIL", Overflow::Fail)];
    let known = WORDS.into_iter().find(|(name, _)| is_word(word, name));
    known.map(|(_, rule)| rule).ok_or(ErrorReply::fixed("ERR Invalid OVERFLOW type specified"))
}
