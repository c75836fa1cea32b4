//! Which names an expression uses, as far as its tokens tell.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use syn::Ident;

/// The names that tokens use on their own: neither those of fields and methods nor those within paths.
///
/// These are more than the names that are resolved: closures may bind them again. Where it matters that a name is used, this
/// errs on the side of yes.
#[derive(Debug, Default, Clone)]
pub(crate) struct Mentions {
    /// Without the `r#` of raw names.
    names: BTreeSet<String>,
    /// Those that are not called.
    values: Vec<Ident>,
    placeholders: BTreeSet<String>,
    lifetimes: BTreeSet<String>,
}

impl Mentions {
    /// Whether this name is used.
    pub(crate) fn name(&self, name: &Ident) -> bool {
        self.names.contains(&text(name))
    }

    /// Whether a text has a placeholder of this name.
    pub(crate) fn placeholder(&self, name: &Ident) -> bool {
        self.placeholders.contains(&text(name))
    }

    /// Where a name is used first, other than as that of a function.
    pub(crate) fn value(&self, name: &Ident) -> Option<&Ident> {
        self.values.iter().find(|ident| text(ident) == text(name))
    }

    /// Whether this lifetime is used.
    pub(crate) fn lifetime(&self, lifetime: &syn::Lifetime) -> bool {
        self.lifetimes.contains(&lifetime.ident.to_string())
    }

    /// Whether a lifetime other than `'static` is used.
    pub(crate) fn any_lifetime(&self) -> bool {
        self.lifetimes.iter().any(|lifetime| lifetime != "static")
    }

    pub(crate) fn extend(&mut self, other: Self) {
        self.names.extend(other.names);
        self.values.extend(other.values);
        self.placeholders.extend(other.placeholders);
        self.lifetimes.extend(other.lifetimes);
    }

    fn add(&mut self, tokens: TokenStream) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        for (position, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Group(group) => self.add(group.stream()),
                TokenTree::Literal(literal) => self.add_placeholders(&literal.to_string()),
                TokenTree::Ident(ident) => self.add_ident(ident, &tokens[..position], &tokens[position + 1..]),
                TokenTree::Punct(_) => {}
            }
        }
    }

    fn add_ident(&mut self, ident: &Ident, before: &[TokenTree], after: &[TokenTree]) {
        if ends_with(before, "'") {
            self.lifetimes.insert(ident.to_string());
            return;
        }
        let is_member = ends_with(before, ".") && !ends_with(before, "..");
        let is_in_path = ends_with(before, "::");
        // `name: value` in a struct expression, unlike `name::` in a path.
        let is_label = starts_with(after, ":") && !starts_with(after, "::");
        let is_module = *ident == "self" && starts_with(after, "::");
        if is_member || is_in_path || is_label || is_module {
            return;
        }
        self.names.insert(text(ident));
        if !matches!(after.first(), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis) {
            self.values.push(ident.clone());
        }
    }

    /// The names in the `{placeholders}` of a text, which `format!` and its kin use.
    fn add_placeholders(&mut self, literal: &str) {
        if !literal.contains('"') {
            return;
        }
        for piece in literal.split('{').skip(1) {
            let end = piece.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(piece.len());
            if end > 0 {
                self.names.insert(piece[..end].to_owned());
                self.placeholders.insert(piece[..end].to_owned());
            }
        }
    }
}

/// The names that these tokens use.
pub(crate) fn mentions(tokens: impl quote::ToTokens) -> Mentions {
    let mut mentions = Mentions::default();
    mentions.add(tokens.to_token_stream());
    mentions
}

fn text(ident: &Ident) -> String {
    syn::ext::IdentExt::unraw(ident).to_string()
}

fn ends_with(tokens: &[TokenTree], sign: &str) -> bool {
    tokens.len() >= sign.len() && is_sign(&tokens[tokens.len() - sign.len()..], sign)
}

pub(super) fn starts_with(tokens: &[TokenTree], sign: &str) -> bool {
    tokens.len() >= sign.len() && is_sign(&tokens[..sign.len()], sign)
}

fn is_sign(tokens: &[TokenTree], sign: &str) -> bool {
    let last = sign.len() - 1;
    tokens.iter().zip(sign.chars()).enumerate().all(|(position, (token, letter))| match token {
        TokenTree::Punct(punct) => punct.as_char() == letter && (position == last || punct.spacing() == Spacing::Joint),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    fn names(tokens: TokenStream) -> Vec<String> {
        mentions(tokens).names.into_iter().collect()
    }

    #[test]
    fn names_on_their_own_are_used() {
        assert_eq!(names(quote!(a.b(c)..d)), ["a", "c", "d"]);
        assert_eq!(names(quote!(r#type + T::NAME)), ["T", "type"]);
        assert_eq!(names(quote!(Key { id: x, name })), ["Key", "name", "x"]);
        assert_eq!(names(quote!(format!("{user}:{id:?} {} {0}", self.tenant))), ["0", "format", "id", "self", "user"]);
        assert_eq!(names(quote!(self::module::function())), Vec::<String>::new());
    }

    #[test]
    fn lifetimes_are_no_names() {
        let found = mentions(quote!(&'a Cow<'_, str>));
        assert!(found.lifetimes.contains("a") && found.lifetimes.contains("_") && found.any_lifetime());
        assert!(!mentions(quote!(&'static str)).any_lifetime());
    }
}
