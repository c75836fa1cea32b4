//! Batches: one slice of ids, and a map of what they lead to.

use quote::{ToTokens, quote};
use syn::{Expr, parse_quote};

use super::{
    super::{
        ast::{Argument, Function, mentions, same},
        attr::{Key, Name, Options, Tag, Template},
    },
    key::check_skipped,
};
use crate::errors::Errors;

/// Reports what is no batch, and gives the key of one of its entries.
pub(super) fn check(function: &Function, options: &Options, errors: &mut Errors) -> Key {
    refuse_options(options, errors);
    check_skipped(function, options, errors);
    let ids = check_arguments(function, options, errors);
    if let Some(returns) = &function.returns
        && returns.fault().is_none()
        && returns.map().is_none()
    {
        let message = "a batch returns a map from ids to values: write it here, as `HashMap<u64, User>` or \
                       `Result<HashMap<u64, User>, Error>`";
        errors.at(&returns.ty, message);
    }
    for parameter in function.parameters() {
        if !options.skip.iter().any(|skipped| same(skipped, parameter)) {
            let message =
                format!("only ids tell the entries of a batch apart: write `skip({parameter})` if that is right");
            errors.at(parameter, message);
        }
    }
    for tag in &options.tags {
        check_tag(tag, function, errors);
    }
    let ids: Option<Expr> = ids.and_then(|ids| ids.name.as_ref()).map(|name| parse_quote!(#name));
    Key::Values(ids.into_iter().collect())
}

fn refuse_options(options: &Options, errors: &mut Errors) {
    for option in ["key", "depends"].into_iter().filter_map(|name| options.named(name)) {
        errors.at(option, format!("each entry of a batch belongs to one id, which is all its key: remove `{option}`"));
    }
    if let (Some(option), Some(Name::Expression(_))) = (options.named("name"), &options.name) {
        errors.at(option, "the name of a batch is a text: write `name = \"..\"`");
    }
}

/// All entries of a batch have the same tags.
fn check_tag(tag: &Tag, function: &Function, errors: &mut Errors) {
    let (found, spot) = match tag {
        Tag::Text(Template { names, literal, .. }) => (mentions(quote!(#(#names),*)), literal.to_token_stream()),
        Tag::Expression(expression) => (mentions(expression), expression.to_token_stream()),
    };
    let mut names = function.arguments.iter().filter_map(|argument| argument.name.as_ref());
    if let Some(name) = names.find(|name| found.name(name)) {
        errors.at(spot, format!("all entries of a batch have the same tags, which cannot depend on `{name}`"));
    }
}

/// The slice of ids.
fn check_arguments<'a>(function: &'a Function, options: &Options, errors: &mut Errors) -> Option<&'a Argument> {
    let is_skipped = |argument: &Argument| {
        argument.name.as_ref().is_some_and(|name| options.skip.iter().any(|skipped| same(skipped, name)))
    };
    let kept: Vec<_> = function.arguments.iter().filter(|argument| !is_skipped(argument)).collect();
    let ids = kept.iter().copied().find(|argument| argument.slice().is_some() && argument.name.is_some());
    if ids.is_none() {
        errors.at(function.name(), "a batch has one slice of ids: write an argument as `ids: &[u64]`");
    }
    for other in kept.iter().filter(|argument| ids.is_none_or(|ids| !std::ptr::eq(ids, **argument))) {
        if ids.is_none() && !other.is_receiver() {
            continue;
        }
        let name = other.name.as_ref().map_or_else(|| "this".into(), ToString::to_string);
        let message =
            format!("only one slice of ids tells the entries of a batch apart: write `skip({name})` if that is right");
        errors.at(&other.written, message);
    }
    ids
}
