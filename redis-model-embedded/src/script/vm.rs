use mlua::{BString, ChunkMode, Function, Lua, LuaOptions, MultiValue, StdLib, Table, Value};

use super::{
    ScriptCall, bridge,
    budget::Budget,
    convert::{self, ScriptProtocol},
    globals::{self, SCRIPT_NAME},
};
use crate::{
    command::{Context, Outcome},
    protocol::{ErrorReply, Protocol, c_string},
};

/// The virtual machine of an engine.
#[derive(Debug)]
pub(super) struct Vm {
    lua: Lua,
    /// `run(script, call, keys, arguments)`, from globals.lua.
    run: Function,
    budget: Budget,
    protocol: ScriptProtocol,
}

impl Vm {
    pub(super) fn new() -> mlua::Result<Self> {
        let libraries = StdLib::TABLE | StdLib::STRING | StdLib::MATH;
        let lua = Lua::new_with(libraries, LuaOptions::default())?;
        let (budget, protocol) = (Budget::default(), ScriptProtocol::default());
        let run = globals::install(&lua, &protocol)?;
        budget.install(&lua)?;
        Ok(Self { lua, run, budget, protocol })
    }

    pub(super) fn compile(&self, source: &[u8]) -> Result<Function, ErrorReply> {
        let chunk = self.lua.load(source).set_name(SCRIPT_NAME).set_mode(ChunkMode::Text);
        chunk.into_function().map_err(|error| {
            let text = match error {
                mlua::Error::SyntaxError { message, .. } => message,
                other => other.to_string(),
            };
            ErrorReply::new(format!("ERR Error compiling script (new function): {text}"))
        })
    }

    /// Runs one script. The outer error is a failure of the machine, not of the script.
    pub(super) fn run(&self, ctx: &mut Context<'_>, call: &ScriptCall<'_>) -> mlua::Result<Outcome> {
        self.budget.reset(&self.lua)?;
        self.protocol.set(Protocol::Resp2);
        let keys = self.strings(call.keys)?;
        let arguments = self.strings(call.arguments)?;
        let (succeeded, result): (bool, Value) = self.lua.scope(|scope| {
            let redis_call = scope.create_function_mut(|lua, words: MultiValue| {
                bridge::redis_call(lua, ctx, call.is_read_only, self.protocol.get(), &words)
            })?;
            self.run.call((&call.script.function, redis_call, keys, arguments))
        })?;
        match result {
            result if succeeded => convert::to_reply(&result, self.protocol.get()).map(Ok),
            Value::Table(failure) => Ok(Err(script_error(&failure, call)?)),
            _ => Err(mlua::Error::runtime("the script ended in neither a result nor an error")),
        }
    }

    fn strings(&self, items: &[&[u8]]) -> mlua::Result<Table> {
        self.lua.create_sequence_from(items.iter().map(|item| BString::from(*item)))
    }
}

/// The reply to a script that raised an error: what it raised, which script, and where in it.
fn script_error(failure: &Table, call: &ScriptCall<'_>) -> mlua::Result<ErrorReply> {
    let text = match failure.raw_get("err")? {
        Value::String(text) => c_string(&text.as_bytes()).to_vec(),
        _ => b"ERR unknown error".to_vec(),
    };
    let place = match failure.raw_get("line")? {
        Value::Integer(line) => format!(", on {SCRIPT_NAME}:{line}."),
        _ => String::new(),
    };
    Ok(ErrorReply::new([text.as_slice(), b" script: ", &call.sha, place.as_bytes()].concat()))
}
