//! `redis.call`: a script's way to the commands.

use mlua::{Lua, MultiValue, Value};

use super::{arguments::words, convert, failure};
use crate::{
    command::{self, Command, Context, Flags, Lookup},
    protocol::{ErrorReply, Protocol, Reply},
};

/// `redis.call`: runs one command for a script, and raises its error if it fails.
pub(super) fn redis_call(
    lua: &Lua,
    ctx: &mut Context<'_>,
    is_read_only: bool,
    protocol: Protocol,
    values: &MultiValue,
) -> mlua::Result<Value> {
    let words = words(values).map_err(failure::raise)?;
    let args: Vec<&[u8]> = words.iter().map(|word| &**word).collect();
    let command = admit(&args, is_read_only).map_err(failure::raise)?;
    match call(ctx, command, &args) {
        Reply::Error(error) => Err(failure::raise(error)),
        reply => convert::to_lua(lua, reply, protocol),
    }
}

/// The command that a script calls, if a script may call it.
fn admit(args: &[&[u8]], is_read_only: bool) -> Result<&'static Command, ErrorReply> {
    let command = command::find(args).map_err(|lookup| match lookup {
        Lookup::Unknown(_) => ErrorReply::fixed("ERR Unknown Redis command called from script"),
        Lookup::WrongArity(_) => ErrorReply::fixed("ERR Wrong number of args calling Redis command from script"),
    })?;
    if command.flags.has(Flags::NO_SCRIPT) {
        return Err(ErrorReply::fixed("ERR This Redis command is not allowed from script"));
    }
    if is_read_only && command.flags.has(Flags::WRITE) {
        return Err(ErrorReply::fixed("ERR Write commands are not allowed from read-only scripts."));
    }
    Ok(command)
}

/// Errors of the command quote its own name, so it takes the script's place while it runs.
fn call(ctx: &mut Context<'_>, command: &'static Command, args: &[&[u8]]) -> Reply {
    let script = std::mem::replace(&mut ctx.command, command);
    let reply = command::call(ctx, args);
    ctx.command = script;
    reply
}
