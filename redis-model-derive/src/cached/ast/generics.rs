//! The part of a function's generics that some tokens need.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{GenericParam, Generics, WherePredicate};

use super::{Function, Mentions, mentions};

impl Function {
    /// All generics: its own and those of the type that has it.
    pub(crate) fn generics(&self) -> Generics {
        let mut generics = self.owner.as_ref().map(|owner| owner.generics.clone()).unwrap_or_default();
        let own = &self.signature.generics;
        generics.params.extend(own.params.iter().cloned());
        if let Some(clause) = &own.where_clause {
            generics.make_where_clause().predicates.extend(clause.predicates.iter().cloned());
        }
        generics
    }

    /// The generics that these tokens use, with what these depend on themselves.
    pub(crate) fn generics_for(&self, tokens: &TokenStream) -> Generics {
        let all = self.generics();
        let used = used(&all, mentions(tokens));
        let mut generics = Generics::default();
        generics.params.extend(all.params.iter().filter(|parameter| is_used(parameter, &used)).cloned());
        let predicates = all.where_clause.iter().flat_map(|clause| &clause.predicates);
        let kept: Vec<WherePredicate> =
            predicates.filter(|predicate| is_about(predicate, &all, &used)).cloned().collect();
        if !kept.is_empty() {
            generics.make_where_clause().predicates.extend(kept);
        }
        generics
    }
}

/// What is used together with these names.
fn used(all: &Generics, mut used: Mentions) -> Mentions {
    // Each round adds a parameter that the rounds before have led to, so that as many rounds as parameters are enough.
    for _ in 0..all.params.len() {
        for parameter in all.params.iter().filter(|parameter| is_used(parameter, &used)).collect::<Vec<_>>() {
            used.extend(mentions(parameter));
        }
        for predicate in all.where_clause.iter().flat_map(|clause| &clause.predicates) {
            if bounded(predicate).is_some_and(|bounded| uses_any(&bounded, all, &used)) {
                used.extend(mentions(predicate));
            }
        }
    }
    used
}

/// Whether a predicate says something about parameters that are used, or about none.
fn is_about(predicate: &WherePredicate, all: &Generics, used: &Mentions) -> bool {
    let mut found = mentions(predicate);
    found.extend(bounded(predicate).map(mentions).unwrap_or_default());
    all.params.iter().filter(|parameter| is_used(parameter, &found)).all(|parameter| is_used(parameter, used))
}

fn uses_any(tokens: &TokenStream, all: &Generics, used: &Mentions) -> bool {
    let found = mentions(tokens);
    all.params.iter().any(|parameter| is_used(parameter, &found) && is_used(parameter, used))
}

fn bounded(predicate: &WherePredicate) -> Option<TokenStream> {
    match predicate {
        WherePredicate::Type(predicate) => Some(predicate.bounded_ty.to_token_stream()),
        WherePredicate::Lifetime(predicate) => Some(predicate.lifetime.to_token_stream()),
        _ => None,
    }
}

fn is_used(parameter: &GenericParam, used: &Mentions) -> bool {
    match parameter {
        GenericParam::Lifetime(parameter) => used.lifetime(&parameter.lifetime),
        GenericParam::Type(parameter) => used.name(&parameter.ident),
        GenericParam::Const(parameter) => used.name(&parameter.ident),
    }
}

/// The type and const arguments of a call, `::<T, N>`; lifetimes are inferred.
pub(crate) fn turbofish(generics: &Generics) -> TokenStream {
    let types = generics.type_params().map(|parameter| &parameter.ident);
    let arguments: Vec<_> = types.chain(generics.const_params().map(|parameter| &parameter.ident)).collect();
    if arguments.is_empty() { TokenStream::new() } else { quote!(::<#(#arguments),*>) }
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    fn needed(tokens: &TokenStream) -> String {
        let function: Function = parse_quote! {
            fn load<'a, 'b: 'a, T: Into<U>, U, const N: usize, V>(text: &'b str) -> u64
            where
                U: Display,
                V: From<T>,
                Vec<V>: Clone,
                String: Clone,
            {
                1
            }
        };
        let generics = function.generics_for(tokens);
        let clause = &generics.where_clause;
        quote!(#generics #clause).to_string()
    }

    #[test]
    fn parameters_bring_those_that_they_depend_on() {
        assert_eq!(needed(&quote!(u64)), quote!(where String: Clone).to_string());
        assert_eq!(needed(&quote!([u8; N])), quote!(<const N: usize> where String: Clone).to_string());
        let expected = quote!(<T: Into<U>, U> where U: Display, String: Clone);
        assert_eq!(needed(&quote!(Option<T>)), expected.to_string());
        let expected = quote!(<'a, 'b: 'a> where String: Clone);
        assert_eq!(needed(&quote!(&'b str)), expected.to_string());
        let all = needed(&quote!(V::new()));
        assert!(all.contains("T : Into") && all.contains("Vec < V > : Clone"), "{all}");
    }
}
