use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use mlua::{HookTriggers, Lua, Table, VmState};

use super::{call::native, failure};

/// How many virtual instructions a script may run: about a second's worth, and far more than any sensible script's.
const INSTRUCTIONS: u64 = 200_000_000;
/// How often the count is looked at.
const INTERVAL: u32 = 10_000;
/// How many bytes scripts may hold: twice the longest value that a key can have.
const MEMORY: usize = 1 << 30;
/// What Lua says when there is no more memory.
const NO_MEMORY: &str = "not enough memory";

/// How hard the collector works for each byte that is made, in percent: so hard that it ends a round at once.
///
/// Step by step it would fall behind a script that makes long strings, and the limit would be reached by garbage.
const COLLECTOR: i32 = 1_000_000;

/// What stops endless scripts: a count of instructions, since the engine has neither threads nor a clock to look at.
///
/// Functions written in C or Rust count as one instruction, however long they take, unless they say how much it was.
#[derive(Debug, Clone, Default)]
pub(super) struct Budget {
    counted: Arc<AtomicU64>,
    is_spent: Arc<AtomicBool>,
    is_out_of_memory: Arc<AtomicBool>,
}

impl Budget {
    /// Starts to count the instructions of the machine.
    pub(super) fn install(&self, lua: &Lua) -> mlua::Result<()> {
        lua.gc_set_step_multiplier(COLLECTOR);
        self.count_instructions(lua)
    }

    /// Adds what globals.lua needs where it catches errors: to say that memory was short, and to ask whether all is over.
    pub(super) fn add_functions(&self, lua: &Lua, functions: &Table) -> mlua::Result<()> {
        let this = self.clone();
        functions.set("stop_for_memory", native(lua, move |call| this.stop_for_memory(call.lua))?)?;
        let is_spent = Arc::clone(&self.is_spent);
        functions.set("is_stopped", native(lua, move |_| Ok(is_spent.load(Ordering::Relaxed)))?)
    }

    /// A new script begins.
    pub(super) fn reset(&self, lua: &Lua) -> mlua::Result<()> {
        self.counted.store(0, Ordering::Relaxed);
        if self.is_spent.swap(false, Ordering::Relaxed) {
            self.is_out_of_memory.store(false, Ordering::Relaxed);
            self.count_instructions(lua)?;
        }
        Ok(())
    }

    /// Counts what one instruction made a native function do as if it had been so many.
    pub(super) fn charge(&self, lua: &Lua, instructions: u64) -> mlua::Result<()> {
        let counted = self.counted.fetch_add(instructions, Ordering::Relaxed);
        if counted < INSTRUCTIONS { Ok(()) } else { self.stop(lua) }
    }

    /// Why the script was stopped, if it was.
    pub(super) fn verdict(&self) -> Option<String> {
        let is_out_of_memory = self.is_out_of_memory.load(Ordering::Relaxed);
        self.is_spent.load(Ordering::Relaxed).then(|| reason(is_out_of_memory))
    }

    fn count_instructions(&self, lua: &Lua) -> mlua::Result<()> {
        let budget = self.clone();
        lua.set_global_hook(HookTriggers::new().every_nth_instruction(INTERVAL), move |lua, _| {
            let counted = budget.counted.fetch_add(u64::from(INTERVAL), Ordering::Relaxed);
            if counted < INSTRUCTIONS && !budget.is_spent.load(Ordering::Relaxed) {
                return Ok(VmState::Continue);
            }
            budget.stop(lua)?;
            Ok(VmState::Continue)
        })
    }

    /// A script that goes on after such an error could fill the memory again and again, which takes long.
    fn stop_for_memory(&self, lua: &Lua) -> mlua::Result<()> {
        self.is_out_of_memory.store(true, Ordering::Relaxed);
        self.stop(lua)
    }

    /// From now on every instruction fails, so that a `pcall` around the script cannot go on.
    fn stop(&self, lua: &Lua) -> mlua::Result<()> {
        let is_out_of_memory = self.is_out_of_memory.load(Ordering::Relaxed);
        if !self.is_spent.swap(true, Ordering::Relaxed) {
            let triggers = HookTriggers::new().every_nth_instruction(1);
            lua.set_global_hook(triggers, move |_, _| Err(mlua::Error::runtime(reason(is_out_of_memory))))?;
        }
        Err(mlua::Error::runtime(reason(is_out_of_memory)))
    }
}

fn reason(is_out_of_memory: bool) -> String {
    if is_out_of_memory {
        return format!("Script stopped: {NO_MEMORY}");
    }
    format!("Script stopped: it ran for more than {INSTRUCTIONS} instructions")
}

/// Runs a script's own code, which must not use up the memory of the process.
///
/// The limit holds for nothing else: under it mlua takes a slower way to every value that it makes.
pub(super) fn with_limited_memory<R>(lua: &Lua, run: impl FnOnce() -> R) -> mlua::Result<R> {
    lua.set_memory_limit(MEMORY)?;
    let result = run();
    lua.set_memory_limit(0)?;
    // Lua 5.1 does not look for garbage when the limit is reached, so none may be left for the next script.
    if lua.used_memory() > MEMORY / 8 {
        lua.gc_collect()?;
    }
    Ok(result)
}

/// Runs the engine's own code, which a script has called.
pub(super) fn with_all_memory<R>(lua: &Lua, run: impl FnOnce() -> R) -> mlua::Result<R> {
    lua.set_memory_limit(0)?;
    let result = run();
    lua.set_memory_limit(MEMORY)?;
    Ok(result)
}

/// Makes room for something of this many bytes, if garbage stands in its way.
pub(super) fn make_room(lua: &Lua, bytes: usize) -> mlua::Result<()> {
    check_memory(bytes)?;
    if lua.used_memory() + bytes > MEMORY { lua.gc_collect() } else { Ok(()) }
}

/// Refuses to make something of this many bytes for a script, if that is too much.
pub(super) fn check_memory(bytes: usize) -> mlua::Result<()> {
    if bytes <= MEMORY { Ok(()) } else { Err(failure::raise_text(NO_MEMORY)) }
}
