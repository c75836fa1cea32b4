//! Keys of any type: DEL, EXISTS, RENAME, COPY and others.

use super::{
    Args, Command, Context, Flags, Outcome,
    arguments::{database_index, small_integer},
    is_word,
    spec::KeyPositions,
};
use crate::{
    data::Databases,
    glob,
    protocol::{ErrorReply, Reply},
};

const WRITE: Flags = Flags::WRITE;
const FAST_WRITE: Flags = WRITE.and(Flags::FAST);
const READ: Flags = Flags::READONLY;
const FAST_READ: Flags = READ.and(Flags::FAST);

pub(super) const COMMANDS: &[Command] = &[
    Command::new("del", -2, WRITE, KeyPositions::ALL, del),
    Command::new("unlink", -2, FAST_WRITE, KeyPositions::ALL, del),
    Command::new("exists", -2, FAST_READ, KeyPositions::ALL, exists),
    Command::new("touch", -2, FAST_READ, KeyPositions::ALL, exists),
    Command::new("type", 2, FAST_READ, KeyPositions::ONE, type_of),
    Command::new("rename", 3, WRITE, KeyPositions::TWO, rename),
    Command::new("renamenx", 3, FAST_WRITE, KeyPositions::TWO, renamenx),
    Command::new("copy", -3, WRITE.and(Flags::DENY_OOM), KeyPositions::TWO, copy),
    Command::new("move", 3, FAST_WRITE, KeyPositions::ONE, move_to),
    Command::new("keys", 2, READ, KeyPositions::NONE, keys),
    Command::new("randomkey", 1, READ, KeyPositions::NONE, randomkey),
    Command::new("dbsize", 1, FAST_READ, KeyPositions::NONE, dbsize),
    Command::new("flushdb", -1, WRITE, KeyPositions::NONE, flushdb),
    Command::new("flushall", -1, WRITE, KeyPositions::NONE, flushall),
    Command::new("swapdb", 3, FAST_WRITE, KeyPositions::NONE, swapdb),
];

fn del(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let keys = ctx.keys();
    Ok(Reply::count(args[1..].iter().filter(|key| keys.remove(key).is_some()).count()))
}

/// A key that is named twice counts twice.
fn exists(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let keys = ctx.keys();
    Ok(Reply::count(args[1..].iter().filter(|key| keys.contains(key)).count()))
}

fn type_of(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    Ok(Reply::status(ctx.keys().get(args[1]).map_or("none", |value| value.type_name())))
}

fn rename(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    rename_key(ctx, args[1], args[2])?;
    Ok(Reply::Ok)
}

fn renamenx(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    if !ctx.keys().contains(args[1]) {
        return Err(ErrorReply::NO_SUCH_KEY);
    }
    if ctx.keys().contains(args[2]) {
        return Ok(Reply::Int(0));
    }
    rename_key(ctx, args[1], args[2])?;
    Ok(Reply::Int(1))
}

/// Moves value and deadline to another name, over whatever was there.
fn rename_key(ctx: &mut Context<'_>, from: &[u8], to: &[u8]) -> Result<(), ErrorReply> {
    let keys = ctx.keys();
    if from == to && keys.contains(from) {
        return Ok(());
    }
    let entry = keys.remove(from).ok_or(ErrorReply::NO_SUCH_KEY)?;
    let deadline = entry.deadline();
    keys.set(to, entry.value);
    keys.set_deadline(to, deadline);
    Ok(())
}

/// `COPY from to [DB index] [REPLACE]`
fn copy(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let (from, to) = (args[1], args[2]);
    let mut database = ctx.client.database;
    let mut replace = false;
    let mut words = args[3..].iter();
    while let Some(word) = words.next() {
        if is_word(word, "REPLACE") {
            replace = true;
        } else if let (true, Some(index)) = (is_word(word, "DB"), words.next()) {
            database = database_index(index)?;
        } else {
            return Err(ErrorReply::SYNTAX);
        }
    }
    if database == ctx.client.database && from == to {
        return Err(ErrorReply::SAME_OBJECT);
    }
    let Some(entry) = ctx.keys().entry(from) else { return Ok(Reply::Int(0)) };
    let (value, deadline) = (entry.value.duplicate(), entry.deadline());
    let target = ctx.keys_of(database);
    if !replace && target.contains(to) {
        return Ok(Reply::Int(0));
    }
    target.set(to, value);
    target.set_deadline(to, deadline);
    Ok(Reply::Int(1))
}

fn move_to(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let database = database_index(args[2])?;
    if database == ctx.client.database {
        return Err(ErrorReply::SAME_OBJECT);
    }
    if ctx.keys_of(database).contains(args[1]) {
        return Ok(Reply::Int(0));
    }
    let Some(entry) = ctx.keys().remove(args[1]) else { return Ok(Reply::Int(0)) };
    let deadline = entry.deadline();
    let target = ctx.keys_of(database);
    target.set(args[1], entry.value);
    target.set_deadline(args[1], deadline);
    Ok(Reply::Int(1))
}

fn keys(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    Ok(Reply::bulks(ctx.keys().iter().filter(|key| glob::matches(args[1], key))))
}

fn randomkey(ctx: &mut Context<'_>, _args: Args<'_>) -> Outcome {
    let count = ctx.keys().len();
    if count == 0 {
        return Ok(Reply::Nil);
    }
    let place = ctx.server.random.below(count);
    Ok(Reply::bulk_or_nil(ctx.keys().at(place).map(|(key, _)| key)))
}

fn dbsize(ctx: &mut Context<'_>, _args: Args<'_>) -> Outcome {
    Ok(Reply::count(ctx.keys().len()))
}

fn flushdb(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    check_flush_option(args)?;
    ctx.server.databases.clear(ctx.client.database);
    Ok(Reply::Ok)
}

fn flushall(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    check_flush_option(args)?;
    ctx.server.databases.clear_all();
    Ok(Reply::Ok)
}

fn check_flush_option(args: Args<'_>) -> Result<(), ErrorReply> {
    match &args[1..] {
        [] => Ok(()),
        [word] if is_word(word, "SYNC") || is_word(word, "ASYNC") => Ok(()),
        _ => Err(ErrorReply::SYNTAX),
    }
}

fn swapdb(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let number = |argument, error| small_integer(argument).map_err(|_| ErrorReply::fixed(error));
    let first = number(args[1], "ERR invalid first DB index")?;
    let second = number(args[2], "ERR invalid second DB index")?;
    let index = |number| Databases::index(number).ok_or(ErrorReply::DB_OUT_OF_RANGE);
    let (first, second) = (index(first)?, index(second)?);
    ctx.server.databases.swap(first, second);
    Ok(Reply::Ok)
}
