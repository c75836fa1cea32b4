//! The generated code: tokens only, every decision has been made before.
//!
//! The function that was written becomes a wrapper that asks the cache; its body moves to the companion `uncached`, or to a
//! hidden method beside the wrapper. All names of the runtime come from one hidden module.

mod attributes;
mod body;
mod call;
mod companion;
mod companions;
mod docs;
mod hidden;
mod implementation;
mod runtime;
mod wrapper;

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::{Ident, ext::IdentExt};

pub(crate) use self::implementation::{Implementation, Member, implementation};
use super::ast::{Cached, Home};

/// What a cached function becomes.
pub(crate) struct Expansion {
    /// What stands where the function was written.
    pub(crate) here: TokenStream,
    /// The enum of its companions.
    pub(crate) companion: TokenStream,
    /// The companions.
    pub(crate) functions: TokenStream,
}

impl Expansion {
    /// All of it side by side.
    pub(crate) fn together(self) -> TokenStream {
        let Self { here, companion, functions } = self;
        quote!(#here #companion #functions)
    }
}

/// A function that asks the cache, and its companions.
pub(crate) fn cached(cached: &Cached) -> Expansion {
    Expansion {
        here: cached.wrapper(),
        companion: cached.companion_type(),
        functions: cached.companion_functions(Bodies::Real),
    }
}

/// A function as it was written, with companions that are only there to be named: mistakes stand beside it.
pub(crate) fn fallback(cached: &Cached) -> Expansion {
    Expansion {
        here: cached.unchanged(),
        companion: cached.companion_type(),
        functions: cached.companion_functions(Bodies::Missing),
    }
}

/// Whether the companions can be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bodies {
    Real,
    Missing,
}

impl Cached {
    /// The path of the companion.
    fn companion(&self) -> TokenStream {
        match &self.home {
            Home::Beside(name) => quote!(#name),
            Home::Module(module, name) => quote!(#module::#name),
            Home::Inside => TokenStream::new(),
        }
    }

    /// The tokens as they mean the same in companions, and the name of `self` there.
    fn outside(&self, tokens: TokenStream) -> TokenStream {
        let Some(owner) = &self.function.owner else { return tokens };
        owner.outside(tokens, &Ident::new("this", Span::mixed_site()))
    }

    /// The method that a method's body moves to.
    fn hidden_method(&self) -> Ident {
        format_ident!("__uncached_{}", self.function.name().unraw(), span = Span::call_site())
    }
}
