//! Types that derive `RedisValue`.

use syn::{
    Attribute, Data, DataEnum, DataStruct, DeriveInput, Fields, Generics, Ident, LitStr, Member, Path, Type,
    ext::IdentExt,
};

use super::{Name, runtime, structure::refuse_lifetimes};
use crate::{
    attr::{Format, ValueAttr, VariantAttr},
    casing::Casing,
    errors::Errors,
};

/// A type that derives `RedisValue`.
pub(crate) struct Value {
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    /// The runtime crate.
    pub(crate) krate: Path,
    pub(crate) form: Form,
}

/// How it is stored.
pub(crate) enum Form {
    /// As the name of its variant.
    Name(Vec<Variant>),
    /// As its only field.
    Transparent { member: Member, ty: Box<Type> },
    /// As serde writes it.
    Serde(Format),
}

/// A variant without data.
pub(crate) struct Variant {
    pub(crate) ident: Ident,
    pub(crate) name: Name,
    /// Earlier names, which are still read.
    pub(crate) aliases: Vec<Name>,
}

impl Value {
    /// The type behind `#[derive(RedisValue)]`; nothing when it has no stored form.
    pub(crate) fn parse(input: &DeriveInput, errors: &mut Errors) -> Option<Self> {
        let attr = ValueAttr::parse(&input.attrs, errors);
        let owned = refuse_lifetimes(input, errors);
        let form = match attr.format {
            Some(format) => {
                refuse_inner_attributes(input, "serde says how this is stored: use `#[serde(..)]`", errors);
                Some(Form::Serde(format))
            }
            None => Form::of(input, attr.rename_all.as_ref().map(|&(_, casing)| casing), errors),
        };
        if let (Some((ident, _)), Some(Form::Serde(_) | Form::Transparent { .. })) = (&attr.rename_all, &form) {
            errors.at(ident, "`rename_all` has an effect on enums alone that are stored as a name: remove it");
        }
        let (ident, generics, krate) = (input.ident.clone(), input.generics.clone(), runtime(attr.krate));
        form.filter(|_| owned).map(|form| Self { ident, generics, krate, form })
    }
}

impl Form {
    /// The form of a type without a format.
    fn of(input: &DeriveInput, rename_all: Option<Casing>, errors: &mut Errors) -> Option<Self> {
        match &input.data {
            Data::Enum(data) => names(input, data, rename_all, errors),
            Data::Struct(data) => transparent(input, data, errors),
            Data::Union(_) => {
                errors.at(&input.ident, "a union cannot be stored, as nothing says what it holds");
                None
            }
        }
    }
}

fn names(input: &DeriveInput, data: &DataEnum, rename_all: Option<Casing>, errors: &mut Errors) -> Option<Form> {
    if data.variants.is_empty() {
        errors.at(&input.ident, "an enum without variants has no value that could be stored");
        return None;
    }
    let with_data: Vec<_> = data.variants.iter().filter(|variant| !matches!(variant.fields, Fields::Unit)).collect();
    for variant in &with_data {
        let message = format!(
            "a variant with data cannot be stored as its name: add `#[redis(json)]` or `#[redis(msgpack)]` to `{}`",
            input.ident
        );
        errors.at(&variant.ident, message);
    }
    let variants = data.variants.iter().map(|variant| Variant::parse(variant, rename_all, errors)).collect();
    with_data.is_empty().then_some(Form::Name(variants))
}

impl Variant {
    fn parse(variant: &syn::Variant, rename_all: Option<Casing>, errors: &mut Errors) -> Self {
        let attr = VariantAttr::parse(&variant.attrs, errors);
        let ident = variant.ident.clone();
        let given = attr.rename.map(|(_, name)| name);
        let of_ident = || rename_all.map_or_else(|| ident.unraw().to_string(), |casing| casing.apply(&ident));
        let text = given.as_ref().map_or_else(of_ident, LitStr::value);
        let aliases = attr.aliases.into_iter().map(|(_, name)| Name { text: name.value(), given: Some(name) });
        Self { aliases: aliases.collect(), name: Name { text, given }, ident }
    }
}

fn transparent(input: &DeriveInput, data: &DataStruct, errors: &mut Errors) -> Option<Form> {
    let mut members = data.fields.members().zip(&data.fields);
    match (members.next(), members.next()) {
        (Some((member, field)), None) => {
            refuse_inner_attributes(input, "the value is stored as this field is: remove the attribute", errors);
            Some(Form::Transparent { member, ty: Box::new(field.ty.clone()) })
        }
        (Some(_), Some(_)) => {
            let message = "a struct of several fields has no stored form of its own: add `#[redis(json)]` or \
                           `#[redis(msgpack)]` to store it as one value, or derive `RedisFields` instead to store \
                           each field on its own";
            errors.at(&input.ident, message);
            None
        }
        (None, _) => {
            errors.at(&input.ident, "a struct without fields holds nothing that could be stored");
            None
        }
    }
}

fn refuse_inner_attributes(input: &DeriveInput, message: &str, errors: &mut Errors) {
    let of_fields = |fields: &Fields| fields.iter().flat_map(|field| field.attrs.clone()).collect::<Vec<_>>();
    let attributes: Vec<Attribute> = match &input.data {
        Data::Struct(data) => of_fields(&data.fields),
        Data::Enum(data) => {
            let variants = data.variants.iter();
            variants.flat_map(|variant| [variant.attrs.clone(), of_fields(&variant.fields)].concat()).collect()
        }
        Data::Union(_) => Vec::new(),
    };
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("redis")) {
        errors.at(attribute, message);
    }
}
