//! Fields: each is in exactly one role.

use syn::{Attribute, Ident, LitStr, Type, Visibility, ext::IdentExt, spanned::Spanned};

use crate::{
    attr::{Codec, Default, FieldAttr, Kind},
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
    /// A string at a key of its own.
    Expiring { codec: Option<Codec>, milliseconds: u64 },
    /// A collection at a key of its own, loaded and saved with the record.
    Collection { kind: Kind, codec: Option<Codec>, max_len: Option<u32> },
    /// A container at a key of its own, reached through its handle alone; of a list, the number of elements that it keeps.
    Remote { max_len: Option<u32> },
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
        if errors.count() > before && !matches!(role, Role::Id { .. } | Role::Version | Role::Skip) {
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
        if types::is_remote(ty) {
            return Self::remote(attr, ty, errors);
        }
        if let Some(remote) = types::in_option(ty).filter(|inner| types::is_remote(inner)) {
            errors.at(ty, format!("it holds nothing, so that it is never absent: write `{}`", types::text(remote)));
            return Self::Unclear;
        }
        if let Some((kind, of)) = attr.kind.take() {
            return Self::collection(attr, &kind, of, ty, errors);
        }
        if let Some((max_len, _)) = attr.max_len.take() {
            errors.at(&max_len, "`max_len` says how many elements a list keeps: write `#[redis(list, max_len = ..)]`");
        }
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

    fn collection(mut attr: FieldAttr, kind: &Ident, of: Kind, ty: &Type, errors: &mut Errors) -> Self {
        let codec = attr.codec.take().map(|(_, codec)| codec);
        let max_len = attr.max_len.take();
        attr.refuse_others(
            kind,
            "a collection is a key of its own, lives as long as its record, and is empty when there is none",
            errors,
        );
        if let (Some((ident, _)), true) = (&max_len, of != Kind::List) {
            errors.at(ident, format!("`max_len` does not go with `{kind}`: only a list drops what is too much"));
        }
        if let Some(inner) = types::in_option(ty) {
            let inner = types::text(inner);
            errors.at(
                ty,
                format!("a collection without elements is not stored, so that it is never absent: write `{inner}`"),
            );
        }
        Self::Collection { kind: of, codec, max_len: max_len.map(|(_, number)| number) }
    }

    fn remote(mut attr: FieldAttr, ty: &Type, errors: &mut Errors) -> Self {
        let max_len = attr.max_len.take().map(|(_, number)| number);
        let name = types::outer_name(ty).unwrap_or_else(|| Ident::new("Remote", ty.span()));
        attr.refuse_others(&name, "it holds nothing, and its type says what lies in Redis", errors);
        Self::Remote { max_len }
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
        let values = values.chain(self.kind.iter().map(|(ident, _)| ident));
        let values = values.chain(self.max_len.iter().map(|(ident, _)| ident));
        for other in flags.chain(values) {
            errors.at(other, format!("`{other}` does not go with `{role}`: {reason}"));
        }
    }
}
