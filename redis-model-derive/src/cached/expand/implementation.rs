//! An impl block with cached methods, and the module of their companions.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::{Attribute, Generics, Ident, Path, Type, Visibility, spanned::Spanned};

use super::{Expansion, docs};

/// An impl block, taken apart.
pub(crate) struct Implementation {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) generics: Generics,
    pub(crate) ty: Type,
    pub(crate) members: Vec<Member>,
    /// The module of the companions, if it has a name.
    pub(crate) module: Option<Ident>,
    pub(crate) name: String,
}

/// An item of the impl.
pub(crate) enum Member {
    /// As it was written.
    Other(TokenStream),
    /// A cached method, with the path of its attribute.
    Cached(Path, Visibility, Expansion),
}

/// The impl, the module beside it, and the companions.
pub(crate) fn implementation(implementation: Implementation) -> TokenStream {
    let Implementation { attributes, mut generics, ty, members, module, name } = implementation;
    let vis = widest(&members);
    let conditions: Vec<_> = attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).cloned().collect();
    let (mut items, mut companions, mut functions) = (TokenStream::new(), TokenStream::new(), TokenStream::new());
    for member in members {
        match member {
            Member::Other(item) => items.extend(item),
            Member::Cached(path, _, expansion) => {
                // The attribute itself is gone, which would leave its import unused.
                let import = quote_spanned!(path.span() => use #path as _;);
                functions.extend(quote!(#(#conditions)* const _: () = { #[allow(unused_imports)] #import };));
                items.extend(expansion.here);
                companions.extend(expansion.companion);
                functions.extend(expansion.functions);
            }
        }
    }
    let clause = generics.where_clause.take();
    let docs = docs::of_module(&name);
    let module = module.map(|module| {
        quote! {
            #(#conditions)*
            #[doc = #docs]
            #[allow(unreachable_pub)]
            #vis mod #module {
                #companions
            }
        }
    });
    quote! {
        #(#attributes)*
        impl #generics #ty #clause {
            #items
        }

        #module
        #functions
    }
}

/// The visibility of the module: that of the method which can be seen from furthest.
fn widest(members: &[Member]) -> Visibility {
    let all: Vec<_> = members
        .iter()
        .filter_map(|member| match member {
            Member::Cached(_, vis, _) => Some(vis),
            Member::Other(_) => None,
        })
        .collect();
    let is_public = |vis: &&&Visibility| matches!(vis, Visibility::Public(_));
    if let Some(&public) = all.iter().find(is_public) {
        return public.clone();
    }
    let mut restricted = all.iter().filter(|vis| matches!(vis, Visibility::Restricted(_)));
    let Some(&first) = restricted.next() else { return Visibility::Inherited };
    let text = |vis: &Visibility| vis.to_token_stream().to_string();
    if restricted.all(|other| text(other) == text(first)) { first.clone() } else { syn::parse_quote!(pub(crate)) }
}
