//! All mistakes of one input, so that the user sees them at once.

use std::fmt::Display;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::Error;

/// The errors found so far.
#[derive(Default)]
pub(crate) struct Errors {
    found: Option<Error>,
    count: usize,
}

impl Errors {
    /// Adds an error that points at these tokens, which the user typed.
    pub(crate) fn at(&mut self, tokens: impl ToTokens, message: impl Display) {
        self.add(Error::new_spanned(tokens, message));
    }

    /// Adds an error of the parser.
    pub(crate) fn add(&mut self, error: Error) {
        self.count += 1;
        match &mut self.found {
            Some(found) => found.combine(error),
            None => self.found = Some(error),
        }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// A `compile_error!` for each, then the generated code.
    pub(crate) fn with(self, generated: TokenStream) -> TokenStream {
        let mut tokens = self.found.map(|found| found.to_compile_error()).unwrap_or_default();
        tokens.extend(generated);
        tokens
    }
}
