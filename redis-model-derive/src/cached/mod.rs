//! `#[cached]` and `#[cached_impl]`, in the same phases as the derive macros.
//!
//! `attr` reads the options, `ast` takes the function apart, `check` looks across both, `expand` writes the code. With mistakes
//! the function stays as it was written, beside companions that can be named, so that its uses give no second errors.

mod ast;
mod attr;
mod check;
mod expand;
mod fallback;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Attribute, ImplItem, ItemImpl, Meta, Visibility};

use self::{
    ast::{Function, Owner},
    attr::{Companions, Options},
    check::Place,
    expand::{Expansion, Implementation, Member},
};
use crate::errors::Errors;

/// A function that asks the cache, and its companions.
pub(crate) fn function(options: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let function = match syn::parse2::<Function>(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            fallback::report_no_function(&item, error, &mut errors);
            return errors.with(item);
        }
    };
    let expansion = expansion(function, options, Place::Alone, &mut errors);
    errors.with(expansion.together())
}

fn expansion(function: Function, options: TokenStream, place: Place, errors: &mut Errors) -> Expansion {
    let before = errors.count();
    let options = Options::parse(options, errors);
    let cached = check::cached(function, options, place, errors);
    if errors.count() == before { expand::cached(&cached) } else { expand::fallback(&cached) }
}

/// An impl block whose cached methods ask the cache, and the module of their companions.
pub(crate) fn implementation(options: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let mut block = match syn::parse2::<ItemImpl>(item.clone()) {
        Ok(block) => block,
        Err(error) => {
            fallback::report_no_impl(&item, error, &mut errors);
            return errors.with(item);
        }
    };
    let Companions { module, krate } = Companions::parse(options, &block, &mut errors);
    if let Some((_, path, _)) = &block.trait_ {
        let message =
            "the methods of a trait cannot be cached: cache methods of the type itself, and call them from here";
        errors.at(path, message);
        return errors.with(fallback::without_cached(block));
    }
    share_conditions(&mut block);
    let owner = Owner { ty: (*block.self_ty).clone(), generics: block.generics.clone() };
    let name = owner.name().unwrap_or_default();
    let place = || Place::Impl { module: module.clone(), krate: krate.clone() };
    let members: Vec<_> = block.items.into_iter().map(|item| member(item, &owner, place(), &mut errors)).collect();
    if !members.iter().any(|member| matches!(member, Member::Cached(..))) {
        errors.at(&block.self_ty, "no method here is cached: write `#[cached(..)]` on one, or remove `cached_impl`");
    }
    let (attributes, generics, ty) = (block.attrs, block.generics, *block.self_ty);
    errors.with(expand::implementation(Implementation { attributes, generics, ty, members, module, name }))
}

/// What decides whether the impl is there decides it of all that its methods become.
fn share_conditions(block: &mut ItemImpl) {
    let is_condition = |attribute: &&Attribute| attribute.path().is_ident("cfg");
    let conditions: Vec<_> = block.attrs.iter().filter(is_condition).cloned().collect();
    for item in &mut block.items {
        if let ImplItem::Fn(method) = item {
            method.attrs.extend(conditions.iter().cloned());
        }
    }
}

fn member(item: ImplItem, owner: &Owner, place: Place, errors: &mut Errors) -> Member {
    let ImplItem::Fn(mut method) = item else { return Member::Other(item.into_token_stream()) };
    let Some(position) = method.attrs.iter().position(is_cached) else {
        return Member::Other(method.into_token_stream());
    };
    let attribute = method.attrs.remove(position);
    let path = attribute.path().clone();
    let tokens = match &attribute.meta {
        Meta::List(list) => list.tokens.clone(),
        Meta::Path(_) | Meta::NameValue(_) => TokenStream::new(),
    };
    let vis: Visibility = method.vis.clone();
    let function = Function::method(method, owner);
    Member::Cached(path, vis, expansion(function, tokens, place, errors))
}

/// Whether this is `#[cached]`, by whatever path.
fn is_cached(attribute: &Attribute) -> bool {
    attribute.path().segments.last().is_some_and(|last| last.ident == "cached")
}
