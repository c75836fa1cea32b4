//! `bit`: operations on the lower 32 bits of numbers.

use mlua::{Lua, Table};

use super::call::{Call, native};

/// The table `bit`, still to be protected.
pub(super) fn library(lua: &Lua) -> mlua::Result<Table> {
    let library = lua.create_table()?;
    library.set("tobit", native(lua, |call| operand(call, 1).map(signed))?)?;
    library.set("bnot", native(lua, |call| operand(call, 1).map(|bits| signed(!bits)))?)?;
    library.set("bswap", native(lua, |call| operand(call, 1).map(|bits| signed(bits.swap_bytes())))?)?;
    library.set("tohex", native(lua, to_hex)?)?;
    for (name, combine) in COMBINATIONS {
        library.set(name, native(lua, move |call| fold(call, combine))?)?;
    }
    for (name, shift) in SHIFTS {
        let run = move |call: &Call<'_>| Ok(signed(shift(operand(call, 1)?, operand(call, 2)? % u32::BITS)));
        library.set(name, native(lua, run)?)?;
    }
    Ok(library)
}

type Operation = fn(u32, u32) -> u32;

/// Operations on any number of operands.
const COMBINATIONS: [(&str, Operation); 3] =
    [("band", |left, right| left & right), ("bor", |left, right| left | right), ("bxor", |left, right| left ^ right)];

/// Operations whose second operand is a number of bits, of which only the lower five count.
const SHIFTS: [(&str, Operation); 5] = [
    ("lshift", |bits, by| bits << by),
    ("rshift", |bits, by| bits >> by),
    ("arshift", |bits, by| (bits.cast_signed() >> by).cast_unsigned()),
    ("rol", u32::rotate_left),
    ("ror", u32::rotate_right),
];

fn fold(call: &Call<'_>, combine: Operation) -> mlua::Result<i32> {
    let first = operand(call, 1)?;
    // The C library goes from the last to the second, which shows in the argument that its errors name.
    (2..=call.len()).rev().try_fold(first, |bits, place| Ok(combine(bits, operand(call, place)?))).map(signed)
}

/// `bit.tohex(x [, digits])`: a negative count asks for capitals.
fn to_hex(call: &Call<'_>) -> mlua::Result<String> {
    let bits = operand(call, 1)?;
    let digits = if call.get(2).is_some() { signed(operand(call, 2)?) } else { 8 };
    let all = if digits < 0 { format!("{bits:08X}") } else { format!("{bits:08x}") };
    let kept = usize::try_from(digits.unsigned_abs()).unwrap_or(all.len()).min(all.len());
    Ok(all[all.len() - kept..].to_owned())
}

/// The lower 32 bits of a number, rounded to an integer first.
fn operand(call: &Call<'_>, place: usize) -> mlua::Result<u32> {
    /// 2^52 + 2^51: added to a double, it leaves the integer in the lower bits of the sum.
    const MAGIC: f64 = 6_755_399_441_055_744.0;
    let number = call.number(place)?;
    #[expect(clippy::cast_possible_truncation, reason = "the lower bits are what is asked for")]
    let bits = (number + MAGIC).to_bits() as u32;
    Ok(bits)
}

fn signed(bits: u32) -> i32 {
    bits.cast_signed()
}
