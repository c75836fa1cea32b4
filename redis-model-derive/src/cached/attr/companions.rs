//! The options of `#[cached_impl(..)]`.

use proc_macro2::TokenStream;
use syn::{Ident, ItemImpl, Path};

use super::options::NAMES;
use crate::{
    errors::Errors,
    item::{self, Vocabulary},
};

/// What stands in `#[cached_impl(..)]`.
pub(crate) struct Companions {
    /// The module of the companions; nothing if its name is missing.
    pub(crate) module: Option<Ident>,
    pub(crate) krate: Option<Path>,
}

struct Words;

impl Vocabulary for Words {
    const NOUN: &'static str = "option";

    fn names(&self) -> &[&'static str] {
        &["companions", "crate"]
    }

    fn refusal(&self, name: &str) -> Option<String> {
        let is_of_methods = name != "companion" && NAMES.contains(&name);
        is_of_methods.then(|| format!("`{name}` goes on the methods, in `#[cached(..)]`"))
    }

    fn known(&self) -> String {
        "`#[cached_impl(..)]` takes `companions`, `crate`".into()
    }
}

impl Companions {
    pub(crate) fn parse(tokens: TokenStream, block: &ItemImpl, errors: &mut Errors) -> Self {
        let before = errors.count();
        let mut items = Vec::new();
        item::add_known(item::parse(tokens, errors), &mut items, &Words, errors);
        let (mut module, mut krate) = (None, None);
        for item in &items {
            match &*item.name {
                "companions" => module = item.single_ident("the name of a module", "api_cache", errors),
                _ => krate = item.path(errors),
            }
        }
        if module.is_none() && errors.count() == before {
            let message = "the companions need a module to be in: write `#[cached_impl(companions = api_cache)]`";
            errors.at(block.impl_token, message);
        }
        Self { module, krate }
    }
}
