//! `impl RedisFields`: how the struct lies in Redis.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::Ident;

use super::{
    generics::Headers,
    handle::Handle,
    leaf, paths,
    segments::{alias, segment},
};
use crate::{
    ast::{Field, Role, Struct},
    attr::Default,
    spans::spanned,
};

pub(super) fn implementation(input: &Struct, headers: &Headers, handle: &Handle<'_>) -> TokenStream {
    let (krate, this) = (&input.krate, &headers.this);
    let (parameters, _, conditions) = headers.bound.split_for_impl();
    let (id, handle, paths) = (id(input), handle.this(), paths::name(input));
    let path_arguments = headers.arguments_and(&[quote!(__M), quote!(__P)]);
    let outline = input.stored().map(|(index, field)| outline(index, field, input));
    let write = input.stored().map(|(index, field)| write(index, field, input));
    let read = read(input);
    let settle = input.stored().map(|(_, field)| settle(field, input));
    let collections = collections(input);
    quote! {
        #[automatically_derived]
        impl #parameters #krate::__private::RedisFields for #this #conditions {
            #collections
            type Id = #id;
            type Paths<__M: 'static, __P: #krate::__private::Prefix> = #paths #path_arguments;
            type Handle<__M: 'static, __P: #krate::__private::Prefix> = #handle;

            #[allow(unused_variables)]
            fn outline<__P: #krate::__private::Prefix>(
                visit: &mut impl ::core::ops::FnMut(#krate::__private::Slot),
            ) {
                #(#outline)*
            }

            #[allow(unused_variables)]
            fn write<__P: #krate::__private::Prefix>(&self, out: &mut #krate::__private::Writer) {
                #(#write)*
            }

            #read

            #[allow(unused_variables)]
            fn settle(&mut self, version: u64) {
                #(#settle)*
            }
        }
    }
}

/// Which collections there are; nothing where there can be none.
fn collections(input: &Struct) -> Option<TokenStream> {
    let krate = &input.krate;
    let of_fields: Vec<_> = input
        .stored()
        .filter_map(|(_, field)| match &field.role {
            Role::Collection { .. } => Some(quote!(#krate::__private::Collections::Loaded)),
            Role::Remote { .. } => Some(quote!(#krate::__private::Collections::Remote)),
            Role::Nested { .. } => {
                let ty = &field.ty;
                Some(spanned(ty, quote!(<#ty as #krate::__private::RedisFields>::COLLECTIONS)))
            }
            _ => None,
        })
        .collect();
    let collections = quote!(#krate::__private::Collections);
    (!of_fields.is_empty()).then(|| quote!(const COLLECTIONS: #collections = #collections::None #(.and(#of_fields))*;))
}

/// The id's type: that of its field, or a tuple.
fn id(input: &Struct) -> TokenStream {
    let types: Vec<_> = input.ids().map(|field| &field.ty).collect();
    if let [only] = types[..] { quote!(#only) } else { quote!((#(#types),*)) }
}

fn path(segment: &Ident, input: &Struct) -> TokenStream {
    let krate = &input.krate;
    quote!(#krate::__private::path_of::<#segment<__P>>())
}

fn outline(index: usize, field: &Field, input: &Struct) -> TokenStream {
    let (krate, ty, segment) = (&input.krate, &field.ty, segment(index));
    let path = path(&segment, input);
    match &field.role {
        Role::Leaf { .. } | Role::Version => {
            let aliases = alias_paths(index, field, input);
            quote! {
                visit(#krate::__private::Slot::Leaf(#path));
                #(visit(#krate::__private::Slot::Alias(#aliases));)*
            }
        }
        Role::Nested { .. } => {
            let outline = spanned(ty, quote!(<#ty as #krate::__private::RedisFields>::outline::<#segment<__P>>));
            quote!(#outline(visit);)
        }
        Role::Expiring { .. } => quote!(visit(#krate::__private::Slot::Expiring(#path));),
        Role::Collection { kind, .. } => {
            let marker = leaf::marker(*kind, krate);
            let kind = quote!(<#marker as #krate::__private::CollectionKind>::KIND);
            quote!(visit(#krate::__private::Slot::Collection(#path, #kind));)
        }
        Role::Remote { .. } => quote!(visit(#krate::__private::Slot::Remote(#path));),
        Role::Id { .. } | Role::Skip | Role::Unclear => TokenStream::new(),
    }
}

fn alias_paths(index: usize, field: &Field, input: &Struct) -> Vec<TokenStream> {
    (0..field.aliases().len()).map(|number| path(&alias(index, number), input)).collect()
}

fn write(index: usize, field: &Field, input: &Struct) -> TokenStream {
    let (krate, ident, ty, segment) = (&input.krate, &field.ident, &field.ty, segment(index));
    let path = path(&segment, input);
    match &field.role {
        Role::Leaf { codec, .. } => {
            let (codec, aliases) = (leaf::codec(*codec, ty, krate), alias_paths(index, field, input));
            let write = spanned(ty, quote!(out.leaf::<#ty, #codec>));
            quote!(#write(#path, &self.#ident); #(out.alias(#aliases);)*)
        }
        Role::Nested { .. } => {
            let write = spanned(ty, quote!(<#ty as #krate::__private::RedisFields>::write::<#segment<__P>>));
            quote!(#write(&self.#ident, out);)
        }
        Role::Expiring { codec, .. } => {
            let codec = leaf::codec_type(*codec, krate);
            let ttl = quote!(<#segment<__P> as #krate::__private::Prefix>::TTL);
            let write = spanned(ty, quote!(out.expiring::<#ty, #codec>));
            quote!(#write(#path, #ttl, &self.#ident);)
        }
        Role::Collection { kind, codec, .. } => {
            let (marker, codec) = (leaf::marker(*kind, krate), leaf::codec_type(*codec, krate));
            let limit = quote!(<#segment<__P> as #krate::__private::Prefix>::LIMIT);
            let write = spanned(ty, quote!(out.collection::<#ty, #marker, #codec>));
            quote!(#write(#path, #limit, &self.#ident);)
        }
        Role::Remote { .. } => quote!(out.remote(#path);),
        Role::Version => quote!(out.version(self.#ident);),
        Role::Id { .. } | Role::Skip | Role::Unclear => TokenStream::new(),
    }
}

fn read(input: &Struct) -> TokenStream {
    let krate = &input.krate;
    // Hygienic, so that a default that the user wrote cannot name them.
    let (id, reader) = (Ident::new("id", Span::mixed_site()), Ident::new("input", Span::mixed_site()));
    let ids: Vec<_> = input.ids().map(|field| &field.ident).collect();
    let fields = input.fields.iter().enumerate().map(|(index, field)| {
        let ident = &field.ident;
        let value = match ids.iter().position(|id| *id == ident) {
            Some(_) if ids.len() == 1 => quote!(#id),
            Some(position) => {
                let position = syn::Index::from(position);
                quote!(#id.#position)
            }
            None => read_field(index, field, &reader, input),
        };
        quote!(#ident: #value)
    });
    quote! {
        #[allow(unused_variables)]
        fn read<__P: #krate::__private::Prefix>(
            #id: Self::Id,
            #reader: &mut #krate::__private::Reader,
        ) -> ::core::result::Result<Self, #krate::__private::FieldError> {
            ::core::result::Result::Ok(Self { #(#fields),* })
        }
    }
}

fn read_field(index: usize, field: &Field, reader: &Ident, input: &Struct) -> TokenStream {
    let (krate, ty, segment) = (&input.krate, &field.ty, segment(index));
    let path = path(&segment, input);
    match &field.role {
        Role::Leaf { codec, aliases, default } => {
            let (codec, default, aliases) =
                (leaf::codec(*codec, ty, krate), or_default(default.as_ref(), field), aliases.len());
            let read = spanned(ty, quote!(#reader.leaf::<#ty, #codec>));
            quote!(#read(#path, #aliases, #default)?)
        }
        Role::Nested { default } => {
            let default = or_default(default.as_ref(), field);
            let read = spanned(ty, quote!(#reader.nested::<#ty, #segment<__P>>));
            quote!(#read(#default)?)
        }
        Role::Expiring { codec, .. } => {
            let codec = leaf::codec_type(*codec, krate);
            let read = spanned(ty, quote!(#reader.expiring::<#ty, #codec>));
            quote!(#read(#path)?)
        }
        Role::Collection { kind, codec, .. } => {
            let (marker, codec) = (leaf::marker(*kind, krate), leaf::codec_type(*codec, krate));
            let read = spanned(ty, quote!(#reader.collection::<#ty, #marker, #codec>));
            quote!(#read(#path)?)
        }
        Role::Remote { max_len: Some(_) } => {
            let limited = spanned(ty, quote!(<#ty as #krate::__private::LimitedRemote>::limited));
            quote!(#limited())
        }
        Role::Remote { max_len: None } => {
            let here = spanned(ty, quote!(<#ty as #krate::__private::RemoteField>::here));
            quote!(#here())
        }
        Role::Version => quote!(#reader.version(#path)?),
        Role::Skip => quote!(<#ty as ::core::default::Default>::default()),
        Role::Id { .. } | Role::Unclear => quote!(::core::unreachable!()),
    }
}

fn or_default(default: Option<&Default>, field: &Field) -> TokenStream {
    let ty = &field.ty;
    match default {
        None => quote!(::core::option::Option::None),
        Some(Default::OfType) => quote!(::core::option::Option::Some(<#ty as ::core::default::Default>::default)),
        Some(Default::Value(value)) => quote!(::core::option::Option::Some(|| #value)),
    }
}

fn settle(field: &Field, input: &Struct) -> TokenStream {
    let (krate, ident, ty) = (&input.krate, &field.ident, &field.ty);
    match field.role {
        Role::Nested { .. } => {
            let settle = spanned(ty, quote!(<#ty as #krate::__private::RedisFields>::settle));
            quote!(#settle(&mut self.#ident, version);)
        }
        Role::Expiring { .. } => {
            let settle = spanned(ty, quote!(<#ty as #krate::__private::Expires>::settle));
            quote!(#settle(&mut self.#ident);)
        }
        Role::Version => quote!(self.#ident = version;),
        Role::Id { .. }
        | Role::Leaf { .. }
        | Role::Collection { .. }
        | Role::Remote { .. }
        | Role::Skip
        | Role::Unclear => TokenStream::new(),
    }
}
