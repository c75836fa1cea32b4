//! `cjson`: the JSON library of scripts, with the settings and error texts that Redis gives it.

mod decode;
mod encode;
mod token;

use mlua::{Lua, Table, Value, Variadic};

use super::failure;

/// How deep tables and JSON values may nest. Redis allows 1,000, which is more than the stack of a small thread holds.
const MAX_DEPTH: usize = 200;

/// The table `cjson`, still to be protected.
pub(super) fn library(lua: &Lua) -> mlua::Result<Table> {
    let library = lua.create_table()?;
    library.set("encode", lua.create_function(|lua, args| encode(lua, &args))?)?;
    library.set("decode", lua.create_function(|lua, args| decode(lua, &args))?)?;
    library.set("null", Value::NULL)?;
    Ok(library)
}

fn encode(lua: &Lua, args: &Variadic<Value>) -> mlua::Result<mlua::String> {
    let [value] = &args[..] else {
        return Err(failure::raise_at_line(lua, "bad argument #1 to 'encode' (expected 1 argument)"));
    };
    match encode::to_json(value)? {
        Ok(json) => lua.create_string(json),
        Err(text) => Err(failure::raise_at_line(lua, &text)),
    }
}

fn decode(lua: &Lua, args: &Variadic<Value>) -> mlua::Result<Value> {
    let [value] = &args[..] else {
        return Err(failure::raise_at_line(lua, "bad argument #1 to 'decode' (expected 1 argument)"));
    };
    let Some(text) = lua.coerce_string(value.clone())? else {
        let text = format!("bad argument #1 to 'decode' (string expected, got {})", value.type_name());
        return Err(failure::raise_at_line(lua, &text));
    };
    let json = text.as_bytes();
    match decode::from_json(lua, &json)? {
        Ok(value) => Ok(value),
        Err(text) => Err(failure::raise_at_line(lua, &text)),
    }
}
