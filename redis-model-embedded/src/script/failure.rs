//! Errors on their way through Lua.

use std::fmt;

use mlua::{Error, Lua, Table, Value};

use super::{arguments::is_about_words, globals::ENGINE_NAME};
use crate::protocol::ErrorReply;

/// An error of Lua's kind, raised by the engine: a text, in whatever encoding the script's own words have.
#[derive(Debug, Clone)]
struct Text(Vec<u8>);

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.0))
    }
}

impl std::error::Error for Text {}

/// Raises what a command, or a function in its place, answered.
pub(super) fn raise(error: ErrorReply) -> Error {
    Error::external(error)
}

/// Raises a text as it stands.
pub(super) fn raise_text(text: impl Into<Vec<u8>>) -> Error {
    Error::external(Text(text.into()))
}

/// Raises an error as Lua's own functions do: its text begins with the line that called the function.
pub(super) fn raise_at_line(lua: &Lua, text: impl AsRef<[u8]>) -> Error {
    let place = frame(lua, 1).filter(|frame| frame.line.is_some());
    let place = place.map(|frame| format!("{}:{}: ", frame.short_source, frame.line.unwrap_or_default()));
    raise_text([place.unwrap_or_default().as_bytes(), text.as_ref()].concat())
}

/// The text of an engine error, and whether it is a command's reply rather than an error of Lua's kind.
fn text_and_kind(lua: &Lua, raised: Value) -> mlua::Result<(mlua::String, bool)> {
    let Value::Error(error) = raised else {
        return Ok((lua.create_string(raised.to_string()?)?, false));
    };
    Ok(match cause(&error) {
        Cause::Reply(reply) => (lua.create_string(reply.as_bytes())?, true),
        Cause::Text(text) => (lua.create_string(&text.0)?, false),
        Cause::Lua(text) => (lua.create_string(text)?, false),
    })
}

/// The same for globals.lua, with whether Redis has counted the error: then scripts are told so.
pub(super) fn text_and_facts(lua: &Lua, raised: Value) -> mlua::Result<(mlua::String, bool, bool)> {
    let is_counted = match &raised {
        Value::Error(error) => matches!(cause(error), Cause::Reply(reply) if !is_about_words(reply)),
        _ => false,
    };
    let (text, is_reply) = text_and_kind(lua, raised)?;
    Ok((text, is_reply, is_counted))
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
            let text = text.as_bytes();
            table.raw_set("err", lua.create_string([code, without_engine_place(&text)].concat())?)?;
            table
        }
    };
    // A native function has no lines: then it is the place it was called from.
    let place = match frame(lua, 1) {
        Some(native) if native.is_native => frame(lua, 2),
        other => other,
    };
    if let Some(place) = place {
        table.raw_set("source", place.source)?;
        table.raw_set("line", place.line.map_or(-1, |line| i64::try_from(line).unwrap_or(i64::MAX)))?;
    }
    Ok(table)
}

/// The text without the place in globals.lua that it may begin with: `error` with a level can mean the engine's caller.
fn without_engine_place(text: &[u8]) -> &[u8] {
    let Some(place) = text.strip_prefix(b"engine:") else { return text };
    let digits = place.iter().take_while(|byte| byte.is_ascii_digit()).count();
    place[digits..].strip_prefix(b": ").unwrap_or(text)
}

/// What lies at the bottom of an engine error.
enum Cause<'a> {
    /// What a command answered.
    Reply(&'a ErrorReply),
    Text(&'a Text),
    /// Lua itself, or the machine.
    Lua(String),
}

fn cause(error: &Error) -> Cause<'_> {
    match error {
        Error::CallbackError { cause: inner, .. } => cause(inner),
        // mlua adds the functions that were running.
        Error::RuntimeError(text) => Cause::Lua(text.split("\nstack traceback:").next().unwrap_or(text).to_owned()),
        Error::MemoryError(_) => Cause::Lua("not enough memory".into()),
        other => match (other.downcast_ref(), other.downcast_ref()) {
            (Some(reply), _) => Cause::Reply(reply),
            (None, Some(text)) => Cause::Text(text),
            (None, None) => Cause::Lua(other.to_string()),
        },
    }
}

/// One function of those that are running, and where it is.
struct Frame {
    source: String,
    short_source: String,
    line: Option<usize>,
    is_native: bool,
}

/// The function `level` calls above the native one that asks; functions of globals.lua do not count.
fn frame(lua: &Lua, level: usize) -> Option<Frame> {
    let mut counted = 0;
    for place in 0.. {
        let frame = lua.inspect_stack(place, |frame| {
            let source = frame.source();
            Frame {
                source: source.source.unwrap_or_default().into_owned(),
                short_source: source.short_src.unwrap_or_default().into_owned(),
                line: frame.current_line(),
                is_native: source.what == "C",
            }
        })?;
        if frame.source == ENGINE_NAME {
            continue;
        }
        if counted == level {
            return Some(frame);
        }
        counted += 1;
    }
    None
}
