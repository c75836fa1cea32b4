//! ZPOPMIN, ZPOPMAX and ZMPOP.

use super::Direction;
use crate::{
    command::{Args, Command, Context, Flags, Outcome, arguments::integer_from, is_word, spec::KeyPositions},
    data::SortedSet,
    protocol::{ErrorReply, Reply},
};

const FAST: Flags = Flags::WRITE.and(Flags::FAST);

pub(in crate::command) const COMMANDS: &[Command] = &[
    Command::new("zpopmin", -2, FAST, KeyPositions::ONE, zpopmin),
    Command::new("zpopmax", -2, FAST, KeyPositions::ONE, zpopmax),
    Command::new("zmpop", -4, Flags::WRITE, KeyPositions::NONE, zmpop),
];

/// A member that was taken out, and its score.
pub(in crate::command) type Popped = (Vec<u8>, f64);

/// Takes up to `count` members out of the sorted set `key`; `None` if there is no such key.
pub(in crate::command) fn pop(
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
        [count] => Some(integer_from(0, count, "ERR value is out of range, must be positive")?),
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
    let request = PopRequest::parse(&args[1..])?;
    Ok(request.run(ctx)?.unwrap_or(Reply::NilArray))
}

/// What ZMPOP, and BZMPOP after its time limit, ask for.
pub(in crate::command) struct PopRequest<'a> {
    pub(in crate::command) keys: &'a [&'a [u8]],
    direction: Direction,
    count: usize,
}

impl<'a> PopRequest<'a> {
    /// Reads the number of keys and all that follows it.
    pub(in crate::command) fn parse(words: &'a [&'a [u8]]) -> Result<Self, ErrorReply> {
        let (number, words) = words.split_first().ok_or(ErrorReply::SYNTAX)?;
        let number = integer_from(1, number, "ERR numkeys should be greater than 0")?;
        let (keys, words) = words.split_at_checked(number).ok_or(ErrorReply::SYNTAX)?;
        let (end, words) = words.split_first().ok_or(ErrorReply::SYNTAX)?;
        let direction = match end {
            word if is_word(word, "MIN") => Direction::Ascending,
            word if is_word(word, "MAX") => Direction::Descending,
            _ => return Err(ErrorReply::SYNTAX),
        };
        let count = match words {
            [] => 1,
            [word, count, rest @ ..] if is_word(word, "COUNT") => {
                let count = integer_from(1, count, "ERR count should be greater than 0")?;
                if !rest.is_empty() {
                    return Err(ErrorReply::SYNTAX);
                }
                count
            }
            _ => return Err(ErrorReply::SYNTAX),
        };
        Ok(Self { keys, direction, count })
    }

    /// Pops from the first of the keys that exists; `None` if there is none.
    pub(in crate::command) fn run(&self, ctx: &mut Context<'_>) -> Result<Option<Reply>, ErrorReply> {
        for key in self.keys {
            let Some(popped) = pop(ctx, key, self.direction, self.count)? else { continue };
            let pairs = popped.into_iter().map(|(member, score)| {
                // Nested in both protocols.
                Reply::Array(vec![Reply::Bulk(member), Reply::Double(score)])
            });
            return Ok(Some(Reply::Array(vec![Reply::bulk(*key), Reply::Array(pairs.collect())])));
        }
        Ok(None)
    }
}
