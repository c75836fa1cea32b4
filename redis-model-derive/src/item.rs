//! One item of an attribute, `name`, `name = value` or `name(..)`, and what its value may be.

use proc_macro2::{Group, TokenStream};
use quote::ToTokens;
use syn::{
    Error, Expr, ExprLit, ExprPath, Ident, Lit, LitStr, Path, Token,
    ext::IdentExt,
    parse::{Parse, ParseStream, Parser},
};

use crate::{
    duration::{self, Fault},
    errors::Errors,
    suggestion,
};

/// One item of an attribute.
pub(crate) struct Item {
    pub(crate) ident: Ident,
    /// The name as it was meant: a slip that is reported already counts as what was suggested.
    pub(crate) name: String,
    pub(crate) written: Written,
}

/// What stands behind the name.
pub(crate) enum Written {
    /// `name`
    Alone,
    /// `name = value`
    Value(Expr),
    /// `name(..)`
    List(Group),
}

/// The names that an attribute knows.
pub(crate) trait Vocabulary {
    /// What an item is called.
    const NOUN: &'static str;

    fn names(&self) -> &[&'static str];

    /// Whether an item may stand there more than once.
    fn repeats(&self, _name: &str) -> bool {
        false
    }

    /// Whether an item is written as `name(..)`.
    fn takes_list(&self, _name: &str) -> bool {
        false
    }

    /// What to say of a name that means something elsewhere.
    fn refusal(&self, _name: &str) -> Option<String> {
        None
    }

    /// All names, for one who has written none of them.
    fn known(&self) -> String;
}

impl Parse for Item {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let no_name = |error: Error| Error::new(error.span(), "nothing says what this is: write `name = ..`");
        let ident = input.call(Ident::parse_any).map_err(no_name)?;
        let written = if input.peek(syn::token::Paren) {
            Written::List(input.parse()?)
        } else if input.parse::<Option<Token![=]>>()?.is_some() {
            Written::Value(without_group(input.parse()?))
        } else {
            Written::Alone
        };
        Ok(Self { name: ident.to_string(), ident, written })
    }
}

/// What a `macro_rules!` put around its `$value` is not part of it.
pub(crate) fn without_group(value: Expr) -> Expr {
    match value {
        Expr::Group(group) => without_group(*group.expr),
        value => value,
    }
}

/// The items between commas, up to the first that cannot be read.
pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> Vec<Item> {
    let mut items = Vec::new();
    let parser = |input: ParseStream<'_>| {
        while !input.is_empty() {
            let item = input.parse()?;
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
            items.push(item);
        }
        Ok(())
    };
    if let Err(error) = parser.parse2(tokens) {
        errors.add(error);
    }
    items
}

/// Reports items that are unknown, given twice or have the wrong form, and adds the others to those that are there.
pub(crate) fn add_known<V: Vocabulary>(added: Vec<Item>, items: &mut Vec<Item>, known: &V, errors: &mut Errors) {
    for mut item in added {
        if !known.names().contains(&&*item.name) {
            let Some(meant) = report_unknown(&item, known, errors) else { continue };
            meant.clone_into(&mut item.name);
        }
        if !known.repeats(&item.name) && items.iter().any(|earlier| earlier.name == item.name) {
            errors.at(&item.ident, format!("`{}` is given twice", item.name));
            continue;
        }
        match &item.written {
            Written::List(list) if !known.takes_list(&item.name) => {
                let message = format!("write `{0}` or `{0} = ..`", item.ident);
                errors.add(Error::new(list.span_open(), message));
            }
            _ => items.push(item),
        }
    }
}

/// The name that was probably meant, if there is one.
fn report_unknown<V: Vocabulary>(item: &Item, known: &V, errors: &mut Errors) -> Option<&'static str> {
    if let Some(refusal) = known.refusal(&item.name) {
        errors.at(&item.ident, refusal);
        return None;
    }
    let meant = suggestion::nearest(&item.name, known.names());
    let hint = meant.map_or_else(|| format!(": {}", known.known()), |meant| format!(", did you mean `{meant}`?"));
    errors.at(&item.ident, format!("unknown {} `{}`{hint}", V::NOUN, item.name));
    meant
}

impl Item {
    /// The value behind `=`.
    pub(crate) fn value(&self) -> Option<&Expr> {
        match &self.written {
            Written::Value(value) => Some(value),
            Written::Alone | Written::List(_) => None,
        }
    }

    /// The item itself, which takes no value.
    pub(crate) fn flag(self, errors: &mut Errors) -> Ident {
        if let Some(value) = self.value() {
            errors.at(value, format!("`{0}` takes no value: write `{0}` alone", self.name));
        }
        self.ident
    }

    /// The value, if there is one.
    pub(crate) fn optional_value(self) -> (Ident, Option<Expr>) {
        match self.written {
            Written::Value(value) => (self.ident, Some(value)),
            Written::Alone | Written::List(_) => (self.ident, None),
        }
    }

    /// A text.
    pub(crate) fn text(&self, errors: &mut Errors) -> Option<LitStr> {
        match self.value() {
            Some(Expr::Lit(ExprLit { lit: Lit::Str(text), .. })) => Some(text.clone()),
            _ => self.wrong("a text", "\"..\"", errors),
        }
    }

    /// One of some words, as a text.
    pub(crate) fn choice<T: Copy>(&self, choices: &[(&'static str, T)], errors: &mut Errors) -> Option<T> {
        let text = self.text(errors)?;
        let value = text.value();
        let choice = choices.iter().find(|(name, _)| *name == value).map(|&(_, choice)| choice);
        if choice.is_none() {
            let names: Vec<_> = choices.iter().map(|&(name, _)| name).collect();
            report_choice(&text, &names, errors);
        }
        choice
    }

    /// A duration that is written out, in milliseconds; `explain` says what to write for one that cannot be.
    pub(crate) fn duration(&self, explain: fn(Fault, &str) -> String, errors: &mut Errors) -> Option<u64> {
        let Some(Expr::Lit(ExprLit { lit, .. })) = self.value() else {
            return self.wrong("a duration", "\"15m\"", errors);
        };
        let milliseconds = match lit {
            Lit::Int(number) if !number.suffix().is_empty() => Err(Fault::Unreadable(format!(
                "a duration with a unit is a text: write `{} = \"{number}\"`",
                self.name
            ))),
            Lit::Str(text) => duration::of_text(&text.value()),
            Lit::Int(seconds) => seconds
                .base10_parse()
                .map_err(|error| Fault::Unreadable(error.to_string()))
                .and_then(duration::of_seconds),
            _ => return self.wrong("a duration", "\"15m\"", errors),
        };
        milliseconds.map_err(|fault| errors.at(lit, explain(fault, &self.name))).ok()
    }

    /// A number that is not zero.
    pub(crate) fn number(&self, errors: &mut Errors) -> Option<u32> {
        let Some(Expr::Lit(ExprLit { lit: Lit::Int(number), .. })) = self.value() else {
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
    pub(crate) fn path(&self, errors: &mut Errors) -> Option<Path> {
        match self.value() {
            Some(Expr::Path(ExprPath { attrs, qself: None, path })) if attrs.is_empty() => Some(path.clone()),
            _ => self.wrong("a path", "my_crate::redis_model", errors),
        }
    }

    /// Reports that the value is of another kind.
    pub(crate) fn wrong<T>(&self, what: &str, example: &str, errors: &mut Errors) -> Option<T> {
        let message = format!("`{0}` takes {what}: write `{0} = {example}`", self.name);
        errors.at(self.spot(), message);
        None
    }

    /// Where an error about the value stands.
    pub(crate) fn spot(&self) -> TokenStream {
        match &self.written {
            Written::Alone => self.ident.to_token_stream(),
            Written::Value(value) => value.to_token_stream(),
            Written::List(list) => list.to_token_stream(),
        }
    }
}

/// Reports a text that is none of some words.
pub(crate) fn report_choice(text: &LitStr, names: &[&str], errors: &mut Errors) {
    let value = text.value();
    let message = suggestion::nearest(&value, names).map_or_else(
        || format!("write one of {}", names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")),
        |meant| format!("did you mean \"{meant}\"?"),
    );
    errors.at(text, format!("unknown value \"{value}\": {message}"));
}
