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

pub(crate) use self::value::value;
use self::{generics::Headers, handle::Handle};
use crate::ast::Struct;

/// What a model or a nested struct gets.
pub(crate) fn structure(input: &Struct) -> TokenStream {
    let headers = Headers::of(input);
    let handle = Handle::of(input, &headers);
    let (declaration, handle_impls) = (handle.declaration(), handle.impls());
    let segments = segments::declarations(input);
    let paths = paths::declaration(input, &headers);
    let fields = fields::implementation(input, &headers, &handle);
    let model = input.model.as_ref().map(|model| model::implementation(input, model, &headers));
    quote! {
        #declaration

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
