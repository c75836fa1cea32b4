//! What a type gets that cannot be expanded, so that its other uses give no second errors.
//!
//! A struct with named fields is expanded in spite of its mistakes. This is for what has none, and it only has to
//! satisfy the compiler: it never runs, as the errors stand beside it.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{DeriveInput, GenericParam, Generics, Path, parse_quote};

use crate::{
    ast::runtime,
    attr::{FieldsAttr, ModelAttr, ValueAttr},
    errors::Errors,
};

/// The traits of `#[derive(RedisModel)]`.
pub(crate) fn model(input: &DeriveInput) -> TokenStream {
    let attr = ModelAttr::parse(&input.attrs, &mut Errors::default());
    let krate = runtime(attr.fields.krate);
    let (this, generics) = owned(input);
    let fields = redis_fields(&this, &generics, &quote!(u64), &quote!(#krate::__private::Record<Self>), &krate);
    let (parameters, _, conditions) = generics.split_for_impl();
    let invalidates = attr.invalidates.then(|| {
        quote! {
            #[automatically_derived]
            impl #parameters #krate::__private::Invalidates for #this #conditions {}
        }
    });
    quote! {
        const _: () = {
            #fields
            #invalidates

            #[automatically_derived]
            impl #parameters #krate::__private::RedisModel for #this #conditions {
                type Revision = ();

                const INFO: &'static #krate::__private::ModelInfo = &#krate::__private::ModelInfo::new("", "");

                fn key(&self) -> #krate::__private::Key {
                    ::core::unreachable!()
                }
            }
        };
    }
}

/// The traits of `#[derive(RedisFields)]`.
pub(crate) fn fields(input: &DeriveInput) -> TokenStream {
    let krate = runtime(FieldsAttr::parse(&input.attrs, &mut Errors::default()).krate);
    let (this, generics) = owned(input);
    let fields = redis_fields(&this, &generics, &quote!(()), &quote!(__Handle), &krate);
    quote! {
        const _: () = {
            pub struct __Handle;

            impl #krate::__private::PlacedAt for __Handle {
                fn placed_at(_place: #krate::__private::Place) -> Self {
                    Self
                }
            }

            #fields
        };
    }
}

fn redis_fields(
    this: &TokenStream,
    generics: &Generics,
    id: &TokenStream,
    handle: &TokenStream,
    krate: &Path,
) -> TokenStream {
    let (parameters, _, conditions) = generics.split_for_impl();
    let private = quote!(#krate::__private);
    quote! {
        #[automatically_derived]
        #[allow(unused_variables)]
        impl #parameters #private::RedisFields for #this #conditions {
            type Id = #id;
            type Paths<__M: 'static, __P: #private::Prefix> = #private::LeafNode<__M, (), #private::Plain, __P>;
            type Handle<__M: 'static, __P: #private::Prefix> = #handle;

            fn outline<__P: #private::Prefix>(visit: &mut impl ::core::ops::FnMut(#private::Slot)) {}

            fn write<__P: #private::Prefix>(&self, out: &mut #private::Writer) {}

            fn read<__P: #private::Prefix>(
                id: Self::Id,
                input: &mut #private::Reader,
            ) -> ::core::result::Result<Self, #private::FieldError> {
                ::core::unreachable!()
            }

            fn settle(&mut self, version: u64) {}
        }
    }
}

/// The traits of `#[derive(RedisValue)]`.
pub(crate) fn value(input: &DeriveInput) -> TokenStream {
    let krate = runtime(ValueAttr::parse(&input.attrs, &mut Errors::default()).krate);
    let (this, generics) = owned(input);
    let (parameters, _, conditions) = generics.split_for_impl();
    let private = quote!(#krate::__private);
    quote! {
        #[automatically_derived]
        #[allow(unused_variables)]
        impl #parameters #private::RedisValue for #this #conditions {
            fn encode(&self, out: &mut ::std::vec::Vec<u8>) -> ::core::result::Result<(), #private::EncodeError> {
                ::core::unreachable!()
            }

            fn decode(stored: &[u8]) -> ::core::result::Result<Self, #private::DecodeError> {
                ::core::unreachable!()
            }
        }

        #[automatically_derived]
        #[allow(unused_variables)]
        impl #parameters #private::Encode<#this> for #this #conditions {
            fn encode_to(&self, out: &mut ::std::vec::Vec<u8>) -> ::core::result::Result<(), #private::EncodeError> {
                ::core::unreachable!()
            }
        }
    }
}

/// The type with `'static` for each lifetime, and the generics that are left.
fn owned(input: &DeriveInput) -> (TokenStream, Generics) {
    let mut generics = input.generics.clone();
    let arguments = input.generics.params.iter().map(|parameter| match parameter {
        GenericParam::Lifetime(_) => quote!('static),
        GenericParam::Type(parameter) => parameter.ident.to_token_stream(),
        GenericParam::Const(parameter) => parameter.ident.to_token_stream(),
    });
    let ident = &input.ident;
    let this = quote!(#ident <#(#arguments),*>);
    generics.params = generics
        .params
        .into_iter()
        .filter(|parameter| !matches!(parameter, GenericParam::Lifetime(_)))
        .map(|mut parameter| {
            if let GenericParam::Type(parameter) = &mut parameter {
                parameter.bounds.push(parse_quote!(::core::marker::Send));
                parameter.bounds.push(parse_quote!('static));
            }
            parameter
        })
        .collect();
    (this, generics)
}
