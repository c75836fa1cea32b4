//! The macros of `redis-model`.

mod ast;
mod attr;
mod casing;
mod check;
mod duration;
mod errors;
mod expand;
mod fallback;
mod suggestion;
mod types;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

use self::{
    ast::{Struct, Value},
    errors::Errors,
};

/// x
#[proc_macro_derive(RedisModel, attributes(redis))]
pub fn redis_model(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    let mut errors = Errors::default();
    let tokens = match Struct::model(&input, &mut errors) {
        Some(model) => expand::structure(&check::structure(model, &mut errors)),
        None => fallback::model(&input),
    };
    errors.with(tokens).into()
}

/// x
#[proc_macro_derive(RedisFields, attributes(redis))]
pub fn redis_fields(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    let mut errors = Errors::default();
    let tokens = match Struct::fields(&input, &mut errors) {
        Some(fields) => expand::structure(&check::structure(fields, &mut errors)),
        None => fallback::fields(&input),
    };
    errors.with(tokens).into()
}

/// x
#[proc_macro_derive(RedisValue, attributes(redis))]
pub fn redis_value(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    let mut errors = Errors::default();
    let tokens = match Value::parse(&input, &mut errors) {
        Some(value) => expand::value(&check::value(value, &mut errors)),
        None => fallback::value(&input),
    };
    errors.with(tokens).into()
}
