//! What a function returns, as far as its tokens tell.

use proc_macro2::Span;
use quote::ToTokens;
use syn::{GenericArgument, Ident, PathArguments, ReturnType, Type};

use super::{argument::is_borrowed, mentions};
use crate::types;

/// What a function returns.
pub(crate) struct Returns {
    pub(crate) ty: Type,
    /// The same without one `Result` around it.
    pub(crate) value: Type,
}

impl Returns {
    /// What is returned; nothing if no type is written.
    pub(super) fn of(written: &ReturnType) -> Option<Self> {
        let ReturnType::Type(_, ty) = written else { return None };
        let ty = (**ty).clone();
        let value = in_result(&ty).cloned();
        Some(Self { value: value.unwrap_or_else(|| ty.clone()), ty })
    }

    /// Why it cannot be stored, if it surely cannot.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        if matches!(&self.ty, Type::Tuple(tuple) if tuple.elems.is_empty()) || matches!(self.ty, Type::Never(_)) {
            return Some("a cached function returns something: there is no value here to keep");
        }
        let found = mentions(&self.ty);
        if found.name(&Ident::new("impl", Span::call_site())) {
            let is_future = found.name(&Ident::new("Future", Span::call_site()));
            return Some(if is_future {
                "write `async fn` and the type that is awaited, instead of `impl Future`"
            } else {
                "what is returned is stored and read back: write the type itself instead of `impl ..`"
            });
        }
        if is_borrowed(self.ty.to_token_stream()) || matches!(self.value, Type::Reference(_)) {
            return Some("what is read from a cache owns its data: return an owned type, as `String` for `&str`");
        }
        None
    }

    /// Whether it is surely never an error.
    pub(crate) fn is_infallible(&self) -> bool {
        types::is_plain(&self.ty) || types::in_option(&self.ty).is_some()
    }

    /// Whether its value is surely never `None`.
    pub(crate) fn is_always_some(&self) -> bool {
        types::is_plain(&self.value)
    }

    /// The types of a map's keys and values, if it is written as one.
    pub(crate) fn map(&self) -> Option<(&Type, &Type)> {
        let mut types = type_arguments(&self.value)?.into_iter();
        Some((types.next()?, types.next()?))
    }
}

/// What is in a `Result` of any path; nothing for aliases of other names, and for those that hide what is in them.
fn in_result(ty: &Type) -> Option<&Type> {
    match ty {
        Type::Group(group) => return in_result(&group.elem),
        Type::Paren(paren) => return in_result(&paren.elem),
        Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Result") => {}
        _ => return None,
    }
    type_arguments(ty)?.first().copied()
}

/// The types in the angle brackets of a path.
fn type_arguments(ty: &Type) -> Option<Vec<&Type>> {
    let path = match ty {
        Type::Group(group) => return type_arguments(&group.elem),
        Type::Paren(paren) => return type_arguments(&paren.elem),
        Type::Path(ty) => &ty.path,
        _ => return None,
    };
    let PathArguments::AngleBracketed(arguments) = &path.segments.last()?.arguments else { return None };
    let types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    Some(types.collect())
}
