//! Values of options, and how they are read.

use syn::{Expr, ExprClosure, ExprLit, ExprPath, ExprUnary, Ident, Lit, LitStr, Path, UnOp};

use crate::{duration::Fault, errors::Errors, item::Item, suggestion};

/// How long something lasts.
#[derive(Clone)]
pub(crate) enum Time {
    Milliseconds(u64),
    /// An expression of type `Duration`.
    Expression(Expr),
}

/// How long entries live.
pub(crate) enum Ttl {
    Time(Time),
    /// What the value says.
    OfValue(ExprClosure),
}

/// Who refreshes a stale entry.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Refresh {
    #[default]
    Inline,
    Background,
}

/// Among whom one computes for all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum SingleFlight {
    #[default]
    Cluster,
    Process,
    Off,
}

/// What happens when Redis fails.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum OnError {
    #[default]
    Bypass,
    Fail,
}

/// How values are stored.
#[derive(Clone, Default)]
pub(crate) enum Codec {
    #[default]
    MsgPack,
    Json,
    Raw,
    Other(Path),
}

impl Refresh {
    pub(super) const WORDS: &[(&str, Self)] = &[("inline", Self::Inline), ("background", Self::Background)];
}

impl SingleFlight {
    pub(super) const WORDS: &[(&str, Self)] =
        &[("cluster", Self::Cluster), ("process", Self::Process), ("off", Self::Off)];
}

impl OnError {
    pub(super) const WORDS: &[(&str, Self)] = &[("bypass", Self::Bypass), ("fail", Self::Fail)];
}

const CODECS: [&str; 3] = ["msgpack", "json", "raw"];

impl Item {
    /// How long entries live.
    pub(super) fn ttl(&self, errors: &mut Errors) -> Option<Ttl> {
        match self.value() {
            Some(Expr::Closure(closure)) if closure.inputs.len() == 1 => Some(Ttl::OfValue(closure.clone())),
            Some(Expr::Closure(closure)) => {
                errors.at(closure, "`ttl` asks about one value: write `ttl = |value| ..`");
                None
            }
            _ => self.time(errors).map(Ttl::Time),
        }
    }

    /// A duration: seconds, a text, or an expression.
    pub(super) fn time(&self, errors: &mut Errors) -> Option<Time> {
        match self.value() {
            None | Some(Expr::Lit(_) | Expr::Closure(_) | Expr::Unary(ExprUnary { op: UnOp::Neg(_), .. })) => {
                self.duration(Fault::of_option, errors).map(Time::Milliseconds)
            }
            Some(expression) => Some(Time::Expression(expression.clone())),
        }
    }

    /// A number of at least zero and less than `limit`.
    pub(super) fn ratio(&self, limit: f64, example: &str, errors: &mut Errors) -> Option<Expr> {
        let below = if limit.is_finite() { format!(", and below {limit}") } else { String::new() };
        let number = match self.value() {
            Some(Expr::Lit(ExprLit { lit: Lit::Int(number), .. })) => number.base10_parse::<f64>().ok(),
            Some(Expr::Lit(ExprLit { lit: Lit::Float(number), .. })) => number.base10_parse::<f64>().ok(),
            None | Some(Expr::Lit(_) | Expr::Closure(_) | Expr::Unary(ExprUnary { op: UnOp::Neg(_), .. })) => None,
            Some(expression) => return Some(expression.clone()),
        };
        let Some(number) = number.filter(|number| (0.0..limit).contains(number)) else {
            return self.wrong(&format!("a number of at least 0{below}"), example, errors);
        };
        Some(syn::parse_quote!(#number))
    }

    /// A whole number.
    pub(super) fn count(&self, least: u64, example: &str, errors: &mut Errors) -> Option<Expr> {
        let number = match self.value() {
            Some(Expr::Lit(ExprLit { lit: Lit::Int(number), .. })) => number.base10_parse::<u64>().ok(),
            None | Some(Expr::Lit(_) | Expr::Closure(_) | Expr::Unary(ExprUnary { op: UnOp::Neg(_), .. })) => None,
            Some(expression) => return Some(expression.clone()),
        };
        if number == Some(0) && least > 0 {
            errors.at(self.spot(), format!("`{0}` of zero would hold nothing: leave `{0}` out", self.name));
            return None;
        }
        match number {
            Some(_) => self.value().cloned(),
            None => self.wrong("a whole number", example, errors),
        }
    }

    /// A closure, or the path of a function.
    pub(super) fn function(&self, errors: &mut Errors) -> Option<Expr> {
        match self.value() {
            Some(Expr::Closure(closure)) if closure.inputs.len() != 1 => {
                errors.at(closure, format!("`{0}` asks about one value: write `{0} = |value| ..`", self.name));
                None
            }
            Some(function @ (Expr::Closure(_) | Expr::Path(_) | Expr::Call(_) | Expr::Block(_))) => {
                Some(function.clone())
            }
            _ => self.wrong("a closure", "|value| value.is_complete()", errors),
        }
    }

    /// Any expression.
    pub(super) fn expression(&self, what: &str, example: &str, errors: &mut Errors) -> Option<Expr> {
        match self.value() {
            None => self.wrong(what, example, errors),
            Some(expression) => Some(expression.clone()),
        }
    }

    /// A name.
    pub(in crate::cached) fn single_ident(&self, what: &str, example: &str, errors: &mut Errors) -> Option<Ident> {
        match self.value() {
            Some(Expr::Path(ExprPath { attrs, qself: None, path }))
                if attrs.is_empty() && path.get_ident().is_some() =>
            {
                path.get_ident().cloned()
            }
            Some(Expr::Lit(ExprLit { lit: Lit::Str(text), .. })) => {
                report_quotes(text, &self.name, errors);
                None
            }
            _ => self.wrong(what, example, errors),
        }
    }

    /// One of some words, without quotes.
    pub(super) fn word<T: Copy>(&self, words: &[(&'static str, T)], errors: &mut Errors) -> Option<T> {
        let names: Vec<_> = words.iter().map(|&(name, _)| name).collect();
        let all = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ");
        let ident = self.single_ident(&all, names[0], errors)?;
        let word = words.iter().find(|(name, _)| ident == *name).map(|&(_, word)| word);
        if word.is_none() {
            let hint = suggestion::nearest(&ident.to_string(), &names)
                .map_or_else(|| format!("write {all}"), |meant| format!("did you mean `{meant}`?"));
            errors.at(&ident, format!("unknown value `{ident}`: {hint}"));
        }
        word
    }

    /// One of the codecs that have a word of their own, or the path of another.
    pub(super) fn codec(&self, errors: &mut Errors) -> Option<Codec> {
        let path = match self.value() {
            Some(Expr::Lit(ExprLit { lit: Lit::Str(text), .. })) => {
                report_quotes(text, &self.name, errors);
                return None;
            }
            _ => self.path(errors)?,
        };
        let Some(word) = path.get_ident().map(ToString::to_string) else { return Some(Codec::Other(path)) };
        match &*word {
            "msgpack" => Some(Codec::MsgPack),
            "json" => Some(Codec::Json),
            "raw" => Some(Codec::Raw),
            // A type begins with a capital letter: what does not was meant as a word.
            _ if word.starts_with(|letter: char| letter.is_lowercase()) => {
                let hint = suggestion::nearest(&word, &CODECS).map_or_else(
                    || "write `msgpack`, `json`, `raw`, or the path of a codec".to_owned(),
                    |meant| format!("did you mean `{meant}`?"),
                );
                errors.at(&path, format!("unknown codec `{word}`: {hint}"));
                None
            }
            _ => Some(Codec::Other(path)),
        }
    }
}

fn report_quotes(text: &LitStr, name: &str, errors: &mut Errors) {
    errors.at(text, format!("`{name}` takes a word without quotes: write `{name} = {}`", text.value()));
}

impl Fault {
    /// What to say of an option of `#[cached(..)]` that has this fault.
    pub(super) fn of_option(self, name: &str) -> String {
        match self {
            Self::Zero if name == "ttl" => {
                "a time to live of zero would keep nothing: remove `#[cached]` instead".into()
            }
            Self::Zero => format!("`{name}` may not be zero: leave it out for the default"),
            Self::TooLong => "longer than a server can count".into(),
            Self::Unreadable(message) => message,
        }
    }
}
