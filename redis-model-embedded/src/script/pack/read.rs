use mlua::{IntoLua, Lua, Value, Variadic};

use super::{
    super::call::Call,
    format::{Format, Order, Piece},
    write::to_unsigned,
};

/// One unpacked value, in a form that takes no room of the machine until it is handed over.
pub(super) enum Item {
    Number(f64),
    Text(Vec<u8>),
}

impl IntoLua for Item {
    fn into_lua(self, lua: &Lua) -> mlua::Result<Value> {
        match self {
            Self::Number(number) => Ok(Value::Number(number)),
            Self::Text(text) => lua.create_string(text).map(Value::String),
        }
    }
}

/// `struct.unpack(format, data [, position])`: the values, and the position behind them.
pub(super) fn unpack(call: &Call<'_>) -> mlua::Result<Variadic<Item>> {
    let text = call.string(1)?;
    let text = text.as_bytes();
    let data = call.string(2)?;
    let data = data.as_bytes();
    let start = call.optional_integer(3, 1)?;
    if start == 0 {
        return Err(call.refuse(3, "offset must be 1 or greater"));
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "this is what Redis does")]
    let mut reader = Reader { call, data: &data, position: (start as usize).wrapping_sub(1), items: Vec::new() };
    let mut format = Format::new(call, &text);
    while let Some(piece) = format.next_piece(reader.position)? {
        reader.read(piece, &mut format)?;
    }
    #[expect(clippy::cast_precision_loss, reason = "Lua 5.1 has only doubles")]
    let next = reader.position.wrapping_add(1).cast_signed() as f64;
    reader.items.push(Item::Number(next));
    Ok(reader.items.into())
}

struct Reader<'a> {
    call: &'a Call<'a>,
    data: &'a [u8],
    position: usize,
    items: Vec<Item>,
}

impl<'a> Reader<'a> {
    fn read(&mut self, piece: Piece, format: &mut Format<'_>) -> mlua::Result<()> {
        self.position = self.position.wrapping_add(piece.gap);
        let mut size = piece.size;
        let mut bytes = self.bytes(size)?;
        self.call.check_stack(self.items.len() + 2, "too many results")?;
        let item = match piece.option {
            letter @ (b'b' | b'B' | b'h' | b'H' | b'l' | b'L' | b'T' | b'i' | b'I') => {
                Some(Item::Number(integer(bytes, format.order, letter.is_ascii_lowercase())))
            }
            b'x' => None,
            b'f' => Some(Item::Number(f64::from(f32::from_le_bytes(ordered(bytes, format.order))))),
            b'd' => Some(Item::Number(f64::from_le_bytes(ordered(bytes, format.order)))),
            b'c' => {
                if size == 0 {
                    size = self.size_before()?;
                    bytes = self.bytes(size)?;
                }
                Some(Item::Text(bytes.to_vec()))
            }
            b's' => {
                let rest = &self.data[self.position..];
                let end = rest.iter().position(|byte| *byte == 0);
                let end = end.ok_or_else(|| self.call.fail("unfinished string in data"))?;
                size = end + 1;
                Some(Item::Text(rest[..end].to_vec()))
            }
            control => {
                format.control(control)?;
                None
            }
        };
        self.items.extend(item);
        self.position = self.position.wrapping_add(size);
        Ok(())
    }

    /// So many bytes from the present position on.
    fn bytes(&self, size: usize) -> mlua::Result<&'a [u8]> {
        let end = self.position.checked_add(size);
        let bytes = end.and_then(|end| self.data.get(self.position..end));
        bytes.ok_or_else(|| self.call.refuse(2, "data string too short"))
    }

    /// Takes back the value before, which says how long the next string is.
    fn size_before(&mut self) -> mlua::Result<usize> {
        let number = match self.items.last() {
            Some(Item::Number(number)) => Some(*number),
            Some(Item::Text(text)) => {
                let text = Value::String(self.call.lua.create_string(text)?);
                self.call.lua.coerce_number(text)?
            }
            None => None,
        };
        let number = number.ok_or_else(|| self.call.fail("format 'c0' needs a previous size"))?;
        self.items.pop();
        Ok(usize::try_from(to_unsigned(number)).unwrap_or(usize::MAX))
    }
}

/// The integer of some bytes: of more than eight, the lower ones.
#[expect(clippy::cast_precision_loss, reason = "Lua 5.1 has only doubles")]
fn integer(bytes: &[u8], order: Order, is_signed: bool) -> f64 {
    let join = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
    let value = match order {
        Order::Big => bytes.iter().fold(0, join),
        Order::Little => bytes.iter().rev().fold(0, join),
    };
    if !is_signed {
        return value as f64;
    }
    // The C library shifts by as many bits as there are, and x86 counts them modulo 64.
    let bits = u32::try_from(bytes.len() * 8).unwrap_or(0).wrapping_sub(1);
    let sign = u64::MAX.wrapping_shl(bits);
    (if value & sign != 0 { value | sign } else { value }).cast_signed() as f64
}

/// The bytes of a float, little end first; the option has made sure that they are as many.
fn ordered<const SIZE: usize>(bytes: &[u8], order: Order) -> [u8; SIZE] {
    let mut little: [u8; SIZE] = std::array::from_fn(|place| bytes.get(place).copied().unwrap_or(0));
    if order == Order::Big {
        little.reverse();
    }
    little
}
