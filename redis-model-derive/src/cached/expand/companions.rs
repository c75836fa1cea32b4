//! Which companions there are, and what each of them does.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::Ident;

use super::{
    super::{
        ast::{Argument, Cached},
        attr::Name,
    },
    companion::Companion,
    docs,
};

impl Cached {
    /// All that are not the body itself.
    pub(super) fn companions(&self) -> Vec<Companion> {
        let mut companions = vec![self.of_call(), self.description_of_function()];
        if self.returns_values() {
            // The runtime has none for batches, whose values can be put one by one.
            companions.extend((!self.options.is_batch).then(|| self.bypass()));
            companions.extend([self.form_of_function(), self.peek(), self.put()]);
            companions.extend(self.form_for_values());
        }
        companions.extend([self.invalidate(), self.clear(), self.size(), self.key_of_call(), self.info()]);
        companions
    }

    /// Whether what is returned can be stored; if not, to say so once more of each companion would help nobody.
    pub(super) fn returns_values(&self) -> bool {
        self.function.returns.as_ref().is_some_and(|returns| returns.fault().is_none())
    }

    /// The function's body, by a call of the method that has it.
    pub(super) fn uncached_companion(&self) -> Companion {
        let call = self.uncached(&self.slice());
        let awaited = self.function.is_async().then(|| quote!(.await));
        self.with_all_arguments("uncached", docs::UNCACHED, quote!(#call #awaited))
    }

    fn bypass(&self) -> Companion {
        let runtime = self.runtime();
        self.with_all_arguments("bypass", docs::BYPASS, self.through(&quote!(#runtime::bypass)))
    }

    fn with_all_arguments(&self, name: &'static str, docs: &'static str, code: TokenStream) -> Companion {
        let parameters = self.function.arguments.iter().map(Argument::parameter);
        Companion {
            name,
            docs: Some(docs),
            is_async: self.function.is_async(),
            parameters: quote!(#(#parameters),*),
            returned: self.returned(),
            code,
        }
    }

    fn peek(&self) -> Companion {
        let (store, call, form, value) = (self.store(), self.this_call(), self.form_of_value(), self.value());
        let code = self.ask("peek", &quote!(#store, #call, #form));
        self.with_key("peek", docs::PEEK, &TokenStream::new(), &quote!(::core::option::Option<#value>), code)
    }

    fn put(&self) -> Companion {
        let (store, call, form, ty) = (self.store(), self.this_call(), self.form_of_value(), self.value());
        let value = Ident::new("value", Span::mixed_site());
        let code = self.ask("put", &quote!(#store, #call, #form, #value));
        self.with_key("put", docs::PUT, &quote!(#value: &#ty,), &quote!(bool), code)
    }

    fn invalidate(&self) -> Companion {
        let (store, call) = (self.store(), self.this_call());
        let code = self.ask("invalidate", &quote!(#store, #call));
        self.with_key("invalidate", docs::INVALIDATE, &TokenStream::new(), &quote!(bool), code)
    }

    fn key_of_call(&self) -> Companion {
        let (krate, call) = (&self.krate, self.this_call());
        let code = quote!(#call.key());
        let key = quote!(#krate::Key);
        Companion {
            is_async: false,
            parameters: self.key_parameters(),
            ..self.with_key("key", docs::KEY, &TokenStream::new(), &key, code)
        }
    }

    /// One that takes what identifies a call, and then these parameters.
    fn with_key(
        &self,
        name: &'static str,
        docs: &'static str,
        further: &TokenStream,
        returned: &TokenStream,
        code: TokenStream,
    ) -> Companion {
        let (krate, parameters) = (&self.krate, self.asking_parameters());
        Companion {
            name,
            docs: Some(docs),
            is_async: self.function.is_async(),
            parameters: quote!(#parameters #further),
            returned: quote!(#krate::Result<#returned>),
            code,
        }
    }

    fn clear(&self) -> Companion {
        self.of_all("clear", docs::CLEAR)
    }

    fn size(&self) -> Companion {
        self.of_all("size", docs::SIZE)
    }

    /// One that is about all entries of the function.
    fn of_all(&self, name: &'static str, docs: &'static str) -> Companion {
        let (krate, store, call) = (&self.krate, self.store(), self.call_of_all());
        let code = self.ask(name, &quote!(#store, #call));
        Companion {
            name,
            docs: Some(docs),
            is_async: self.function.is_async(),
            parameters: self.store_parameters(),
            returned: quote!(#krate::Result<u64>),
            code,
        }
    }

    /// A call that stands for all of them.
    fn call_of_all(&self) -> TokenStream {
        let (runtime, function) = (self.runtime(), self.described());
        if let Some(Name::Expression(name)) = &self.options.name {
            quote!(#runtime::Call::named(#function, &(#name), &()))
        } else {
            quote!(#runtime::Call::new(#function, &()))
        }
    }

    /// The result of a function of the runtime.
    fn ask(&self, name: &str, arguments: &TokenStream) -> TokenStream {
        let (runtime, name) = (self.runtime(), Ident::new(name, Span::call_site()));
        self.finished(&quote!(#runtime::#name(#arguments)))
    }

    fn info(&self) -> Companion {
        let (krate, runtime, store, call) = (&self.krate, self.runtime(), self.store(), self.call_of_all());
        let returned = quote!(#krate::cache::Info);
        Companion {
            docs: Some(docs::INFO),
            ..Companion::hidden("info", self.store_parameters(), returned, quote!(#runtime::info(#store, &#call)))
        }
    }

    fn slice(&self) -> TokenStream {
        self.ids().map(|ids| ids.passed.to_token_stream()).unwrap_or_default()
    }
}
