//! Attributes of structs.

use syn::{Attribute, Ident, LitStr, Path};

use super::{place::Place, redis::items};
use crate::{casing::Casing, duration::Fault, errors::Errors};

/// What stands on a struct that derives `RedisModel`.
#[derive(Default)]
pub(crate) struct ModelAttr {
    pub(crate) prefix: Option<LitStr>,
    pub(crate) ttl: Option<Ttl>,
    pub(crate) schema: Option<u32>,
    pub(crate) invalidates: bool,
    pub(crate) fields: FieldsAttr,
}

/// What stands on a struct that derives `RedisFields`; models have it too.
#[derive(Default)]
pub(crate) struct FieldsAttr {
    pub(crate) rename_all: Option<Casing>,
    pub(crate) krate: Option<Path>,
}

/// How long records live.
pub(crate) struct Ttl {
    pub(crate) milliseconds: u64,
    pub(crate) refresh: Refresh,
}

/// What starts the time to live again.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Refresh {
    Write,
    Read,
    Never,
}

const REFRESHES: &[(&str, Refresh)] = &[("write", Refresh::Write), ("read", Refresh::Read), ("never", Refresh::Never)];

impl ModelAttr {
    pub(crate) fn parse(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut attr = Self::default();
        let (mut ttl, mut refresh) = (None, None::<(Ident, Option<Refresh>)>);
        for item in items(attributes, Place::Model, errors) {
            match &*item.name {
                "prefix" => attr.prefix = item.stored_name(errors),
                "ttl" => ttl = Some(item.duration(Fault::of_time_to_live, errors)),
                "refresh" => refresh = Some((item.ident.clone(), item.choice(REFRESHES, errors))),
                "schema" => attr.schema = item.number(errors),
                "invalidates" => {
                    item.flag(errors);
                    attr.invalidates = true;
                }
                "rename_all" => attr.fields.rename_all = item.casing(errors),
                _ => attr.fields.krate = item.path(errors),
            }
        }
        if let (None, Some((ident, _))) = (ttl, &refresh) {
            errors.at(ident, "`refresh` has no effect without `ttl`: add `ttl = \"..\"`, or remove it");
        }
        let refresh = refresh.and_then(|(_, refresh)| refresh).unwrap_or(Refresh::Write);
        attr.ttl = ttl.flatten().map(|milliseconds| Ttl { milliseconds, refresh });
        attr
    }
}

impl FieldsAttr {
    pub(crate) fn parse(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut attr = Self::default();
        for item in items(attributes, Place::Fields, errors) {
            match &*item.name {
                "rename_all" => attr.rename_all = item.casing(errors),
                _ => attr.krate = item.path(errors),
            }
        }
        attr
    }
}
