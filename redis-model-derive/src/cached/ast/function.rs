//! A function, or a method and the type that has it.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::quote;
use syn::{
    Attribute, Block, Generics, Ident, ImplItemFn, ItemFn, Signature, Type, Visibility,
    ext::IdentExt,
    parse::{Parse, ParseStream},
};

use super::{Argument, Returns, mentions};

/// A function.
pub(crate) struct Function {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) signature: Signature,
    pub(crate) body: Block,
    pub(crate) arguments: Vec<Argument>,
    /// What it returns; nothing if that is not said.
    pub(crate) returns: Option<Returns>,
    /// The type whose method it is, if it is known.
    pub(crate) owner: Option<Owner>,
}

/// A type with methods.
#[derive(Clone)]
pub(crate) struct Owner {
    pub(crate) ty: Type,
    pub(crate) generics: Generics,
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let ItemFn { attrs, vis, sig, block } = input.parse()?;
        Ok(Self::new(attrs, vis, sig, *block, None))
    }
}

impl Function {
    /// A method of a type.
    pub(crate) fn method(method: ImplItemFn, owner: &Owner) -> Self {
        let ImplItemFn { attrs, vis, sig, block, .. } = method;
        Self::new(attrs, vis, sig, block, Some(owner.clone()))
    }

    fn new(
        attributes: Vec<Attribute>,
        vis: Visibility,
        signature: Signature,
        body: Block,
        owner: Option<Owner>,
    ) -> Self {
        let arguments = signature.inputs.iter().enumerate().map(|(position, input)| Argument::of(position, input));
        let (arguments, returns) = (arguments.collect(), Returns::of(&signature.output));
        Self { attributes, vis, signature, body, arguments, returns, owner }
    }

    pub(crate) fn name(&self) -> &Ident {
        &self.signature.ident
    }

    pub(crate) fn is_async(&self) -> bool {
        self.signature.asyncness.is_some()
    }

    pub(crate) fn receiver(&self) -> Option<&Argument> {
        self.arguments.iter().find(|argument| argument.is_receiver())
    }

    /// The argument of this name.
    pub(crate) fn argument(&self, name: &Ident) -> Option<&Argument> {
        self.arguments.iter().find(|argument| argument.name.as_ref().is_some_and(|own| same(own, name)))
    }

    /// The names of its type and const parameters, and of those of the type that has it.
    pub(crate) fn parameters(&self) -> Vec<&Ident> {
        let owner = self.owner.as_ref().map(|owner| &owner.generics);
        let generics = owner.into_iter().chain([&self.signature.generics]);
        let names = generics.flat_map(|generics| {
            let types = generics.type_params().map(|parameter| &parameter.ident);
            types.chain(generics.const_params().map(|parameter| &parameter.ident))
        });
        names.collect()
    }
}

/// Whether two names are the same, raw or not.
pub(crate) fn same(one: &Ident, other: &Ident) -> bool {
    one.unraw() == other.unraw()
}

impl Owner {
    /// The last name in the type's path.
    pub(crate) fn name(&self) -> Option<String> {
        match &self.ty {
            Type::Path(ty) => ty.path.segments.last().map(|last| last.ident.unraw().to_string()),
            _ => None,
        }
    }

    /// The tokens as they mean the same outside of the type's impl, with `receiver` for `self`.
    pub(crate) fn outside(&self, tokens: TokenStream, receiver: &Ident) -> TokenStream {
        let tokens: Vec<_> = tokens.into_iter().collect();
        let mut outside = TokenStream::new();
        for (position, token) in tokens.iter().enumerate() {
            let is_path = mentions::starts_with(&tokens[position + 1..], "::");
            match token {
                TokenTree::Group(group) => {
                    let mut inner = Group::new(group.delimiter(), self.outside(group.stream(), receiver));
                    inner.set_span(group.span());
                    outside.extend([TokenTree::Group(inner)]);
                }
                TokenTree::Ident(ident) if ident == "Self" => {
                    let ty = &self.ty;
                    outside.extend(if is_path { quote!(<#ty>) } else { quote!(#ty) });
                }
                TokenTree::Ident(ident) if ident == "self" && !is_path => {
                    outside.extend([TokenTree::Ident(receiver.clone())]);
                }
                token => outside.extend([token.clone()]),
            }
        }
        outside
    }
}
