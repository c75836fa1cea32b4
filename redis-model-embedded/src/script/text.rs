//! Functions of the `string` library that Lua's own C would let a script misuse.

use super::{budget, call::Call};

/// `string.rep(text, count)`, which Lua would begin even if the memory for it was not there.
pub(super) fn repeat(call: &Call<'_>) -> mlua::Result<mlua::String> {
    let text = call.string(1)?;
    let text = text.as_bytes();
    let count = usize::try_from(call.small_integer(2)?).unwrap_or(0);
    budget::check_memory(text.len().saturating_mul(count))?;
    call.lua.create_string(text.repeat(count))
}
