use mlua::{IntoLua, Lua, Table, Value, Variadic};

use super::super::call::Call;

/// Tables that may be open at once. Lua's stack allows a little more than this; mlua's own stack must hold them, too.
const MAX_OPEN: usize = 3_500;
/// Tables that one call may give back; beyond this mlua's own stack is full.
const MAX_TABLES: usize = 3_500;

const TOO_MANY: &str = "too many return values at once; use unpack_one or unpack_limit instead.";

/// `cmsgpack.unpack(text)`: every value of the text.
pub(super) fn unpack(call: &Call<'_>) -> mlua::Result<Variadic<Item>> {
    let text = call.string(1)?;
    let text = text.as_bytes();
    let mut decoder = Decoder::new(call, call.len(), &text);
    decoder.read_values(usize::MAX)?;
    Ok(decoder.results.into())
}

/// `cmsgpack.unpack_one(text [, offset])`: the offset of the value behind this one, or -1 at the end, and the value.
pub(super) fn unpack_one(call: &Call<'_>) -> mlua::Result<Variadic<Item>> {
    unpack_some(call, 1, call.optional_integer(2, 0)?)
}

/// `cmsgpack.unpack_limit(text, limit [, offset])`: the same for up to `limit` values.
pub(super) fn unpack_limit(call: &Call<'_>) -> mlua::Result<Variadic<Item>> {
    unpack_some(call, call.integer(2)?, call.optional_integer(3, 0)?)
}

fn unpack_some(call: &Call<'_>, limit: i64, offset: i64) -> mlua::Result<Variadic<Item>> {
    let text = call.string(1)?;
    let text = text.as_bytes();
    #[expect(clippy::cast_possible_truncation, reason = "this is what Redis shows")]
    let shown = offset as i32;
    let (Ok(most), Ok(start)) = (usize::try_from(limit), usize::try_from(offset)) else {
        let length = text.len();
        return Err(call.fail(format!("Invalid request to unpack with offset of {shown} and limit of {length}.")));
    };
    let Some(rest) = text.get(start..) else {
        return Err(call.fail(format!("Start offset {shown} greater than input length {}.", text.len())));
    };
    let mut decoder = Decoder::new(call, 1, rest);
    if most == 0 && start == 0 {
        decoder.read_values(usize::MAX)?;
        return Ok(decoder.results.into());
    }
    decoder.read_values(most)?;
    let next = if decoder.rest.is_empty() { None } else { Some(text.len() - decoder.rest.len()) };
    let next = next.map_or(-1, |next| i64::try_from(next).unwrap_or(i64::MAX));
    let mut results = decoder.results;
    results.insert(0, Item::Value(Value::Integer(next)));
    Ok(results.into())
}

/// One value that a call gives back; a string is none of the machine's until it is handed over.
pub(super) enum Item {
    Text(Vec<u8>),
    Value(Value),
}

impl IntoLua for Item {
    fn into_lua(self, lua: &Lua) -> mlua::Result<Value> {
        match self {
            Self::Text(text) => lua.create_string(text).map(Value::String),
            Self::Value(value) => Ok(value),
        }
    }
}

/// Reads values; tables that are not yet full wait in a list and not on the machine's stack, so that no text is nested
/// too deep for it.
struct Decoder<'a> {
    call: &'a Call<'a>,
    rest: &'a [u8],
    results: Vec<Item>,
    open: Vec<Open>,
    /// How many slots of its stack Redis' library would be using.
    slots: usize,
    tables: usize,
}

/// A table that lacks some of its values.
struct Open {
    table: Table,
    missing: u32,
    place: Place,
}

/// Where in its table the next value goes.
enum Place {
    Index(u32),
    Key,
    ValueOf(Value),
}

/// What one mark of the text stands for.
enum Piece<'a> {
    Value(Value),
    Text(&'a [u8]),
    List(u32),
    Map(u32),
}

impl<'a> Decoder<'a> {
    fn new(call: &'a Call<'a>, arguments: usize, rest: &'a [u8]) -> Self {
        Self { call, rest, results: Vec::new(), open: Vec::new(), slots: arguments, tables: 0 }
    }

    fn read_values(&mut self, limit: usize) -> mlua::Result<()> {
        while !self.rest.is_empty() && self.results.len() < limit {
            self.read_value()?;
        }
        Ok(())
    }

    /// Reads one value, with everything inside it.
    fn read_value(&mut self) -> mlua::Result<()> {
        loop {
            match self.read_piece()? {
                Piece::Value(value) => self.store(Item::Value(value))?,
                Piece::Text(text) => self.store(Item::Text(text.to_vec()))?,
                Piece::List(length) => self.open(length, Place::Index(1))?,
                Piece::Map(length) => self.open(length, Place::Key)?,
            }
            while let Some(full) = self.open.pop_if(|open| open.missing == 0) {
                self.slots -= 1;
                self.store(Item::Value(Value::Table(full.table)))?;
            }
            if self.open.is_empty() {
                return Ok(());
            }
        }
    }

    fn open(&mut self, missing: u32, place: Place) -> mlua::Result<()> {
        let is_list = matches!(place, Place::Index(_));
        self.slots += 1;
        let where_full = if is_list { "in function mp_decode_to_lua_array" } else { TOO_MANY };
        if is_list {
            self.check_slots(where_full)?;
        }
        if self.open.len() == MAX_OPEN || self.tables == MAX_TABLES {
            return Err(self.call.fail(format!("stack overflow ({where_full})")));
        }
        // The index of the value to come.
        self.slots += usize::from(is_list && missing > 0);
        self.open.push(Open { table: self.call.lua.create_table()?, missing, place });
        Ok(())
    }

    /// Puts a value into the innermost open table, or among the results.
    fn store(&mut self, item: Item) -> mlua::Result<()> {
        let Some(open) = self.open.last_mut() else {
            self.tables += usize::from(matches!(item, Item::Value(Value::Table(_))));
            self.results.push(item);
            self.slots += 1;
            return Ok(());
        };
        match &mut open.place {
            Place::Index(index) => {
                open.table.raw_set(*index, item)?;
                *index += 1;
                open.missing -= 1;
                self.slots -= usize::from(open.missing == 0);
            }
            Place::Key => {
                open.place = Place::ValueOf(item.into_lua(self.call.lua)?);
                self.slots += 1;
            }
            Place::ValueOf(key) => {
                open.table.raw_set(std::mem::replace(key, Value::Nil), item)?;
                open.place = Place::Key;
                open.missing -= 1;
                self.slots -= 1;
            }
        }
        Ok(())
    }

    fn check_slots(&self, what: &str) -> mlua::Result<()> {
        if self.slots < super::super::call::STACK_SLOTS {
            return Ok(());
        }
        Err(self.call.fail(format!("stack overflow ({what})")))
    }

    fn read_piece(&mut self) -> mlua::Result<Piece<'a>> {
        let [mark] = self.take()?;
        self.check_slots(TOO_MANY)?;
        Ok(match mark {
            0x00..=0x7F => number(mark),
            0x80..=0x8F => Piece::Map(u32::from(mark & 0xF)),
            0x90..=0x9F => Piece::List(u32::from(mark & 0xF)),
            0xA0..=0xBF => Piece::Text(self.take_slice(u32::from(mark & 0x1F))?),
            0xC0 => Piece::Value(Value::Nil),
            0xC2 => Piece::Value(Value::Boolean(false)),
            0xC3 => Piece::Value(Value::Boolean(true)),
            0xCA => number(f32::from_be_bytes(self.take()?)),
            0xCB => number(f64::from_be_bytes(self.take()?)),
            0xCC => number(u8::from_be_bytes(self.take()?)),
            0xCD => number(u16::from_be_bytes(self.take()?)),
            0xCE => number(u32::from_be_bytes(self.take()?)),
            #[expect(clippy::cast_precision_loss, reason = "Lua 5.1 has only doubles")]
            // Redis' library keeps an unsigned integer in a signed one.
            0xCF | 0xD3 => number(i64::from_be_bytes(self.take()?) as f64),
            0xD0 => number(i8::from_be_bytes(self.take()?)),
            0xD1 => number(i16::from_be_bytes(self.take()?)),
            0xD2 => number(i32::from_be_bytes(self.take()?)),
            0xD9..=0xDB => {
                let length = self.take_length(mark - 0xD9)?;
                Piece::Text(self.take_slice(length)?)
            }
            0xDC | 0xDD => Piece::List(self.take_length(mark - 0xDB)?),
            0xDE | 0xDF => Piece::Map(self.take_length(mark - 0xDD)?),
            0xE0..=0xFF => number(mark.cast_signed()),
            _ => return Err(self.call.fail("Bad data format in input.")),
        })
    }

    /// A length of one, two or four bytes.
    fn take_length(&mut self, width: u8) -> mlua::Result<u32> {
        Ok(match width {
            0 => u32::from(u8::from_be_bytes(self.take()?)),
            1 => u32::from(u16::from_be_bytes(self.take()?)),
            _ => u32::from_be_bytes(self.take()?),
        })
    }

    fn take<const SIZE: usize>(&mut self) -> mlua::Result<[u8; SIZE]> {
        let (bytes, rest) = self.rest.split_first_chunk().ok_or_else(|| self.call.fail("Missing bytes in input."))?;
        self.rest = rest;
        Ok(*bytes)
    }

    fn take_slice(&mut self, length: u32) -> mlua::Result<&'a [u8]> {
        let cut = usize::try_from(length).ok().and_then(|length| self.rest.split_at_checked(length));
        let (bytes, rest) = cut.ok_or_else(|| self.call.fail("Missing bytes in input."))?;
        self.rest = rest;
        Ok(bytes)
    }
}

fn number(number: impl Into<f64>) -> Piece<'static> {
    Piece::Value(Value::Number(number.into()))
}
