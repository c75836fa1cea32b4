//! Attributes of types that derive `RedisValue`, and of their variants.

use syn::{Attribute, Ident, LitStr, Path};

use super::{place::Place, redis::items};
use crate::{casing::Casing, errors::Errors};

/// What stands on a type that derives `RedisValue`.
#[derive(Default)]
pub(crate) struct ValueAttr {
    pub(crate) format: Option<Format>,
    pub(crate) rename_all: Option<(Ident, Casing)>,
    pub(crate) krate: Option<Path>,
}

/// A format of serde.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    MsgPack,
}

/// What stands on a variant.
#[derive(Default)]
pub(crate) struct VariantAttr {
    pub(crate) rename: Option<(Ident, LitStr)>,
    pub(crate) aliases: Vec<(Ident, LitStr)>,
}

impl ValueAttr {
    pub(crate) fn parse(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut attr = Self::default();
        for item in items(attributes, Place::Value, errors) {
            let ident = item.ident.clone();
            match &*item.name {
                "json" => attr.set_format(item.flag(errors), Format::Json, errors),
                "msgpack" => attr.set_format(item.flag(errors), Format::MsgPack, errors),
                "rename_all" => attr.rename_all = item.casing(errors).map(|casing| (ident, casing)),
                _ => attr.krate = item.path(errors),
            }
        }
        attr
    }

    fn set_format(&mut self, ident: Ident, format: Format, errors: &mut Errors) {
        if self.format.is_some() {
            errors.at(ident, "`json` and `msgpack` contradict each other: a type is stored in one way");
            return;
        }
        self.format = Some(format);
    }
}

impl VariantAttr {
    pub(crate) fn parse(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut attr = Self::default();
        for item in items(attributes, Place::Variant, errors) {
            // A variant's name is a value, which may hold anything.
            let Some(text) = item.text(errors) else { continue };
            match &*item.name {
                "rename" => attr.rename = Some((item.ident, text)),
                _ => attr.aliases.push((item.ident, text)),
            }
        }
        attr
    }
}
