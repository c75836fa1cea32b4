//! One attribute, `name` or `name = value`, and what its value may be.

use quote::ToTokens;
use syn::{
    Attribute, Expr, ExprLit, ExprPath, Ident, Lit, LitStr, Path, Token,
    ext::IdentExt,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
};

use super::place::Place;
use crate::{casing::Casing, duration, errors::Errors, suggestion};

/// What means something in a key or a path.
const RESERVED: [char; 4] = ['{', '}', '.', '@'];

/// `name` or `name = value`.
pub(super) struct Item {
    pub(super) ident: Ident,
    /// The name as it was meant: a slip that is reported already counts as what was suggested.
    pub(super) name: String,
    value: Option<Expr>,
}

impl Parse for Item {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let ident = input.call(Ident::parse_any)?;
        if input.peek(syn::token::Paren) {
            return Err(input.error(format!("write `{ident}` or `{ident} = ..`")));
        }
        let value = input.parse::<Option<Token![=]>>()?.map(|_| input.parse()).transpose()?.map(without_group);
        Ok(Self { name: ident.to_string(), ident, value })
    }
}

/// What a `macro_rules!` put around its `$value` is not part of it.
fn without_group(value: Expr) -> Expr {
    match value {
        Expr::Group(group) => without_group(*group.expr),
        value => value,
    }
}

/// The attributes in all `#[redis(..)]` of a place, without those that may not stand there.
pub(super) fn items(attributes: &[Attribute], place: Place, errors: &mut Errors) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("redis")) {
        for mut item in parse(attribute, errors) {
            if !place.names().contains(&&*item.name) {
                let Some(meant) = report_unknown(&item, place, errors) else { continue };
                meant.clone_into(&mut item.name);
            }
            if item.name != "alias" && items.iter().any(|earlier| earlier.name == item.name) {
                errors.at(&item.ident, format!("`{}` is given twice", item.name));
                continue;
            }
            items.push(item);
        }
    }
    items
}

fn parse(attribute: &Attribute, errors: &mut Errors) -> Vec<Item> {
    let Ok(list) = attribute.meta.require_list() else {
        errors.at(&attribute.meta, "write `#[redis(..)]` with the attributes in parentheses");
        return Vec::new();
    };
    if list.tokens.is_empty() {
        errors.at(attribute, "`#[redis()]` says nothing: remove it");
    }
    let items = list.parse_args_with(Punctuated::<Item, Token![,]>::parse_terminated);
    items.map_err(|error| errors.add(error)).unwrap_or_default().into_iter().collect()
}

/// The name that was probably meant, if there is one.
fn report_unknown(item: &Item, place: Place, errors: &mut Errors) -> Option<&'static str> {
    let refusal = place.refusal(&item.name);
    let meant = suggestion::nearest(&item.name, place.names()).filter(|_| refusal.starts_with("unknown"));
    match meant {
        Some(meant) => errors.at(&item.ident, format!("unknown attribute `{}`, did you mean `{meant}`?", item.name)),
        None => errors.at(&item.ident, refusal),
    }
    meant
}

impl Item {
    /// The attribute itself, which takes no value.
    pub(super) fn flag(self, errors: &mut Errors) -> Ident {
        if let Some(value) = &self.value {
            errors.at(value, format!("`{0}` takes no value: write `{0}` alone", self.name));
        }
        self.ident
    }

    /// The value, if there is one.
    pub(super) fn optional_value(self) -> (Ident, Option<Expr>) {
        (self.ident, self.value)
    }

    /// A text.
    pub(super) fn text(&self, errors: &mut Errors) -> Option<LitStr> {
        match &self.value {
            Some(Expr::Lit(ExprLit { lit: Lit::Str(text), .. })) => Some(text.clone()),
            _ => self.wrong("a text", "\"..\"", errors),
        }
    }

    /// A text that can stand in keys and paths.
    pub(super) fn stored_name(&self, errors: &mut Errors) -> Option<LitStr> {
        let text = self.text(errors)?;
        let value = text.value();
        if value.is_empty() {
            errors.at(&text, format!("`{}` may not be empty: leave it out for the default", self.name));
            return None;
        }
        if let Some(reserved) = value.chars().find(|letter| RESERVED.contains(letter)) {
            let message = format!("`{}` may not hold `{reserved}`, which means something in keys", self.name);
            errors.at(&text, message);
            return None;
        }
        Some(text)
    }

    /// A rule of `rename_all`.
    pub(super) fn casing(&self, errors: &mut Errors) -> Option<Casing> {
        let text = self.text(errors)?;
        let casing = Casing::named(&text.value());
        if casing.is_none() {
            report_choice(&text, Casing::NAMES, errors);
        }
        casing
    }

    /// One of some words.
    pub(super) fn choice<T: Copy>(&self, choices: &[(&'static str, T)], errors: &mut Errors) -> Option<T> {
        let text = self.text(errors)?;
        let value = text.value();
        let choice = choices.iter().find(|(name, _)| *name == value).map(|&(_, choice)| choice);
        if choice.is_none() {
            let names: Vec<_> = choices.iter().map(|&(name, _)| name).collect();
            report_choice(&text, &names, errors);
        }
        choice
    }

    /// A duration, in milliseconds.
    pub(super) fn duration(&self, errors: &mut Errors) -> Option<u64> {
        let Some(Expr::Lit(ExprLit { lit, .. })) = &self.value else {
            return self.wrong("a duration", "\"15m\"", errors);
        };
        let milliseconds = match lit {
            Lit::Int(number) if !number.suffix().is_empty() => {
                Err(format!("a duration with a unit is a text: write `{} = \"{number}\"`", self.name))
            }
            Lit::Str(text) => duration::of_text(&text.value()),
            Lit::Int(seconds) => {
                seconds.base10_parse().map_err(|error| error.to_string()).and_then(duration::of_seconds)
            }
            _ => return self.wrong("a duration", "\"15m\"", errors),
        };
        milliseconds.map_err(|message| errors.at(lit, message)).ok()
    }

    /// A number that is not zero.
    pub(super) fn number(&self, errors: &mut Errors) -> Option<u32> {
        let Some(Expr::Lit(ExprLit { lit: Lit::Int(number), .. })) = &self.value else {
            return self.wrong("a number", "2", errors);
        };
        let is_plain = number.suffix().is_empty();
        let parsed = number.base10_parse().ok().filter(|&number| number > 0 && is_plain);
        if parsed.is_none() {
            errors.at(number, format!("`{}` is a number from 1 to {}", self.name, u32::MAX));
        }
        parsed
    }

    /// A path.
    pub(super) fn path(&self, errors: &mut Errors) -> Option<Path> {
        match &self.value {
            Some(Expr::Path(ExprPath { attrs, qself: None, path })) if attrs.is_empty() => Some(path.clone()),
            _ => self.wrong("a path", "my_crate::redis_model", errors),
        }
    }

    fn wrong<T>(&self, what: &str, example: &str, errors: &mut Errors) -> Option<T> {
        let spot = self.value.as_ref().map_or_else(|| self.ident.to_token_stream(), ToTokens::to_token_stream);
        errors.at(spot, format!("`{0}` takes {what}: write `{0} = {example}`", self.name));
        None
    }
}

fn report_choice(text: &LitStr, names: &[&str], errors: &mut Errors) {
    let value = text.value();
    let message = suggestion::nearest(&value, names).map_or_else(
        || format!("write one of {}", names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")),
        |meant| format!("did you mean \"{meant}\"?"),
    );
    errors.at(text, format!("unknown value \"{value}\": {message}"));
}
