//! The functions of scripts that are not Lua.

use mlua::{Lua, Table, Value, Variadic};

use super::{convert::ScriptProtocol, failure, json, random::ScriptRandom, sha1_hex};
use crate::{
    SERVER_VERSION,
    protocol::{ErrorReply, Protocol},
};

/// The table that globals.lua receives.
pub(super) fn functions(lua: &Lua, protocol: &ScriptProtocol) -> mlua::Result<Table> {
    let native = lua.create_table()?;
    native.set("version", SERVER_VERSION)?;
    native.set("version_number", version_number())?;
    native.set("describe_error", lua.create_function(failure::describe)?)?;
    native.set("failure_text", lua.create_function(failure::text_and_kind)?)?;
    native.set("sha1hex", lua.create_function(|lua, args| sha1hex(lua, &args))?)?;
    native.set("log", lua.create_function(|lua, args| log(lua, &args))?)?;
    let chosen = protocol.clone();
    native.set("setresp", lua.create_function(move |lua, args| setresp(lua, &chosen, &args))?)?;
    let random = ScriptRandom::default();
    let seeded = random.clone();
    native.set("random", lua.create_function(move |lua, limits: Variadic<f64>| random.next(lua, &limits))?)?;
    let seed = move |_: &Lua, seed: f64| {
        seeded.seed(seed);
        Ok(())
    };
    native.set("randomseed", lua.create_function(seed)?)?;
    native.set("cjson", json::library(lua)?)?;
    Ok(native)
}

/// The version as Redis packs it: a byte each for major, minor and patch.
fn version_number() -> u32 {
    SERVER_VERSION.split('.').fold(0, |number, part| number << 8 | part.parse::<u32>().unwrap_or(0))
}

fn sha1hex(lua: &Lua, args: &Variadic<Value>) -> mlua::Result<mlua::String> {
    let [value] = &args[..] else {
        return Err(failure::raise(ErrorReply::fixed("ERR wrong number of arguments")));
    };
    let text = lua.coerce_string(value.clone())?;
    let sha = text.map_or_else(|| sha1_hex(b""), |text| sha1_hex(&text.as_bytes()));
    lua.create_string(sha)
}

/// The engine has no log: the arguments are checked, and the text is dropped.
fn log(lua: &Lua, args: &Variadic<Value>) -> mlua::Result<()> {
    let refuse = |text| Err(failure::raise(ErrorReply::fixed(text)));
    if args.len() < 2 {
        return refuse("ERR redis.log() requires two arguments or more.");
    }
    match args.first().cloned().map(|level| lua.coerce_number(level)).transpose()?.flatten() {
        None => refuse("ERR First argument must be a number (log level)."),
        Some(level) if !(0.0..=3.0).contains(&level) => refuse("ERR Invalid debug level."),
        Some(_) => Ok(()),
    }
}

/// Chooses the shape of the replies that the script gets.
fn setresp(lua: &Lua, protocol: &ScriptProtocol, args: &Variadic<Value>) -> mlua::Result<()> {
    let refuse = |text| Err(failure::raise(ErrorReply::fixed(text)));
    let [version] = &args[..] else {
        return refuse("ERR redis.setresp() requires one argument.");
    };
    match lua.coerce_integer(version.clone())? {
        Some(2) => protocol.set(Protocol::Resp2),
        Some(3) => protocol.set(Protocol::Resp3),
        _ => return refuse("ERR RESP version must be 2 or 3."),
    }
    Ok(())
}
