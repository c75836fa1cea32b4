//! Hashes.

use super::{
    Args, Command, Context, Flags, Outcome,
    arguments::integer,
    counter, sample,
    scan::{ScanOptions, Scanned, empty_page, page_reply, parse_cursor},
    spec::KeyPositions,
};
use crate::{
    data::Hash,
    number::{LongDouble, ParsedFloat, parse_integer},
    protocol::{ErrorReply, Reply},
};

const READ: Flags = Flags::READONLY;
const FAST_READ: Flags = READ.and(Flags::FAST);
const WRITE: Flags = Flags::WRITE.and(Flags::DENY_OOM).and(Flags::FAST);

pub(super) const COMMANDS: &[Command] = &[
    Command::new("hset", -4, WRITE, KeyPositions::ONE, hset),
    Command::new("hmset", -4, WRITE, KeyPositions::ONE, hmset),
    Command::new("hsetnx", 4, WRITE, KeyPositions::ONE, hsetnx),
    Command::new("hget", 3, FAST_READ, KeyPositions::ONE, hget),
    Command::new("hmget", -3, FAST_READ, KeyPositions::ONE, hmget),
    Command::new("hgetall", 2, READ, KeyPositions::ONE, hgetall),
    Command::new("hdel", -3, Flags::WRITE.and(Flags::FAST), KeyPositions::ONE, hdel),
    Command::new("hlen", 2, FAST_READ, KeyPositions::ONE, hlen),
    Command::new("hexists", 3, FAST_READ, KeyPositions::ONE, hexists),
    Command::new("hkeys", 2, READ, KeyPositions::ONE, hkeys),
    Command::new("hvals", 2, READ, KeyPositions::ONE, hvals),
    Command::new("hstrlen", 3, FAST_READ, KeyPositions::ONE, hstrlen),
    Command::new("hincrby", 4, WRITE, KeyPositions::ONE, hincrby),
    Command::new("hincrbyfloat", 4, WRITE, KeyPositions::ONE, hincrbyfloat),
    Command::new("hrandfield", -2, READ, KeyPositions::ONE, hrandfield),
    Command::new("hscan", -3, READ, KeyPositions::ONE, hscan),
];

fn hset(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    Ok(Reply::count(set_fields(ctx, args)?))
}

fn hmset(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    set_fields(ctx, args)?;
    Ok(Reply::Ok)
}

/// Sets all fields, and gives how many of them are new.
fn set_fields(ctx: &mut Context<'_>, args: Args<'_>) -> Result<usize, ErrorReply> {
    let (pairs, []) = args[2..].as_chunks::<2>() else {
        return Err(ErrorReply::wrong_arity(ctx.command.name));
    };
    let hash = ctx.keys().find_or_create::<Hash>(args[1])?;
    let added = pairs.iter().filter(|[field, value]| hash.insert(field, value)).count();
    ctx.keys().touch(args[1]);
    Ok(added)
}

fn hsetnx(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let hash = ctx.keys().find_or_create::<Hash>(args[1])?;
    if hash.contains(args[2]) {
        return Ok(Reply::Int(0));
    }
    hash.insert(args[2], args[3]);
    ctx.keys().touch(args[1]);
    Ok(Reply::Int(1))
}

fn hget(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let hash = ctx.keys().find::<Hash>(args[1])?;
    Ok(Reply::bulk_or_nil(hash.and_then(|hash| hash.get(args[2]))))
}

fn hmget(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let hash = ctx.keys().find::<Hash>(args[1])?;
    let value = |field: &&[u8]| Reply::bulk_or_nil(hash.and_then(|hash| hash.get(field)));
    Ok(Reply::Array(args[2..].iter().map(value).collect()))
}

fn hgetall(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let Some(hash) = ctx.keys().find::<Hash>(args[1])? else { return Ok(Reply::Map(Vec::new())) };
    let mut pairs = Vec::with_capacity(hash.len());
    pairs.extend(hash.iter().map(|(field, value)| (Reply::bulk(field), Reply::bulk(value))));
    Ok(Reply::Map(pairs))
}

fn hdel(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let keys = ctx.keys();
    let Some(hash) = keys.find_mut::<Hash>(args[1])? else { return Ok(Reply::Int(0)) };
    let removed = args[2..].iter().filter(|field| hash.remove(field)).count();
    if removed > 0 {
        keys.touch(args[1]);
        keys.remove_if_empty(args[1]);
    }
    Ok(Reply::count(removed))
}

fn hlen(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    Ok(Reply::count(ctx.keys().find::<Hash>(args[1])?.map_or(0, Hash::len)))
}

fn hexists(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let hash = ctx.keys().find::<Hash>(args[1])?;
    Ok(Reply::flag(hash.is_some_and(|hash| hash.contains(args[2]))))
}

fn hkeys(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let hash = ctx.keys().find::<Hash>(args[1])?;
    Ok(Reply::bulks(hash.into_iter().flat_map(Hash::iter).map(|(field, _)| field)))
}

fn hvals(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let hash = ctx.keys().find::<Hash>(args[1])?;
    Ok(Reply::bulks(hash.into_iter().flat_map(Hash::iter).map(|(_, value)| value)))
}

fn hstrlen(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let hash = ctx.keys().find::<Hash>(args[1])?;
    Ok(Reply::count(hash.and_then(|hash| hash.get(args[2])).map_or(0, <[u8]>::len)))
}

fn hincrby(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    const NOT_AN_INTEGER: ErrorReply = ErrorReply::fixed("ERR hash value is not an integer");
    let increment = integer(args[3])?;
    let old = match ctx.keys().find::<Hash>(args[1])?.and_then(|hash| hash.get(args[2])) {
        Some(text) => parse_integer(text).ok_or(NOT_AN_INTEGER)?,
        None => 0,
    };
    let sum = old.checked_add(increment).ok_or(ErrorReply::OVERFLOW)?;
    set_field(ctx, args, itoa::Buffer::new().format(sum).as_bytes())?;
    Ok(Reply::Int(sum))
}

fn hincrbyfloat(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    const NOT_A_FLOAT: ErrorReply = ErrorReply::fixed("ERR hash value is not a float");
    let increment = LongDouble::parse(args[3]).ok_or(ErrorReply::NOT_A_FLOAT)?;
    if increment == ParsedFloat::Infinite {
        return Err(ErrorReply::fixed("ERR value is NaN or Infinity"));
    }
    let old = ctx.keys().find::<Hash>(args[1])?.and_then(|hash| hash.get(args[2]));
    let old = LongDouble::parse(old.unwrap_or(b"0")).ok_or(NOT_A_FLOAT)?;
    let sum = counter::sum(&old, &increment)?;
    set_field(ctx, args, &sum)?;
    Ok(Reply::Bulk(sum))
}

/// Changes the value of the field that `args` names second, after the key. The field keeps its deadline.
fn set_field(ctx: &mut Context<'_>, args: Args<'_>, value: &[u8]) -> Result<(), ErrorReply> {
    let keys = ctx.keys();
    keys.find_or_create::<Hash>(args[1])?.put(args[2], value);
    keys.touch(args[1]);
    Ok(())
}

/// `HRANDFIELD key [count [WITHVALUES]]`: a negative count may repeat fields.
fn hrandfield(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let Some(wanted) = sample::Wanted::parse(&args[2..], "WITHVALUES")? else {
        return one_random_field(ctx, args[1]);
    };
    let Some(length) = ctx.keys().find::<Hash>(args[1])?.map(Hash::len) else { return Ok(Reply::Array(Vec::new())) };
    let places = sample::places(ctx, length, wanted.count)?;
    let hash = ctx.keys().find::<Hash>(args[1])?;
    let chosen = places.into_iter().filter_map(|place| hash.and_then(|hash| hash.at(place)));
    Ok(if wanted.with_values {
        Reply::Pairs(chosen.map(|(field, value)| (Reply::bulk(field), Reply::bulk(value))).collect())
    } else {
        Reply::bulks(chosen.map(|(field, _)| field))
    })
}

fn one_random_field(ctx: &mut Context<'_>, key: &[u8]) -> Outcome {
    let Some(length) = ctx.keys().find::<Hash>(key)?.map(Hash::len) else { return Ok(Reply::Nil) };
    let place = ctx.server.random.below(length);
    let hash = ctx.keys().find::<Hash>(key)?;
    Ok(Reply::bulk_or_nil(hash.and_then(|hash| hash.at(place)).map(|(field, _)| field)))
}

/// `HSCAN key cursor [MATCH pattern] [COUNT count]`
fn hscan(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let cursor = parse_cursor(args[2])?;
    let Some(hash) = ctx.keys().find::<Hash>(args[1])? else { return Ok(empty_page()) };
    let options = ScanOptions::parse(&args[3..], Scanned::Elements)?;
    let page = hash.page(cursor, options.count);
    let mut elements = Vec::new();
    for (field, value) in hash.slice(page.places.clone()) {
        if options.wants(field) {
            elements.push(Reply::bulk(field));
            elements.push(Reply::bulk(value));
        }
    }
    Ok(page_reply(&page, Reply::Array(elements)))
}
