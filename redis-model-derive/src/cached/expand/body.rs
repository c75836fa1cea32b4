//! The way to the body: what is handed to the runtime, and what it calls.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Ident, Type};

use super::super::ast::{Argument, Cached, Home, turbofish};

impl Cached {
    /// The result of a call through the cache, by this function of the runtime; the function's arguments are in scope.
    pub(super) fn through(&self, run: &TokenStream) -> TokenStream {
        let (form, on_outage, body) = (self.form_of_results(), self.on_outage(), self.body());
        let (store, call) = (Ident::new("store", Span::mixed_site()), Ident::new("call", Span::mixed_site()));
        let (source, place) = (self.store(), self.call());
        if let Some(ids) = self.ids() {
            let (function, ids, id) = (self.described(), &ids.passed, Ident::new("id", Span::mixed_site()));
            let place = self.call_of(&[quote!(#id)]);
            let run = self.finished(&quote!(#run(#store, #function, #ids, |#id| #place, #form, #on_outage, #body)));
            return quote!(let #store = #source; #run);
        }
        let run = self.finished(&quote!(#run(#store, #call, #form, #on_outage, #body)));
        // What these borrow, and the texts that they are made of, need not be `Send` if it is gone before anything is awaited.
        quote! {
            let #store = #source;
            let #call = #place;
            #run
        }
    }

    /// The slice of ids of a batch.
    pub(super) fn ids(&self) -> Option<&Argument> {
        let mut arguments = self.options.is_batch.then(|| self.identifying()).into_iter().flatten();
        arguments.next()
    }

    /// A closure that gives a future of the body; that of a batch takes the ids which are not in the cache.
    fn body(&self) -> TokenStream {
        let missing = Ident::new("missing", Span::mixed_site());
        if self.ids().is_some() {
            return self.body_of_batch(&missing);
        }
        if matches!(self.home, Home::Inside) {
            let body = self.body_inside();
            return quote!(move || async move { #body });
        }
        let uncached = self.uncached(&TokenStream::new());
        if self.function.is_async() { quote!(move || #uncached) } else { quote!(move || async move { #uncached }) }
    }

    /// It may run more than once: each run has its own clones of what is owned.
    fn body_of_batch(&self, missing: &Ident) -> TokenStream {
        let ids = self.ids().map(|ids| (&ids.passed, &ids.ty));
        let others = self.function.arguments.iter().filter(|argument| ids.is_none_or(|ids| *ids.0 != argument.passed));
        let owned = others.filter(|argument| !argument.is_receiver() && !matches!(argument.ty, Type::Reference(_)));
        let owned = owned.map(|argument| &argument.passed);
        let body = if matches!(self.home, Home::Inside) {
            let (body, slice) = (self.body_inside(), ids.map(|(name, ty)| quote!(let #name: #ty = &#missing;)));
            quote!(#slice #body)
        } else {
            let uncached = self.uncached(&quote!(&#missing));
            if self.function.is_async() { quote!(#uncached.await) } else { uncached }
        };
        quote! {
            |#missing: ::std::vec::Vec<_>| {
                #(let #owned = ::core::clone::Clone::clone(&#owned);)*
                async move { #body }
            }
        }
    }

    /// The call of the function that has the body, with these ids if it is a batch.
    pub(super) fn uncached(&self, ids: &TokenStream) -> TokenStream {
        let slice = self.ids().map(|ids| &ids.passed);
        let arguments = self.function.arguments.iter().map(|argument| {
            if slice == Some(&argument.passed) { ids.clone() } else { argument.passed.to_token_stream() }
        });
        let parameters = turbofish(&self.function.signature.generics);
        let path = if matches!(self.home, Home::Module(..)) {
            let name = self.hidden_method();
            quote!(Self::#name)
        } else {
            let companion = self.companion();
            quote!(#companion::uncached)
        };
        quote!(#path #parameters (#(#arguments),*))
    }

    /// The body itself, for an `async` block.
    fn body_inside(&self) -> TokenStream {
        let (returned, body) = (self.returned(), &self.function.body);
        if !self.function.is_async() {
            // The closure keeps the body from awaiting what nobody waits for.
            return quote!((move || -> #returned #body)());
        }
        let statements = &body.stmts;
        // The branch that is never taken tells the compiler the type, which `?` in the body needs to know.
        quote! {
            #[allow(unreachable_code, clippy::diverging_sub_expression, clippy::empty_loop)]
            if false {
                let returned: #returned = loop {};
                return returned;
            }
            #(#statements)*
        }
    }

    /// The body, in which what only tells the store counts as used.
    pub(super) fn body_with_store(&self) -> TokenStream {
        let body = &self.function.body;
        let telling: Vec<_> = self.telling_store().into_iter().filter(|argument| !argument.is_receiver()).collect();
        if telling.is_empty() {
            return body.to_token_stream();
        }
        let names = telling.iter().map(|argument| &argument.name);
        quote!({ #(let _ = &#names;)* #body })
    }

    /// What the function returns.
    pub(super) fn returned(&self) -> TokenStream {
        self.function.returns.as_ref().map_or_else(|| quote!(()), |returns| returns.ty.to_token_stream())
    }
}
