//! Options that do not go together, or not with the function.

use super::super::{
    ast::Function,
    attr::{Options, Refresh, SingleFlight},
};
use crate::errors::Errors;

/// Reports options that have no effect or contradict each other.
pub(super) fn check(function: &Function, options: &Options, errors: &mut Errors) {
    if options.lacks("ttl") {
        let message = "`#[cached]` needs to know how long entries live: write `ttl = 60` or `ttl = \"1h30m\"`";
        errors.at(function.name(), message);
    }
    check_refresh(function, options, errors);
    check_single_flight(options, errors);
    check_kinds(function, options, errors);
}

fn check_refresh(function: &Function, options: &Options, errors: &mut Errors) {
    let Some(refresh) = options.named("refresh") else { return };
    if options.lacks("stale") {
        errors.at(refresh, "`refresh` has no effect without `stale`: add `stale = \"1h\"`, or remove it");
    }
    if options.refresh == Refresh::Inline {
        return;
    }
    if options.is_batch {
        errors.at(refresh, "a batch is refreshed by the caller who finds it stale: remove `refresh`");
        return;
    }
    for argument in function.arguments.iter().filter(|argument| argument.is_borrowed()) {
        let name = argument.name.as_ref().map_or_else(|| "this argument".into(), |name| format!("`{name}`"));
        let message = format!(
            "{name} is borrowed, and a refresh in the background outlives the call: take it by value (`String`, \
             `Arc<..>`), or write `refresh = inline`"
        );
        errors.at(&argument.written, message);
    }
}

fn check_single_flight(options: &Options, errors: &mut Errors) {
    if let (SingleFlight::Off, Some(option)) = (options.single_flight, options.named("wait")) {
        let message =
            "`wait` has no effect with `single_flight = off`, where nobody waits for another: remove one of them";
        errors.at(option, message);
    }
}

/// Options for results and options, on functions that surely return neither.
fn check_kinds(function: &Function, options: &Options, errors: &mut Errors) {
    let Some(returns) = &function.returns else { return };
    if let (Some(option), true) = (options.named("none_ttl"), returns.is_always_some()) {
        errors.at(option, "`none_ttl` has no effect: this function never returns `None`; remove it");
    }
    if !returns.is_infallible() {
        return;
    }
    if let Some(option) = options.named("err_ttl") {
        errors.at(option, "`err_ttl` has no effect: this function never returns an error; remove it");
    }
    if let (Some(option), super::super::attr::OnError::Fail) = (options.named("on_error"), options.on_error) {
        let message = "`on_error = fail` needs a place for the error: return a `Result` whose error is \
                       `From<redis_model::Error>`, or write `on_error = bypass`";
        errors.at(option, message);
    }
}
