//! One call: its key, its tags, and the arguments that these use.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Expr, spanned::Spanned};

use super::super::{
    ast::{Argument, Cached, mentions},
    attr::{Dependency, Key, Name, Tag, Template},
};
use crate::spans;

impl Cached {
    /// The call, where the function's arguments are in scope.
    pub(super) fn call(&self) -> TokenStream {
        let values: Vec<_> = match &self.key {
            Key::Values(values) => values.iter().map(reference).collect(),
            Key::Text(template) => vec![template.format_key(&self.runtime(), &self.named_in(template))],
        };
        self.call_of(&values)
    }

    /// The call that is identified by these values.
    pub(super) fn call_of(&self, values: &[TokenStream]) -> TokenStream {
        let (runtime, function, key) = (self.runtime(), self.described(), spans::tuple(values));
        let mut call = if let Some(Name::Expression(name)) = &self.options.name {
            quote!(#runtime::Call::named(#function, &(#name), #key))
        } else {
            quote!(#runtime::Call::new(#function, #key))
        };
        for tag in &self.options.tags {
            let tag = match tag {
                Tag::Text(template) => self.text(template),
                Tag::Expression(expression) => reference(expression),
            };
            call.extend(quote!(.tag(#tag)));
        }
        for dependency in &self.options.depends {
            let (model, id) = (&dependency.model, dependency.id());
            call.extend(quote!(.depends::<#model>(#id)));
        }
        call
    }

    fn text(&self, template: &Template) -> TokenStream {
        template.format(&self.named_in(template))
    }

    /// What the names of a template stand for.
    fn named_in(&self, template: &Template) -> Vec<TokenStream> {
        let arguments = template.names.iter().map(|name| {
            // The user's argument rather than the name in the text: only the former may be raw.
            let argument = self.function.argument(name).and_then(|argument| argument.name.as_ref());
            argument.map_or_else(|| name.to_token_stream(), ToTokens::to_token_stream)
        });
        arguments.collect()
    }

    /// The arguments that identify the call, or that its tags need.
    pub(super) fn identifying(&self) -> Vec<&Argument> {
        let mut used = match &self.key {
            Key::Values(values) => mentions(quote!(#(#values),*)),
            Key::Text(template) => {
                let names = &template.names;
                mentions(quote!(#(#names),*))
            }
        };
        for tag in &self.options.tags {
            used.extend(match tag {
                Tag::Text(Template { names, .. }) => mentions(quote!(#(#names),*)),
                Tag::Expression(expression) => mentions(expression),
            });
        }
        for Dependency { id, .. } in &self.options.depends {
            used.extend(mentions(quote!(#(#id),*)));
        }
        let arguments = self.function.arguments.iter();
        arguments.filter(|argument| argument.name.as_ref().is_some_and(|name| used.name(name))).collect()
    }

    /// The arguments that the store is taken from.
    pub(super) fn telling_store(&self) -> Vec<&Argument> {
        let used = self.options.store.as_ref().map(mentions).unwrap_or_default();
        let arguments = self.function.arguments.iter();
        arguments.filter(|argument| argument.name.as_ref().is_some_and(|name| used.value(name).is_some())).collect()
    }
}

/// A reference to the value of an expression, which is not moved.
fn reference(expression: &Expr) -> TokenStream {
    let span = expression.span().resolved_at(Span::mixed_site());
    let inner = if let Expr::Path(_) = expression { quote!(#expression) } else { quote_spanned!(span=> (#expression)) };
    quote_spanned!(span=> &#inner)
}
