//! What identifies a call: every argument is in the key, or is left out by name.

use quote::ToTokens;
use syn::{Expr, Ident, ext::IdentExt, parse_quote};

use super::super::{
    ast::{Argument, Function, Home, Mentions, mentions, same},
    attr::{Companion, Dependency, Key, Name, Options, Tag, Template},
};
use crate::{errors::Errors, suggestion};

/// A tuple of more cannot be serialized.
const MOST_VALUES: usize = 16;

/// Reports what is wrong with the key, and gives what there is of it.
pub(super) fn check(function: &Function, options: &Options, home: &Home, errors: &mut Errors) -> Key {
    check_skipped(function, options, errors);
    let key = match &options.key {
        Some(key) => {
            check_given(key, function, options, home, errors);
            key.clone()
        }
        None => of_arguments(function, options, errors),
    };
    if let Key::Values(values) = &key
        && let Some(beyond) = values.get(MOST_VALUES)
    {
        let message = format!("a key has at most {MOST_VALUES} values: write a `key` of fewer, or of a tuple");
        errors.at(beyond, message);
    }
    check_receiver(function, options, &key, errors);
    check_parameters(function, options, &key, errors);
    check_dependencies(function, options, errors);
    refuse_arguments_elsewhere(function, options, home, errors);
    key
}

/// What a key uses.
fn mentioned(key: &Key) -> Mentions {
    match key {
        Key::Values(values) => mentions(quote::quote!(#(#values),*)),
        Key::Text(template) => named(template),
    }
}

fn named(template: &Template) -> Mentions {
    let names = &template.names;
    mentions(quote::quote!(#(#names),*))
}

fn is_skipped(options: &Options, name: &Ident) -> bool {
    options.skip.iter().any(|skipped| same(skipped, name))
}

/// All arguments that are not skipped.
fn of_arguments(function: &Function, options: &Options, errors: &mut Errors) -> Key {
    let mut values: Vec<Expr> = Vec::new();
    for argument in function.arguments.iter().filter(|argument| !argument.is_receiver()) {
        let Some(name) = &argument.name else {
            if options.lacks("key") {
                let message = "an argument needs a name to be in the key: name it here and take it apart in the \
                               body, or say what identifies the call with `key = ..`";
                errors.at(&argument.written, message);
            }
            continue;
        };
        if is_skipped(options, name) {
            continue;
        }
        if let Some(reason) = unfit(argument) {
            errors.at(
                &argument.written,
                format!("{reason}: write `skip({name})`, or a `key` that says what of it counts"),
            );
            continue;
        }
        values.push(parse_quote!(#name));
    }
    Key::Values(values)
}

/// Why an argument is nothing that identifies a call.
fn unfit(argument: &Argument) -> Option<&'static str> {
    if argument.is_exclusive() {
        return Some("an argument that the function may change does not identify a call");
    }
    if argument.is_dynamic() {
        return Some("a trait object has no value that could be in a key");
    }
    argument.is_opaque().then_some("an `impl Trait` may be of any type, and two of them may have one key")
}

/// Reports names in `skip(..)` that skip nothing.
pub(super) fn check_skipped(function: &Function, options: &Options, errors: &mut Errors) {
    let key = options.key.as_ref().map(mentioned);
    for (position, name) in options.skip.iter().enumerate() {
        if options.skip[..position].iter().any(|earlier| same(earlier, name)) {
            errors.at(name, format!("`{name}` is skipped twice"));
            continue;
        }
        let is_parameter = function.parameters().iter().any(|parameter| same(parameter, name));
        let argument = function.argument(name);
        if !is_parameter && argument.is_none() {
            errors.at(name, unknown(name, function));
        } else if key.as_ref().is_some_and(|key| key.name(name)) {
            errors.at(name, format!("`{name}` is skipped, but `key` uses it: remove one of them"));
        } else if key.is_some() && argument.is_some_and(|argument| !argument.is_receiver()) {
            let message =
                format!("`key` says all that identifies a call, so that `{name}` is left out already: remove this");
            errors.at(name, message);
        }
    }
}

/// A key that the user has written.
fn check_given(key: &Key, function: &Function, options: &Options, home: &Home, errors: &mut Errors) {
    match key {
        Key::Text(template) => {
            check_template(template, function, options, errors);
            refuse_constant(template, function, errors);
            if template.is_ambiguous() {
                let message = "nothing tells where one of two arguments ends and the next begins: write something between \
                               them, as in `{tenant}/{id}`";
                errors.at(&template.literal, message);
            }
        }
        Key::Values(values) => {
            for value in values {
                let Expr::Path(path) = value else { continue };
                let Some(name) = path.path.get_ident().filter(|name| is_argument_like(name)) else { continue };
                let is_parameter = function.parameters().iter().any(|own| same(own, name));
                // Where all lies in the function itself, what patterns have taken apart is there.
                let is_bound = matches!(home, Home::Inside) && function.arguments.iter().any(|it| it.binds(name));
                if function.argument(name).is_none() && !is_parameter && !is_bound {
                    errors.at(name, unknown(name, function));
                }
            }
        }
    }
}

/// `key = "id"` means `key = id`, and would give the same value to all calls.
fn refuse_constant(template: &Template, function: &Function, errors: &mut Errors) {
    let is_told_apart = !template.names.is_empty() || function.arguments.is_empty();
    if is_told_apart {
        return;
    }
    let text = template.literal.value();
    let meant = function.arguments.iter().filter_map(|argument| argument.name.as_ref()).find(|name| **name == text);
    let hint = meant.map_or_else(
        || "name arguments in it, as in `\"{tenant}/{id}\"`, or write `skip(..)` if that is right".to_owned(),
        |name| format!("write `key = {name}`"),
    );
    errors.at(&template.literal, format!("all calls would share the entry of this text: {hint}"));
}

/// Whether a name is one of an argument rather than of a constant.
fn is_argument_like(name: &Ident) -> bool {
    !name.unraw().to_string().contains(char::is_uppercase)
}

/// Placeholders name arguments that identify the call.
fn check_template(template: &Template, function: &Function, options: &Options, errors: &mut Errors) {
    for name in &template.names {
        let is_parameter = function.parameters().iter().any(|parameter| same(parameter, name));
        if function.argument(name).is_none() && !is_parameter {
            errors.at(&template.literal, unknown(name, function));
        } else if is_skipped(options, name) && options.key.is_none() {
            let message = format!("`{name}` is skipped: what entries are told by cannot depend on it");
            errors.at(&template.literal, message);
        }
    }
}

fn unknown(name: &Ident, function: &Function) -> String {
    let names = function.arguments.iter().filter_map(|argument| argument.name.as_ref());
    let names: Vec<_> = names.chain(function.parameters()).map(ToString::to_string).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    if function.arguments.iter().any(|argument| argument.binds(name)) {
        return format!("`{name}` is a part of an argument: name the whole, and take it apart in the body");
    }
    let hint = suggestion::nearest(&name.to_string(), &names)
        .map_or_else(String::new, |meant| format!(", did you mean `{meant}`?"));
    format!("this function has no argument `{name}`{hint}")
}

/// `self` is never left out by itself.
fn check_receiver(function: &Function, options: &Options, key: &Key, errors: &mut Errors) {
    let Some(receiver) = function.receiver() else { return };
    let is_alone = function.owner.is_none() && !matches!(options.companion, Some(Companion::None));
    // A method that stands alone has been refused as such.
    if is_alone || is_skipped(options, &receiver.passed) || mentioned(key).name(&receiver.passed) {
        return;
    }
    let message = "does the result depend on `self`? write `skip(self)` if it does not, or name what counts of it, \
                   as `key = (self.tenant, id)`";
    errors.at(&receiver.written, message);
}

/// Calls of one function with other types or constants would share entries.
fn check_parameters(function: &Function, options: &Options, key: &Key, errors: &mut Errors) {
    let mut told_apart = mentioned(key);
    if let Some(Name::Expression(name)) = &options.name {
        told_apart.extend(mentions(name));
    }
    for parameter in function.parameters() {
        if is_skipped(options, parameter) || told_apart.name(parameter) {
            continue;
        }
        let message = format!(
            "calls with another `{parameter}` would share entries: tell them apart in `key` or `name`, as \
             `name = format!(\"users:{{}}\", ..)`, or write `skip({parameter})` if it makes no difference"
        );
        errors.at(parameter, message);
    }
}

fn check_dependencies(function: &Function, options: &Options, errors: &mut Errors) {
    for tag in &options.tags {
        match tag {
            Tag::Text(template) => check_template(template, function, options, errors),
            Tag::Expression(expression) => refuse_skipped(expression, options, errors),
        }
    }
    for Dependency { id, .. } in &options.depends {
        for id in id {
            refuse_skipped(id, options, errors);
        }
    }
}

fn refuse_skipped(expression: &Expr, options: &Options, errors: &mut Errors) {
    let found = mentions(expression);
    for skipped in options.skip.iter().filter(|_| options.key.is_none()) {
        if let Some(spot) = found.value(skipped) {
            errors.at(spot, format!("`{skipped}` is skipped: what entries are told by cannot depend on it"));
        }
    }
}

/// The companions have no arguments but those that identify a call or tell its store, and `clear` has only the latter.
fn refuse_arguments_elsewhere(function: &Function, options: &Options, home: &Home, errors: &mut Errors) {
    if matches!(home, Home::Inside) {
        return;
    }
    let Some(Name::Expression(expression)) = &options.name else { return };
    let found = mentions(expression);
    for argument in function.arguments.iter().filter_map(|argument| argument.name.as_ref()) {
        let spot = found.value(argument).map(ToTokens::to_token_stream);
        let whole = || found.placeholder(argument).then(|| expression.to_token_stream());
        let Some(spot) = spot.or_else(whole) else { continue };
        let alone = match home {
            Home::Module(..) => "move the method into an impl of its own, with `companion = none`",
            Home::Beside(_) | Home::Inside => "write `companion = none`",
        };
        let message = format!(
            "`name` is asked by the companions too, which do not have `{argument}`: use what is there without a call, \
             or {alone}"
        );
        errors.at(spot, message);
    }
}
