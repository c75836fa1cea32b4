//! `cjson`: the JSON library of scripts, with the settings and error texts that Redis gives it.

mod decode;
mod encode;
mod number;
mod settings;
mod token;

use mlua::{Function, Lua, Table, Value};

use super::call::{Call, native};
use settings::SharedSettings;

/// A table like `cjson`, with settings of its own; the one that scripts start with is still to be protected.
///
/// `next` is Lua's own function of that name.
pub(super) fn library(lua: &Lua, next: &Function) -> mlua::Result<Table> {
    let library = lua.create_table()?;
    let settings = SharedSettings::default();
    let (shared, walk) = (settings.clone(), next.clone());
    library.set("encode", native(lua, move |call| encode(call, &shared, &walk))?)?;
    let shared = settings.clone();
    library.set("decode", native(lua, move |call| decode(call, &shared))?)?;
    settings.add_functions(lua, &library)?;
    let walk = next.clone();
    library.set("new", native(lua, move |call| self::library(call.lua, &walk))?)?;
    library.set("null", Value::NULL)?;
    library.set("_NAME", "cjson")?;
    library.set("_VERSION", "2.1.0")?;
    Ok(library)
}

fn encode(call: &Call<'_>, settings: &SharedSettings, next: &Function) -> mlua::Result<mlua::String> {
    if call.len() != 1 {
        return Err(call.refuse(1, "expected 1 argument"));
    }
    call.lua.create_string(encode::to_json(call, settings.get(), next)?)
}

fn decode(call: &Call<'_>, settings: &SharedSettings) -> mlua::Result<Value> {
    if call.len() != 1 {
        return Err(call.refuse(1, "expected 1 argument"));
    }
    let text = call.string(1)?;
    decode::from_json(call, settings.get(), &text.as_bytes())
}
