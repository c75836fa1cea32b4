//! The handle: `UserAt` for a model `User`, `AddressAt` for a nested `Address`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Generics, Ident, ext::IdentExt};

use super::{generics::Headers, leaf, segments::segment};
use crate::{
    ast::{Field, Role, Struct},
    spans::spanned,
};

/// A handle; what differs between those of models and of nested structs is in its fields.
pub(super) struct Handle<'a> {
    input: &'a Struct,
    name: Ident,
    /// What it dereferences to: a record or a subtree.
    whole: TokenStream,
    /// The parameters that it is declared with.
    declared: Generics,
    /// The parameters of its impls.
    generics: &'a Generics,
    /// Its arguments.
    arguments: TokenStream,
    /// The model that the fields belong to.
    model: TokenStream,
    /// The place that the fields' segments follow.
    place: TokenStream,
    docs: String,
}

impl<'a> Handle<'a> {
    pub(super) fn of(input: &'a Struct, headers: &'a Headers) -> Self {
        let (krate, this, name) = (&input.krate, &headers.this, format_ident!("{}At", input.ident));
        let link = format!("[`{0}`](struct@{0})", input.ident.unraw());
        if input.model.is_some() {
            return Self {
                input,
                name,
                whole: quote!(#krate::__private::Record<#this>),
                declared: headers.declared.clone(),
                generics: &headers.bound,
                arguments: headers.arguments_and(&[]),
                model: this.clone(),
                place: quote!(#krate::__private::Root),
                docs: format!(
                    "The handle of a record of {link}: a method for each field, and those of the record itself."
                ),
            };
        }
        Self {
            input,
            name,
            whole: quote!(#krate::__private::Subtree<#this, __P>),
            declared: headers.declared_at_place(),
            generics: &headers.placed,
            arguments: headers.arguments_and(&[quote!(__M), quote!(__P)]),
            model: quote!(__M),
            place: quote!(__P),
            docs: format!(
                "The handle of a nested {link}: a method for each field, and those of the struct as a whole."
            ),
        }
    }

    /// The type.
    pub(super) fn this(&self) -> TokenStream {
        let (name, arguments) = (&self.name, &self.arguments);
        quote!(#name #arguments)
    }

    /// The struct.
    pub(super) fn declaration(&self) -> TokenStream {
        let (name, vis, docs) = (&self.name, &self.input.vis, &self.docs);
        let (whole, model) = (&self.whole, &self.model);
        let (parameters, _, conditions) = self.declared.split_for_impl();
        quote! {
            #[doc = #docs]
            #[allow(dead_code)]
            #vis struct #name #parameters #conditions {
                whole: #whole,
                model: ::core::marker::PhantomData<fn() -> #model>,
            }
        }
    }

    /// Its methods and traits.
    pub(super) fn impls(&self) -> TokenStream {
        let methods = self.input.stored().map(|(index, field)| self.method(index, field));
        let (this, traits) = (self.this(), self.traits());
        let (parameters, _, conditions) = self.generics.split_for_impl();
        quote! {
            #[automatically_derived]
            impl #parameters #this #conditions {
                #(#methods)*
            }

            #traits
        }
    }

    fn method(&self, index: usize, field: &Field) -> TokenStream {
        let (krate, model, place, segment) = (&self.input.krate, &self.model, &self.place, segment(index));
        let (ident, vis, ty) = (&field.ident, &field.vis, &field.ty);
        let (at, here) = (quote!(#segment<#place>), quote!(self.whole.place()));
        let (handle, body) = match &field.role {
            Role::Nested { .. } => {
                let handle = leaf::projection(ty, &quote!(#krate::__private::RedisFields), "Handle");
                let body = quote!(<#ty as #krate::__private::RedisFields>::handle_at::<#model, #at>(#here));
                (quote!(#handle<#model, #at>), body)
            }
            Role::Expiring { codec, .. } => {
                let (value, codec) = (leaf::expiring_value(ty, krate), leaf::codec_type(*codec, krate));
                let body = quote!(#krate::__private::ExpiringField::at::<#at>(#here));
                (quote!(#krate::__private::ExpiringField<#value, #codec>), body)
            }
            Role::Collection { kind, codec, .. } => {
                let container = leaf::container(*kind, *codec, ty, krate);
                (container.clone(), self.in_record(&container, &at))
            }
            Role::Remote { .. } => {
                let container = leaf::remote_container(ty, krate);
                (container.clone(), self.in_record(&container, &at))
            }
            Role::Version => {
                (quote!(#krate::__private::VersionField), quote!(#krate::__private::VersionField::at::<#at>(#here)))
            }
            _ => {
                let arguments = leaf::arguments(field, krate);
                (quote!(#krate::__private::Field<#arguments>), quote!(#krate::__private::Field::at::<#at>(#here)))
            }
        };
        let docs = docs(field);
        let (handle, body) = (spanned(ty, handle), spanned(ty, quote!({ #body })));
        quote! {
            #docs
            #vis fn #ident(&self) -> #handle #body
        }
    }

    /// The container at a place of the record.
    fn in_record(&self, container: &TokenStream, at: &TokenStream) -> TokenStream {
        let private = &self.input.krate;
        let private = quote!(#private::__private);
        quote! {
            <#container as #private::InRecord>::in_record(
                self.whole.place(),
                #private::path_of::<#at>(),
                <#at as #private::Prefix>::LIMIT,
            )
        }
    }

    fn traits(&self) -> TokenStream {
        let (krate, whole, this, name) = (&self.input.krate, &self.whole, self.this(), self.name.to_string());
        let (parameters, _, conditions) = self.generics.split_for_impl();
        // Methods of the handle itself go before those of what it dereferences to, so that a field that is called as an
        // operation of the record shadows it and never collides: this is why `Deref` is right here.
        quote! {
            #[automatically_derived]
            impl #parameters ::core::ops::Deref for #this #conditions {
                type Target = #whole;

                fn deref(&self) -> &Self::Target {
                    &self.whole
                }
            }

            #[automatically_derived]
            impl #parameters #krate::__private::PlacedAt for #this #conditions {
                fn placed_at(place: #krate::__private::Place) -> Self {
                    let whole = #krate::__private::PlacedAt::placed_at(place);
                    Self { whole, model: ::core::marker::PhantomData }
                }
            }

            #[automatically_derived]
            impl #parameters ::core::clone::Clone for #this #conditions {
                fn clone(&self) -> Self {
                    Self { whole: ::core::clone::Clone::clone(&self.whole), model: ::core::marker::PhantomData }
                }
            }

            #[automatically_derived]
            impl #parameters ::core::fmt::Debug for #this #conditions {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    f.debug_tuple(#name).field(&self.whole).finish()
                }
            }
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
