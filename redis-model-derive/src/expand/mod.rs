//! The generated code: tokens only, every decision has been made before.
//!
//! It is thin. All names of the runtime come from its `__private` module, and everything that the user does not name
//! lies inside a `const _`.

mod fields;
mod generics;
mod handle;
mod leaf;
mod model;
mod paths;
mod segments;
mod value;

use proc_macro2::TokenStream;
use quote::quote;

use self::generics::Headers;
pub(crate) use self::value::value;
use crate::ast::Struct;

/// What a model or a nested struct gets.
pub(crate) fn structure(input: &Struct) -> TokenStream {
    let headers = Headers::of(input);
    let handle = handle::declaration(input, &headers);
    let segments = segments::declarations(input);
    let handle_impls = handle::impls(input, &headers);
    let paths = paths::declaration(input, &headers);
    let fields = fields::implementation(input, &headers);
    let model = input.model.as_ref().map(|model| model::implementation(input, model, &headers));
    quote! {
        #handle

        #[doc(hidden)]
        #[allow(dead_code, deprecated, unreachable_pub, unreachable_code)]
        const _: () = {
            #segments
            #handle_impls
            #paths
            #fields
            #model
        };
    }
}
