//! What holds other values.

use std::collections::BTreeMap;

use serde::{
    Serialize,
    ser::{
        Error as _, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
        SerializeTupleStruct, SerializeTupleVariant,
    },
};

use super::{
    node::{Json, Node},
    serializer::{Nodes, Refusal},
};

/// The items of a list.
pub(super) struct Items {
    nodes: Nodes,
    list: Json,
    variant: Option<&'static str>,
}

/// The entries of a map.
pub(super) struct Entries {
    nodes: Nodes,
    /// The name of the entry whose value comes next.
    name: Option<String>,
    map: BTreeMap<String, Node>,
    variant: Option<&'static str>,
    is_raw: bool,
}

/// `serde_json` hands over numbers of any length, and JSON that is to stay as it is, as structs of these names with one field,
/// the JSON as text.
const RAW: [&str; 2] = ["$serde_json::private::Number", "$serde_json::private::RawValue"];

impl Node {
    /// The node as the only one in a map, which is what the variants of enums are.
    pub(super) fn within(self, name: &str) -> Self {
        Self::Map(BTreeMap::from([(name.to_owned(), self)]))
    }
}

impl Items {
    pub(super) fn new(nodes: Nodes) -> Self {
        Self { nodes, list: Json::list(), variant: None }
    }

    pub(super) fn of_variant(mut self, variant: &'static str) -> Self {
        self.variant = Some(variant);
        self
    }

    fn push<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), Refusal> {
        self.list.push_item(item.serialize(self.nodes)?);
        Ok(())
    }

    fn finish(self) -> Node {
        let list = Node::Leaf(self.list.close(b']'));
        match self.variant {
            Some(variant) => list.within(variant),
            None => list,
        }
    }
}

impl Entries {
    pub(super) fn new(nodes: Nodes) -> Self {
        Self { nodes, name: None, map: BTreeMap::new(), variant: None, is_raw: false }
    }

    pub(super) fn of_variant(mut self, variant: &'static str) -> Self {
        self.variant = Some(variant);
        self
    }

    pub(super) fn of_struct(mut self, name: &str) -> Self {
        self.is_raw = RAW.contains(&name);
        self
    }

    fn value<T: Serialize + ?Sized>(&mut self, name: String, value: &T) -> Result<(), Refusal> {
        self.map.insert(name, value.serialize(self.nodes)?);
        Ok(())
    }

    fn finish(mut self) -> Result<Node, Refusal> {
        if self.is_raw {
            let raw = self.map.pop_first().map(|(_, node)| node.into_json().text);
            return self.raw(&raw.unwrap_or_default());
        }
        let map = Node::Map(self.map);
        Ok(match self.variant {
            Some(variant) => map.within(variant),
            None => map,
        })
    }

    /// The node of JSON that stands in a JSON text.
    fn raw(&self, text: &[u8]) -> Result<Node, Refusal> {
        let json: String = serde_json::from_slice(text).map_err(Refusal::custom)?;
        if json.starts_with(['{', '[']) {
            let value: serde_json::Value = serde_json::from_str(&json).map_err(Refusal::custom)?;
            return value.serialize(self.nodes);
        }
        Ok(Node::of(json))
    }
}

/// The name of an entry: a text as it is; numbers and bools as text, as `serde_json` has it.
fn name_of<T: Serialize + ?Sized>(key: &T, nodes: Nodes) -> Result<String, Refusal> {
    let refused = || Refusal::custom("a key of a map is no text");
    let Node::Leaf(json) = key.serialize(nodes)? else { return Err(refused()) };
    match json.text.first() {
        Some(b'"') => serde_json::from_slice(&json.text).map_err(Refusal::custom),
        Some(b'[' | b'n') | None => Err(refused()),
        Some(_) => String::from_utf8(json.text).map_err(Refusal::custom),
    }
}

/// serde has a trait for each kind of list, whose methods differ by name only.
macro_rules! lists {
    ($($kind:ident $method:ident,)*) => {$(
        impl $kind for Items {
            type Ok = Node;
            type Error = Refusal;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refusal> {
                self.push(value)
            }

            fn end(self) -> Result<Node, Refusal> {
                Ok(self.finish())
            }
        }
    )*};
}

lists! {
    SerializeSeq serialize_element,
    SerializeTuple serialize_element,
    SerializeTupleStruct serialize_field,
    SerializeTupleVariant serialize_field,
}

macro_rules! structs {
    ($($kind:ident,)*) => {$(
        impl $kind for Entries {
            type Ok = Node;
            type Error = Refusal;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Refusal> {
                self.value(name.to_owned(), value)
            }

            fn end(self) -> Result<Node, Refusal> {
                self.finish()
            }
        }
    )*};
}

structs! { SerializeStruct, SerializeStructVariant, }

impl SerializeMap for Entries {
    type Ok = Node;
    type Error = Refusal;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Refusal> {
        self.name = Some(name_of(key, self.nodes)?);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refusal> {
        let name = self.name.take().ok_or_else(|| Refusal::custom("a value of a map comes before its key"))?;
        self.value(name, value)
    }

    fn end(self) -> Result<Node, Refusal> {
        self.finish()
    }
}
