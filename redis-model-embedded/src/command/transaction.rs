//! MULTI, EXEC, DISCARD, WATCH, UNWATCH.

use super::{Args, Command, Context, Flags, Occasion, Outcome, call, is_word, spec::KeyPositions};
use crate::{
    protocol::{ErrorReply, Reply},
    server::{Client, Server, Transaction},
};

const CONTROL: Flags = Flags::NO_SCRIPT.and(Flags::LOADING).and(Flags::STALE).and(Flags::CONTROLS_TRANSACTION);
const FAST_CONTROL: Flags = CONTROL.and(Flags::FAST);
const UNWATCH: Flags = Flags::NO_SCRIPT.and(Flags::LOADING).and(Flags::STALE).and(Flags::FAST);

pub(super) const COMMANDS: &[Command] = &[
    Command::new("multi", 1, FAST_CONTROL, KeyPositions::NONE, multi),
    Command::new("exec", 1, CONTROL, KeyPositions::NONE, exec),
    Command::new("discard", 1, FAST_CONTROL, KeyPositions::NONE, discard),
    Command::new("watch", -2, FAST_CONTROL, KeyPositions::ALL, watch),
    Command::new("unwatch", 1, UNWATCH, KeyPositions::NONE, unwatch),
];

fn multi(ctx: &mut Context<'_>, _args: Args<'_>) -> Outcome {
    if ctx.client.transaction.is_some() {
        return Err(ErrorReply::fixed("ERR MULTI calls can not be nested"));
    }
    ctx.client.transaction = Some(Transaction::default());
    Ok(Reply::Ok)
}

/// Replies with an array of what each command replied, or nil when a watched key has changed.
fn exec(ctx: &mut Context<'_>, _args: Args<'_>) -> Outcome {
    let Some(transaction) = ctx.client.transaction.take() else {
        return Err(ErrorReply::fixed("ERR EXEC without MULTI"));
    };
    let is_stale = watched_key_changed(ctx);
    ctx.client.forget_watches(&mut ctx.server.databases);
    if transaction.is_spoiled {
        return Err(ErrorReply::fixed("EXECABORT Transaction discarded because of previous errors."));
    }
    if is_stale {
        return Ok(Reply::NilArray);
    }
    ctx.occasion = Occasion::Transaction;
    let mut replies = Vec::with_capacity(transaction.queue.len());
    for queued in &transaction.queue {
        let args: Vec<&[u8]> = queued.arguments.iter().map(Vec::as_slice).collect();
        ctx.command = queued.command;
        replies.push(call(ctx, &args));
    }
    Ok(Reply::Array(replies))
}

/// What refusing a command means for the session's transaction, and the error to answer with.
///
/// EXEC must not run a transaction of which the client believes more than was queued; and an EXEC that is itself
/// refused ends the transaction.
pub(super) fn refused(server: &mut Server, client: &mut Client, args: Args<'_>, error: ErrorReply) -> ErrorReply {
    if args.first().is_some_and(|name| is_word(name, "EXEC")) {
        client.transaction = None;
        client.forget_watches(&mut server.databases);
        let reason = error.as_bytes().strip_prefix(b"ERR ").unwrap_or(error.as_bytes());
        return ErrorReply::new([b"EXECABORT Transaction discarded because of: ", reason].concat());
    }
    if let Some(transaction) = &mut client.transaction {
        transaction.is_spoiled = true;
    }
    error
}

fn discard(ctx: &mut Context<'_>, _args: Args<'_>) -> Outcome {
    if ctx.client.transaction.take().is_none() {
        return Err(ErrorReply::fixed("ERR DISCARD without MULTI"));
    }
    ctx.client.forget_watches(&mut ctx.server.databases);
    Ok(Reply::Ok)
}

fn watch(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    if ctx.client.transaction.is_some() {
        return Err(ErrorReply::fixed("ERR WATCH inside MULTI is not allowed"));
    }
    let database = ctx.client.database;
    for key in &args[1..] {
        let place = (database, key.to_vec());
        if !ctx.client.watched.contains_key(&place) {
            let version = ctx.keys().watch(key);
            ctx.client.watched.insert(place, version);
        }
    }
    Ok(Reply::Ok)
}

fn unwatch(ctx: &mut Context<'_>, _args: Args<'_>) -> Outcome {
    ctx.client.forget_watches(&mut ctx.server.databases);
    Ok(Reply::Ok)
}

fn watched_key_changed(ctx: &mut Context<'_>) -> bool {
    let now = ctx.now.millis();
    let databases = &mut ctx.server.databases;
    let mut watched = ctx.client.watched.iter();
    watched.any(|((database, key), version)| databases.at(*database, now).has_changed_since(key, *version))
}
