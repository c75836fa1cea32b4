//! ZPOPMIN, ZPOPMAX, ZMPOP, and their forms that wait.

use super::Direction;
use crate::{
    command::{
        Args, Command, Context, Flags, Outcome,
        arguments::{timeout, unsigned},
        is_word,
        multi_pop::MultiPop,
        spec::KeyPositions,
    },
    data::SortedSet,
    protocol::{ErrorReply, Reply},
};

const FAST: Flags = Flags::WRITE.and(Flags::FAST);
const BLOCKING: Flags = Flags::WRITE.and(Flags::NO_SCRIPT).and(Flags::BLOCKING);

pub(super) const COMMANDS: &[Command] = &[
    Command::new("zpopmin", -2, FAST, KeyPositions::ONE, zpopmin),
    Command::new("zpopmax", -2, FAST, KeyPositions::ONE, zpopmax),
    Command::new("zmpop", -4, Flags::WRITE, KeyPositions::NONE.counted_at(1), zmpop),
    Command::new("bzpopmin", -3, BLOCKING.and(Flags::FAST), KeyPositions::ALL_BUT_LAST, |ctx, args| {
        pop_or_wait(ctx, args, Direction::Ascending)
    }),
    Command::new("bzpopmax", -3, BLOCKING.and(Flags::FAST), KeyPositions::ALL_BUT_LAST, |ctx, args| {
        pop_or_wait(ctx, args, Direction::Descending)
    }),
    Command::new("bzmpop", -5, Flags::WRITE.and(Flags::BLOCKING), KeyPositions::NONE.counted_at(2), bzmpop),
];

/// A member that was taken out, and its score.
type Popped = (Vec<u8>, f64);

/// Takes up to `count` members out of the sorted set `key`; `None` if there is no such key.
fn pop(
    ctx: &mut Context<'_>,
    key: &[u8],
    direction: Direction,
    count: usize,
) -> Result<Option<Vec<Popped>>, ErrorReply> {
    let keys = ctx.keys();
    let Some(set) = keys.find_mut::<SortedSet>(key)? else { return Ok(None) };
    let count = count.min(set.len());
    if count == 0 {
        return Ok(Some(Vec::new()));
    }
    let ranks = match direction {
        Direction::Ascending => 0..count,
        Direction::Descending => set.len() - count..set.len(),
    };
    let mut popped: Vec<Popped> = set.range(ranks.clone()).map(|(member, score)| (member.to_vec(), score)).collect();
    if direction == Direction::Descending {
        popped.reverse();
    }
    set.remove_ranks(ranks);
    keys.touch(key);
    keys.remove_if_empty(key);
    Ok(Some(popped))
}

fn zpopmin(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    pop_generic(ctx, args, Direction::Ascending)
}

fn zpopmax(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    pop_generic(ctx, args, Direction::Descending)
}

/// `ZPOPMIN key [count]`: only with a count does RESP3 nest member and score.
fn pop_generic(ctx: &mut Context<'_>, args: Args<'_>, direction: Direction) -> Outcome {
    let count = match &args[2..] {
        [] => None,
        [count] => Some(unsigned(count)?),
        _ => return Err(ErrorReply::SYNTAX),
    };
    let popped = pop(ctx, args[1], direction, count.unwrap_or(1))?.unwrap_or_default();
    let pairs = popped.into_iter().map(|(member, score)| (Reply::Bulk(member), Reply::Double(score)));
    Ok(if count.is_some() {
        Reply::Pairs(pairs.collect())
    } else {
        Reply::Array(pairs.flat_map(|(member, score)| [member, score]).collect())
    })
}

/// `ZMPOP numkeys key [key ...] MIN | MAX [COUNT count]`
fn zmpop(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let request = MultiPop::parse(&args[1..], direction)?;
    Ok(pop_first(ctx, &request)?.unwrap_or(Reply::NilArray))
}

fn pop_first(ctx: &mut Context<'_>, request: &MultiPop<'_, Direction>) -> Result<Option<Reply>, ErrorReply> {
    for key in request.keys {
        let Some(popped) = pop(ctx, key, request.which, request.count)? else { continue };
        // Nested in both protocols.
        let pairs =
            popped.into_iter().map(|(member, score)| Reply::Array(vec![Reply::Bulk(member), Reply::Double(score)]));
        return Ok(Some(Reply::Array(vec![Reply::bulk(*key), Reply::Array(pairs.collect())])));
    }
    Ok(None)
}

/// MIN or MAX.
fn direction(word: &[u8]) -> Result<Direction, ErrorReply> {
    match word {
        word if is_word(word, "MIN") => Ok(Direction::Ascending),
        word if is_word(word, "MAX") => Ok(Direction::Descending),
        _ => Err(ErrorReply::SYNTAX),
    }
}

/// `BZPOPMIN key [key ...] timeout`: from the first sorted set that is not empty, its name, the member and its score.
fn pop_or_wait(ctx: &mut Context<'_>, args: Args<'_>, direction: Direction) -> Outcome {
    let keys = &args[1..args.len() - 1];
    let deadline = timeout(ctx, args[args.len() - 1])?;
    for key in ctx.candidates::<SortedSet>(keys)? {
        if let Some((member, score)) = pop(ctx, key, direction, 1)?.and_then(|mut popped| popped.pop()) {
            return Ok(Reply::Array(vec![Reply::bulk(key), Reply::Bulk(member), Reply::Double(score)]));
        }
    }
    ctx.wait_for(args, keys, deadline, Reply::NilArray)
}

/// `BZMPOP timeout numkeys key [key ...] MIN | MAX [COUNT count]`
fn bzmpop(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let deadline = timeout(ctx, args[1])?;
    let request = MultiPop::parse(&args[2..], direction)?;
    let candidates = ctx.candidates::<SortedSet>(request.keys)?;
    match pop_first(ctx, &MultiPop { keys: &candidates, ..request })? {
        Some(reply) => Ok(reply),
        None => ctx.wait_for(args, request.keys, deadline, Reply::NilArray),
    }
}
