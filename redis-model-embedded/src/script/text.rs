//! Functions of the `string` library that Lua's own C would let a script misuse.

use super::{
    budget::{self, Budget},
    call::Call,
};

/// Bytes that are copied in the time of one instruction.
const BYTES: usize = 16;

/// `string.rep(text, count)`, which Lua would begin even if the memory for it was not there.
pub(super) fn repeat(call: &Call<'_>, budget: &Budget) -> mlua::Result<mlua::String> {
    let text = call.string(1)?;
    let text = text.as_bytes();
    let count = usize::try_from(call.small_integer(2)?).unwrap_or(0);
    let length = text.len().saturating_mul(count);
    budget::make_room(call.lua, length)?;
    budget.charge(call.lua, (length / BYTES) as u64)?;
    call.lua.create_string(text.repeat(count))
}
