//! Lists that a client can wait for: BLPOP and its family.

use super::{
    Args, Command, Context, Flags, Outcome,
    arguments::timeout,
    list::{end, move_element, pop_first_list, pop_from},
    multi_pop::MultiPop,
    spec::KeyPositions,
};
use crate::{
    clock::Millis,
    data::{End, List},
    protocol::Reply,
};

const BLOCKING: Flags = Flags::WRITE.and(Flags::NO_SCRIPT).and(Flags::BLOCKING);
const MOVING: Flags = BLOCKING.and(Flags::DENY_OOM);
const MULTI_POP: Flags = Flags::WRITE.and(Flags::BLOCKING);

pub(super) const COMMANDS: &[Command] = &[
    Command::new("blpop", -3, BLOCKING, KeyPositions::ALL_BUT_LAST, |ctx, args| pop(ctx, args, End::Left)),
    Command::new("brpop", -3, BLOCKING, KeyPositions::ALL_BUT_LAST, |ctx, args| pop(ctx, args, End::Right)),
    Command::new("blmove", 6, MOVING, KeyPositions::TWO, blmove),
    Command::new("brpoplpush", 4, MOVING, KeyPositions::TWO, brpoplpush),
    Command::new("blmpop", -5, MULTI_POP, KeyPositions::NONE.counted_at(2), blmpop),
];

/// `BLPOP key [key ...] timeout`: from the first list that is not empty, its name and the element.
fn pop(ctx: &mut Context<'_>, args: Args<'_>, end: End) -> Outcome {
    let keys = &args[1..args.len() - 1];
    let deadline = timeout(ctx, args[args.len() - 1])?;
    for key in ctx.candidates::<List>(keys)? {
        if let Some(item) = pop_from(ctx, key, end, 1)?.pop() {
            return Ok(Reply::Array(vec![Reply::bulk(key), Reply::Bulk(item)]));
        }
    }
    ctx.wait_for(args, keys, deadline, Reply::NilArray)
}

/// `BLMOVE source destination LEFT | RIGHT LEFT | RIGHT timeout`
fn blmove(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let (from, to) = (end(args[3])?, end(args[4])?);
    let deadline = timeout(ctx, args[5])?;
    move_or_wait(ctx, args, from, to, deadline)
}

/// `BRPOPLPUSH source destination timeout`
fn brpoplpush(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let deadline = timeout(ctx, args[3])?;
    move_or_wait(ctx, args, End::Right, End::Left, deadline)
}

fn move_or_wait(ctx: &mut Context<'_>, args: Args<'_>, from: End, to: End, deadline: Option<Millis>) -> Outcome {
    let source = &args[1..2];
    for key in ctx.candidates::<List>(source)? {
        if let Some(item) = move_element(ctx, key, args[2], from, to)? {
            return Ok(Reply::Bulk(item));
        }
    }
    ctx.wait_for(args, source, deadline, Reply::Nil)
}

/// `BLMPOP timeout numkeys key [key ...] LEFT | RIGHT [COUNT count]`
fn blmpop(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let deadline = timeout(ctx, args[1])?;
    let request = MultiPop::parse(&args[2..], end)?;
    let candidates = ctx.candidates::<List>(request.keys)?;
    match pop_first_list(ctx, &MultiPop { keys: &candidates, ..request })? {
        Some(reply) => Ok(reply),
        None => ctx.wait_for(args, request.keys, deadline, Reply::NilArray),
    }
}
