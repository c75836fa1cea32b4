//! `struct`: numbers and strings packed into bytes as a C program lays them out.

mod format;
mod read;
mod write;

use mlua::{Lua, Table};

use super::call::{Call, native};
use format::Format;

/// The table `struct`, still to be protected.
pub(super) fn library(lua: &Lua) -> mlua::Result<Table> {
    let library = lua.create_table()?;
    library.set("pack", native(lua, write::pack)?)?;
    library.set("unpack", native(lua, read::unpack)?)?;
    library.set("size", native(lua, size)?)?;
    Ok(library)
}

/// `struct.size(format)`: how many bytes the format takes.
fn size(call: &Call<'_>) -> mlua::Result<f64> {
    let text = call.string(1)?;
    let text = text.as_bytes();
    let mut format = Format::new(call, &text);
    let mut position = 0_usize;
    while let Some(piece) = format.next_piece(position)? {
        position = position.wrapping_add(piece.gap);
        match (piece.option, piece.size) {
            (b's', _) => return Err(call.refuse(1, "option 's' has no fixed size")),
            (b'c', 0) => return Err(call.refuse(1, "option 'c0' has no fixed size")),
            (letter, _) if letter.is_ascii_alphanumeric() => {}
            (control, _) => format.control(control)?,
        }
        position = position.wrapping_add(piece.size);
    }
    #[expect(clippy::cast_precision_loss, reason = "Lua 5.1 has only doubles")]
    let size = position.cast_signed() as f64;
    Ok(size)
}
