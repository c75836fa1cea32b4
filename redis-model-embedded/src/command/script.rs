//! EVAL, EVALSHA, SCRIPT, and of FUNCTION what applications send to clean up.

use super::{Args, Command, Context, Flags, Occasion, Outcome, arguments::integer, is_word, spec::KeyPositions};
use crate::{
    protocol::{ErrorReply, Reply},
    script::{self, ScriptCall, Sha1Hex},
};

const EVAL: Flags = Flags::NO_SCRIPT.and(Flags::STALE);
const EVAL_RO: Flags = EVAL.and(Flags::READONLY);
/// Nobody can be heard while a script runs: it holds the engine until it ends.
const NOT_BUSY: ErrorReply = ErrorReply::fixed("NOTBUSY No scripts in execution right now.");
const NO_MATCHING_SCRIPT: ErrorReply = ErrorReply::fixed("NOSCRIPT No matching script. Please use EVAL.");

/// `numkeys` follows the script.
const KEYS: KeyPositions = KeyPositions::NONE.counted_at(2);

pub(super) const COMMANDS: &[Command] = &[
    Command::new("eval", -3, EVAL, KEYS, |ctx, args| eval(ctx, args, Access::Any)),
    Command::new("eval_ro", -3, EVAL_RO, KEYS, |ctx, args| eval(ctx, args, Access::ReadOnly)),
    Command::new("evalsha", -3, EVAL, KEYS, |ctx, args| evalsha(ctx, args, Access::Any)),
    Command::new("evalsha_ro", -3, EVAL_RO, KEYS, |ctx, args| evalsha(ctx, args, Access::ReadOnly)),
    Command::container("script", SCRIPT_COMMANDS),
    Command::container("function", FUNCTION_COMMANDS),
];

const SCRIPT_COMMANDS: &[Command] = &[
    Command::new("script|load", 3, EVAL, KeyPositions::NONE, load),
    Command::new("script|exists", -3, Flags::NO_SCRIPT, KeyPositions::NONE, exists),
    Command::new("script|flush", -2, Flags::NO_SCRIPT, KeyPositions::NONE, flush),
    Command::new("script|kill", 2, Flags::NO_SCRIPT, KeyPositions::NONE, |_, _| Err(NOT_BUSY)),
];

const FUNCTION_COMMANDS: &[Command] =
    &[Command::new("function|flush", -2, Flags::NO_SCRIPT.and(Flags::WRITE), KeyPositions::NONE, flush_functions)];

/// What the command that runs a script lets it do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Any,
    ReadOnly,
}

/// `EVAL script numkeys [key ...] [argument ...]`
fn eval(ctx: &mut Context<'_>, args: Args<'_>, access: Access) -> Outcome {
    let keys = count_of_keys(args)?;
    let sha = ctx.server.scripts.load(args[1])?;
    run(ctx, args, sha, keys, access)
}

fn evalsha(ctx: &mut Context<'_>, args: Args<'_>, access: Access) -> Outcome {
    let sha = Sha1Hex::try_from(args[1]).map_err(|_| NO_MATCHING_SCRIPT)?;
    let keys = count_of_keys(args)?;
    run(ctx, args, sha, keys, access)
}

fn count_of_keys(args: Args<'_>) -> Result<usize, ErrorReply> {
    let count = integer(args[2])?;
    let Ok(count) = usize::try_from(count) else {
        return Err(ErrorReply::fixed("ERR Number of keys can't be negative"));
    };
    if count > args.len() - 3 {
        return Err(ErrorReply::fixed("ERR Number of keys can't be greater than number of args"));
    }
    Ok(count)
}

fn run(ctx: &mut Context<'_>, args: Args<'_>, sha: Sha1Hex, keys: usize, access: Access) -> Outcome {
    let sha: Sha1Hex = std::array::from_fn(|place| sha[place].to_ascii_lowercase());
    let script = ctx.server.scripts.get(&sha).ok_or(NO_MATCHING_SCRIPT)?;
    let flags = script.flags;
    if access == Access::ReadOnly && flags.is_declared && !flags.no_writes {
        return Err(ErrorReply::fixed("ERR Can not execute a script with write flag using *_ro command."));
    }
    let (keys, arguments) = args[3..].split_at(keys);
    let is_read_only = access == Access::ReadOnly || flags.no_writes;
    // SELECT inside a script ends with it.
    let database = ctx.client.database;
    let mut inside = Context {
        server: &mut *ctx.server,
        client: &mut *ctx.client,
        now: ctx.now,
        command: ctx.command,
        occasion: Occasion::Script { keys },
    };
    let outcome = script::run(&mut inside, &ScriptCall { sha, script, keys, arguments, is_read_only });
    ctx.client.database = database;
    outcome
}

fn load(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    Ok(Reply::bulk(ctx.server.scripts.load(args[2])?))
}

fn exists(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let scripts = &ctx.server.scripts;
    Ok(Reply::Array(args[2..].iter().map(|sha| Reply::flag(scripts.is_known(sha))).collect()))
}

fn flush(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    if !is_flush_option(&args[2..]) {
        return Err(ErrorReply::fixed("ERR SCRIPT FLUSH only support SYNC|ASYNC option"));
    }
    ctx.server.scripts.flush();
    Ok(Reply::Ok)
}

/// `FUNCTION FLUSH [ASYNC | SYNC]`: there are no functions to remove.
fn flush_functions(_ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    if args.len() > 3 {
        let before = "ERR unknown subcommand or wrong number of arguments for '";
        return Err(ErrorReply::quoting(before, args[1], "'. Try FUNCTION HELP."));
    }
    if !is_flush_option(&args[2..]) {
        return Err(ErrorReply::fixed("ERR FUNCTION FLUSH only supports SYNC|ASYNC option"));
    }
    Ok(Reply::Ok)
}

fn is_flush_option(words: Args<'_>) -> bool {
    match words {
        [] => true,
        [word] => is_word(word, "SYNC") || is_word(word, "ASYNC"),
        _ => false,
    }
}
