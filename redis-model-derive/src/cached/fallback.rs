//! What is said of items that cannot be cached at all; they stay as they are.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Error, ImplItem, Item, ItemImpl, TraitItemFn};

use super::is_cached;
use crate::errors::Errors;

/// Reports an item that is no function.
pub(super) fn report_no_function(item: &TokenStream, error: Error, errors: &mut Errors) {
    let message = match syn::parse2::<Item>(item.clone()) {
        Ok(Item::Impl(_)) => {
            "`#[cached]` goes on each method; the impl block takes `#[cached_impl(companions = api_cache)]`"
        }
        _ if syn::parse2::<TraitItemFn>(item.clone()).is_ok() => {
            "`#[cached]` goes on functions with a body: those of a trait have their bodies elsewhere"
        }
        Ok(_) => "`#[cached]` goes on functions",
        Err(_) => return errors.add(error),
    };
    errors.at(first_line(item), message);
}

/// Reports an item that is no impl block.
pub(super) fn report_no_impl(item: &TokenStream, error: Error, errors: &mut Errors) {
    match syn::parse2::<Item>(item.clone()) {
        Ok(Item::Fn(_)) => {
            errors.at(first_line(item), "`#[cached_impl]` goes on impl blocks: a function takes `#[cached(ttl = ..)]`");
        }
        Ok(_) => errors.at(first_line(item), "`#[cached_impl]` goes on impl blocks"),
        Err(_) => errors.add(error),
    }
}

/// An impl block whose methods are not cached after all.
pub(super) fn without_cached(mut block: ItemImpl) -> TokenStream {
    for item in &mut block.items {
        if let ImplItem::Fn(method) = item {
            method.attrs.retain(|attribute| !is_cached(attribute));
        }
    }
    block.into_token_stream()
}

/// The tokens before the first braces: enough to show what is meant.
fn first_line(item: &TokenStream) -> TokenStream {
    let is_body = |token: &proc_macro2::TokenTree| matches!(token, proc_macro2::TokenTree::Group(group) if group.delimiter() == proc_macro2::Delimiter::Brace);
    let head: TokenStream = item.clone().into_iter().take_while(|token| !is_body(token)).collect();
    if head.is_empty() { item.clone() } else { head }
}
