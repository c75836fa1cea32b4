//! Sets, one at a time.

use super::{
    Args, Command, Context, Flags, Outcome,
    scan::{ScanOptions, Scanned, empty_page, page_reply, parse_cursor},
    spec::KeyPositions,
};
use crate::{
    data::{Member, Set},
    protocol::Reply,
};

const READ: Flags = Flags::READONLY;
const FAST_READ: Flags = READ.and(Flags::FAST);
const FAST_WRITE: Flags = Flags::WRITE.and(Flags::FAST);

pub(super) const COMMANDS: &[Command] = &[
    Command::new("sadd", -3, FAST_WRITE.and(Flags::DENY_OOM), KeyPositions::ONE, sadd),
    Command::new("srem", -3, FAST_WRITE, KeyPositions::ONE, srem),
    Command::new("sismember", 3, FAST_READ, KeyPositions::ONE, sismember),
    Command::new("smismember", -3, FAST_READ, KeyPositions::ONE, smismember),
    Command::new("scard", 2, FAST_READ, KeyPositions::ONE, scard),
    Command::new("smembers", 2, READ, KeyPositions::ONE, smembers),
    Command::new("smove", 4, FAST_WRITE, KeyPositions::TWO, smove),
    Command::new("sscan", -3, READ, KeyPositions::ONE, sscan),
];

/// The reply of commands that answer with distinct members.
pub(super) fn members_reply<'a>(members: impl IntoIterator<Item = Member<'a>>) -> Reply {
    Reply::Set(members.into_iter().map(Reply::bulk).collect())
}

fn sadd(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let keys = ctx.keys();
    let set = keys.find_or_create::<Set>(args[1])?;
    let added = args[2..].iter().filter(|member| set.insert(member)).count();
    if added > 0 {
        keys.touch(args[1]);
    }
    Ok(Reply::count(added))
}

fn srem(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let keys = ctx.keys();
    let Some(set) = keys.find_mut::<Set>(args[1])? else { return Ok(Reply::Int(0)) };
    let removed = args[2..].iter().filter(|member| set.remove(member)).count();
    if removed > 0 {
        keys.touch(args[1]);
        keys.remove_if_empty(args[1]);
    }
    Ok(Reply::count(removed))
}

fn sismember(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let set = ctx.keys().find::<Set>(args[1])?;
    Ok(Reply::flag(set.is_some_and(|set| set.contains(args[2]))))
}

fn smismember(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let set = ctx.keys().find::<Set>(args[1])?;
    let is_member = |member: &&[u8]| Reply::flag(set.is_some_and(|set| set.contains(member)));
    Ok(Reply::Array(args[2..].iter().map(is_member).collect()))
}

fn scard(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    Ok(Reply::count(ctx.keys().find::<Set>(args[1])?.map_or(0, Set::len)))
}

fn smembers(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let set = ctx.keys().find::<Set>(args[1])?;
    Ok(members_reply(set.into_iter().flat_map(Set::iter)))
}

/// `SMOVE source destination member`. The type of the destination does not matter if there is no source.
fn smove(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let (from, to, member) = (args[1], args[2], args[3]);
    let keys = ctx.keys();
    let Some(source) = keys.find::<Set>(from)? else { return Ok(Reply::Int(0)) };
    let is_member = source.contains(member);
    keys.find::<Set>(to)?;
    if from == to || !is_member {
        return Ok(Reply::flag(is_member));
    }
    if let Some(source) = keys.find_mut::<Set>(from)? {
        source.remove(member);
    }
    keys.touch(from);
    keys.remove_if_empty(from);
    if keys.find_or_create::<Set>(to)?.insert(member) {
        keys.touch(to);
    }
    Ok(Reply::Int(1))
}

/// `SSCAN key cursor [MATCH pattern] [COUNT count]`
fn sscan(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let cursor = parse_cursor(args[2])?;
    let Some(set) = ctx.keys().find::<Set>(args[1])? else { return Ok(empty_page()) };
    let options = ScanOptions::parse(&args[3..], Scanned::Elements)?;
    let page = set.page(cursor, options.count);
    let members = Reply::bulks(set.slice(page.places.clone()).filter(|member| options.wants(member)));
    Ok(page_reply(&page, members))
}
