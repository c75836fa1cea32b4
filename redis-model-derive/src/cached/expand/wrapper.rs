//! The function that the user calls, and the hidden method that has a method's body.

use proc_macro2::{Delimiter, Group, TokenStream};
use quote::{ToTokens, quote};
use syn::Ident;

use super::super::ast::{Argument, Cached, Home};

impl Cached {
    /// The function as it was written.
    pub(super) fn unchanged(&self) -> TokenStream {
        let function = &self.function;
        let (attributes, vis, body) = (&function.attributes, &function.vis, &function.body);
        let signature = &function.signature;
        quote!(#(#attributes)* #vis #signature #body)
    }

    /// The function that asks the cache, and the hidden method that has a method's body.
    pub(super) fn wrapper(&self) -> TokenStream {
        let (attributes, vis, asked) = (self.wrapper_attributes(), &self.function.vis, self.asked());
        let (signature, before) = match self.home {
            Home::Inside => {
                let (runtime, description) = (self.runtime(), self.description());
                let before = quote!(static __FUNCTION: #runtime::Function = #description;);
                (self.function.signature.to_token_stream(), before)
            }
            Home::Beside(_) | Home::Module(..) => (self.signature_of_wrapper(), TokenStream::new()),
        };
        // With the braces that the user wrote, lints about the function point at it.
        let mut body = Group::new(Delimiter::Brace, quote!(#before #asked));
        body.set_span(self.function.body.brace_token.span.join());
        let hidden = matches!(self.home, Home::Module(..)).then(|| {
            let (attributes, name) = (self.body_attributes(), self.hidden_method());
            let (signature, body) = (self.signature_with_body(&name), self.body_with_store());
            quote!(#[doc(hidden)] #attributes #signature #body)
        });
        quote! {
            #attributes
            #[allow(deprecated, unused_braces, clippy::used_underscore_binding)]
            #vis #signature #body

            #hidden
        }
    }

    /// The result, by way of the cache.
    fn asked(&self) -> TokenStream {
        let runtime = self.runtime();
        self.through(&if self.options.is_batch { quote!(#runtime::run_batch) } else { self.run() })
    }

    /// The signature of a function that hands its arguments on.
    ///
    /// All but the arguments is as it was written, so that the compiler takes it for the user's.
    fn signature_of_wrapper(&self) -> TokenStream {
        let mut signature = self.function.signature.clone();
        signature.inputs = self.function.arguments.iter().map(Argument::declared).collect();
        signature.to_token_stream()
    }

    /// The signature of the function that has the body.
    pub(super) fn signature_with_body(&self, name: &Ident) -> TokenStream {
        let mut signature = self.function.signature.clone();
        signature.ident = name.clone();
        signature.to_token_stream()
    }
}
