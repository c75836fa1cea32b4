//! `impl RedisValue`, and what goes with it: the value can be given to setters, and be an id.

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use syn::{Generics, Member, Path, Type, WherePredicate, ext::IdentExt, parse_quote};

use crate::{
    ast::{Form, Name, Value, Variant},
    attr::Format,
    types::is_generic,
};

/// What a type that derives `RedisValue` gets.
pub(crate) fn value(input: &Value) -> TokenStream {
    let krate = &input.krate;
    let (conversions, bounds, id_bounds) = match &input.form {
        Form::Name(variants) => (by_name(variants, krate), Vec::new(), Some(Vec::new())),
        Form::Transparent { member, ty } => {
            let bounds = transparent_bounds(ty, &input.generics, krate);
            (transparent(member, ty, krate), bounds, Some(transparent_id_bounds(ty, krate)))
        }
        Form::Serde(format) => (by_serde(*format, krate), serde_bounds(*format, input), None),
    };
    let generics = with_bounds(&input.generics, bounds);
    let (ident, (parameters, arguments, conditions)) = (&input.ident, generics.split_for_impl());
    let ids = id_bounds.map(|bounds| ids(input, with_bounds(&generics, bounds)));
    quote! {
        #[automatically_derived]
        impl #parameters #krate::__private::RedisValue for #ident #arguments #conditions {
            #conversions
        }

        #[automatically_derived]
        impl #parameters #krate::__private::Encode<#ident #arguments> for #ident #arguments #conditions {
            fn encode_to(
                &self,
                out: &mut ::std::vec::Vec<u8>,
            ) -> ::core::result::Result<(), #krate::__private::EncodeError> {
                <Self as #krate::__private::RedisValue>::encode(self, out)
            }
        }

        #ids
    }
}

fn with_bounds(generics: &Generics, bounds: Vec<WherePredicate>) -> Generics {
    let mut generics = generics.clone();
    if !bounds.is_empty() {
        generics.make_where_clause().predicates.extend(bounds);
    }
    generics
}

fn by_name(variants: &[Variant], krate: &Path) -> TokenStream {
    let encode = variants.iter().map(|variant| {
        let (ident, name) = (&variant.ident, bytes(&variant.name));
        quote!(Self::#ident => #name)
    });
    let decode = variants.iter().map(|variant| {
        let (ident, name, aliases) = (&variant.ident, bytes(&variant.name), variant.aliases.iter().map(bytes));
        quote!(#name #(| #aliases)* => ::core::result::Result::Ok(Self::#ident))
    });
    let known: Vec<_> = variants.iter().map(|variant| format!("`{}`", variant.name.text)).collect();
    let expected = match &known[..] {
        [only] => only.clone(),
        _ => format!("one of {}", known.join(", ")),
    };
    quote! {
        fn encode(&self, out: &mut ::std::vec::Vec<u8>) -> ::core::result::Result<(), #krate::__private::EncodeError> {
            let name: &[u8] = match self { #(#encode),* };
            out.extend_from_slice(name);
            ::core::result::Result::Ok(())
        }

        fn decode(stored: &[u8]) -> ::core::result::Result<Self, #krate::__private::DecodeError> {
            match stored {
                #(#decode,)*
                _ => ::core::result::Result::Err(#krate::__private::DecodeError::new(#expected, stored)),
            }
        }
    }
}

fn bytes(name: &Name) -> Literal {
    Literal::byte_string(name.text.as_bytes())
}

fn transparent(member: &Member, ty: &Type, krate: &Path) -> TokenStream {
    let decoded = |call: TokenStream| quote!(::core::result::Result::Ok(Self { #member: <#ty as #krate::__private::RedisValue>::#call? }));
    let (decode, decode_owned) = (decoded(quote!(decode(stored))), decoded(quote!(decode_owned(stored))));
    quote! {
        fn encode(&self, out: &mut ::std::vec::Vec<u8>) -> ::core::result::Result<(), #krate::__private::EncodeError> {
            <#ty as #krate::__private::RedisValue>::encode(&self.#member, out)
        }

        fn decode(stored: &[u8]) -> ::core::result::Result<Self, #krate::__private::DecodeError> {
            #decode
        }

        fn decode_owned(
            stored: ::std::vec::Vec<u8>,
        ) -> ::core::result::Result<Self, #krate::__private::DecodeError> {
            #decode_owned
        }
    }
}

fn transparent_bounds(ty: &Type, generics: &Generics, krate: &Path) -> Vec<WherePredicate> {
    let bound = is_generic(ty, generics).then(|| parse_quote!(#ty: #krate::__private::RedisValue));
    bound.into_iter().collect()
}

/// A newtype is an id if its field is one. `for<'a>` lets the compiler accept a condition that does not hold.
fn transparent_id_bounds(ty: &Type, krate: &Path) -> Vec<WherePredicate> {
    vec![parse_quote!(for<'a> #ty: #krate::__private::RedisId), parse_quote!(for<'a> #ty: #krate::__private::IdOf<#ty>)]
}

fn by_serde(format: Format, krate: &Path) -> TokenStream {
    let format = format_type(format, krate);
    quote! {
        fn encode(&self, out: &mut ::std::vec::Vec<u8>) -> ::core::result::Result<(), #krate::__private::EncodeError> {
            <#format as #krate::__private::Codec<Self>>::encode(self, out)
        }

        fn decode(stored: &[u8]) -> ::core::result::Result<Self, #krate::__private::DecodeError> {
            <Self as #krate::__private::RedisValue>::decode_owned(stored.to_vec())
        }

        fn decode_owned(
            stored: ::std::vec::Vec<u8>,
        ) -> ::core::result::Result<Self, #krate::__private::DecodeError> {
            <#format as #krate::__private::Codec<Self>>::decode(stored)
        }
    }
}

fn serde_bounds(format: Format, input: &Value) -> Vec<WherePredicate> {
    let (krate, format) = (&input.krate, format_type(format, &input.krate));
    let is_generic = input.generics.type_params().next().is_some();
    is_generic.then(|| parse_quote!(#format: #krate::__private::Codec<Self>)).into_iter().collect()
}

fn format_type(format: Format, krate: &Path) -> TokenStream {
    match format {
        Format::Json => quote!(#krate::__private::Json),
        Format::MsgPack => quote!(#krate::__private::MsgPack),
    }
}

fn ids(input: &Value, mut generics: Generics) -> TokenStream {
    let (krate, ident) = (&input.krate, &input.ident);
    for parameter in input.generics.type_params() {
        let parameter = &parameter.ident;
        let sendable: WherePredicate = parse_quote!(#parameter: ::core::marker::Send + 'static);
        generics.make_where_clause().predicates.push(sendable);
    }
    let (parameters, arguments, conditions) = generics.split_for_impl();
    let expected = format!("an id of type `{}`", ident.unraw());
    let (read, write) = match &input.form {
        Form::Transparent { member, ty } => (
            quote!(<#ty as #krate::__private::RedisId>::read(parts).map(|id| Self { #member: id })),
            quote!(<#ty as #krate::__private::IdOf<#ty>>::write(&self.#member, part, out)),
        ),
        Form::Name(_) | Form::Serde(_) => (
            quote! {
                let ::core::option::Option::Some(part) = parts.first() else {
                    return ::core::result::Result::Err(#krate::__private::DecodeError::missing(#expected));
                };
                <Self as #krate::__private::RedisValue>::decode_owned(part.raw()?)
            },
            quote! {
                let mut id = ::std::vec::Vec::new();
                if <Self as #krate::__private::RedisValue>::encode(self, &mut id).is_ok() {
                    out.raw(&id);
                }
            },
        ),
    };
    quote! {
        #[automatically_derived]
        impl #parameters #krate::__private::RedisId for #ident #arguments #conditions {
            fn read(
                parts: &[#krate::__private::IdText<'_>],
            ) -> ::core::result::Result<Self, #krate::__private::DecodeError> {
                #read
            }
        }

        #[automatically_derived]
        impl #parameters #krate::__private::IdOf<#ident #arguments> for #ident #arguments #conditions {
            #[allow(unused_variables)]
            fn write(&self, part: usize, out: &mut #krate::__private::IdWriter<'_>) {
                #write
            }
        }
    }
}
