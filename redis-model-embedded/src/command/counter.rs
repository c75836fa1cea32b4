//! Strings that hold numbers: INCR and its family.

use super::{Args, Command, Context, Flags, Outcome, arguments::integer, spec::KeyPositions};
use crate::{
    data::Value,
    number::{LongDouble, ParsedFloat, format_integer},
    protocol::{ErrorReply, Reply},
};

const WRITE: Flags = Flags::WRITE.and(Flags::DENY_OOM).and(Flags::FAST);

pub(super) const COMMANDS: &[Command] = &[
    Command::new("incr", 2, WRITE, KeyPositions::ONE, |ctx, args| add(ctx, args[1], 1)),
    Command::new("decr", 2, WRITE, KeyPositions::ONE, |ctx, args| add(ctx, args[1], -1)),
    Command::new("incrby", 3, WRITE, KeyPositions::ONE, incrby),
    Command::new("decrby", 3, WRITE, KeyPositions::ONE, decrby),
    Command::new("incrbyfloat", 3, WRITE, KeyPositions::ONE, incrbyfloat),
];

fn incrby(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let increment = integer(args[2])?;
    add(ctx, args[1], increment)
}

fn decrby(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let decrement = integer(args[2])?;
    let increment = decrement.checked_neg().ok_or(ErrorReply::fixed("ERR decrement would overflow"))?;
    add(ctx, args[1], increment)
}

fn add(ctx: &mut Context<'_>, key: &[u8], increment: i64) -> Outcome {
    let keys = ctx.keys();
    let Some(text) = keys.find_mut::<Vec<u8>>(key)? else {
        keys.put(key, Value::String(format_integer(increment)));
        return Ok(Reply::Int(increment));
    };
    let sum = integer(text)?.checked_add(increment).ok_or(ErrorReply::OVERFLOW)?;
    text.clear();
    text.extend_from_slice(itoa::Buffer::new().format(sum).as_bytes());
    keys.touch(key);
    Ok(Reply::Int(sum))
}

/// Replies with the sum as text, which is also what is stored.
fn incrbyfloat(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let old = ctx.keys().find::<Vec<u8>>(args[1])?;
    let old = LongDouble::parse(old.map_or(b"0", Vec::as_slice)).ok_or(ErrorReply::NOT_A_FLOAT)?;
    let increment = LongDouble::parse(args[2]).ok_or(ErrorReply::NOT_A_FLOAT)?;
    let sum = sum(&old, &increment)?;
    ctx.keys().put(args[1], Value::String(sum.clone()));
    Ok(Reply::Bulk(sum))
}

/// The text of the sum of two numbers, for INCRBYFLOAT and HINCRBYFLOAT.
pub(super) fn sum(left: &ParsedFloat, right: &ParsedFloat) -> Result<Vec<u8>, ErrorReply> {
    let (ParsedFloat::Finite(left), ParsedFloat::Finite(right)) = (left, right) else {
        return Err(ErrorReply::NAN_OR_INFINITY);
    };
    let sum: LongDouble = left.checked_add(right).ok_or(ErrorReply::NAN_OR_INFINITY)?;
    Ok(sum.format().into_bytes())
}
