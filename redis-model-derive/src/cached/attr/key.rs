//! What tells calls apart, and what their entries depend on.

use proc_macro2::{Group, TokenStream};
use quote::quote;
use syn::{
    Expr, ExprLit, ExprPath, Ident, Lit, Path, Token,
    ext::IdentExt,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
};

use super::Template;
use crate::{
    errors::Errors,
    item::{Item, Written, without_group},
};

/// What identifies a call.
#[derive(Clone)]
pub(crate) enum Key {
    /// `(a, b)`, or a single expression.
    Values(Vec<Expr>),
    /// `"user:{id}"`
    Text(Template),
}

/// What many entries can be invalidated by.
#[derive(Clone)]
pub(crate) enum Tag {
    Text(Template),
    /// Anything that can be displayed.
    Expression(Expr),
}

/// A record that an entry was computed from: `User(id)`.
#[derive(Clone)]
pub(crate) struct Dependency {
    pub(crate) model: Path,
    pub(crate) id: Vec<Expr>,
}

impl Item {
    pub(super) fn key(&self, errors: &mut Errors) -> Option<Key> {
        match self.value() {
            None => self.wrong("what identifies a call", "(id)", errors),
            Some(Expr::Tuple(tuple)) => Some(Key::Values(tuple.elems.iter().cloned().map(without_group).collect())),
            Some(Expr::Paren(paren)) => Some(Key::Values(vec![(*paren.expr).clone()])),
            Some(Expr::Lit(ExprLit { lit: Lit::Str(text), .. })) => Template::parse(text, errors).map(Key::Text),
            Some(expression) => Some(Key::Values(vec![expression.clone()])),
        }
    }

    /// The names in `skip(..)`.
    pub(super) fn skipped(&self, errors: &mut Errors) -> Vec<Ident> {
        let Written::List(list) = &self.written else {
            errors.at(self.spot(), "`skip` takes names in parentheses: write `skip(db)`");
            return Vec::new();
        };
        let parser = Punctuated::<Name, Token![,]>::parse_terminated;
        let names = syn::parse::Parser::parse2(parser, list.stream()).unwrap_or_else(|error| {
            errors.add(error);
            Punctuated::new()
        });
        report_empty(names.is_empty(), list, errors);
        names.into_iter().map(|Name(name)| name).collect()
    }

    pub(super) fn tags(&self, errors: &mut Errors) -> Vec<Tag> {
        let Some(elements) = self.elements("[\"user:{id}\"]", errors) else { return Vec::new() };
        elements.iter().filter_map(|element| Tag::of(element, errors)).collect()
    }

    pub(super) fn dependencies(&self, errors: &mut Errors) -> Vec<Dependency> {
        let Some(elements) = self.elements("[User(id)]", errors) else { return Vec::new() };
        elements.iter().filter_map(|element| Dependency::of(element, errors)).collect()
    }

    fn elements(&self, example: &str, errors: &mut Errors) -> Option<Vec<Expr>> {
        let Some(Expr::Array(array)) = self.value() else { return self.wrong("a list", example, errors) };
        if array.elems.is_empty() {
            errors.at(array, format!("`{}` is empty: leave it out", self.name));
        }
        Some(array.elems.iter().cloned().map(without_group).collect())
    }
}

/// A name, of which `self` is one here.
struct Name(Ident);

impl Parse for Name {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        input.call(Ident::parse_any).map(Self)
    }
}

fn report_empty(is_empty: bool, list: &Group, errors: &mut Errors) {
    if is_empty && list.stream().is_empty() {
        errors.at(list, "nothing is skipped: name arguments, as in `skip(db)`, or remove it");
    }
}

impl Tag {
    fn of(element: &Expr, errors: &mut Errors) -> Option<Self> {
        let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = element else {
            return Some(Self::Expression(element.clone()));
        };
        if text.value().is_empty() {
            errors.at(text, "a tag may not be empty");
            return None;
        }
        Template::parse(text, errors).map(Self::Text)
    }
}

impl Dependency {
    fn of(element: &Expr, errors: &mut Errors) -> Option<Self> {
        if let Expr::Call(call) = element
            && let Expr::Path(ExprPath { qself: None, path, .. }) = &*call.func
            && !call.args.is_empty()
        {
            return Some(Self { model: path.clone(), id: call.args.iter().cloned().collect() });
        }
        errors.at(element, "what an entry depends on is a model and an id: write `User(id)`");
        None
    }

    /// A reference to the id.
    pub(in crate::cached) fn id(&self) -> TokenStream {
        let id = &self.id;
        if let [id] = &id[..] { quote!(&(#id)) } else { quote!(&(#(&(#id)),*)) }
    }
}
