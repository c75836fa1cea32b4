//! A type for each segment of a path, so that paths are made at compile time.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Ident, Path};

use crate::ast::{Role, Struct};

/// The segment of a field.
pub(super) fn segment(field: usize) -> Ident {
    format_ident!("__Segment{field}")
}

/// The segment of a field's earlier name.
pub(super) fn alias(field: usize, alias: usize) -> Ident {
    format_ident!("__Segment{field}Alias{alias}")
}

/// The types of all segments.
pub(super) fn declarations(input: &Struct) -> TokenStream {
    let krate = &input.krate;
    let segments = input.stored().map(|(index, field)| {
        let fact = match field.role {
            Role::Expiring { milliseconds, .. } => Some(quote!(const TTL: u64 = #milliseconds;)),
            Role::Collection { max_len: Some(number), .. } | Role::Remote { max_len: Some(number) } => Some(quote! {
                const LIMIT: ::core::option::Option<u64> = ::core::option::Option::Some(#number as u64);
            }),
            _ => None,
        };
        let names = field.aliases();
        let paths = (0..names.len()).map(|number| {
            let alias = alias(index, number);
            quote!(#krate::__private::path_of::<#alias<__P>>())
        });
        let aliases = (!names.is_empty()).then(|| quote!(const ALIASES: &'static [&'static str] = &[#(#paths),*];));
        let own = declaration(&segment(index), &field.stored.text, &quote!(#fact #aliases), krate);
        let earlier = names
            .iter()
            .enumerate()
            .map(|(number, name)| declaration(&alias(index, number), &name.text, &TokenStream::new(), krate));
        quote!(#own #(#earlier)*)
    });
    quote!(#(#segments)*)
}

fn declaration(segment: &Ident, name: &str, facts: &TokenStream, krate: &Path) -> TokenStream {
    quote! {
        pub struct #segment<__P>(::core::marker::PhantomData<__P>);

        #[automatically_derived]
        impl<__P: #krate::__private::Prefix> #krate::__private::Prefix for #segment<__P> {
            const SEGMENTS: #krate::__private::Segments = __P::SEGMENTS.then(#name);
            #facts
        }
    }
}
