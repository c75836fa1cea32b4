//! serde's values to nodes.

use std::fmt;

use serde::{Serialize, Serializer, ser};

use super::{
    compound::{Entries, Items},
    node::Node,
};

/// Makes a node of any value. It knows how deep it is.
#[derive(Clone, Copy)]
pub(super) struct Nodes {
    depth: u32,
}

/// Values within values up to here, those that are no level of JSON included, as `Some` is none: a recursion without end
/// would otherwise end the process with its stack.
const DEEPEST: u32 = 200;

/// Why a value is no JSON.
#[derive(Debug)]
pub(super) struct Refusal(Box<str>);

impl Nodes {
    pub(super) fn top() -> Self {
        Self { depth: 0 }
    }

    pub(super) fn deeper(self) -> Result<Self, Refusal> {
        if self.depth == DEEPEST {
            return Err(ser::Error::custom(format_args!("it is nested more than {DEEPEST} levels deep")));
        }
        Ok(Self { depth: self.depth + 1 })
    }

    fn nested<T: Serialize + ?Sized>(self, value: &T) -> Result<Node, Refusal> {
        value.serialize(self.deeper()?)
    }

    fn items(self) -> Result<Items, Refusal> {
        Ok(Items::new(self.deeper()?))
    }

    fn entries(self) -> Result<Entries, Refusal> {
        Ok(Entries::new(self.deeper()?))
    }
}

/// What `serde_json` writes for a value that holds no others.
fn scalar(value: &(impl Serialize + ?Sized)) -> Result<Node, Refusal> {
    serde_json::to_vec(value).map(Node::of).map_err(ser::Error::custom)
}

macro_rules! scalars {
    ($($method:ident $scalar:ty,)*) => {$(
        fn $method(self, value: $scalar) -> Result<Node, Refusal> {
            scalar(&value)
        }
    )*};
}

/// JSON has no infinities; what is written as `null` would not come back.
macro_rules! floats {
    ($($method:ident $float:ty,)*) => {$(
        fn $method(self, value: $float) -> Result<Node, Refusal> {
            if !value.is_finite() {
                return Err(ser::Error::custom(format_args!("JSON has no number {value}")));
            }
            scalar(&value)
        }
    )*};
}

impl Serializer for Nodes {
    type Ok = Node;
    type Error = Refusal;
    type SerializeSeq = Items;
    type SerializeTuple = Items;
    type SerializeTupleStruct = Items;
    type SerializeTupleVariant = Items;
    type SerializeMap = Entries;
    type SerializeStruct = Entries;
    type SerializeStructVariant = Entries;

    scalars! {
        serialize_bool bool, serialize_char char, serialize_str &str,
        serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_i64 i64, serialize_i128 i128,
        serialize_u8 u8, serialize_u16 u16, serialize_u32 u32, serialize_u64 u64, serialize_u128 u128,
    }

    floats! { serialize_f32 f32, serialize_f64 f64, }

    fn serialize_bytes(self, value: &[u8]) -> Result<Node, Refusal> {
        value.serialize(self)
    }

    fn serialize_none(self) -> Result<Node, Refusal> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Node, Refusal> {
        self.nested(value)
    }

    fn serialize_unit(self) -> Result<Node, Refusal> {
        Ok(Node::of("null"))
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Node, Refusal> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<Node, Refusal> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<Node, Refusal> {
        self.nested(value)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Node, Refusal> {
        Ok(self.nested(value)?.within(variant))
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items, Refusal> {
        self.items()
    }

    fn serialize_tuple(self, _: usize) -> Result<Items, Refusal> {
        self.items()
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Items, Refusal> {
        self.items()
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Items, Refusal> {
        Ok(self.items()?.of_variant(variant))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Entries, Refusal> {
        self.entries()
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Entries, Refusal> {
        Ok(self.entries()?.of_struct(name))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Entries, Refusal> {
        Ok(self.entries()?.of_variant(variant))
    }
}

impl ser::Error for Refusal {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string().into())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refusal {}
