//! Several sets at once: intersections, unions and differences.

use std::cmp::Reverse;

use super::{
    Args, Command, Context, Flags, Outcome, arguments::integer_from, is_word, set::members_reply, spec::KeyPositions,
};
use crate::{
    data::{Member, Set, Value},
    protocol::{ErrorReply, Reply},
};

const READ: Flags = Flags::READONLY;
const WRITE: Flags = Flags::WRITE.and(Flags::DENY_OOM);

pub(super) const COMMANDS: &[Command] = &[
    Command::new("sinter", -2, READ, KeyPositions::ALL, sinter),
    Command::new("sunion", -2, READ, KeyPositions::ALL, sunion),
    Command::new("sdiff", -2, READ, KeyPositions::ALL, sdiff),
    Command::new("sinterstore", -3, WRITE, KeyPositions::ALL, sinterstore),
    Command::new("sunionstore", -3, WRITE, KeyPositions::ALL, sunionstore),
    Command::new("sdiffstore", -3, WRITE, KeyPositions::ALL, sdiffstore),
    Command::new("sintercard", -3, READ, KeyPositions::NONE.counted_at(1), sintercard),
];

/// The sets of some keys; `None` for an absent one.
type Sets<'a> = Vec<Option<&'a Set>>;

fn sinter(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    Ok(members_reply(intersection(ctx.keys().find_all(&args[1..])?)))
}

fn sunion(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    Ok(members_reply(union(ctx.keys().find_all(&args[1..])?).iter()))
}

fn sdiff(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    Ok(members_reply(difference(&ctx.keys().find_all(&args[1..])?).iter()))
}

fn sinterstore(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let result = intersection(ctx.keys().find_all(&args[2..])?).collect();
    Ok(store(ctx, args[1], result))
}

fn sunionstore(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let result = union(ctx.keys().find_all(&args[2..])?);
    Ok(store(ctx, args[1], result))
}

fn sdiffstore(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let result = difference(&ctx.keys().find_all(&args[2..])?);
    Ok(store(ctx, args[1], result))
}

/// Makes `result` the whole of `key`, or deletes the key if there is none.
fn store(ctx: &mut Context<'_>, key: &[u8], result: Set) -> Reply {
    let count = result.len();
    if count == 0 {
        ctx.keys().remove(key);
    } else {
        ctx.keys().set(key, Value::Set(Box::new(result)));
    }
    Reply::count(count)
}

/// `SINTERCARD numkeys key [key ...] [LIMIT limit]`
fn sintercard(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let count = integer_from(1, args[1], "ERR numkeys should be greater than 0")?;
    let Some((keys, words)) = args[2..].split_at_checked(count) else {
        return Err(ErrorReply::fixed("ERR Number of keys can't be greater than number of args"));
    };
    let limit = limit(words)?;
    let common = intersection(ctx.keys().find_all(keys)?);
    Ok(Reply::count(common.take(limit).count()))
}

/// Zero is no limit, and the last limit counts.
fn limit(words: &[&[u8]]) -> Result<usize, ErrorReply> {
    let mut limit = 0;
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let (true, Some(number)) = (is_word(word, "LIMIT"), words.next()) else { return Err(ErrorReply::SYNTAX) };
        limit = integer_from(0, number, "ERR LIMIT can't be negative")?;
    }
    Ok(if limit == 0 { usize::MAX } else { limit })
}

/// Walks the smallest set only, and asks the others for each of its members, the smaller ones first.
fn intersection(sets: Sets<'_>) -> impl Iterator<Item = Member<'_>> {
    // One absent set leaves nothing.
    let mut sets: Vec<&Set> = sets.into_iter().collect::<Option<_>>().unwrap_or_default();
    sets.sort_by_key(|set| set.len());
    let smallest = sets.first().copied();
    let is_common = move |member: &Member<'_>| sets.iter().skip(1).all(|set| set.contains(member));
    smallest.into_iter().flat_map(Set::iter).filter(is_common)
}

fn union(sets: Sets<'_>) -> Set {
    sets.into_iter().flatten().flat_map(Set::iter).collect()
}

/// The members of the first set that no other one has, by the cheaper of Redis' two ways: to ask all other sets for
/// each member of the first, or to take all members of the other sets out of a copy of the first.
fn difference(sets: &[Option<&Set>]) -> Set {
    let Some((Some(first), others)) = sets.split_first() else { return Set::default() };
    let mut others: Vec<&Set> = others.iter().copied().flatten().collect();
    // The cost of asking is halved, as on the server: it often ends early, and needs no copy.
    let asking = first.len() * (others.len() + 1) / 2;
    let removing = first.len() + others.iter().map(|set| set.len()).sum::<usize>();
    if asking <= removing {
        // A member is most likely to be found in the largest set.
        others.sort_by_key(|set| Reverse(set.len()));
        return first.iter().filter(|member| !others.iter().any(|set| set.contains(member))).collect();
    }
    let mut rest: Set = first.iter().collect();
    for member in others.into_iter().flat_map(Set::iter) {
        if rest.is_empty() {
            break;
        }
        rest.remove(&member);
    }
    rest
}
