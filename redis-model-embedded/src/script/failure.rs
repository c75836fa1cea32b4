//! Errors on their way through Lua.

use mlua::{Error, Lua, Table, Value};

use super::globals::SCRIPT_NAME;
use crate::protocol::ErrorReply;

/// Raises what a command, or a function in its place, answered.
pub(super) fn raise(error: ErrorReply) -> Error {
    Error::external(error)
}

/// Raises an error as Lua's own functions do: its text begins with the script's line.
pub(super) fn raise_at_line(lua: &Lua, text: &str) -> Error {
    let place = script_line(lua).map(|line| format!("{}:{line}: ", &SCRIPT_NAME[1..]));
    Error::runtime(format!("{}{text}", place.unwrap_or_default()))
}

/// The text of an engine error, and whether it is a command's reply rather than an error of Lua's kind.
pub(super) fn text_and_kind(lua: &Lua, raised: Value) -> mlua::Result<(mlua::String, bool)> {
    let Value::Error(error) = raised else {
        return Ok((lua.create_string(raised.to_string()?)?, false));
    };
    Ok(match reply_of(&error) {
        Some(reply) => (lua.create_string(reply.as_bytes())?, true),
        None => (lua.create_string(error_text(&error))?, false),
    })
}

/// Turns whatever a script raised into a table with `err`, and adds where in the script it happened.
pub(super) fn describe(lua: &Lua, raised: Value) -> mlua::Result<Table> {
    let table = match raised {
        Value::Table(table) => table,
        other => {
            let (text, is_reply) = match other {
                Value::String(text) => (text, false),
                other => text_and_kind(lua, other)?,
            };
            let code: &[u8] = if is_reply { b"" } else { b"ERR " };
            let table = lua.create_table()?;
            table.raw_set("err", lua.create_string([code, &text.as_bytes()].concat())?)?;
            table
        }
    };
    if let Some(line) = script_line(lua) {
        table.raw_set("source", SCRIPT_NAME)?;
        table.raw_set("line", line)?;
    }
    Ok(table)
}

/// The reply that was raised, unless Lua itself or the machine raised the error.
fn reply_of(error: &Error) -> Option<&ErrorReply> {
    match error {
        Error::CallbackError { cause, .. } => reply_of(cause),
        other => other.downcast_ref(),
    }
}

fn error_text(error: &Error) -> String {
    match error {
        Error::RuntimeError(text) => text.clone(),
        Error::CallbackError { cause, .. } => error_text(cause),
        other => other.to_string(),
    }
}

/// The line that the innermost function of the script is at.
fn script_line(lua: &Lua) -> Option<usize> {
    for level in 0.. {
        let line = lua.inspect_stack(level, |frame| {
            let in_script = frame.source().source.is_some_and(|source| source == SCRIPT_NAME);
            in_script.then(|| frame.current_line()).flatten()
        })?;
        if line.is_some() {
            return line;
        }
    }
    None
}
