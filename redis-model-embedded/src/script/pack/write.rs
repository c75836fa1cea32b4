use super::{
    super::call::Call,
    format::{Format, Order},
};
use crate::number::truncate;

/// `struct.pack(format, ...)`: the bytes of all values.
pub(super) fn pack(call: &Call<'_>) -> mlua::Result<mlua::String> {
    let text = call.string(1)?;
    let text = text.as_bytes();
    let mut format = Format::new(call, &text);
    let mut bytes = Vec::new();
    let mut values = Values { call, next: 2 };
    // Grows by what an option says, which is not always what it wrote.
    let mut position = 0_usize;
    while let Some(piece) = format.next_piece(position)? {
        bytes.resize(bytes.len() + piece.gap, 0);
        let mut size = piece.size;
        match piece.option {
            b'b' | b'B' | b'h' | b'H' | b'l' | b'L' | b'T' | b'i' | b'I' => {
                append_integer(&mut bytes, values.number()?, size, format.order);
            }
            b'x' => bytes.push(0),
            #[expect(clippy::cast_possible_truncation, reason = "a float is what is asked for")]
            b'f' => append_ordered(&mut bytes, (values.number()? as f32).to_le_bytes(), format.order),
            b'd' => append_ordered(&mut bytes, values.number()?.to_le_bytes(), format.order),
            b'c' | b's' => {
                let text = values.text(size)?;
                size = text.len();
                bytes.extend_from_slice(&text);
                if piece.option == b's' {
                    bytes.push(0);
                    size += 1;
                }
            }
            control => format.control(control)?,
        }
        position = position.wrapping_add(piece.gap).wrapping_add(size);
    }
    call.lua.create_string(bytes)
}

/// The values to pack, one after the other.
struct Values<'a> {
    call: &'a Call<'a>,
    next: usize,
}

impl Values<'_> {
    fn number(&mut self) -> mlua::Result<f64> {
        let place = self.next;
        self.check(place, "number")?;
        self.next += 1;
        self.call.number(place)
    }

    /// The first `size` bytes of a string, or all of it for zero.
    fn text(&mut self, size: usize) -> mlua::Result<Vec<u8>> {
        let place = self.next;
        self.check(place, "string")?;
        self.next += 1;
        let text = self.call.string(place)?;
        let text = text.as_bytes();
        let size = if size == 0 { text.len() } else { size };
        // The C library counts on before it complains.
        Ok(text.get(..size).ok_or_else(|| self.call.refuse(self.next, "string too short"))?.to_vec())
    }

    /// The C library puts a nil behind the arguments, so that a missing one is "nil" and not "no value".
    fn check(&self, place: usize, wanted: &str) -> mlua::Result<()> {
        if place <= self.call.len() {
            return Ok(());
        }
        Err(self.call.refuse(place, format!("{wanted} expected, got nil")))
    }
}

/// The lower bytes of an integer; those beyond the eighth are zero.
fn append_integer(bytes: &mut Vec<u8>, number: f64, size: usize, order: Order) {
    let value = to_unsigned(number).to_le_bytes();
    let byte = |place: usize| value.get(place).copied().unwrap_or(0);
    match order {
        Order::Little => bytes.extend((0..size).map(byte)),
        Order::Big => bytes.extend((0..size).rev().map(byte)),
    }
}

fn append_ordered<const SIZE: usize>(bytes: &mut Vec<u8>, mut little: [u8; SIZE], order: Order) {
    if order == Order::Big {
        little.reverse();
    }
    bytes.extend_from_slice(&little);
}

/// C's conversion of a double to an unsigned integer as x86 does it, negative numbers by way of a signed one.
pub(super) fn to_unsigned(number: f64) -> u64 {
    const UPPER_HALF: f64 = 9_223_372_036_854_775_808.0;
    if number >= UPPER_HALF {
        return truncate(number - UPPER_HALF).cast_unsigned() ^ 1 << 63;
    }
    truncate(number).cast_unsigned()
}
