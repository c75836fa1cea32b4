//! Where errors about generated code stand: on what the user wrote.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};

/// Tokens that an error underlines as what the user wrote.
///
/// What is wrong with a field's type is wrong wherever generated code mentions it; at the same place, the compiler says
/// it once.
pub(crate) fn spanned(written: impl ToTokens, tokens: TokenStream) -> TokenStream {
    let (first, last) = ends(written);
    let mut respanned: Vec<_> = respanned(tokens, first).collect();
    if let Some(token) = respanned.last_mut() {
        token.set_span(last.resolved_at(token.span()));
    }
    respanned.into_iter().collect()
}

/// A reference to a tuple of expressions, which an error about the tuple underlines.
pub(crate) fn tuple(expressions: &[TokenStream]) -> TokenStream {
    let (first, last) = ends(quote!(#(#expressions)*));
    let mut group = Group::new(Delimiter::Parenthesis, quote!(#(#expressions,)*));
    group.set_span(last.resolved_at(Span::mixed_site()));
    let first = first.resolved_at(Span::mixed_site());
    quote_spanned!(first=> &#group)
}

fn respanned(tokens: TokenStream, span: Span) -> impl Iterator<Item = TokenTree> {
    tokens.into_iter().map(move |token| {
        let mut token = match token {
            TokenTree::Group(group) => {
                Group::new(group.delimiter(), respanned(group.stream(), span).collect::<TokenStream>()).into()
            }
            token => token,
        };
        token.set_span(span.resolved_at(token.span()));
        token
    })
}

fn ends(written: impl ToTokens) -> (Span, Span) {
    let mut tokens = written.into_token_stream().into_iter();
    let first = tokens.next().map_or_else(Span::call_site, |token| token.span());
    (first, tokens.last().map_or(first, |token| token.span()))
}
