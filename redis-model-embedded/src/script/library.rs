//! The functions of scripts that are not Lua.

use mlua::{Function, Lua, MultiValue, Table, Value, Variadic};

use super::{
    arguments::words,
    bits,
    budget::Budget,
    call::{Call, native},
    convert::ScriptProtocol,
    failure, garbage, json, msgpack, pack,
    protection::Protection,
    random::ScriptRandom,
    sha1_hex, text,
};
use crate::{
    SERVER_VERSION,
    command::{self, Lookup},
    number::truncate,
    protocol::{ErrorReply, Protocol, c_string},
};

/// The table that globals.lua receives.
pub(super) fn functions(lua: &Lua, budget: &Budget, protocol: &ScriptProtocol) -> mlua::Result<Table> {
    let next: Function = lua.globals().get("next")?;
    let functions = lua.create_table()?;
    functions.set("version", SERVER_VERSION)?;
    functions.set("version_number", version_number())?;
    functions.set("describe_error", lua.create_function(failure::describe)?)?;
    functions.set("failure_text", lua.create_function(failure::text_and_facts)?)?;
    functions.set("fail", native(lua, |call| Err::<(), _>(call.fail(call.string(1)?.as_bytes())))?)?;
    functions.set("refuse_global", native(lua, refuse_global)?)?;
    Protection::default().add_functions(lua, &functions)?;
    budget.add_functions(lua, &functions)?;
    garbage::add_functions(lua, budget, &functions)?;
    ScriptRandom::default().add_functions(lua, &functions)?;
    let loadstring: Function = lua.globals().get("loadstring")?;
    functions.set("loadstring", native(lua, move |call| load_string(call, &loadstring))?)?;
    let charged = budget.clone();
    functions.set("rep", native(lua, move |call| text::repeat(call, &charged))?)?;
    functions.set("redis", redis_functions(lua, protocol)?)?;
    functions.set("cjson", json::library(lua, &next)?)?;
    functions.set("cmsgpack", msgpack::library(lua)?)?;
    functions.set("bit", bits::library(lua)?)?;
    functions.set("struct", pack::library(lua)?)?;
    Ok(functions)
}

/// Functions of the `redis` table.
fn redis_functions(lua: &Lua, protocol: &ScriptProtocol) -> mlua::Result<Table> {
    let redis = lua.create_table()?;
    redis.set("sha1hex", lua.create_function(|lua, args| sha1hex(lua, &args))?)?;
    redis.set("log", lua.create_function(|lua, args| log(lua, &args))?)?;
    let chosen = protocol.clone();
    redis.set("setresp", lua.create_function(move |lua, args| setresp(lua, &chosen, &args))?)?;
    redis.set("set_repl", lua.create_function(|lua, args| set_repl(lua, &args))?)?;
    redis.set("acl_check_cmd", lua.create_function(|_, args| acl_check_cmd(&args))?)?;
    Ok(redis)
}

/// The version as Redis packs it: a byte each for major, minor and patch.
fn version_number() -> u32 {
    SERVER_VERSION.split('.').fold(0, |number, part| number << 8 | part.parse::<u32>().unwrap_or(0))
}

/// What happens when a script reads a global variable that is not there.
fn refuse_global(call: &Call<'_>) -> mlua::Result<()> {
    if call.len() != 2 {
        return Err(call.fail("Wrong number of arguments to luaProtectedTableError"));
    }
    let Ok(name) = call.string(2) else {
        return Err(call.fail("Second argument to luaProtectedTableError must be a string or number"));
    };
    let start = b"Script attempted to access nonexistent global variable '".as_slice();
    Err(call.fail([start, c_string(&name.as_bytes()), b"'"].concat()))
}

/// `loadstring` without compiled code, which could make the machine do anything.
fn load_string(call: &Call<'_>, loadstring: &Function) -> mlua::Result<MultiValue> {
    let text = call.string(1)?;
    let name = if call.is_absent(2) { text.clone() } else { call.string(2)? };
    if text.as_bytes().starts_with(b"\x1b") {
        let refused = call.lua.create_string("attempt to load compiled code")?;
        return Ok([Value::Nil, Value::String(refused)].into_iter().collect());
    }
    loadstring.call((text, name))
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
    match lua.coerce_number(version.clone())?.map(truncate) {
        Some(2) => protocol.set(Protocol::Resp2),
        Some(3) => protocol.set(Protocol::Resp3),
        _ => return refuse("ERR RESP version must be 2 or 3."),
    }
    Ok(())
}

/// The engine has no replicas: the flags are checked, and change nothing.
fn set_repl(lua: &Lua, args: &Variadic<Value>) -> mlua::Result<()> {
    const ALL: i64 = 3;
    let refuse = |text| Err(failure::raise(ErrorReply::fixed(text)));
    let [flags] = &args[..] else {
        return refuse("ERR redis.set_repl() requires two arguments.");
    };
    let flags = lua.coerce_number(flags.clone())?.map_or(0, truncate);
    if flags & !ALL != 0 {
        return refuse("ERR Invalid replication flags. Use REPL_AOF, REPL_REPLICA, REPL_ALL or REPL_NONE.");
    }
    Ok(())
}

/// There are no users here, so that any command that exists may be called.
fn acl_check_cmd(args: &MultiValue) -> mlua::Result<bool> {
    let words = words(args).map_err(failure::raise)?;
    let args: Vec<&[u8]> = words.iter().map(|word| &**word).collect();
    match command::find(&args) {
        Err(Lookup::Unknown(_)) => {
            Err(failure::raise(ErrorReply::fixed("ERR Invalid command passed to redis.acl_check_cmd()")))
        }
        Ok(_) | Err(Lookup::WrongArity(_)) => Ok(true),
    }
}
