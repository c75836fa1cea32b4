//! The arguments of a function, of which `self` is one.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::{Attribute, FnArg, Ident, Pat, Type, parse_quote};

use super::mentions;

/// An argument.
pub(crate) struct Argument {
    /// Its name; nothing if a pattern takes it apart.
    pub(crate) name: Option<Ident>,
    /// With what it is handed on.
    pub(crate) passed: Ident,
    pub(crate) ty: Type,
    pub(crate) written: FnArg,
}

impl Argument {
    pub(super) fn of(position: usize, written: &FnArg) -> Self {
        let (name, ty) = match written {
            FnArg::Receiver(receiver) => (Some(receiver.self_token.into()), (*receiver.ty).clone()),
            FnArg::Typed(argument) => (plain_name(&argument.pat), (*argument.ty).clone()),
        };
        let unnamed = || format_ident!("argument_{}", position + 1, span = Span::mixed_site());
        let passed = name.clone().unwrap_or_else(unnamed);
        Self { name, passed, ty, written: written.clone() }
    }

    pub(crate) fn is_receiver(&self) -> bool {
        matches!(self.written, FnArg::Receiver(_))
    }

    /// Its attributes.
    pub(crate) fn attributes(&self) -> &[Attribute] {
        match &self.written {
            FnArg::Receiver(receiver) => &receiver.attrs,
            FnArg::Typed(argument) => &argument.attrs,
        }
    }

    /// The argument of a function that only hands it on.
    pub(crate) fn declared(&self) -> FnArg {
        let mut declared = self.written.clone();
        match &mut declared {
            FnArg::Receiver(receiver) => {
                receiver.attrs.clear();
                if receiver.reference.is_none() {
                    receiver.mutability = None;
                }
            }
            FnArg::Typed(argument) => {
                let name = &self.passed;
                argument.attrs.clear();
                *argument.pat = parse_quote!(#name);
            }
        }
        declared
    }

    /// Whether a pattern takes this name out of it.
    pub(crate) fn binds(&self, name: &Ident) -> bool {
        match &self.written {
            FnArg::Typed(argument) => self.name.is_none() && mentions(&argument.pat).name(name),
            FnArg::Receiver(_) => false,
        }
    }

    /// The same as a parameter with a type, also of `self`.
    pub(crate) fn parameter(&self) -> TokenStream {
        let (name, ty) = (&self.passed, &self.ty);
        quote!(#name: #ty)
    }

    /// The token that makes it a reference that may write.
    pub(crate) fn is_exclusive(&self) -> bool {
        mentions(&self.ty).name(&Ident::new("mut", Span::call_site()))
    }

    /// Whether it is, or refers to, a trait object.
    pub(crate) fn is_dynamic(&self) -> bool {
        mentions(&self.ty).name(&Ident::new("dyn", Span::call_site()))
    }

    /// Whether its type is an `impl Trait`, or has one in it.
    pub(crate) fn is_opaque(&self) -> bool {
        mentions(&self.ty).name(&Ident::new("impl", Span::call_site()))
    }

    /// Whether it is surely not owned.
    pub(crate) fn is_borrowed(&self) -> bool {
        is_borrowed(self.ty.to_token_stream())
    }

    /// What a slice holds, if it is a reference to one.
    pub(crate) fn slice(&self) -> Option<&Type> {
        slice(&self.ty)
    }
}

fn slice(ty: &Type) -> Option<&Type> {
    match ty {
        Type::Group(group) => slice(&group.elem),
        Type::Paren(paren) => slice(&paren.elem),
        Type::Reference(reference) if reference.mutability.is_none() => match &*reference.elem {
            Type::Slice(slice) => Some(&slice.elem),
            _ => None,
        },
        _ => None,
    }
}

/// The name that a pattern is, without `mut`.
fn plain_name(pattern: &Pat) -> Option<Ident> {
    match pattern {
        Pat::Ident(pattern) if pattern.by_ref.is_none() && pattern.subpat.is_none() => Some(pattern.ident.clone()),
        Pat::Paren(pattern) => plain_name(&pattern.pat),
        _ => None,
    }
}

/// Whether a type has references or lifetimes in it that are not `'static`.
pub(super) fn is_borrowed(tokens: TokenStream) -> bool {
    mentions(&tokens).any_lifetime() || has_bare_reference(tokens)
}

fn has_bare_reference(tokens: TokenStream) -> bool {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let is_bare = match token {
            proc_macro2::TokenTree::Group(group) => has_bare_reference(group.stream()),
            proc_macro2::TokenTree::Punct(punct) => {
                let next = tokens.peek().map(ToString::to_string);
                punct.as_char() == '&' && next.as_deref() != Some("'")
            }
            _ => false,
        };
        if is_bare {
            return true;
        }
    }
    false
}
