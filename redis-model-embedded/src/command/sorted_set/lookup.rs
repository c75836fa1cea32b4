//! What a sorted set says of its members: scores, ranks, counts, samples and scans.

use super::{Direction, interval::Interval, listing};
use crate::{
    command::{
        Args, Command, Context, Flags, Outcome, sample,
        scan::{ScanOptions, Scanned, empty_page, page_reply, parse_cursor},
        spec::KeyPositions,
    },
    data::{SortedSet, sorted_set::Entry},
    number::format_double,
    protocol::Reply,
};

const READ: Flags = Flags::READONLY;
const FAST: Flags = READ.and(Flags::FAST);

/// Redis keeps whole scores up to this size as integers in small sets (`double2ll`).
const GREATEST_WHOLE: f64 = 4_611_686_018_427_387_904.0;

pub(super) const COMMANDS: &[Command] = &[
    Command::new("zcard", 2, FAST, KeyPositions::ONE, zcard),
    Command::new("zcount", 4, FAST, KeyPositions::ONE, zcount),
    Command::new("zlexcount", 4, FAST, KeyPositions::ONE, zlexcount),
    Command::new("zscore", 3, FAST, KeyPositions::ONE, zscore),
    Command::new("zmscore", -3, FAST, KeyPositions::ONE, zmscore),
    Command::new("zrank", 3, FAST, KeyPositions::ONE, zrank),
    Command::new("zrevrank", 3, FAST, KeyPositions::ONE, zrevrank),
    Command::new("zrandmember", -2, READ, KeyPositions::ONE, zrandmember),
    Command::new("zscan", -3, READ, KeyPositions::ONE, zscan),
];

fn zcard(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    Ok(Reply::count(ctx.keys().find::<SortedSet>(args[1])?.map_or(0, SortedSet::len)))
}

fn zcount(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let interval = Interval::scores(args[2], args[3])?;
    count(ctx, args[1], &interval)
}

fn zlexcount(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let interval = Interval::members(args[2], args[3])?;
    count(ctx, args[1], &interval)
}

fn count(ctx: &mut Context<'_>, key: &[u8], interval: &Interval<'_>) -> Outcome {
    let set = ctx.keys().find::<SortedSet>(key)?;
    Ok(Reply::count(set.map_or(0, |set| interval.within(set, Direction::Ascending).len())))
}

fn zscore(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    Ok(score_reply(ctx.keys().find::<SortedSet>(args[1])?, args[2]))
}

fn zmscore(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let set = ctx.keys().find::<SortedSet>(args[1])?;
    Ok(Reply::Array(args[2..].iter().map(|member| score_reply(set, member)).collect()))
}

fn score_reply(set: Option<&SortedSet>, member: &[u8]) -> Reply {
    set.and_then(|set| set.score(member)).map_or(Reply::Nil, Reply::Double)
}

fn zrank(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let set = ctx.keys().find::<SortedSet>(args[1])?;
    Ok(set.and_then(|set| set.rank(args[2])).map_or(Reply::Nil, Reply::count))
}

fn zrevrank(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let Some(set) = ctx.keys().find::<SortedSet>(args[1])? else { return Ok(Reply::Nil) };
    Ok(set.rank(args[2]).map_or(Reply::Nil, |rank| Reply::count(set.len() - 1 - rank)))
}

/// `ZRANDMEMBER key [count [WITHSCORES]]`: a negative count may repeat members.
fn zrandmember(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let wanted = sample::Wanted::parse(&args[2..], "WITHSCORES")?;
    let length = ctx.keys().find::<SortedSet>(args[1])?.map_or(0, SortedSet::len);
    let Some(wanted) = wanted else { return one_random_member(ctx, args[1], length) };
    if length == 0 {
        return Ok(Reply::Array(Vec::new()));
    }
    let places = sample::places(ctx, length, wanted.count)?;
    let Some(set) = ctx.keys().find::<SortedSet>(args[1])? else { return Ok(Reply::Nil) };
    let chosen: Vec<Entry<'_>> = if usize::try_from(wanted.count).is_ok_and(|count| count >= length) {
        // Redis sends a whole set from its highest score down.
        let mut all: Vec<Entry<'_>> = set.iter().collect();
        all.reverse();
        all
    } else {
        places.into_iter().flat_map(|place| set.slice(place..place + 1)).collect()
    };
    Ok(listing(chosen.into_iter(), wanted.with_values))
}

fn one_random_member(ctx: &mut Context<'_>, key: &[u8], length: usize) -> Outcome {
    if length == 0 {
        return Ok(Reply::Nil);
    }
    let place = ctx.server.random.below(length);
    let entry = ctx.keys().find::<SortedSet>(key)?.and_then(|set| set.slice(place..place + 1).next());
    Ok(Reply::bulk_or_nil(entry.map(|(member, _)| member)))
}

/// `ZSCAN key cursor [MATCH pattern] [COUNT count]`
fn zscan(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let cursor = parse_cursor(args[2])?;
    let Some(set) = ctx.keys().find::<SortedSet>(args[1])? else { return Ok(empty_page()) };
    let options = ScanOptions::parse(&args[3..], Scanned::Elements)?;
    let page = set.page(cursor, options.count);
    let mut elements = Vec::new();
    for (member, score) in set.slice(page.places.clone()) {
        if options.wants(member) {
            elements.push(Reply::bulk(member));
            elements.push(Reply::bulk(stored_text(set, score)));
        }
    }
    Ok(page_reply(&page, Reply::Array(elements)))
}

/// A score as the server stores it, which is what ZSCAN shows: in a small set, 1e17 is 100000000000000000.
fn stored_text(set: &SortedSet, score: f64) -> String {
    let is_whole = score.abs() <= GREATEST_WHOLE && score.fract() == 0.0;
    if set.is_packed() && is_whole { format!("{score:.0}") } else { format_double(score) }
}
