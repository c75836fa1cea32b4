use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use mlua::{HookTriggers, Lua, VmState};

/// How many virtual instructions a script may run: about a second's worth, and far more than any sensible script's.
const INSTRUCTIONS: u64 = 200_000_000;
/// How often the count is looked at.
const INTERVAL: u32 = 10_000;

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
