use mlua::{BString, Function, Lua, LuaOptions, MultiValue, StdLib, Table, Value};

use super::{
    ScriptCall, bridge,
    budget::{self, Budget},
    convert::{self, ScriptProtocol},
    globals::{self, SCRIPT_NAME},
};
use crate::{
    command::{Context, Outcome},
    protocol::{ErrorReply, Protocol, c_string},
};

/// A command takes as long as so many instructions, and many take longer.
const COMMAND: u64 = 50;

/// What code begins with that was compiled before: it could make the machine do anything.
const COMPILED: &[u8] = b"\x1b";

/// The virtual machine of an engine.
#[derive(Debug)]
pub(super) struct Vm {
    lua: Lua,
    /// `run(script, call, keys, arguments)`, from globals.lua.
    run: Function,
    loadstring: Function,
    budget: Budget,
    protocol: ScriptProtocol,
}

impl Vm {
    pub(super) fn new() -> mlua::Result<Self> {
        let libraries = StdLib::TABLE | StdLib::STRING | StdLib::MATH;
        let lua = Lua::new_with(libraries, LuaOptions::default())?;
        let (budget, protocol) = (Budget::default(), ScriptProtocol::default());
        let loadstring = lua.globals().get("loadstring")?;
        let run = globals::install(&lua, &budget, &protocol)?;
        budget.install(&lua)?;
        Ok(Self { lua, run, loadstring, budget, protocol })
    }

    /// Compiles a script with Lua's own function for it: its errors quote the script as bytes.
    pub(super) fn compile(&self, source: &[u8]) -> Result<Function, ErrorReply> {
        const BEFORE: &[u8] = b"ERR Error compiling script (new function): ";
        if source.starts_with(COMPILED) {
            return Err(ErrorReply::new([BEFORE, b"attempt to load compiled code"].concat()));
        }
        let compiled: mlua::Result<(Option<Function>, Option<mlua::String>)> =
            self.loadstring.call((BString::from(source), SCRIPT_NAME));
        match compiled {
            Ok((Some(function), _)) => Ok(function),
            Ok((None, text)) => {
                let text = text.map(|text| text.as_bytes().to_vec()).unwrap_or_default();
                Err(ErrorReply::new([BEFORE, &text].concat()))
            }
            Err(error) => Err(ErrorReply::new([BEFORE, error.to_string().as_bytes()].concat())),
        }
    }

    /// Runs one script. The outer error is a failure of the machine, not of the script.
    pub(super) fn run(&self, ctx: &mut Context<'_>, call: &ScriptCall<'_>) -> mlua::Result<Outcome> {
        self.budget.reset(&self.lua)?;
        self.protocol.set(Protocol::Resp2);
        let keys = self.strings(call.keys)?;
        let arguments = self.strings(call.arguments)?;
        let ended: mlua::Result<(bool, Value)> = self.lua.scope(|scope| {
            let redis_call = scope.create_function_mut(|lua, words: MultiValue| {
                self.budget.charge(lua, COMMAND)?;
                budget::with_all_memory(lua, || {
                    bridge::redis_call(lua, ctx, call.is_read_only, self.protocol.get(), &words)
                })?
            })?;
            budget::with_limited_memory(&self.lua, || {
                self.run.call((&call.script.function, redis_call, keys, arguments))
            })?
        });
        if let Some(verdict) = self.budget.verdict() {
            return Ok(Err(machine_error(&verdict, call)));
        }
        let (succeeded, result) = ended?;
        match result {
            result if succeeded => convert::to_reply(&result, self.protocol.get()).map(Ok),
            Value::Table(failure) => Ok(Err(script_error(&self.lua, &failure, call)?)),
            // The machine itself has given up, for want of memory or because of an error in handling an error.
            other => Ok(Err(machine_error(&other.to_string()?, call))),
        }
    }

    fn strings(&self, items: &[&[u8]]) -> mlua::Result<Table> {
        self.lua.create_sequence_from(items.iter().map(|item| BString::from(*item)))
    }
}

/// The reply to a script that raised an error: what it raised, which script, and where in it.
fn script_error(lua: &Lua, failure: &Table, call: &ScriptCall<'_>) -> mlua::Result<ErrorReply> {
    let field = |name| lua.coerce_string(failure.raw_get(name)?);
    let text = match field("err")? {
        Some(text) => c_string(&text.as_bytes()).to_vec(),
        // Here Redis crashes.
        None => b"ERR unknown error".to_vec(),
    };
    let (Some(source), Some(line)) = (field("source")?, field("line")?) else {
        return Ok(ErrorReply::new(text));
    };
    let (source, line) = (source.as_bytes(), line.as_bytes());
    let parts: [&[u8]; 8] = [&text, b" script: ", &call.sha, b", on ", c_string(&source), b":", &line, b"."];
    Ok(ErrorReply::new(parts.concat()))
}

fn machine_error(text: &str, call: &ScriptCall<'_>) -> ErrorReply {
    ErrorReply::new([b"ERR Error running script ", call.sha.as_slice(), b", ", text.as_bytes()].concat())
}
