//! ZRANGE and its older forms, and ZRANGESTORE.

use std::ops::Range;

use super::{Direction, interval::Interval, listing, store};
use crate::{
    command::{Args, Command, Context, Flags, Outcome, arguments::integer, is_word, spec::KeyPositions},
    data::{SortedSet, sorted_set::Entry},
    protocol::{ErrorReply, Reply},
};

const READ: Flags = Flags::READONLY;
const WRITE: Flags = Flags::WRITE.and(Flags::DENY_OOM);

pub(super) const COMMANDS: &[Command] = &[
    Command::new("zrange", -4, READ, KeyPositions::ONE, |ctx, args| reply(ctx, args, Form::ZRANGE)),
    Command::new("zrevrange", -4, READ, KeyPositions::ONE, |ctx, args| reply(ctx, args, Form::ZREVRANGE)),
    Command::new("zrangebyscore", -4, READ, KeyPositions::ONE, |ctx, args| reply(ctx, args, Form::BY_SCORE)),
    Command::new("zrevrangebyscore", -4, READ, KeyPositions::ONE, |ctx, args| reply(ctx, args, Form::REV_BY_SCORE)),
    Command::new("zrangebylex", -4, READ, KeyPositions::ONE, |ctx, args| reply(ctx, args, Form::BY_LEX)),
    Command::new("zrevrangebylex", -4, READ, KeyPositions::ONE, |ctx, args| reply(ctx, args, Form::REV_BY_LEX)),
    Command::new("zrangestore", -5, WRITE, KeyPositions::TWO, zrangestore),
];

/// What the two ends of a range are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Axis {
    Rank,
    Score,
    Member,
}

/// What a command's name says already; options give the rest.
#[derive(Debug, Clone, Copy)]
struct Form {
    axis: Option<Axis>,
    direction: Option<Direction>,
    /// Whether WITHSCORES is an option at all.
    replies: bool,
}

impl Form {
    const ZRANGE: Self = Self { axis: None, direction: None, replies: true };
    const ZRANGESTORE: Self = Self { replies: false, ..Self::ZRANGE };
    const ZREVRANGE: Self = Self::named(Axis::Rank, Direction::Descending);
    const BY_SCORE: Self = Self::named(Axis::Score, Direction::Ascending);
    const REV_BY_SCORE: Self = Self::named(Axis::Score, Direction::Descending);
    const BY_LEX: Self = Self::named(Axis::Member, Direction::Ascending);
    const REV_BY_LEX: Self = Self::named(Axis::Member, Direction::Descending);

    const fn named(axis: Axis, direction: Direction) -> Self {
        Self { axis: Some(axis), direction: Some(direction), replies: true }
    }
}

fn reply(ctx: &mut Context<'_>, args: Args<'_>, form: Form) -> Outcome {
    let query = Query::parse(&args[2..], form)?;
    let Some(set) = ctx.keys().find::<SortedSet>(args[1])? else { return Ok(Reply::Array(Vec::new())) };
    let mut entries: Vec<Entry<'_>> = set.range(query.ranks(set)).collect();
    if query.direction == Direction::Descending {
        entries.reverse();
    }
    Ok(listing(entries.into_iter(), query.with_scores))
}

/// `ZRANGESTORE destination source first last [option ...]`
fn zrangestore(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let query = Query::parse(&args[3..], Form::ZRANGESTORE)?;
    let keys = ctx.keys();
    let source = keys.find::<SortedSet>(args[2])?;
    let part = source.map_or_else(SortedSet::default, |set| SortedSet::from_sorted(set.range(query.ranks(set))));
    Ok(store(keys, args[1], part))
}

/// A range as a client asks for it.
struct Query<'a> {
    interval: Interval<'a>,
    direction: Direction,
    limit: Limit,
    with_scores: bool,
}

/// LIMIT: how many to skip, and how many to give; all if negative.
#[derive(Debug, Clone, Copy)]
struct Limit {
    offset: i64,
    count: i64,
}

impl Limit {
    const NONE: Self = Self { offset: 0, count: -1 };
}

impl<'a> Query<'a> {
    /// Reads the two ends and the options behind them.
    fn parse(words: &[&'a [u8]], form: Form) -> Result<Self, ErrorReply> {
        let [first, last, options @ ..] = words else { return Err(ErrorReply::SYNTAX) };
        let Form { mut axis, mut direction, .. } = form;
        let (mut limit, mut with_scores) = (Limit::NONE, false);
        let mut rest = options;
        while let [word, after @ ..] = rest {
            rest = after;
            if form.replies && is_word(word, "WITHSCORES") {
                with_scores = true;
            } else if let (true, [offset, count, after @ ..]) = (is_word(word, "LIMIT"), after) {
                limit = Limit { offset: integer(offset)?, count: integer(count)? };
                rest = after;
            } else if direction.is_none() && is_word(word, "REV") {
                direction = Some(Direction::Descending);
            } else if axis.is_none() && is_word(word, "BYLEX") {
                axis = Some(Axis::Member);
            } else if axis.is_none() && is_word(word, "BYSCORE") {
                axis = Some(Axis::Score);
            } else {
                return Err(ErrorReply::SYNTAX);
            }
        }
        let axis = axis.unwrap_or(Axis::Rank);
        let direction = direction.unwrap_or(Direction::Ascending);
        check_options(axis, limit, with_scores)?;
        // What gets past the check without a count is an offset that means nothing among ranks.
        let limit = if axis == Axis::Rank { Limit::NONE } else { limit };
        let (min, max) = if direction == Direction::Ascending { (first, last) } else { (last, first) };
        let interval = match axis {
            Axis::Rank => Interval::ranks(first, last)?,
            Axis::Score => Interval::scores(min, max)?,
            Axis::Member => Interval::members(min, max)?,
        };
        Ok(Self { interval, direction, limit, with_scores })
    }

    /// The ranks asked for, from the lowest up.
    fn ranks(&self, set: &SortedSet) -> Range<usize> {
        let Range { start, end } = self.interval.within(set, self.direction);
        // Redis skips a negative number of elements by skipping all.
        let offset = usize::try_from(self.limit.offset).unwrap_or(usize::MAX).min(end - start);
        let count = usize::try_from(self.limit.count).unwrap_or(usize::MAX).min(end - start - offset);
        match self.direction {
            Direction::Ascending => start + offset..start + offset + count,
            Direction::Descending => end - offset - count..end - offset,
        }
    }
}

fn check_options(axis: Axis, limit: Limit, with_scores: bool) -> Result<(), ErrorReply> {
    // Redis looks at the count only.
    if axis == Axis::Rank && limit.count != Limit::NONE.count {
        return Err(ErrorReply::fixed(
            "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX",
        ));
    }
    if axis == Axis::Member && with_scores {
        return Err(ErrorReply::fixed("ERR syntax error, WITHSCORES not supported in combination with BYLEX"));
    }
    Ok(())
}
