//! Attributes of fields of models and of nested structs.

use syn::{Attribute, Expr, Ident, LitStr};

use super::{place::Place, redis::items};
use crate::{duration::Fault, errors::Errors};

/// What stands on a field, as it was written.
#[derive(Default)]
pub(crate) struct FieldAttr {
    pub(crate) id: Option<Ident>,
    pub(crate) tag: Option<Ident>,
    pub(crate) nested: Option<Ident>,
    pub(crate) skip: Option<Ident>,
    pub(crate) version: Option<Ident>,
    pub(crate) codec: Option<(Ident, Codec)>,
    pub(crate) rename: Option<(Ident, LitStr)>,
    pub(crate) aliases: Vec<(Ident, LitStr)>,
    pub(crate) default: Option<(Ident, Default)>,
    pub(crate) ttl: Option<(Ident, u64)>,
    pub(crate) kind: Option<(Ident, Kind)>,
    pub(crate) max_len: Option<(Ident, u32)>,
}

/// A codec that is chosen by an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Codec {
    Json,
    MsgPack,
    Text,
    Bytes,
}

/// What a collection is in Redis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Set,
    List,
    Map,
    SortedSet,
    Counter,
}

/// What an absent field is.
pub(crate) enum Default {
    /// What its type's `Default` gives.
    OfType,
    /// What the user wrote.
    Value(Box<Expr>),
}

impl FieldAttr {
    pub(crate) fn parse(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut attr = Self::default();
        for item in items(attributes, Place::Field, errors) {
            let ident = item.ident.clone();
            match &*item.name {
                "id" => attr.id = Some(item.flag(errors)),
                "tag" => attr.tag = Some(item.flag(errors)),
                "nested" => attr.nested = Some(item.flag(errors)),
                "skip" => attr.skip = Some(item.flag(errors)),
                "version" => attr.version = Some(item.flag(errors)),
                "json" => attr.set_codec(item.flag(errors), Codec::Json, errors),
                "msgpack" => attr.set_codec(item.flag(errors), Codec::MsgPack, errors),
                "text" => attr.set_codec(item.flag(errors), Codec::Text, errors),
                "bytes" => attr.set_codec(item.flag(errors), Codec::Bytes, errors),
                "set" => attr.set_kind(item.flag(errors), Kind::Set, errors),
                "list" => attr.set_kind(item.flag(errors), Kind::List, errors),
                "map" => attr.set_kind(item.flag(errors), Kind::Map, errors),
                "sorted_set" => attr.set_kind(item.flag(errors), Kind::SortedSet, errors),
                "counter" => attr.set_kind(item.flag(errors), Kind::Counter, errors),
                "max_len" => attr.max_len = item.number(errors).map(|number| (ident, number)),
                "rename" => attr.rename = item.stored_name(errors).map(|name| (ident, name)),
                "alias" => attr.aliases.extend(item.stored_name(errors).map(|name| (ident, name))),
                "ttl" => {
                    let milliseconds = item.duration(Fault::of_time_to_live, errors);
                    attr.ttl = milliseconds.map(|milliseconds| (ident, milliseconds));
                }
                _ => {
                    let (ident, value) = item.optional_value();
                    attr.default =
                        Some((ident, value.map_or(Default::OfType, |value| Default::Value(Box::new(value)))));
                }
            }
        }
        attr
    }

    fn set_codec(&mut self, ident: Ident, codec: Codec, errors: &mut Errors) {
        if let Some((first, _)) = &self.codec {
            errors.at(&ident, format!("`{ident}` contradicts `{first}`: a field is stored in one way"));
            return;
        }
        self.codec = Some((ident, codec));
    }

    fn set_kind(&mut self, ident: Ident, kind: Kind, errors: &mut Errors) {
        if let Some((first, _)) = &self.kind {
            errors.at(&ident, format!("`{ident}` contradicts `{first}`: a collection is of one kind"));
            return;
        }
        self.kind = Some((ident, kind));
    }
}
