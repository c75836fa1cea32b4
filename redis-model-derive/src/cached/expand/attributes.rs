//! Which of the user's attributes go where.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Meta};

use super::super::ast::Cached;

impl Cached {
    /// Those of the wrapper: all of them. It no longer holds what an `expect` may be about.
    pub(super) fn wrapper_attributes(&self) -> TokenStream {
        let attributes = self.function.attributes.iter().map(without_expectation);
        quote!(#(#attributes)*)
    }

    /// Those that decide whether the function is there.
    pub(super) fn conditions(&self) -> TokenStream {
        let conditions = self.function.attributes.iter().filter(|attribute| attribute.path().is_ident("cfg"));
        quote!(#(#conditions)*)
    }

    /// Those of the body: lints are about what is written in it.
    pub(super) fn body_attributes(&self) -> TokenStream {
        const KINDS: [&str; 8] = ["cfg", "allow", "expect", "warn", "deny", "forbid", "must_use", "deprecated"];
        let kept = |attribute: &&Attribute| KINDS.iter().any(|kind| attribute.path().is_ident(kind));
        let attributes = self.function.attributes.iter().filter(kept);
        quote!(#(#attributes)*)
    }

    /// Whether the function is left out of the docs.
    pub(super) fn hidden_in_docs(&self) -> Option<&Attribute> {
        self.function.attributes.iter().find(|attribute| {
            let is_hidden = |list: &syn::MetaList| list.tokens.to_string() == "hidden";
            attribute.path().is_ident("doc") && attribute.meta.require_list().is_ok_and(is_hidden)
        })
    }
}

fn without_expectation(attribute: &Attribute) -> Attribute {
    let mut attribute = attribute.clone();
    if let Meta::List(list) = &mut attribute.meta
        && list.path.is_ident("expect")
    {
        list.path = syn::parse_quote!(allow);
    }
    attribute
}
