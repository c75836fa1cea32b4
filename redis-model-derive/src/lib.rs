//! The macros of `redis-model`, which re-exports them: depend on that crate, not on this one.
//!
//! Phases are modules: `attr` reads what is written in `#[redis(..)]`, `ast` gives each field one meaning, `check` looks
//! across fields, `expand` writes the code. Mistakes are collected on the way and reported all at once. `cached` has the same
//! phases for functions.

mod ast;
mod attr;
mod cached;
mod casing;
mod check;
mod duration;
mod errors;
mod expand;
mod fallback;
mod item;
mod spans;
mod suggestion;
mod types;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

use self::{
    ast::{Struct, Value},
    errors::Errors,
};

/// Makes a struct a model: stored as records, with `load`, `save`, a handle for each field, and `path!`.
///
/// Implements `RedisModel` and generates the handle, which is called as the struct with `At` behind it (`UserAt` for
/// `User`): it has one method for each field, with the field's visibility and docs. Fields whose types are neither
/// values nor `Option`s of values need an attribute that says how they are stored; `json`, `msgpack`, `text` and `bytes` are those
/// of the elements beside `set` and its like, of a map those of the values. A field that is written as `Remote<..>` needs none.
///
/// | `#[redis(..)]` on the struct | |
/// |---|---|
/// | `prefix = "shop:user"` | what its keys begin with; the struct's name in kebab-case without it |
/// | `ttl = "30d"` | how long records live: seconds, or text as `"500ms"`, `"15m"`, `"1h30m"` |
/// | `refresh = "write"`, `"read"` or `"never"` | what starts the `ttl` again; writes without it |
/// | `rename_all = "camelCase"` | how fields are called in Redis |
/// | `schema = 2` | the number that marks the layout; 1 without it |
/// | `invalidates` | every write of a record invalidates what caches have computed from it; implements `Invalidates` |
/// | `crate = path` | where the crate `redis_model` is |
///
/// | `#[redis(..)]` on a field | |
/// |---|---|
/// | `id` | tells records apart; several fields do so together |
/// | `id, tag` | of several, only these make the hash tag |
/// | `nested` | a struct that derives `RedisFields`, or an `Option` of one |
/// | `json`, `msgpack`, `text`, `bytes` | how a type is stored that is not a value itself |
/// | `rename = "town"` | its name in Redis |
/// | `alias = "city"` | an earlier name, still read; may be repeated |
/// | `default`, `default = expr` | what it is when nothing is stored |
/// | `skip` | not stored |
/// | `ttl = "15m"` | for an `Expiring` field: how long it lives |
/// | `set`, `list` | a `HashSet` or `BTreeSet`, a `Vec` or `VecDeque`, at a key of its own |
/// | `map`, `counter` | a `HashMap` or `BTreeMap`; for a counter, of `i64` |
/// | `sorted_set` | a `HashMap` or `BTreeMap` of `f64`, or a `Vec<(T, f64)>` |
/// | `max_len = 100` | of a list: how many elements it keeps, the last ones of too many |
/// | `version` | a `u64` by which outdated saves are refused |
///
/// Names may not hold `{`, `}`, `.` and `@`, which mean something in keys.
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

/// Makes a struct one that can be nested in models: its fields lie at dotted paths below the field that holds it.
///
/// Implements `RedisFields` and generates the handle, `AddressAt` for `Address`. On the struct, `rename_all` and `crate`
/// are known; fields take the attributes of `RedisModel` except `id` and `version`.
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

/// Makes a type one that is stored as a single value.
///
/// | what | is stored as |
/// |---|---|
/// | an enum without data | the name of its variant; can be an id |
/// | a struct of one field | what this field is; can be an id if the field can |
/// | anything with `#[redis(json)]` or `#[redis(msgpack)]` | what serde makes of it |
///
/// Names of variants follow `#[redis(rename_all = "snake_case")]` on the enum, and on a variant `rename = ".."` and, for
/// names that are still read, `alias = ".."`. `crate = path` says where the crate `redis_model` is.
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

#[doc = include_str!("cached/cached.md")]
#[proc_macro_attribute]
pub fn cached(options: TokenStream, item: TokenStream) -> TokenStream {
    cached::function(options.into(), item.into()).into()
}

#[doc = include_str!("cached/cached_impl.md")]
#[proc_macro_attribute]
pub fn cached_impl(options: TokenStream, item: TokenStream) -> TokenStream {
    cached::implementation(options.into(), item.into()).into()
}
