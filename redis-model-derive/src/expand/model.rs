//! `impl RedisModel`: what is the same for all records.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;

use super::{generics::Headers, segments::segment};
use crate::{
    ast::{Field, Model, Role, Struct},
    attr::Refresh,
    spans::spanned,
};

pub(super) fn implementation(input: &Struct, model: &Model, headers: &Headers) -> TokenStream {
    let (krate, this) = (&input.krate, &headers.this);
    let (parameters, _, conditions) = headers.bound.split_for_impl();
    let revision = if input.version().is_some() { quote!(u64) } else { quote!(()) };
    let info = info(input, model);
    let ids: Vec<_> = input.ids().collect();
    let names = ids.iter().map(|field| &field.ident);
    let (mut implemented, mut invalidating, mut key) = (
        quote!(#krate::__private::RedisModel for #this),
        quote!(#krate::__private::Invalidates for #this),
        quote!(#krate::__private::key_of::<Self>(&(#(&self.#names),*))),
    );
    if let [only] = ids[..] {
        // A type that cannot be an id makes both wrong.
        let name = &only.ident;
        implemented = spanned(&only.ty, implemented);
        key = spanned(&only.ty, quote!(#krate::__private::key_of::<Self>(&self.#name)));
        invalidating = spanned(&only.ty, invalidating);
    }
    let invalidates = model.invalidates.then(|| {
        quote! {
            #[automatically_derived]
            impl #parameters #invalidating #conditions {}
        }
    });
    quote! {
        #invalidates

        #[automatically_derived]
        impl #parameters #implemented #conditions {
            type Revision = #revision;

            const INFO: &'static #krate::__private::ModelInfo = &#info;

            fn key(&self) -> #krate::__private::Key {
                #key
            }
        }
    }
}

fn info(input: &Struct, model: &Model) -> TokenStream {
    let (krate, name, prefix) = (&input.krate, input.ident.unraw().to_string(), &model.prefix);
    let tagged = tagged(input).map(|parts| quote!(.tagged(#parts)));
    let ttl = model.ttl.as_ref().map(|ttl| {
        let milliseconds = ttl.milliseconds;
        let refresh = match ttl.refresh {
            Refresh::Write => quote!(Write),
            Refresh::Read => quote!(Read),
            Refresh::Never => quote!(Never),
        };
        quote!(.ttl(#milliseconds, #krate::__private::Refresh::#refresh))
    });
    let version = input.version().map(|(index, _)| {
        let segment = segment(index);
        quote!(.version(#krate::__private::path_of::<#segment<#krate::__private::Root>>()))
    });
    let schema = model.schema.map(|number| quote!(.schema(#number)));
    let invalidates = model.invalidates.then(|| quote!(.invalidates()));
    let may_have_collections = |(_, field): (usize, &Field)| {
        matches!(field.role, Role::Collection { .. } | Role::Remote { .. } | Role::Nested { .. })
    };
    let of_model = input.stored().any(may_have_collections).then(|| quote!(.of::<Self>()));
    quote!(#krate::__private::ModelInfo::new(#name, #prefix) #tagged #ttl #version #schema #invalidates #of_model)
}

/// A bit for each id field that is tagged; nothing when none is, which means all.
fn tagged(input: &Struct) -> Option<u32> {
    let bits = input.ids().enumerate().filter(|(_, field)| matches!(field.role, Role::Id { tag: Some(_) }));
    let parts = bits.fold(0_u32, |parts, (index, _)| parts | 1 << index);
    (parts != 0).then_some(parts)
}
