//! Members of a set that the server chooses: SPOP and SRANDMEMBER.

use super::{
    Args, Command, Context, Flags, Outcome, arguments::unsigned, sample, set::members_reply, spec::KeyPositions,
};
use crate::{
    data::Set,
    protocol::{ErrorReply, Reply},
};

pub(super) const COMMANDS: &[Command] = &[
    Command::new("spop", -2, Flags::WRITE.and(Flags::FAST), KeyPositions::ONE, spop),
    Command::new("srandmember", -2, Flags::READONLY, KeyPositions::ONE, srandmember),
];

/// `SPOP key [count]`
fn spop(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    match args[2..] {
        [] => pop_one(ctx, args[1]),
        [count] => pop_many(ctx, args[1], count),
        _ => Err(ErrorReply::SYNTAX),
    }
}

fn pop_one(ctx: &mut Context<'_>, key: &[u8]) -> Outcome {
    let popped = one_random_member(ctx, key)?;
    if let Reply::Bulk(member) = &popped {
        remove(ctx, key, [member.as_slice()])?;
    }
    Ok(popped)
}

fn pop_many(ctx: &mut Context<'_>, key: &[u8], count: &[u8]) -> Outcome {
    let count = unsigned(count)?;
    let Some(length) = ctx.keys().find::<Set>(key)?.map(Set::len) else { return Ok(Reply::Set(Vec::new())) };
    if count < length {
        let places = ctx.server.random.distinct_below(length, count);
        let members = members_at(ctx, key, places)?;
        remove(ctx, key, members.iter().map(Vec::as_slice))?;
        return Ok(Reply::Set(members.into_iter().map(Reply::Bulk).collect()));
    }
    let members = members_reply(ctx.keys().find::<Set>(key)?.into_iter().flat_map(Set::iter));
    ctx.keys().remove(key);
    Ok(members)
}

fn remove<'a>(
    ctx: &mut Context<'_>,
    key: &[u8],
    members: impl IntoIterator<Item = &'a [u8]>,
) -> Result<(), ErrorReply> {
    let keys = ctx.keys();
    let Some(set) = keys.find_mut::<Set>(key)? else { return Ok(()) };
    if members.into_iter().filter(|member| set.remove(member)).count() > 0 {
        keys.touch(key);
        keys.remove_if_empty(key);
    }
    Ok(())
}

/// `SRANDMEMBER key [count]`: a negative count may repeat members.
fn srandmember(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let count = match args[2..] {
        [] => return one_random_member(ctx, args[1]),
        [count] => sample::count(count)?,
        _ => return Err(ErrorReply::SYNTAX),
    };
    let Some(length) = ctx.keys().find::<Set>(args[1])?.map(Set::len) else { return Ok(Reply::Array(Vec::new())) };
    let places = sample::places(ctx, length, count)?;
    Ok(Reply::bulks(members_at(ctx, args[1], places)?))
}

fn one_random_member(ctx: &mut Context<'_>, key: &[u8]) -> Outcome {
    let Some(length) = ctx.keys().find::<Set>(key)?.map(Set::len) else { return Ok(Reply::Nil) };
    let place = ctx.server.random.below(length);
    let set = ctx.keys().find::<Set>(key)?;
    Ok(Reply::bulk_or_nil(set.and_then(|set| set.at(place)).as_deref()))
}

fn members_at(ctx: &mut Context<'_>, key: &[u8], places: Vec<usize>) -> Result<Vec<Vec<u8>>, ErrorReply> {
    let set = ctx.keys().find::<Set>(key)?;
    Ok(places.into_iter().filter_map(|place| set.and_then(|set| set.at(place))).map(Vec::from).collect())
}
