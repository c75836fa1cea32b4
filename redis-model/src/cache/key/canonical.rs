//! The encoding that is hashed. The table in [`super`] says what it looks like.

use std::fmt::{self, Display, Write};

use serde::{Serialize, Serializer, ser::Error};

use super::{
    compound::{Entries, Sequence},
    failure::{Failure, descend},
};

/// Writes any value, in the order that its `Serialize` has; maps are put in order at their end.
pub(super) struct Canonical {
    pub(super) bytes: Vec<u8>,
    pub(super) depth: u32,
    is_top: bool,
}

impl Canonical {
    pub(super) fn new() -> Self {
        Self { bytes: Vec::new(), depth: 0, is_top: true }
    }

    fn tag(&mut self, tag: u8) {
        self.is_top = false;
        self.bytes.push(tag);
    }

    /// Leaves room for a count that is not known yet.
    fn room(&mut self) -> usize {
        let at = self.bytes.len();
        self.bytes.extend_from_slice(&[0; 8]);
        at
    }

    pub(super) fn fill(&mut self, at: usize, count: usize) {
        self.bytes[at..at + 8].copy_from_slice(&(count as u64).to_be_bytes());
    }

    fn text(&mut self, tag: u8, text: &[u8]) {
        self.tag(tag);
        self.bytes.extend_from_slice(&(text.len() as u64).to_be_bytes());
        self.bytes.extend_from_slice(text);
    }

    fn integer(&mut self, value: impl itoa::Integer) {
        self.text(b'i', itoa::Buffer::new().format(value).as_bytes());
    }

    fn float(&mut self, value: f64) {
        let one_of_its_kind = match value {
            value if value.is_nan() => 0x7ff8_0000_0000_0000,
            // There are two zeros, which are equal.
            0.0 => 0,
            value => value.to_bits(),
        };
        self.tag(b'd');
        self.bytes.extend_from_slice(&one_of_its_kind.to_be_bytes());
    }

    fn nested<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failure> {
        descend(&mut self.depth)?;
        value.serialize(&mut *self)?;
        self.depth -= 1;
        Ok(())
    }

    fn sequence(&mut self) -> Result<Sequence<'_>, Failure> {
        descend(&mut self.depth)?;
        self.tag(b'[');
        let count_at = self.room();
        Ok(Sequence::new(self, Some(count_at)))
    }

    fn entries(&mut self) -> Result<Entries<'_>, Failure> {
        descend(&mut self.depth)?;
        self.tag(b'{');
        let count_at = self.room();
        Ok(Entries::new(self, count_at))
    }
}

macro_rules! integers {
    ($($method:ident $integer:ty,)*) => {$(
        fn $method(self, value: $integer) -> Result<(), Failure> {
            self.integer(value);
            Ok(())
        }
    )*};
}

impl<'a> Serializer for &'a mut Canonical {
    type Ok = ();
    type Error = Failure;
    type SerializeSeq = Sequence<'a>;
    type SerializeTuple = Sequence<'a>;
    type SerializeTupleStruct = Sequence<'a>;
    type SerializeTupleVariant = Sequence<'a>;
    type SerializeMap = Entries<'a>;
    type SerializeStruct = Entries<'a>;
    type SerializeStructVariant = Entries<'a>;

    integers! {
        serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_i64 i64, serialize_i128 i128,
        serialize_u8 u8, serialize_u16 u16, serialize_u32 u32, serialize_u64 u64, serialize_u128 u128,
    }

    fn serialize_bool(self, value: bool) -> Result<(), Failure> {
        self.tag(if value { b't' } else { b'f' });
        Ok(())
    }

    fn serialize_f32(self, value: f32) -> Result<(), Failure> {
        self.float(value.into());
        Ok(())
    }

    fn serialize_f64(self, value: f64) -> Result<(), Failure> {
        self.float(value);
        Ok(())
    }

    fn serialize_char(self, value: char) -> Result<(), Failure> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), Failure> {
        self.text(b'"', value.as_bytes());
        Ok(())
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<(), Failure> {
        self.tag(b'"');
        let count_at = self.room();
        let start = self.bytes.len();
        write!(Pieces(self), "{value}").map_err(|_| Failure::custom("its `Display` failed"))?;
        self.fill(count_at, self.bytes.len() - start);
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Failure> {
        self.text(b'x', value);
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Failure> {
        self.tag(b'n');
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Failure> {
        self.tag(b's');
        self.nested(value)
    }

    fn serialize_unit(self) -> Result<(), Failure> {
        self.tag(b'u');
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Failure> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Failure> {
        self.text(b'v', variant.as_bytes());
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), Failure> {
        self.nested(value)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Failure> {
        self.text(b'V', variant.as_bytes());
        self.nested(value)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Sequence<'a>, Failure> {
        self.sequence()
    }

    fn serialize_tuple(self, _: usize) -> Result<Sequence<'a>, Failure> {
        if self.is_top {
            self.is_top = false;
            return Ok(Sequence::new(self, None));
        }
        self.sequence()
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Sequence<'a>, Failure> {
        self.sequence()
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Sequence<'a>, Failure> {
        self.text(b'V', variant.as_bytes());
        self.sequence()
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Entries<'a>, Failure> {
        self.entries()
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Entries<'a>, Failure> {
        self.entries()
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Entries<'a>, Failure> {
        self.text(b'V', variant.as_bytes());
        self.entries()
    }
}

/// What a `Display` writes.
struct Pieces<'a>(&'a mut Canonical);

impl Write for Pieces<'_> {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        self.0.bytes.extend_from_slice(piece.as_bytes());
        Ok(())
    }
}
