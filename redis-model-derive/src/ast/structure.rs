//! Structs that derive `RedisModel` or `RedisFields`.

use syn::{Data, DeriveInput, Fields, Generics, Ident, Path, Visibility};

use super::{Field, Role};
use crate::{
    attr::{FieldsAttr, ModelAttr, Ttl},
    casing::Casing,
    errors::Errors,
};

/// A struct that derives `RedisModel` or `RedisFields`.
pub(crate) struct Struct {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    pub(crate) generics: Generics,
    /// The runtime crate.
    pub(crate) krate: Path,
    /// What only models have.
    pub(crate) model: Option<Model>,
    pub(crate) fields: Vec<Field>,
}

/// What is the same for all records of a model.
pub(crate) struct Model {
    pub(crate) prefix: String,
    pub(crate) ttl: Option<Ttl>,
    pub(crate) schema: Option<u32>,
    pub(crate) invalidates: bool,
}

impl Struct {
    /// The struct behind `#[derive(RedisModel)]`; nothing when its shape is wrong.
    pub(crate) fn model(input: &DeriveInput, errors: &mut Errors) -> Option<Self> {
        let attr = ModelAttr::parse(&input.attrs, errors);
        let prefix = attr.prefix.map_or_else(|| Casing::Kebab.apply(&input.ident), |prefix| prefix.value());
        let model = Model { prefix, ttl: attr.ttl, schema: attr.schema, invalidates: attr.invalidates };
        Self::parse(input, attr.fields, Some(model), errors)
    }

    /// The struct behind `#[derive(RedisFields)]`; nothing when its shape is wrong.
    pub(crate) fn fields(input: &DeriveInput, errors: &mut Errors) -> Option<Self> {
        let attr = FieldsAttr::parse(&input.attrs, errors);
        Self::parse(input, attr, None, errors)
    }

    fn parse(input: &DeriveInput, attr: FieldsAttr, model: Option<Model>, errors: &mut Errors) -> Option<Self> {
        let derive = if model.is_some() { "RedisModel" } else { "RedisFields" };
        let fields = named_fields(input, derive, errors);
        let owned = refuse_lifetimes(input, errors);
        let fields = fields?.named.iter().filter_map(|field| Field::parse(field, attr.rename_all, errors)).collect();
        owned.then(|| Self {
            ident: input.ident.clone(),
            vis: input.vis.clone(),
            generics: input.generics.clone(),
            krate: runtime(attr.krate),
            model,
            fields,
        })
    }

    /// The fields that make up the id.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| matches!(field.role, Role::Id { .. }))
    }

    /// The fields that are stored, with their numbers.
    pub(crate) fn stored(&self) -> impl Iterator<Item = (usize, &Field)> {
        self.fields.iter().enumerate().filter(|(_, field)| !matches!(field.role, Role::Id { .. } | Role::Skip))
    }

    /// The version field, with its number.
    pub(crate) fn version(&self) -> Option<(usize, &Field)> {
        self.stored().find(|(_, field)| matches!(field.role, Role::Version))
    }
}

/// The path of the runtime crate.
pub(crate) fn runtime(given: Option<Path>) -> Path {
    given.unwrap_or_else(|| syn::parse_quote!(::redis_model))
}

fn named_fields<'a>(input: &'a DeriveInput, derive: &str, errors: &mut Errors) -> Option<&'a syn::FieldsNamed> {
    let instead = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) if !fields.named.is_empty() => return Some(fields),
            Fields::Unnamed(_) => "a tuple struct has no names for them: name its fields",
            Fields::Named(_) | Fields::Unit => "this one has none: give it some",
        },
        Data::Enum(_) => "store an enum as one value with `#[derive(RedisValue)]`",
        Data::Union(_) => "a union has no fields that can be told apart",
    };
    errors.at(&input.ident, format!("`{derive}` stores a struct by its fields' names; {instead}"));
    None
}

/// Whether there are none.
pub(super) fn refuse_lifetimes(input: &DeriveInput, errors: &mut Errors) -> bool {
    let mut owned = true;
    for lifetime in input.generics.lifetimes() {
        errors.at(lifetime, "what is loaded from Redis owns its data: write `String` for `&str`, without lifetimes");
        owned = false;
    }
    owned
}
