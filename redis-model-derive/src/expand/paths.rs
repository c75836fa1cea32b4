//! What `path!` walks: a method for each field, evaluated at compile time.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::Ident;

use super::{generics::Headers, leaf, segments::segment};
use crate::{
    ast::{Field, Role, Struct},
    spans::spanned,
};

/// The name of the type of a struct's paths.
pub(super) fn name(input: &Struct) -> Ident {
    format_ident!("__{}Paths", input.ident)
}

/// The type of the paths of a struct at `__P` in `__M`.
pub(super) fn declaration(input: &Struct, headers: &Headers) -> TokenStream {
    let (krate, this, name) = (&input.krate, &headers.this, name(input));
    let arguments = headers.arguments_and(&[quote!(__M), quote!(__P)]);
    let declared = headers.declared_at_place();
    let (declared, _, declared_conditions) = declared.split_for_impl();
    let (parameters, _, conditions) = headers.placed.split_for_impl();
    let methods = input.stored().map(|(index, field)| method(index, field, input));
    let end = input.model.is_none().then(|| {
        quote! {
            pub const fn __end(&self) -> #krate::__private::SubtreePath<__M, #this> {
                #krate::__private::subtree_path::<__M, #this, __P>()
            }
        }
    });
    let start = input.model.is_some().then(|| start(input, headers));
    quote! {
        pub struct #name #declared (::core::marker::PhantomData<fn() -> (#this, __M, __P)>) #declared_conditions;

        #[automatically_derived]
        impl #parameters #krate::__private::PathNode for #name #arguments #conditions {
            const HERE: Self = Self(::core::marker::PhantomData);
        }

        #[automatically_derived]
        impl #parameters #name #arguments #conditions {
            #(#methods)*
            #end
        }

        #start
    }
}

fn method(index: usize, field: &Field, input: &Struct) -> TokenStream {
    let (krate, ident, vis, ty, segment) = (&input.krate, &field.ident, &field.vis, &field.ty, segment(index));
    let node = match &field.role {
        Role::Nested { .. } => {
            let paths = leaf::projection(ty, &quote!(#krate::__private::RedisFields), "Paths");
            quote!(#paths<__M, #segment<__P>>)
        }
        Role::Expiring { codec, .. } => {
            let (value, codec) = (leaf::expiring_value(ty, krate), leaf::codec_type(*codec, krate));
            quote!(#krate::__private::ExpiringNode<__M, #value, #codec, #segment<__P>>)
        }
        Role::Collection { kind, codec, .. } => {
            let container = leaf::container(*kind, *codec, ty, krate);
            quote!(#krate::__private::CollectionNode<__M, #container, #segment<__P>>)
        }
        Role::Remote { .. } => {
            let container = leaf::remote_container(ty, krate);
            quote!(#krate::__private::CollectionNode<__M, #container, #segment<__P>>)
        }
        _ => {
            let arguments = leaf::arguments(field, krate);
            quote!(#krate::__private::LeafNode<__M, #arguments, #segment<__P>>)
        }
    };
    let node = spanned(ty, node);
    let body = spanned(ty, quote!({ #krate::__private::PathNode::HERE }));
    quote!(#vis const fn #ident(&self) -> #node #body)
}

/// Where `path!` starts.
fn start(input: &Struct, headers: &Headers) -> TokenStream {
    let (krate, vis, this) = (&input.krate, &input.vis, &headers.this);
    let (parameters, _, conditions) = headers.bound.split_for_impl();
    let paths = quote!(<Self as #krate::__private::RedisFields>::Paths<Self, #krate::__private::Root>);
    quote! {
        #[automatically_derived]
        impl #parameters #this #conditions {
            #[doc(hidden)]
            #vis const fn __paths() -> #paths {
                #krate::__private::PathNode::HERE
            }
        }
    }
}
