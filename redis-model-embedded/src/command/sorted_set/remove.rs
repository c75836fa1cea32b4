//! ZREM and the ZREMRANGE family.

use super::{Direction, interval::Interval};
use crate::{
    command::{Args, Command, Context, Flags, Outcome, spec::KeyPositions},
    data::SortedSet,
    protocol::Reply,
};

const WRITE: Flags = Flags::WRITE;

pub(super) const COMMANDS: &[Command] = &[
    Command::new("zrem", -3, WRITE.and(Flags::FAST), KeyPositions::ONE, zrem),
    Command::new("zremrangebyrank", 4, WRITE, KeyPositions::ONE, zremrangebyrank),
    Command::new("zremrangebyscore", 4, WRITE, KeyPositions::ONE, zremrangebyscore),
    Command::new("zremrangebylex", 4, WRITE, KeyPositions::ONE, zremrangebylex),
];

fn zrem(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let keys = ctx.keys();
    let Some(set) = keys.find_mut::<SortedSet>(args[1])? else { return Ok(Reply::Int(0)) };
    let removed = args[2..].iter().filter(|member| set.remove(member).is_some()).count();
    if removed > 0 {
        keys.touch(args[1]);
        keys.remove_if_empty(args[1]);
    }
    Ok(Reply::count(removed))
}

fn zremrangebyrank(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let interval = Interval::ranks(args[2], args[3])?;
    remove_interval(ctx, args[1], &interval)
}

fn zremrangebyscore(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let interval = Interval::scores(args[2], args[3])?;
    remove_interval(ctx, args[1], &interval)
}

fn zremrangebylex(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let interval = Interval::members(args[2], args[3])?;
    remove_interval(ctx, args[1], &interval)
}

fn remove_interval(ctx: &mut Context<'_>, key: &[u8], interval: &Interval<'_>) -> Outcome {
    let keys = ctx.keys();
    let Some(set) = keys.find_mut::<SortedSet>(key)? else { return Ok(Reply::Int(0)) };
    let ranks = interval.within(set, Direction::Ascending);
    if !ranks.is_empty() {
        set.remove_ranks(ranks.clone());
        keys.touch(key);
        keys.remove_if_empty(key);
    }
    Ok(Reply::count(ranks.len()))
}
