use mlua::{Function, Lua, Table};

use super::{budget::Budget, convert::ScriptProtocol, library};

/// The chunk name of every script, which its error messages show.
pub(super) const SCRIPT_NAME: &str = "@user_script";
/// The chunk name of globals.lua, whose functions no error message shows.
pub(super) const ENGINE_NAME: &str = "=engine";
const SOURCE: &str = include_str!("globals.lua");

/// Replaces the machine's globals by those of Redis' scripts, and gives the function that runs one script.
pub(super) fn install(lua: &Lua, budget: &Budget, protocol: &ScriptProtocol) -> mlua::Result<Function> {
    let native = library::functions(lua, budget, protocol)?;
    let (run, globals): (Function, Table) = lua.load(SOURCE).set_name(ENGINE_NAME).call(native)?;
    lua.set_globals(globals)?;
    Ok(run)
}
