//! The types that say how a field is stored.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{Ident, Path, Type};

use crate::{
    ast::{Field, Role},
    attr::{Codec, Kind},
    types::{in_option, is_plain},
};

/// The codec type itself.
pub(super) fn codec_type(codec: Option<Codec>, krate: &Path) -> TokenStream {
    let name = match codec {
        None => quote!(Plain),
        Some(Codec::Json) => quote!(Json),
        Some(Codec::MsgPack) => quote!(MsgPack),
        Some(Codec::Text) => quote!(Text),
        Some(Codec::Bytes) => quote!(Bytes),
    };
    quote!(#krate::__private::#name)
}

/// The parameter of `Leaf`, which says besides the codec whether the field may be absent.
pub(super) fn codec(codec: Option<Codec>, ty: &Type, krate: &Path) -> TokenStream {
    let of = codec_type(codec, krate);
    match codec {
        None => of,
        Some(_) if in_option(ty).is_some() => quote!(#krate::__private::OptionalLeaf<#of>),
        Some(_) => quote!(#krate::__private::Required<#of>),
    }
}

/// The type of a leaf's value and its codec, as arguments of `Field`.
///
/// Only the compiler knows whether a type is an alias of an `Option`, so that these are projections except where the
/// tokens leave no doubt.
pub(super) fn arguments(field: &Field, krate: &Path) -> TokenStream {
    let ty = &field.ty;
    let codec = match field.role {
        Role::Leaf { codec, .. } => codec,
        _ => None,
    };
    let (of, value) = (codec_type(codec, krate), in_option(ty).unwrap_or(ty));
    if codec.is_some() || is_plain(value) || matches!(field.role, Role::Unclear) {
        return quote!(#value, #of);
    }
    let leaf = quote!(#krate::__private::Leaf<#of>);
    let (value, codec) = (projection(ty, &leaf, "Value"), projection(ty, &leaf, "Codec"));
    quote!(#value, #codec)
}

/// The type of what expires.
pub(super) fn expiring_value(ty: &Type, krate: &Path) -> TokenStream {
    projection(ty, &quote!(#krate::__private::Expires), "Value")
}

/// The marker of a kind.
pub(super) fn marker(kind: Kind, krate: &Path) -> TokenStream {
    let name = match kind {
        Kind::Set => quote!(AsSet),
        Kind::List => quote!(AsList),
        Kind::Map => quote!(AsMap),
        Kind::SortedSet => quote!(AsSortedSet),
        Kind::Counter => quote!(AsCounter),
    };
    quote!(#krate::__private::#name)
}

/// The trait of types that can be a collection of a kind.
pub(super) fn collected(kind: Kind, codec: Option<Codec>, krate: &Path) -> TokenStream {
    let (marker, codec) = (marker(kind, krate), codec_type(codec, krate));
    quote!(#krate::__private::Collected<#marker, #codec>)
}

/// The handle of a collection.
pub(super) fn container(kind: Kind, codec: Option<Codec>, ty: &Type, krate: &Path) -> TokenStream {
    let collected = collected(kind, codec, krate);
    let (key, item, codec) =
        (projection(ty, &collected, "Key"), projection(ty, &collected, "Item"), codec_type(codec, krate));
    match kind {
        Kind::Set => quote!(#krate::__private::Set<#item, #codec>),
        Kind::List => quote!(#krate::__private::List<#item, #codec>),
        Kind::Map => quote!(#krate::__private::Map<#key, #item, #codec>),
        Kind::SortedSet => quote!(#krate::__private::SortedSet<#item, #codec>),
        Kind::Counter => quote!(#krate::__private::Counter<#item, #codec>),
    }
}

/// The handle of a container that is reached through it alone.
pub(super) fn remote_container(ty: &Type, krate: &Path) -> TokenStream {
    projection(ty, &quote!(#krate::__private::RemoteField), "Container")
}

/// `<Ty as Trait>::Item`.
pub(super) fn projection(ty: &Type, of: &TokenStream, item: &str) -> TokenStream {
    let item = Ident::new(item, Span::call_site());
    quote!(<#ty as #of>::#item)
}
