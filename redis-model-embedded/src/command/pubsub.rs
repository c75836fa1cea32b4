//! Published messages: SUBSCRIBE, PUBLISH and their variants for patterns and shards.

use super::{Args, Command, Context, Flags, Occasion, Outcome, spec::KeyPositions, table::too_many_arguments};
use crate::{
    glob,
    protocol::{ErrorReply, Reply},
    server::Scope,
};

const LISTEN: Flags = Flags::PUBSUB.and(Flags::NO_SCRIPT).and(Flags::LOADING).and(Flags::STALE);
const SUBSCRIBE: Flags = LISTEN.and(Flags::WHILE_SUBSCRIBED);
const PUBLISH: Flags = Flags::PUBSUB.and(Flags::LOADING).and(Flags::STALE).and(Flags::FAST);
const PUBSUB: Flags = Flags::PUBSUB.and(Flags::LOADING).and(Flags::STALE);

const SHARD_KEYS: KeyPositions = KeyPositions::ALL;
const SHARD_KEY: KeyPositions = KeyPositions::ONE;
const NO_KEYS: KeyPositions = KeyPositions::NONE;

pub(super) const COMMANDS: &[Command] = &[
    Command::new("subscribe", -2, SUBSCRIBE, NO_KEYS, |ctx, args| Ok(subscribe(ctx, args, Scope::Channel))),
    Command::new("psubscribe", -2, SUBSCRIBE, NO_KEYS, |ctx, args| Ok(subscribe(ctx, args, Scope::Pattern))),
    Command::new("ssubscribe", -2, SUBSCRIBE, SHARD_KEYS, ssubscribe),
    Command::new("unsubscribe", -1, SUBSCRIBE, NO_KEYS, |ctx, args| Ok(unsubscribe(ctx, args, Scope::Channel))),
    Command::new("punsubscribe", -1, SUBSCRIBE, NO_KEYS, |ctx, args| Ok(unsubscribe(ctx, args, Scope::Pattern))),
    Command::new("sunsubscribe", -1, SUBSCRIBE, SHARD_KEYS, |ctx, args| Ok(unsubscribe(ctx, args, Scope::Shard))),
    Command::new("publish", 3, PUBLISH, NO_KEYS, publish),
    Command::new("spublish", 3, PUBLISH, SHARD_KEY, spublish),
    Command::container("pubsub", SUBCOMMANDS),
];

const SUBCOMMANDS: &[Command] = &[
    Command::new("pubsub|channels", -2, PUBSUB, NO_KEYS, |ctx, args| names(ctx, args, Scope::Channel)),
    Command::new("pubsub|shardchannels", -2, PUBSUB, NO_KEYS, |ctx, args| names(ctx, args, Scope::Shard)),
    Command::new("pubsub|numsub", -2, PUBSUB, NO_KEYS, |ctx, args| Ok(counts(ctx, args, Scope::Channel))),
    Command::new("pubsub|shardnumsub", -2, PUBSUB, NO_KEYS, |ctx, args| Ok(counts(ctx, args, Scope::Shard))),
    Command::new("pubsub|numpat", 2, PUBSUB, NO_KEYS, numpat),
];

/// Confirms each subscription with a message of its own, which says how many the client now has.
fn subscribe(ctx: &mut Context<'_>, args: Args<'_>, scope: Scope) -> Reply {
    let confirm = |name: &&[u8]| {
        ctx.server.subscriptions.subscribe(scope, ctx.client, name);
        confirmation(scope.subscribe(), Reply::bulk(*name), scope.count(ctx.client))
    };
    Reply::Several(args[1..].iter().map(confirm).collect())
}

/// Unlike the others, it is refused in a transaction.
fn ssubscribe(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    if ctx.occasion == Occasion::Transaction {
        return Err(ErrorReply::fixed("ERR SSUBSCRIBE isn't allowed for a DENY BLOCKING client"));
    }
    Ok(subscribe(ctx, args, Scope::Shard))
}

/// Without names, ends all subscriptions of the kind. If there were none, one message without a name says so.
fn unsubscribe(ctx: &mut Context<'_>, args: Args<'_>, scope: Scope) -> Reply {
    let names: Vec<Vec<u8>> = match &args[1..] {
        [] => scope.of(ctx.client).iter().cloned().collect(),
        names => names.iter().map(|name| name.to_vec()).collect(),
    };
    if names.is_empty() {
        return confirmation(scope.unsubscribe(), Reply::Nil, scope.count(ctx.client));
    }
    let confirm = |name: Vec<u8>| {
        ctx.server.subscriptions.unsubscribe(scope, ctx.client, &name);
        confirmation(scope.unsubscribe(), Reply::Bulk(name), scope.count(ctx.client))
    };
    Reply::Several(names.into_iter().map(confirm).collect())
}

fn confirmation(kind: &str, name: Reply, count: usize) -> Reply {
    Reply::Push(vec![Reply::bulk(kind), name, Reply::count(count)])
}

/// Replies with how many clients the message was sent to.
fn publish(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let server = &mut *ctx.server;
    Ok(Reply::count(server.subscriptions.publish(&mut server.clients, args[1], args[2])))
}

fn spublish(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let server = &mut *ctx.server;
    Ok(Reply::count(server.subscriptions.publish_to_shard(&mut server.clients, args[1], args[2])))
}

/// `PUBSUB CHANNELS [pattern]`: the channels that somebody listens to.
fn names(ctx: &mut Context<'_>, args: Args<'_>, scope: Scope) -> Outcome {
    let names = ctx.server.subscriptions.names(scope);
    match &args[2..] {
        [] => Ok(Reply::bulks(names)),
        [pattern] => Ok(Reply::bulks(names.filter(|name| glob::matches(pattern, name)))),
        _ => Err(too_many_arguments(args)),
    }
}

/// `PUBSUB NUMSUB [channel ...]`: each channel and how many clients listen to it.
fn counts(ctx: &mut Context<'_>, args: Args<'_>, scope: Scope) -> Reply {
    let count = |name: &[u8]| Reply::count(ctx.server.subscriptions.listeners_of(scope, name));
    Reply::Array(args[2..].iter().flat_map(|name| [Reply::bulk(*name), count(name)]).collect())
}

fn numpat(ctx: &mut Context<'_>, _args: Args<'_>) -> Outcome {
    Ok(Reply::count(ctx.server.subscriptions.count(Scope::Pattern)))
}
