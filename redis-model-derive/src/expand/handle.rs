//! The handle: `UserAt` for a model `User`, `AddressAt` for a nested `Address`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Ident, ext::IdentExt};

use super::{generics::Headers, leaf, segments::segment};
use crate::ast::{Field, Role, Struct};

/// The handle's name.
pub(super) fn name(input: &Struct) -> Ident {
    format_ident!("{}At", input.ident)
}

/// The handle's type, for a model `__M` at `__P` when it is of a nested struct.
pub(super) fn this(input: &Struct, headers: &Headers) -> TokenStream {
    let name = name(input);
    let arguments = match input.model {
        Some(_) => headers.arguments_and(&[]),
        None => headers.arguments_and(&[quote!(__M), quote!(__P)]),
    };
    quote!(#name #arguments)
}

/// The struct.
pub(super) fn declaration(input: &Struct, headers: &Headers) -> TokenStream {
    let (krate, vis, this) = (&input.krate, &input.vis, &headers.this);
    let name = name(input);
    let mut generics = headers.declared.clone();
    let (link, target) = (format!("[`{0}`](struct@{0})", input.ident.unraw()), input.ident.unraw());
    let (docs, field) = match input.model {
        Some(_) => (
            format!(
                "The handle of a {link} record: a method for each of its fields, and by dereference all that can be \
                 done with the record as a whole.\n\nIt holds no data and sends nothing; `{target}::at(id)` makes it."
            ),
            quote!(record: #krate::__private::Record<#this>),
        ),
        None => {
            generics.params.push(syn::parse_quote!(__M));
            generics.params.push(syn::parse_quote!(__P));
            (
                format!(
                    "The handle of a nested {link}: a method for each of its fields, and by dereference all that can \
                     be done with the struct as a whole.\n\nIt holds no data and sends nothing."
                ),
                quote! {
                    subtree: #krate::__private::Subtree<#this, __P>,
                    model: ::core::marker::PhantomData<fn() -> __M>
                },
            )
        }
    };
    let (parameters, _, conditions) = generics.split_for_impl();
    quote! {
        #[doc = #docs]
        #[allow(dead_code)]
        #vis struct #name #parameters #conditions { #field }
    }
}

/// Its methods and traits.
pub(super) fn impls(input: &Struct, headers: &Headers) -> TokenStream {
    let methods = input.stored().map(|(index, field)| method(index, field, input, headers));
    let this = this(input, headers);
    let generics = if input.model.is_some() { &headers.bound } else { &headers.placed };
    let (parameters, _, conditions) = generics.split_for_impl();
    let traits = traits(input, headers);
    quote! {
        #[automatically_derived]
        impl #parameters #this #conditions {
            #(#methods)*
        }

        #traits
    }
}

fn method(index: usize, field: &Field, input: &Struct, headers: &Headers) -> TokenStream {
    let (krate, ident, vis, ty) = (&input.krate, &field.ident, &field.vis, &field.ty);
    let (segment, model) = (segment(index), &headers.this);
    let (place, model, at) = match input.model {
        Some(_) => (quote!(self.record.place()), model.clone(), quote!(#segment<#krate::__private::Root>)),
        None => (quote!(self.subtree.place()), quote!(__M), quote!(#segment<__P>)),
    };
    let path = quote!(#krate::__private::path_of::<#at>());
    let (handle, body) = match &field.role {
        Role::Nested { .. } => {
            let handle = leaf::projection(ty, quote!(#krate::__private::RedisFields), quote!(Handle));
            let body = quote!(<#ty as #krate::__private::RedisFields>::handle::<#model, #at>(#place));
            (quote!(#handle<#model, #at>), body)
        }
        Role::Expiring { codec, .. } => {
            let (value, codec) = (leaf::expiring_value(ty, krate), leaf::codec_type(*codec, krate));
            let ttl = quote!(<#at as #krate::__private::Prefix>::TTL);
            let body = quote!(#krate::__private::ExpiringField::new(#place, #path, #ttl));
            (quote!(#krate::__private::ExpiringField<#value, #codec>), body)
        }
        _ => {
            let arguments = leaf::arguments(field, krate);
            (quote!(#krate::__private::Field<#arguments>), quote!(#krate::__private::Field::new(#place, #path)))
        }
    };
    let docs = docs(field);
    quote! {
        #docs
        #vis fn #ident(&self) -> #handle {
            #body
        }
    }
}

/// The field's own docs, and what the method gives.
fn docs(field: &Field) -> TokenStream {
    let own = &field.docs;
    let line = format!("The handle of `{}`.", field.ident.unraw());
    let blank = (!own.is_empty()).then(|| quote!(#[doc = ""]));
    quote!(#(#own)* #blank #[doc = #line])
}

fn traits(input: &Struct, headers: &Headers) -> TokenStream {
    let krate = &input.krate;
    let (handle, model) = (this(input, headers), &headers.this);
    let (generics, whole, target, rest) = match input.model {
        Some(_) => (&headers.bound, quote!(record), quote!(#krate::__private::Record<#model>), None),
        None => (
            &headers.placed,
            quote!(subtree),
            quote!(#krate::__private::Subtree<#model, __P>),
            Some(quote!(model: ::core::marker::PhantomData)),
        ),
    };
    let name = name(input).to_string();
    let placed = match input.model {
        Some(_) => quote!(<#target as #krate::__private::PlacedAt>::placed_at(place)),
        None => quote!(#krate::__private::Subtree::new(place)),
    };
    let (parameters, _, conditions) = generics.split_for_impl();
    // Inherent methods go first and what is dereferenced to comes after them, so that a field that is called as an
    // operation of the record shadows it and never collides: this is why `Deref` is right here.
    quote! {
        #[automatically_derived]
        impl #parameters ::core::ops::Deref for #handle #conditions {
            type Target = #target;

            fn deref(&self) -> &Self::Target {
                &self.#whole
            }
        }

        #[automatically_derived]
        impl #parameters #krate::__private::PlacedAt for #handle #conditions {
            fn placed_at(place: #krate::__private::Place) -> Self {
                Self { #whole: #placed, #rest }
            }
        }

        #[automatically_derived]
        impl #parameters ::core::clone::Clone for #handle #conditions {
            fn clone(&self) -> Self {
                Self { #whole: ::core::clone::Clone::clone(&self.#whole), #rest }
            }
        }

        #[automatically_derived]
        impl #parameters ::core::fmt::Debug for #handle #conditions {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.debug_tuple(#name).field(&self.#whole).finish()
            }
        }
    }
}
