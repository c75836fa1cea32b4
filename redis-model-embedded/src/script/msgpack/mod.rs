//! `cmsgpack`: `MessagePack`, in the dialect of the library that Redis gives its scripts.

mod decode;
mod encode;

use mlua::{Lua, Table};

use super::call::native;

/// The table `cmsgpack`, still to be protected.
pub(super) fn library(lua: &Lua) -> mlua::Result<Table> {
    let library = lua.create_table()?;
    library.set("pack", native(lua, encode::pack)?)?;
    library.set("unpack", native(lua, decode::unpack)?)?;
    library.set("unpack_one", native(lua, decode::unpack_one)?)?;
    library.set("unpack_limit", native(lua, decode::unpack_limit)?)?;
    library.set("_NAME", "cmsgpack")?;
    library.set("_VERSION", "lua-cmsgpack 0.4.0")?;
    library.set("_COPYRIGHT", "Copyright (C) 2012, Salvatore Sanfilippo")?;
    library.set("_DESCRIPTION", "MessagePack C implementation for Lua")?;
    Ok(library)
}
