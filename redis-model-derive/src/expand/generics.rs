//! Generic parameters of the generated items.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{GenericParam, Generics, WherePredicate, parse_quote};

use super::leaf;
use crate::{
    ast::{Field, Role, Struct},
    attr,
    types::is_generic,
};

/// The generics of a struct, as its impls need them.
///
/// Parameters of the macro's own are `__M`, the model, and `__P`, the place of what is described in it: names that no
/// user's type has.
pub(super) struct Headers {
    /// As declared, without defaults.
    pub(super) declared: Generics,
    /// With bounds for fields whose types depend on parameters.
    pub(super) bound: Generics,
    /// `bound` with `__M` and `__P`.
    pub(super) placed: Generics,
    /// The struct's name with its arguments.
    pub(super) this: TokenStream,
}

impl Headers {
    pub(super) fn of(input: &Struct) -> Self {
        let declared = input.generics.clone();
        let mut bound = declared.clone();
        let predicates = predicates(input);
        if !predicates.is_empty() {
            bound.make_where_clause().predicates.extend(predicates);
        }
        let krate = &input.krate;
        let mut placed = bound.clone();
        placed.params.push(parse_quote!(__M: 'static));
        placed.params.push(parse_quote!(__P: #krate::__private::Prefix));
        let (ident, (_, arguments, _)) = (&input.ident, declared.split_for_impl());
        let this = quote!(#ident #arguments);
        Self { declared, bound, placed, this }
    }

    /// As declared, with `__M` and `__P`.
    pub(super) fn declared_at_place(&self) -> Generics {
        let mut generics = self.declared.clone();
        generics.params.push(parse_quote!(__M));
        generics.params.push(parse_quote!(__P));
        generics
    }

    /// The arguments, followed by others.
    pub(super) fn arguments_and(&self, others: &[TokenStream]) -> TokenStream {
        let own = self.declared.params.iter().map(|parameter| match parameter {
            GenericParam::Type(parameter) => parameter.ident.to_token_stream(),
            GenericParam::Const(parameter) => parameter.ident.to_token_stream(),
            GenericParam::Lifetime(parameter) => parameter.lifetime.to_token_stream(),
        });
        let all: Vec<_> = own.chain(others.iter().cloned()).collect();
        if all.is_empty() { TokenStream::new() } else { quote!(<#(#all),*>) }
    }
}

fn predicates(input: &Struct) -> Vec<WherePredicate> {
    let mut predicates: Vec<WherePredicate> = Vec::new();
    for parameter in input.generics.type_params() {
        let ident = &parameter.ident;
        predicates.push(parse_quote!(#ident: ::core::marker::Send + 'static));
    }
    for field in input.fields.iter().filter(|field| is_generic(&field.ty, &input.generics)) {
        predicates.extend(predicates_of(field, input));
    }
    predicates
}

/// What the generated code wants of a field's type.
fn predicates_of(field: &Field, input: &Struct) -> Vec<WherePredicate> {
    let (ty, krate) = (&field.ty, &input.krate);
    let default = || parse_quote!(#ty: ::core::default::Default);
    match &field.role {
        Role::Id { .. } => {
            vec![parse_quote!(#ty: #krate::__private::RedisId), parse_quote!(#ty: #krate::__private::IdOf<#ty>)]
        }
        Role::Leaf { codec, default: given, .. } => {
            let codec = leaf::codec(*codec, ty, krate);
            let leaf = parse_quote!(#ty: #krate::__private::Leaf<#codec>);
            with_default(leaf, given.as_ref(), default)
        }
        Role::Nested { default: given } => {
            let nested = parse_quote!(#ty: #krate::__private::RedisFields<Id = ()>);
            with_default(nested, given.as_ref(), default)
        }
        Role::Expiring { codec, .. } => {
            let codec = leaf::codec_type(*codec, krate);
            let value = leaf::expiring_value(ty, krate);
            vec![parse_quote!(#ty: #krate::__private::Expires), parse_quote!(#codec: #krate::__private::Codec<#value>)]
        }
        Role::Collection { kind, codec, .. } => {
            let collected = leaf::collected(*kind, *codec, krate);
            vec![parse_quote!(#ty: #collected)]
        }
        Role::Remote { max_len: Some(_) } => vec![parse_quote!(#ty: #krate::__private::LimitedRemote)],
        Role::Remote { max_len: None } => vec![parse_quote!(#ty: #krate::__private::RemoteField)],
        Role::Skip => vec![default()],
        Role::Version | Role::Unclear => Vec::new(),
    }
}

fn with_default(
    bound: WherePredicate,
    given: Option<&attr::Default>,
    default: impl FnOnce() -> WherePredicate,
) -> Vec<WherePredicate> {
    match given {
        Some(attr::Default::OfType) => vec![bound, default()],
        Some(attr::Default::Value(_)) | None => vec![bound],
    }
}
