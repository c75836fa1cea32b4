//! Lists.

use super::{
    Args, Command, Context, Flags, Outcome,
    arguments::{between, from_start, integer, unsigned},
    is_word,
    multi_pop::MultiPop,
    spec::KeyPositions,
};
use crate::{
    data::{End, List},
    protocol::{ErrorReply, Reply},
};

const READ: Flags = Flags::READONLY;
const WRITE: Flags = Flags::WRITE;
const GROW: Flags = Flags::WRITE.and(Flags::DENY_OOM);
const FAST_GROW: Flags = GROW.and(Flags::FAST);

pub(super) const COMMANDS: &[Command] = &[
    Command::new("lpush", -3, FAST_GROW, KeyPositions::ONE, |ctx, args| push(ctx, args, End::Left)),
    Command::new("rpush", -3, FAST_GROW, KeyPositions::ONE, |ctx, args| push(ctx, args, End::Right)),
    Command::new("lpushx", -3, FAST_GROW, KeyPositions::ONE, |ctx, args| push_to_existing(ctx, args, End::Left)),
    Command::new("rpushx", -3, FAST_GROW, KeyPositions::ONE, |ctx, args| push_to_existing(ctx, args, End::Right)),
    Command::new("lpop", -2, WRITE.and(Flags::FAST), KeyPositions::ONE, |ctx, args| pop(ctx, args, End::Left)),
    Command::new("rpop", -2, WRITE.and(Flags::FAST), KeyPositions::ONE, |ctx, args| pop(ctx, args, End::Right)),
    Command::new("llen", 2, READ.and(Flags::FAST), KeyPositions::ONE, llen),
    Command::new("lindex", 3, READ, KeyPositions::ONE, lindex),
    Command::new("lset", 4, GROW, KeyPositions::ONE, lset),
    Command::new("linsert", 5, GROW, KeyPositions::ONE, linsert),
    Command::new("lrange", 4, READ, KeyPositions::ONE, lrange),
    Command::new("ltrim", 4, WRITE, KeyPositions::ONE, ltrim),
    Command::new("lrem", 4, WRITE, KeyPositions::ONE, lrem),
    Command::new("lmove", 5, GROW, KeyPositions::TWO, lmove),
    Command::new("rpoplpush", 3, GROW, KeyPositions::TWO, rpoplpush),
    Command::new("lmpop", -4, WRITE, KeyPositions::NONE.counted_at(1), lmpop),
];

/// Each element in turn, so that LPUSH leaves the last one first.
fn push(ctx: &mut Context<'_>, args: Args<'_>, end: End) -> Outcome {
    let keys = ctx.keys();
    let list = keys.find_or_create::<List>(args[1])?;
    args[2..].iter().for_each(|item| list.push(end, item));
    let length = list.len();
    keys.touch(args[1]);
    Ok(Reply::count(length))
}

fn push_to_existing(ctx: &mut Context<'_>, args: Args<'_>, end: End) -> Outcome {
    match ctx.keys().find::<List>(args[1])? {
        None => Ok(Reply::Int(0)),
        Some(_) => push(ctx, args, end),
    }
}

/// `LPOP key [count]`
fn pop(ctx: &mut Context<'_>, args: Args<'_>, end: End) -> Outcome {
    if args.len() > 3 {
        return Err(ErrorReply::wrong_arity(ctx.command.name));
    }
    let count = args.get(2).map(|count| unsigned(count)).transpose()?;
    let is_missing = ctx.keys().find::<List>(args[1])?.is_none();
    match count {
        Some(_) if is_missing => Ok(Reply::NilArray),
        Some(count) => Ok(Reply::bulks(pop_from(ctx, args[1], end, count)?)),
        None => Ok(pop_from(ctx, args[1], end, 1)?.pop().map_or(Reply::Nil, Reply::Bulk)),
    }
}

/// Takes up to `count` elements from one end.
pub(super) fn pop_from(ctx: &mut Context<'_>, key: &[u8], end: End, count: usize) -> Result<Vec<Vec<u8>>, ErrorReply> {
    let keys = ctx.keys();
    let Some(list) = keys.find_mut::<List>(key)? else { return Ok(Vec::new()) };
    let popped: Vec<Vec<u8>> = std::iter::from_fn(|| list.pop(end)).take(count).collect();
    if !popped.is_empty() {
        keys.touch(key);
        keys.remove_if_empty(key);
    }
    Ok(popped)
}

fn llen(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    Ok(Reply::count(ctx.keys().find::<List>(args[1])?.map_or(0, List::len)))
}

fn lindex(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let Some(list) = ctx.keys().find::<List>(args[1])? else { return Ok(Reply::Nil) };
    let index = usize::try_from(from_start(integer(args[2])?, list.len())).ok();
    Ok(Reply::bulk_or_nil(index.and_then(|index| list.get(index))))
}

fn lset(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let keys = ctx.keys();
    let list = keys.find_mut::<List>(args[1])?.ok_or(ErrorReply::NO_SUCH_KEY)?;
    let index = usize::try_from(from_start(integer(args[2])?, list.len())).ok();
    if !index.is_some_and(|index| list.set(index, args[3])) {
        return Err(ErrorReply::fixed("ERR index out of range"));
    }
    keys.touch(args[1]);
    Ok(Reply::Ok)
}

/// `LINSERT key BEFORE | AFTER pivot element`: the new length, 0 without the key, -1 without the pivot.
fn linsert(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let offset = match args[2] {
        word if is_word(word, "BEFORE") => 0,
        word if is_word(word, "AFTER") => 1,
        _ => return Err(ErrorReply::SYNTAX),
    };
    let keys = ctx.keys();
    let Some(list) = keys.find_mut::<List>(args[1])? else { return Ok(Reply::Int(0)) };
    let Some(pivot) = list.position(args[3]) else { return Ok(Reply::Int(-1)) };
    list.insert(pivot + offset, args[4]);
    let length = list.len();
    keys.touch(args[1]);
    Ok(Reply::count(length))
}

fn lrange(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let (start, stop) = (integer(args[2])?, integer(args[3])?);
    let Some(list) = ctx.keys().find::<List>(args[1])? else { return Ok(Reply::Array(Vec::new())) };
    Ok(Reply::bulks(list.slice(between(start, stop, list.len()))))
}

fn ltrim(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let (start, stop) = (integer(args[2])?, integer(args[3])?);
    let keys = ctx.keys();
    let Some(list) = keys.find_mut::<List>(args[1])? else { return Ok(Reply::Ok) };
    list.keep(between(start, stop, list.len()));
    keys.touch(args[1]);
    keys.remove_if_empty(args[1]);
    Ok(Reply::Ok)
}

/// `LREM key count element`: from the right when the count is negative, all when it is zero.
fn lrem(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let count = integer(args[2])?;
    let end = if count < 0 { End::Right } else { End::Left };
    let limit = if count == 0 { usize::MAX } else { usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX) };
    let keys = ctx.keys();
    let Some(list) = keys.find_mut::<List>(args[1])? else { return Ok(Reply::Int(0)) };
    let removed = list.remove(args[3], limit, end);
    if removed > 0 {
        keys.touch(args[1]);
        keys.remove_if_empty(args[1]);
    }
    Ok(Reply::count(removed))
}

fn lmove(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let (from, to) = (end(args[3])?, end(args[4])?);
    Ok(move_element(ctx, args[1], args[2], from, to)?.map_or(Reply::Nil, Reply::Bulk))
}

fn rpoplpush(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    Ok(move_element(ctx, args[1], args[2], End::Right, End::Left)?.map_or(Reply::Nil, Reply::Bulk))
}

/// Moves one element from an end of `source` to an end of `target`, if there is one.
pub(super) fn move_element(
    ctx: &mut Context<'_>,
    source: &[u8],
    target: &[u8],
    from: End,
    to: End,
) -> Result<Option<Vec<u8>>, ErrorReply> {
    let keys = ctx.keys();
    if keys.find::<List>(source)?.is_none() {
        return Ok(None);
    }
    // The target's type counts before anything is taken.
    keys.find::<List>(target)?;
    let Some(item) = keys.find_mut::<List>(source)?.and_then(|list| list.pop(from)) else { return Ok(None) };
    keys.find_or_create::<List>(target)?.push(to, &item);
    keys.touch(target);
    keys.touch(source);
    keys.remove_if_empty(source);
    Ok(Some(item))
}

/// `LMPOP numkeys key [key ...] LEFT | RIGHT [COUNT count]`
fn lmpop(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let request = MultiPop::parse(&args[1..], end)?;
    Ok(pop_first_list(ctx, &request)?.unwrap_or(Reply::NilArray))
}

/// Pops from the first of the keys that is not empty: its name and the elements.
pub(super) fn pop_first_list(ctx: &mut Context<'_>, request: &MultiPop<'_, End>) -> Result<Option<Reply>, ErrorReply> {
    for key in request.keys {
        let popped = pop_from(ctx, key, request.which, request.count)?;
        if !popped.is_empty() {
            return Ok(Some(Reply::Array(vec![Reply::bulk(*key), Reply::bulks(popped)])));
        }
    }
    Ok(None)
}

/// LEFT or RIGHT.
pub(super) fn end(word: &[u8]) -> Result<End, ErrorReply> {
    match word {
        word if is_word(word, "LEFT") => Ok(End::Left),
        word if is_word(word, "RIGHT") => Ok(End::Right),
        _ => Err(ErrorReply::SYNTAX),
    }
}
