//! Parts of strings: APPEND, STRLEN, GETRANGE, SETRANGE.

use super::{
    Args, Command, Context, Flags, Outcome,
    arguments::{from_start, integer},
    spec::KeyPositions,
};
use crate::protocol::{ErrorReply, Reply};

/// `proto-max-bulk-len`
pub(super) const MAX_LENGTH: usize = 512 * 1024 * 1024;

const WRITE: Flags = Flags::WRITE.and(Flags::DENY_OOM);

pub(super) const COMMANDS: &[Command] = &[
    Command::new("append", 3, WRITE.and(Flags::FAST), KeyPositions::ONE, append),
    Command::new("strlen", 2, Flags::READONLY.and(Flags::FAST), KeyPositions::ONE, strlen),
    Command::new("getrange", 4, Flags::READONLY, KeyPositions::ONE, getrange),
    Command::new("substr", 4, Flags::READONLY, KeyPositions::ONE, getrange),
    Command::new("setrange", 4, WRITE, KeyPositions::ONE, setrange),
];

fn append(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let length = ctx.keys().find::<Vec<u8>>(args[1])?.map_or(0, Vec::len);
    if length + args[2].len() > MAX_LENGTH {
        return Err(ErrorReply::STRING_TOO_LONG);
    }
    let text = ctx.keys().find_or_create::<Vec<u8>>(args[1])?;
    text.extend_from_slice(args[2]);
    let length = text.len();
    ctx.keys().touch(args[1]);
    Ok(Reply::count(length))
}

fn strlen(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    Ok(Reply::count(ctx.keys().find::<Vec<u8>>(args[1])?.map_or(0, Vec::len)))
}

/// Both ends are inclusive, and count from the end when negative.
fn getrange(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let (first, last) = (integer(args[2])?, integer(args[3])?);
    let Some(text) = ctx.keys().find::<Vec<u8>>(args[1])? else { return Ok(Reply::bulk("")) };
    if first < 0 && last < 0 && first > last {
        return Ok(Reply::bulk(""));
    }
    let clamp = |index| usize::try_from(from_start(index, text.len()).max(0)).unwrap_or(usize::MAX);
    let (first, end) = (clamp(first), clamp(last).saturating_add(1).min(text.len()));
    Ok(Reply::bulk(text.get(first..end).unwrap_or_default()))
}

/// Writes over the text from an offset on; what lies between its end and the offset becomes zero bytes.
fn setrange(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let Ok(offset) = usize::try_from(integer(args[2])?) else {
        return Err(ErrorReply::fixed("ERR offset is out of range"));
    };
    let patch = args[3];
    let length = ctx.keys().find::<Vec<u8>>(args[1])?.map_or(0, Vec::len);
    if patch.is_empty() {
        return Ok(Reply::count(length));
    }
    let end = offset.saturating_add(patch.len());
    if end > MAX_LENGTH {
        return Err(ErrorReply::STRING_TOO_LONG);
    }
    let text = ctx.keys().find_or_create::<Vec<u8>>(args[1])?;
    if text.len() < end {
        text.resize(end, 0);
    }
    text[offset..end].copy_from_slice(patch);
    let length = text.len();
    ctx.keys().touch(args[1]);
    Ok(Reply::count(length))
}
