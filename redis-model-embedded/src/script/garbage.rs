//! `collectgarbage`, without the settings that would change the machine for the scripts to come.

use std::sync::{
    Arc,
    atomic::{AtomicI32, Ordering},
};

use mlua::{Lua, Table, Value};

use super::{
    budget::Budget,
    call::{Call, native},
};

/// What Lua starts with, for `setpause` as for `setstepmul`.
const PERCENT: i32 = 200;

/// A round of the collector takes as long as so many instructions, and longer where there is much to look at.
const ROUND: u64 = 100_000;

/// Adds `collectgarbage` to `functions`.
pub(super) fn add_functions(lua: &Lua, budget: &Budget, functions: &Table) -> mlua::Result<()> {
    // Kept for scripts that ask.
    let [pause, step] = [PERCENT; 2].map(|percent| Arc::new(AtomicI32::new(percent)));
    let budget = budget.clone();
    functions.set("collectgarbage", native(lua, move |call| collect(call, &budget, &pause, &step))?)
}

fn collect(call: &Call<'_>, budget: &Budget, pause: &AtomicI32, step: &AtomicI32) -> mlua::Result<Value> {
    let option = if call.is_absent(1) { None } else { Some(call.string(1)?) };
    let amount = if call.is_absent(2) { 0 } else { call.small_integer(2)? };
    let option = option.as_ref().map_or_else(|| b"collect".to_vec(), |option| option.as_bytes().to_vec());
    Ok(Value::Integer(match &*option {
        b"collect" => {
            budget.charge(call.lua, ROUND)?;
            call.lua.gc_collect()?;
            0
        }
        #[expect(clippy::cast_precision_loss, reason = "memory is far below 2^53 bytes")]
        b"count" => return Ok(Value::Number(call.lua.used_memory() as f64 / 1024.0)),
        b"step" => {
            budget.charge(call.lua, ROUND)?;
            return call.lua.gc_step_kbytes(amount.max(0)).map(Value::Boolean);
        }
        b"setpause" => pause.swap(amount, Ordering::Relaxed).into(),
        b"setstepmul" => step.swap(amount, Ordering::Relaxed).into(),
        b"stop" | b"restart" => 0,
        other => return Err(call.refuse(1, [b"invalid option '".as_slice(), other, b"'"].concat())),
    }))
}
