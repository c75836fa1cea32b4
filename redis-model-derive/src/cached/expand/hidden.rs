//! What only generated code calls: the call, the description and the forms of a function, once for all its companions.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::Ident;

use super::{
    super::ast::{Argument, Cached, Home, turbofish},
    companion::Companion,
};
use crate::spans::spanned;

impl Cached {
    /// The call with what identifies it, by value: for companions, which need it for nothing else.
    pub(super) fn of_call(&self) -> Companion {
        let (runtime, id) = (self.runtime(), id());
        let code = if self.options.is_batch { self.call_of(&[quote!(&#id)]) } else { self.call() };
        Companion::hidden("__call", self.key_parameters(), quote!(#runtime::Call<'static>), code)
    }

    pub(super) fn description_of_function(&self) -> Companion {
        let (runtime, description) = (self.runtime(), self.description());
        let code = quote! {
            static FUNCTION: #runtime::Function = #description;
            &FUNCTION
        };
        Companion::hidden("__function", TokenStream::new(), quote!(&'static #runtime::Function), code)
    }

    pub(super) fn form_of_function(&self) -> Companion {
        let (runtime, stored) = (self.runtime(), self.stored());
        Companion::hidden(
            "__form",
            TokenStream::new(),
            spanned(&stored, quote!(impl #runtime::Form<#stored>)),
            self.form(),
        )
    }

    /// The form of what `peek` and `put` take, if that is another type than the function returns.
    pub(super) fn form_for_values(&self) -> Option<Companion> {
        let (runtime, value) = (self.runtime(), self.value());
        let form = || {
            Companion::hidden(
                "__form_of_value",
                TokenStream::new(),
                spanned(&value, quote!(impl #runtime::Form<#value>)),
                self.form_of_values(),
            )
        };
        (value.to_string() != self.stored().to_string()).then(form)
    }

    /// How results are stored, for the runtime.
    pub(super) fn form_of_results(&self) -> TokenStream {
        if matches!(self.home, Home::Inside) {
            return self.form();
        }
        self.hidden_call(&self.form_of_function(), &TokenStream::new())
    }

    /// How values that are no errors are stored, for the runtime.
    pub(super) fn form_of_value(&self) -> TokenStream {
        let form = self.form_for_values().unwrap_or_else(|| self.form_of_function());
        self.hidden_call(&form, &TokenStream::new())
    }

    /// The call of a companion that is not shown.
    fn hidden_call(&self, callee: &Companion, arguments: &TokenStream) -> TokenStream {
        let (companion, name) = (self.companion(), Ident::new(callee.name, Span::call_site()));
        let parameters = turbofish(&self.generics_of(callee));
        quote!(#companion::#name #parameters (#arguments))
    }

    /// The description of the function, for the runtime.
    pub(super) fn described(&self) -> TokenStream {
        if matches!(self.home, Home::Inside) {
            return quote!(&__FUNCTION);
        }
        let companion = self.companion();
        quote!(#companion::__function())
    }

    /// The call that [`of_call`](Self::of_call) makes.
    pub(super) fn this_call(&self) -> TokenStream {
        let arguments = self.identifying().into_iter().map(|argument| argument.passed.clone());
        let arguments: Vec<_> = if self.options.is_batch { vec![id()] } else { arguments.collect() };
        self.hidden_call(&self.of_call(), &quote!(#(#arguments),*))
    }

    /// What identifies a call, as parameters.
    pub(super) fn key_parameters(&self) -> TokenStream {
        if let Some(ids) = self.ids() {
            let (id, ty) = (id(), ids.slice());
            return quote!(#id: #ty,);
        }
        let parameters = self.identifying().into_iter().map(Argument::parameter);
        quote!(#(#parameters,)*)
    }

    /// What identifies a call, and what tells its store, as parameters in the order of the function.
    pub(super) fn asking_parameters(&self) -> TokenStream {
        if self.options.is_batch {
            let (id, store) = (self.key_parameters(), self.store_parameters());
            return quote!(#id #store);
        }
        let asked: Vec<_> = self.identifying().into_iter().chain(self.telling_store()).collect();
        let is_asked = |argument: &&Argument| asked.iter().any(|other| other.passed == argument.passed);
        let parameters = self.function.arguments.iter().filter(is_asked).map(Argument::parameter);
        quote!(#(#parameters,)*)
    }

    /// What tells the store, as parameters.
    pub(super) fn store_parameters(&self) -> TokenStream {
        let parameters = self.telling_store().into_iter().map(Argument::parameter);
        quote!(#(#parameters,)*)
    }

    /// The type whose form entries have: of a batch, what one id leads to, if to anything.
    pub(super) fn stored(&self) -> TokenStream {
        if self.options.is_batch {
            let value = self.value();
            return quote!(::core::option::Option<#value>);
        }
        self.returned()
    }

    /// The type that companions take and give: what entries hold, as far as it is no error.
    pub(super) fn value(&self) -> TokenStream {
        let Some(returns) = &self.function.returns else { return quote!(()) };
        let of_batch = returns.map().filter(|_| self.options.is_batch).map(|(_, value)| value);
        of_batch.unwrap_or(&returns.value).to_token_stream()
    }
}

impl Companion {
    /// One that is neither awaited nor shown.
    pub(super) fn hidden(
        name: &'static str,
        parameters: TokenStream,
        returned: TokenStream,
        code: TokenStream,
    ) -> Self {
        Self { name, docs: None, is_async: false, parameters, returned, code }
    }
}

/// The id of an entry of a batch.
fn id() -> Ident {
    Ident::new("id", Span::mixed_site())
}
