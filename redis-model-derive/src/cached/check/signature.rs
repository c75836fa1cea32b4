//! Which functions can be cached.

use quote::{ToTokens, quote};
use syn::Ident;

use super::super::ast::{Function, Home, mentions};
use crate::errors::Errors;

/// Reports what cannot be cached about the function itself.
pub(super) fn check(function: &Function, home: &Home, errors: &mut Errors) {
    refuse_qualifiers(function, errors);
    for argument in &function.arguments {
        let conditions = argument.attributes().iter();
        for attribute in conditions.filter(|it| it.path().is_ident("cfg") || it.path().is_ident("cfg_attr")) {
            errors.at(attribute, "an argument that is there only at times: put the condition on the whole function");
        }
    }
    match &function.returns {
        None => {
            let message = "a cached function returns something: write what, as `-> Option<User>`";
            errors.at(function.name(), message);
        }
        Some(returns) => {
            if let Some(fault) = returns.fault() {
                errors.at(&returns.ty, fault);
            }
        }
    }
    if let Home::Beside(name) | Home::Module(_, name) = home
        && function.parameters().contains(&name)
    {
        errors.at(name, "the companion and a type parameter cannot share a name: write `companion = another_name`");
    }
}

fn refuse_qualifiers(function: &Function, errors: &mut Errors) {
    let signature = &function.signature;
    if let Some(token) = &signature.constness {
        errors.at(token, "a `const fn` cannot ask a cache: remove `const`");
    }
    if let Some(token) = &signature.unsafety {
        let message = "a cached function is called at other times than it is asked for: make it safe, \
                       and state what is unsafe in its body";
        errors.at(token, message);
    }
    if let Some(token) = &signature.abi {
        errors.at(token, "a function for other languages cannot be cached: call a cached function from it");
    }
    if let Some(token) = &signature.variadic {
        errors.at(token, "a key needs to know all arguments: this function has any number of them");
    }
}

/// Reports a method of a type that is not known; whether it is one.
pub(super) fn refuse_method(function: &Function, errors: &mut Errors) -> bool {
    let instead = "put `#[cached_impl(companions = api_cache)]` on the impl block, or write \
                   `#[cached(companion = none, ..)]`";
    if let Some(receiver) = function.receiver() {
        errors.at(&receiver.written, format!("a method needs to know its type: {instead}"));
        return true;
    }
    let signature = &function.signature;
    let (inputs, output, clause) = (&signature.inputs, &signature.output, &signature.generics.where_clause);
    let this = Ident::new("Self", proc_macro2::Span::call_site());
    let found = mentions(quote!(#inputs #output #clause));
    if !found.name(&this) {
        return false;
    }
    let spot = found.value(&this).map_or_else(|| function.name().to_token_stream(), ToTokens::to_token_stream);
    errors.at(spot, format!("a function of an impl needs to know its type: {instead}"));
    true
}
