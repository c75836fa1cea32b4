//! Texts with `{placeholders}` that name arguments.

use std::fmt::Write;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Ident, LitStr, ext::IdentExt, parse::Parser};

use crate::errors::Errors;

/// A text with placeholders.
#[derive(Clone)]
pub(crate) struct Template {
    /// As it was written.
    pub(crate) literal: LitStr,
    /// With numbers for names: a name may be one that no format string takes.
    numbered: String,
    /// The names, in the order of their numbers.
    pub(crate) names: Vec<Ident>,
    /// The same text piece by piece.
    pieces: Vec<Piece>,
}

#[derive(Clone)]
enum Piece {
    /// As it stands in a format string, and as it is meant.
    Text(String, String),
    /// The number of a name, and how it is formatted.
    Placeholder(usize, String),
}

impl Template {
    /// The template in a literal; nothing when it is none.
    pub(super) fn parse(literal: &LitStr, errors: &mut Errors) -> Option<Self> {
        let mut template =
            Self { literal: literal.clone(), numbered: String::new(), names: Vec::new(), pieces: Vec::new() };
        match template.read(&literal.value()) {
            Ok(()) => Some(template),
            Err(message) => {
                errors.at(literal, message);
                None
            }
        }
    }

    fn read(&mut self, text: &str) -> Result<(), String> {
        let mut rest = text;
        while let Some(position) = rest.find(['{', '}']) {
            let (before, brace) = rest.split_at(position);
            self.push(before, before);
            if let Some(after) = brace.strip_prefix("{{").or_else(|| brace.strip_prefix("}}")) {
                self.push(&brace[..2], &brace[..1]);
                rest = after;
                continue;
            }
            let Some(inner) = brace.strip_prefix('{') else {
                return Err("`}` ends no placeholder: write `}}` for the sign itself".into());
            };
            let Some((placeholder, after)) = inner.split_once('}') else {
                return Err("`{` begins a placeholder that has no end: write `{{` for the sign itself".into());
            };
            self.read_placeholder(placeholder)?;
            rest = after;
        }
        self.push(rest, rest);
        Ok(())
    }

    fn push(&mut self, written: &str, meant: &str) {
        self.numbered.push_str(written);
        match self.pieces.last_mut() {
            Some(Piece::Text(all_written, all_meant)) => {
                all_written.push_str(written);
                all_meant.push_str(meant);
            }
            _ if written.is_empty() => {}
            _ => self.pieces.push(Piece::Text(written.into(), meant.into())),
        }
    }

    fn read_placeholder(&mut self, placeholder: &str) -> Result<(), String> {
        let (name, format) = placeholder.split_once(':').unwrap_or((placeholder, ""));
        if name.is_empty() || name.starts_with(|letter: char| letter.is_ascii_digit()) {
            return Err(format!("`{{{placeholder}}}` names no argument: write `{{id}}` for the argument `id`"));
        }
        let ident = Ident::parse_any.parse_str(name);
        let (Ok(mut ident), false) = (ident, format.contains(['$', '{'])) else {
            let message =
                "is more than the name of an argument: write an expression, as `format!(..)`, instead of the text";
            return Err(format!("`{{{placeholder}}}` {message}"));
        };
        ident.set_span(self.literal.span());
        let known = self.names.iter().position(|earlier| *earlier == ident);
        let number = known.unwrap_or(self.names.len());
        if known.is_none() {
            self.names.push(ident);
        }
        let separator = if format.is_empty() { "" } else { ":" };
        write!(self.numbered, "{{{number}{separator}{format}}}").expect("a string takes all text");
        self.pieces.push(Piece::Placeholder(number, format!("{separator}{format}")));
        Ok(())
    }

    /// Whether two placeholders have nothing between them, so that nothing tells where one ends.
    pub(in crate::cached) fn is_ambiguous(&self) -> bool {
        self.pieces.windows(2).any(|pair| matches!(pair, [Piece::Placeholder(..), Piece::Placeholder(..)]))
    }

    /// The text of a key: as [`format`](Self::format), but what stands between placeholders is escaped in their values, so that
    /// different values never make the same text.
    pub(in crate::cached) fn format_key(&self, runtime: &TokenStream, arguments: &[TokenStream]) -> TokenStream {
        let is_value = |piece: &Piece| matches!(piece, Piece::Placeholder(..));
        let (first, last) = (self.pieces.iter().position(is_value), self.pieces.iter().rposition(is_value));
        let (Some(first), Some(last)) = (first, last) else { return self.format(arguments) };
        if first == last {
            return self.format(arguments);
        }
        let between = self.pieces[first..last].iter().filter_map(|piece| match piece {
            Piece::Text(_, meant) => Some(meant.as_str()),
            Piece::Placeholder(..) => None,
        });
        let separators: String = between.collect();
        let (mut text, mut values) = (String::new(), Vec::new());
        for piece in &self.pieces {
            match piece {
                Piece::Text(written, _) => text.push_str(written),
                Piece::Placeholder(number, format) => {
                    text.push_str("{}");
                    let (one, argument) = (format!("{{{format}}}"), &arguments[*number]);
                    values.push(quote!(#runtime::Escaped::new(::core::format_args!(#one, #argument), #separators)));
                }
            }
        }
        let text = LitStr::new(&text, self.literal.span());
        quote!(::core::format_args!(#text #(, #values)*))
    }

    /// The text of a call, without an allocation; `arguments` are what the names stand for.
    pub(in crate::cached) fn format(&self, arguments: &[TokenStream]) -> TokenStream {
        let text = LitStr::new(&self.numbered, self.literal.span());
        quote!(::core::format_args!(#text #(, #arguments)*))
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;

    use super::*;

    fn numbered(text: &str) -> Option<(String, Vec<String>)> {
        let template = Template::parse(&LitStr::new(text, Span::call_site()), &mut Errors::default())?;
        Some((template.numbered, template.names.iter().map(ToString::to_string).collect()))
    }

    #[test]
    fn placeholders_become_numbers() {
        let expected = ("user:{0}:{1:?}:{0:>5} {{x}}".to_owned(), vec!["id".to_owned(), "type".to_owned()]);
        assert_eq!(numbered("user:{id}:{type:?}:{id:>5} {{x}}"), Some(expected));
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in ["{}", "{0}", "{id.name}", "{id", "id}", "{id:>width$}", "{:?}", "{id + 1}"] {
            assert_eq!(numbered(text), None, "{text}");
        }
    }
}
