use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use mlua::{HookTriggers, Lua, VmState};

use super::failure;

/// How many virtual instructions a script may run: about a second's worth, and far more than any sensible script's.
const INSTRUCTIONS: u64 = 200_000_000;
/// How often the count is looked at.
const INTERVAL: u32 = 10_000;
/// How many bytes scripts may hold: twice the longest value that a key can have.
const MEMORY: usize = 1 << 30;
/// What Lua says when there is no more memory.
const NO_MEMORY: &str = "not enough memory";

/// What stops endless scripts: a count of instructions, since the engine has neither threads nor a clock to look at.
#[derive(Debug, Clone, Default)]
pub(super) struct Budget {
    counted: Arc<AtomicU64>,
    is_spent: Arc<AtomicBool>,
}

impl Budget {
    /// Starts to count the instructions of the machine.
    pub(super) fn install(&self, lua: &Lua) -> mlua::Result<()> {
        let budget = self.clone();
        lua.set_global_hook(HookTriggers::new().every_nth_instruction(INTERVAL), move |lua, _| {
            let counted = budget.counted.fetch_add(u64::from(INTERVAL), Ordering::Relaxed);
            if counted < INSTRUCTIONS {
                return Ok(VmState::Continue);
            }
            if !budget.is_spent.swap(true, Ordering::Relaxed) {
                // From now on every instruction fails, so that a `pcall` around the endless part cannot go on.
                stop_at_every_instruction(lua)?;
            }
            Err(stopped())
        })
    }

    /// A new script begins.
    pub(super) fn reset(&self, lua: &Lua) -> mlua::Result<()> {
        self.counted.store(0, Ordering::Relaxed);
        if self.is_spent.swap(false, Ordering::Relaxed) {
            self.install(lua)?;
        }
        Ok(())
    }
}

fn stop_at_every_instruction(lua: &Lua) -> mlua::Result<()> {
    lua.set_global_hook(HookTriggers::new().every_nth_instruction(1), |_, _| Err(stopped()))
}

fn stopped() -> mlua::Error {
    mlua::Error::runtime(format!("Script stopped: it ran for more than {INSTRUCTIONS} instructions"))
}

/// Runs a script's own code, which must not use up the memory of the process.
///
/// The limit holds for nothing else: under it mlua takes a slower way to every value that it makes.
pub(super) fn with_limited_memory<R>(lua: &Lua, run: impl FnOnce() -> R) -> mlua::Result<R> {
    lua.set_memory_limit(MEMORY)?;
    let result = run();
    lua.set_memory_limit(0)?;
    // Lua 5.1 does not look for garbage when the limit is reached, so none may be left for the next script.
    if lua.used_memory() > MEMORY / 2 {
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

/// Refuses to make something of this many bytes for a script, if that is too much.
pub(super) fn check_memory(bytes: usize) -> mlua::Result<()> {
    if bytes <= MEMORY { Ok(()) } else { Err(failure::raise_text(NO_MEMORY)) }
}
