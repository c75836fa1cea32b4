//! The readable form: plain arguments, joined by `:`.

use std::fmt::{self, Display, Write};

use serde::{
    Serialize, Serializer,
    ser::{Error, Impossible, SerializeTuple},
};

use super::{
    Arguments, LONGEST,
    failure::{Failure, descend},
};
use crate::key::{escape_where, is_reserved};

/// Writes as long as all is plain. That it is not is noted here and not only returned, as a value's `Serialize` may keep
/// an error to itself.
pub(super) struct Readable {
    bytes: [u8; LONGEST],
    length: usize,
    is_plain: bool,
    place: Place,
    depth: u32,
}

#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// Where a tuple is the list of arguments.
    Top,
    Argument,
    /// Where `None` is another value than the `None` of an argument.
    Some,
}

impl Readable {
    pub(super) fn new() -> Self {
        Self { bytes: [0; LONGEST], length: 0, is_plain: true, place: Place::Top, depth: 0 }
    }

    /// The text; `None` if not all was plain.
    pub(super) fn finish(self) -> Option<Arguments> {
        let length = u8::try_from(self.length).ok()?;
        self.is_plain.then_some(Arguments { bytes: self.bytes, length })
    }

    fn push(&mut self, piece: &[u8]) {
        let end = self.length + piece.len();
        match self.bytes.get_mut(self.length..end) {
            Some(room) => {
                room.copy_from_slice(piece);
                self.length = end;
            }
            None => self.is_plain = false,
        }
    }

    fn plain(&mut self, piece: &[u8]) -> Result<(), Failure> {
        self.push(piece);
        self.outcome()
    }

    fn integer(&mut self, value: impl itoa::Integer) -> Result<(), Failure> {
        self.plain(itoa::Buffer::new().format(value).as_bytes())
    }

    fn text(&mut self, text: &str) -> Result<(), Failure> {
        let start = self.length;
        self.escaped(text);
        self.end_text(start)
    }

    fn escaped(&mut self, text: &str) {
        if text.len() > LONGEST - self.length {
            self.is_plain = false;
        } else {
            escape_where(is_escaped, text.as_bytes(), |piece| self.push(piece));
        }
    }

    /// Marks the text from `start` on as one, where nothing else would tell.
    fn end_text(&mut self, start: usize) -> Result<(), Failure> {
        self.outcome()?;
        if reads_as_another(&self.bytes[start..self.length]) {
            self.plain(b"'")?;
            self.bytes[start..self.length].rotate_right(1);
        }
        Ok(())
    }

    fn refuse<T>(&mut self) -> Result<T, Failure> {
        self.is_plain = false;
        Err(Failure::NotPlain)
    }

    fn outcome(&self) -> Result<(), Failure> {
        if self.is_plain { Ok(()) } else { Err(Failure::NotPlain) }
    }
}

fn is_escaped(byte: u8) -> bool {
    is_reserved(byte) || matches!(byte, b'\'' | b'#')
}

/// Whether a text is what something else than a text is written as.
fn reads_as_another(text: &[u8]) -> bool {
    match text {
        [] | b"-" | b"true" | b"false" => true,
        [b'-', digits @ ..] | digits => digits.iter().all(u8::is_ascii_digit),
    }
}

macro_rules! integers {
    ($($method:ident $integer:ty,)*) => {$(
        fn $method(self, value: $integer) -> Result<(), Failure> {
            self.integer(value)
        }
    )*};
}

/// What is not plain, whatever is in it.
macro_rules! others {
    ($($method:ident($($argument:ty),*) -> $result:ty;)*) => {$(
        fn $method(self, $(_: $argument),*) -> Result<$result, Failure> {
            self.refuse()
        }
    )*};
}

impl<'a> Serializer for &'a mut Readable {
    type Ok = ();
    type Error = Failure;
    type SerializeSeq = Impossible<(), Failure>;
    type SerializeTuple = ArgumentList<'a>;
    type SerializeTupleStruct = Impossible<(), Failure>;
    type SerializeTupleVariant = Impossible<(), Failure>;
    type SerializeMap = Impossible<(), Failure>;
    type SerializeStruct = Impossible<(), Failure>;
    type SerializeStructVariant = Impossible<(), Failure>;

    integers! {
        serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_i64 i64, serialize_i128 i128,
        serialize_u8 u8, serialize_u16 u16, serialize_u32 u32, serialize_u64 u64, serialize_u128 u128,
    }

    others! {
        serialize_f32(f32) -> ();
        serialize_f64(f64) -> ();
        serialize_bytes(&[u8]) -> ();
        serialize_unit_struct(&'static str) -> ();
        serialize_seq(Option<usize>) -> Self::SerializeSeq;
        serialize_tuple_struct(&'static str, usize) -> Self::SerializeTupleStruct;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Self::SerializeTupleVariant;
        serialize_map(Option<usize>) -> Self::SerializeMap;
        serialize_struct(&'static str, usize) -> Self::SerializeStruct;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Self::SerializeStructVariant;
    }

    fn serialize_bool(self, value: bool) -> Result<(), Failure> {
        self.plain(if value { b"true" } else { b"false" })
    }

    fn serialize_char(self, value: char) -> Result<(), Failure> {
        self.text(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), Failure> {
        self.text(value)
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<(), Failure> {
        let start = self.length;
        let written = write!(Pieces(self), "{value}");
        self.end_text(start)?;
        written.map_err(|_| Failure::custom("its `Display` failed"))
    }

    fn serialize_none(self) -> Result<(), Failure> {
        if self.place == Place::Some { self.refuse() } else { self.plain(b"-") }
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Failure> {
        let place = std::mem::replace(&mut self.place, Place::Some);
        self.serialize_newtype_struct("", value)?;
        self.place = place;
        Ok(())
    }

    fn serialize_unit(self) -> Result<(), Failure> {
        if self.place == Place::Top { Ok(()) } else { self.refuse() }
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Failure> {
        self.text(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), Failure> {
        if descend(&mut self.depth).is_err() {
            return self.refuse();
        }
        value.serialize(&mut *self)?;
        self.depth -= 1;
        Ok(())
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Failure> {
        self.refuse()
    }

    fn serialize_tuple(self, _: usize) -> Result<ArgumentList<'a>, Failure> {
        if self.place != Place::Top {
            return self.refuse();
        }
        self.place = Place::Argument;
        Ok(ArgumentList { out: self, is_first: true })
    }
}

/// The tuple at the top.
pub(super) struct ArgumentList<'a> {
    out: &'a mut Readable,
    is_first: bool,
}

impl SerializeTuple for ArgumentList<'_> {
    type Ok = ();
    type Error = Failure;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failure> {
        if !std::mem::take(&mut self.is_first) {
            self.out.push(b":");
        }
        value.serialize(&mut *self.out)
    }

    fn end(self) -> Result<(), Failure> {
        self.out.outcome()
    }
}

/// What a `Display` writes, escaped; stops it when there is no more room.
struct Pieces<'a>(&'a mut Readable);

impl Write for Pieces<'_> {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        self.0.escaped(piece);
        if self.0.is_plain { Ok(()) } else { Err(fmt::Error) }
    }
}
