//! TIME, WAIT and DEBUG.

use super::{
    Args, Command, Context, Flags, Outcome, arguments::integer, spec::KeyPositions, table::too_many_arguments,
};
use crate::{
    number::{LongDouble, ParsedFloat},
    protocol::{ErrorReply, Reply},
};

const TIME: Flags = Flags::LOADING.and(Flags::STALE).and(Flags::FAST);

pub(super) const COMMANDS: &[Command] = &[
    Command::new("time", 1, TIME, KeyPositions::NONE, time),
    Command::new("wait", 3, Flags::NO_SCRIPT, KeyPositions::NONE, wait),
    Command { flags: DEBUG, ..Command::container("debug", DEBUG_COMMANDS) },
];

const DEBUG: Flags = Flags::ADMIN.and(Flags::NO_SCRIPT).and(Flags::LOADING).and(Flags::STALE);

/// Redis finds them out only when it runs DEBUG, and has one error for all that it then finds wrong.
const DEBUG_COMMANDS: &[Command] = &[Command::new("debug|sleep", -2, DEBUG, KeyPositions::NONE, debug_sleep)];

/// Replies with seconds since the epoch and the microseconds within the second, as text.
fn time(ctx: &mut Context<'_>, _args: Args<'_>) -> Outcome {
    let (seconds, micros) = (ctx.now.seconds(), ctx.now.subsecond_micros());
    Ok(Reply::bulks([seconds.to_string(), micros.to_string()]))
}

/// No replica ever acknowledges, since there is none.
fn wait(_ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    integer(args[1])?;
    let timeout = integer(args[2]).map_err(|_| ErrorReply::fixed("ERR timeout is not an integer or out of range"))?;
    if timeout < 0 {
        return Err(ErrorReply::fixed("ERR timeout is negative"));
    }
    Ok(Reply::Int(0))
}

/// `DEBUG SLEEP seconds`: holds up the client that sends it. The other clients of a server would have to wait, too.
fn debug_sleep(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let [_, _, seconds] = args else { return Err(too_many_arguments(args)) };
    // What is no number counts as zero.
    let millis = match LongDouble::parse(seconds) {
        Some(ParsedFloat::Finite(seconds)) => seconds.thousandfold().unwrap_or(0).max(0),
        _ => 0,
    };
    ctx.sleep_until(ctx.now.millis().saturating_add(millis))
}
