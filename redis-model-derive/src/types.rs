//! What can be seen of a type from its tokens: never enough to decide what it is, but enough for better messages.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{GenericArgument, Generics, Ident, PathArguments, Type};

/// What is in an `Option`; nothing for other types, and for aliases of it.
pub(crate) fn in_option(ty: &Type) -> Option<&Type> {
    let path = match ty {
        Type::Group(group) => return in_option(&group.elem),
        Type::Paren(paren) => return in_option(&paren.elem),
        Type::Path(ty) if ty.qself.is_none() => &ty.path,
        _ => return None,
    };
    let names: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    if !matches!(names[..], ["Option"] | ["std" | "core", "option", "Option"]) {
        return None;
    }
    let PathArguments::AngleBracketed(arguments) = &path.segments.last()?.arguments else { return None };
    match arguments.args.first()? {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    }
}

/// Whether it is called `Remote<..>`, which only that type should be.
pub(crate) fn is_remote(ty: &Type) -> bool {
    outer_name(ty).is_some_and(|name| name == "Remote")
}

/// The type as it may be written.
pub(crate) fn text(ty: &Type) -> String {
    ty.to_token_stream().to_string().replace(' ', "").replace(',', ", ")
}

/// What the type itself is called, without its module and its arguments.
pub(crate) fn outer_name(ty: &Type) -> Option<Ident> {
    match ty {
        Type::Group(group) => outer_name(&group.elem),
        Type::Paren(paren) => outer_name(&paren.elem),
        Type::Path(ty) if ty.qself.is_none() => ty.path.segments.last().map(|segment| segment.ident.clone()),
        _ => None,
    }
}

/// Whether it is a type of the prelude that is surely stored as it is.
pub(crate) fn is_plain(ty: &Type) -> bool {
    const PLAIN: [&str; 17] = [
        "String", "bool", "char", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128",
        "usize", "f32", "f64",
    ];
    single_name(ty).is_some_and(|name| PLAIN.contains(&&*name))
}

/// Whether it is surely not a `u64`; an alias may be one.
pub(crate) fn is_other_than_u64(ty: &Type) -> bool {
    in_option(ty).is_some() || is_plain(ty) && single_name(ty).is_some_and(|name| name != "u64")
}

fn single_name(ty: &Type) -> Option<String> {
    match ty {
        Type::Group(group) => single_name(&group.elem),
        Type::Path(ty) if ty.qself.is_none() => ty.path.get_ident().map(ToString::to_string),
        _ => None,
    }
}

/// Whether it names a generic parameter.
pub(crate) fn is_generic(ty: &Type, generics: &Generics) -> bool {
    let types = generics.type_params().map(|parameter| parameter.ident.to_string());
    let parameters: BTreeSet<_> =
        types.chain(generics.const_params().map(|parameter| parameter.ident.to_string())).collect();
    !parameters.is_empty() && names_any(ty.to_token_stream(), &parameters)
}

fn names_any(tokens: TokenStream, names: &BTreeSet<String>) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => names.contains(&ident.to_string()),
        TokenTree::Group(group) => names_any(group.stream(), names),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}
