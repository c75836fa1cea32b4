//! The companions: an enum of the function's name, and what its functions have in common.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Generics, Ident, Path, Token, VisRestricted, Visibility, ext::IdentExt, parse_quote};

use super::{
    super::ast::{Cached, Home},
    Bodies, docs,
};

/// One function of the enum, in the words of the function it belongs to: `self` and `Self` are what they are there.
pub(super) struct Companion {
    pub(super) name: &'static str,
    /// Nothing for those that only generated code calls.
    pub(super) docs: Option<&'static str>,
    pub(super) is_async: bool,
    pub(super) parameters: TokenStream,
    pub(super) returned: TokenStream,
    pub(super) code: TokenStream,
}

impl Cached {
    /// The enum.
    pub(super) fn companion_type(&self) -> TokenStream {
        let (Home::Beside(name) | Home::Module(_, name)) = &self.home else { return TokenStream::new() };
        let (conditions, hidden, vis) = (self.conditions(), self.hidden_in_docs(), self.visibility_of_type());
        let docs = docs::of_type(&self.called());
        quote! {
            #conditions
            #hidden
            #[doc = #docs]
            #[allow(
                dead_code,
                non_camel_case_types,
                unreachable_pub,
                missing_debug_implementations,
                missing_copy_implementations
            )]
            #vis enum #name {}
        }
    }

    /// The functions of the enum.
    pub(super) fn companion_functions(&self, bodies: Bodies) -> TokenStream {
        if matches!(self.home, Home::Inside) {
            return TokenStream::new();
        }
        let (path, conditions) = (self.companion(), self.conditions());
        let companions = self.companions();
        // Without code, nothing is behind what only generated code calls.
        let shown = companions.iter().filter(|companion| bodies == Bodies::Real || companion.docs.is_some());
        let mut functions: TokenStream = shown.map(|companion| self.write(companion, bodies)).collect();
        let has_body = matches!((&self.home, bodies), (Home::Beside(_), Bodies::Real));
        let uncached = has_body.then(|| {
            let uncached = self.uncached_with_body();
            quote!(#conditions #[allow(private_interfaces, private_bounds, unreachable_pub)] impl #path { #uncached })
        });
        if !has_body && self.returns_values() {
            functions.extend(self.write(&self.uncached_companion(), bodies));
        }
        quote! {
            #uncached

            #conditions
            #[allow(
                dead_code,
                deprecated,
                unused_variables,
                private_interfaces,
                private_bounds,
                unreachable_pub,
                clippy::all,
                clippy::pedantic,
                clippy::used_underscore_binding
            )]
            impl #path {
                #functions
            }
        }
    }

    /// The body of a function that is no method.
    fn uncached_with_body(&self) -> TokenStream {
        let (vis, attributes, docs) = (&self.function.vis, self.body_attributes(), docs::UNCACHED);
        let signature = self.signature_with_body(&Ident::new("uncached", Span::call_site()));
        let body = self.body_with_store();
        quote! {
            #[doc = #docs]
            #attributes
            #[allow(
                clippy::missing_errors_doc,
                clippy::missing_panics_doc,
                clippy::must_use_candidate,
                clippy::too_many_arguments
            )]
            #vis #signature #body
        }
    }

    fn write(&self, companion: &Companion, bodies: Bodies) -> TokenStream {
        let Companion { name, docs, is_async, parameters, returned, code } = companion;
        let outside = |tokens: &TokenStream| self.outside(tokens.clone());
        let mut generics = self.generics_of(companion);
        let (parameters, returned, code) = (outside(parameters), outside(returned), outside(code));
        let clause = self.outside(generics.where_clause.take().to_token_stream());
        let generics = self.outside(generics.to_token_stream());
        let asyncness = is_async.then(|| quote!(async));
        let (vis, name) = (&self.function.vis, Ident::new(name, Span::call_site()));
        let docs = docs.map_or_else(|| quote!(#[doc(hidden)]), |docs| quote!(#[doc = #docs]));
        let code = match bodies {
            Bodies::Real => code,
            Bodies::Missing => quote!(::core::unreachable!()),
        };
        quote!(#docs #vis #asyncness fn #name #generics (#parameters) -> #returned #clause { #code })
    }

    /// The part of the function's generics that a companion needs.
    pub(super) fn generics_of(&self, companion: &Companion) -> Generics {
        let Companion { parameters, returned, code, .. } = companion;
        self.function.generics_for(&self.outside(quote!(#parameters #returned #code)))
    }

    /// As what the function is known: with its type, if it is a method.
    fn called(&self) -> String {
        let name = self.function.name().unraw();
        let owner = self.function.owner.as_ref().and_then(super::super::ast::Owner::name);
        owner.map_or_else(|| name.to_string(), |owner| format!("{owner}::{name}"))
    }

    /// The function's default name in Redis.
    pub(super) fn default_name(&self) -> TokenStream {
        let called = format!("::{}", self.called());
        quote!(::core::concat!(::core::module_path!(), #called))
    }

    /// The enum is as visible as the function, as seen from the module that it is in.
    fn visibility_of_type(&self) -> Visibility {
        let vis = &self.function.vis;
        if !matches!(self.home, Home::Module(..)) {
            return vis.clone();
        }
        match vis {
            Visibility::Inherited => parse_quote!(pub(super)),
            Visibility::Restricted(VisRestricted { path, .. }) => one_module_up(path),
            Visibility::Public(_) => vis.clone(),
        }
    }
}

/// `pub(in path)` as it is written one module further down.
fn one_module_up(path: &Path) -> Visibility {
    if path.is_ident("self") {
        return parse_quote!(pub(super));
    }
    if path.segments.first().is_some_and(|first| first.ident == "super") {
        return parse_quote!(pub(in super::#path));
    }
    let in_token = (path.segments.len() > 1).then(<Token![in]>::default);
    parse_quote!(pub(#in_token #path))
}
