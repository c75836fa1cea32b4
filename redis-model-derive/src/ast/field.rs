//! Fields: each is in exactly one role.

use syn::{Attribute, Ident, LitStr, Type, Visibility, ext::IdentExt};

use crate::{
    attr::{Codec, Default, FieldAttr},
    casing::Casing,
    errors::Errors,
    types,
};

/// A field in its role.
pub(crate) struct Field {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    pub(crate) docs: Vec<Attribute>,
    pub(crate) ty: Type,
    /// The last segment of its path.
    pub(crate) stored: Name,
    pub(crate) role: Role,
}

/// A name in Redis, and the tokens that say so.
#[derive(Clone)]
pub(crate) struct Name {
    pub(crate) text: String,
    pub(crate) given: Option<LitStr>,
}

/// What a field is in Redis.
pub(crate) enum Role {
    /// A part of the key, in its braces when it is tagged.
    Id { tag: Option<Ident> },
    /// A field of the hash.
    Leaf { codec: Option<Codec>, aliases: Vec<Name>, default: Option<Default> },
    /// A struct whose fields are fields of the hash.
    Nested { default: Option<Default> },
    /// A key of its own.
    Expiring { codec: Option<Codec>, milliseconds: u64 },
    /// The field of the hash that tells versions of a record apart.
    Version,
    /// Nothing.
    Skip,
    /// Not known, as its attributes are wrong.
    Unclear,
}

impl Field {
    /// The field in its role, or in none when its attributes are wrong.
    pub(super) fn parse(field: &syn::Field, rename_all: Option<Casing>, errors: &mut Errors) -> Option<Self> {
        let ident = field.ident.clone()?;
        let before = errors.count();
        let attr = FieldAttr::parse(&field.attrs, errors);
        let given = attr.rename.as_ref().map(|(_, name)| name.clone());
        let text = given.as_ref().map_or_else(
            || rename_all.map_or_else(|| ident.unraw().to_string(), |casing| casing.apply(&ident)),
            LitStr::value,
        );
        let mut role = Role::of(attr, &field.ty, errors);
        if errors.count() > before && matches!(role, Role::Leaf { .. } | Role::Nested { .. } | Role::Expiring { .. }) {
            role = Role::Unclear;
        }
        let docs = field.attrs.iter().filter(|attribute| attribute.path().is_ident("doc")).cloned().collect();
        let stored = Name { text, given };
        Some(Self { ident, vis: field.vis.clone(), docs, ty: field.ty.clone(), stored, role })
    }

    /// Its earlier names, which only leaves have.
    pub(crate) fn aliases(&self) -> &[Name] {
        match &self.role {
            Role::Leaf { aliases, .. } => aliases,
            _ => &[],
        }
    }
}

impl Role {
    /// The role that attributes give; what does not go with it is reported.
    fn of(mut attr: FieldAttr, ty: &Type, errors: &mut Errors) -> Self {
        if let Some(id) = attr.id.take() {
            let tag = attr.tag.take();
            attr.refuse_others(&id, "an id is a part of the key, not a field", errors);
            return Self::Id { tag };
        }
        if let Some(tag) = attr.tag.take() {
            errors.at(&tag, "`tag` says which ids make the hash tag: write `#[redis(id, tag)]`, or remove it");
        }
        if let Some(skip) = attr.skip.take() {
            attr.refuse_others(&skip, "a skipped field is not stored", errors);
            return Self::Skip;
        }
        if let Some(version) = attr.version.take() {
            attr.rename = None;
            attr.refuse_others(&version, "the version is a plain number that each write moves on", errors);
            if types::is_other_than_u64(ty) {
                errors.at(ty, "the version is a `u64`");
                return Self::Unclear;
            }
            return Self::Version;
        }
        attr.rename = None;
        if let Some(nested) = attr.nested.take() {
            let default = take_default(&mut attr, ty, errors);
            attr.refuse_others(&nested, "each field of a nested struct is stored on its own", errors);
            return Self::Nested { default };
        }
        let codec = attr.codec.take().map(|(_, codec)| codec);
        if let Some((ttl, milliseconds)) = attr.ttl.take() {
            attr.refuse_others(
                &ttl,
                "a field with a time to live is a key of its own, and empty once it is over",
                errors,
            );
            return Self::Expiring { codec, milliseconds };
        }
        let default = take_default(&mut attr, ty, errors);
        let aliases =
            attr.aliases.into_iter().map(|(_, name)| Name { text: name.value(), given: Some(name) }).collect();
        Self::Leaf { codec, aliases, default }
    }
}

fn take_default(attr: &mut FieldAttr, ty: &Type, errors: &mut Errors) -> Option<Default> {
    let (ident, default) = attr.default.take()?;
    if types::in_option(ty).is_some() {
        errors.at(&ident, "`default` has no effect on an `Option`: absent, it is `None`; remove one of them");
        return None;
    }
    Some(default)
}

impl FieldAttr {
    /// Reports everything that is still there as contradicting `role`.
    fn refuse_others(&self, role: &Ident, reason: &str, errors: &mut Errors) {
        let flags = [&self.tag, &self.nested, &self.skip, &self.version].into_iter().flatten();
        let rename = self.rename.iter().map(|(ident, _)| ident);
        let values = self.codec.iter().map(|(ident, _)| ident).chain(rename);
        let values = values.chain(self.aliases.iter().map(|(ident, _)| ident));
        let values = values.chain(self.default.iter().map(|(ident, _)| ident));
        let values = values.chain(self.ttl.iter().map(|(ident, _)| ident));
        for other in flags.chain(values) {
            errors.at(other, format!("`{other}` does not go with `{role}`: {reason}"));
        }
    }
}
