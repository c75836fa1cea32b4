//! The options of `#[cached(..)]`.

use std::collections::HashMap;

use proc_macro2::TokenStream;
use syn::{Expr, Ident, Path};

use super::{
    key::{Dependency, Key, Tag},
    name::Name,
    value::{Codec, OnError, Refresh, SingleFlight, Time, Ttl},
};
use crate::{
    errors::Errors,
    item::{self, Item, Vocabulary},
};

/// What stands in `#[cached(..)]`.
#[derive(Default)]
pub(crate) struct Options {
    /// All that are there, with or without a value that makes sense.
    named: HashMap<String, Ident>,
    /// Whether nothing was lost that has no meaning.
    is_whole: bool,
    pub(crate) ttl: Option<Ttl>,
    pub(crate) stale: Option<Time>,
    pub(crate) refresh: Refresh,
    pub(crate) early: Option<Expr>,
    pub(crate) jitter: Option<Expr>,
    pub(crate) key: Option<Key>,
    pub(crate) skip: Vec<Ident>,
    pub(crate) none_ttl: Option<Time>,
    pub(crate) err_ttl: Option<Time>,
    pub(crate) store_if: Option<Expr>,
    pub(crate) tags: Vec<Tag>,
    pub(crate) depends: Vec<Dependency>,
    pub(crate) single_flight: SingleFlight,
    pub(crate) lease: Option<Time>,
    pub(crate) wait: Option<Time>,
    pub(crate) l1: Option<Expr>,
    pub(crate) max_size: Option<Expr>,
    pub(crate) codec: Codec,
    pub(crate) on_error: OnError,
    pub(crate) timeout: Option<Time>,
    pub(crate) version: Option<Expr>,
    pub(crate) name: Option<Name>,
    pub(crate) store: Option<Expr>,
    pub(crate) companion: Option<Companion>,
    pub(crate) is_batch: bool,
    pub(crate) krate: Option<Path>,
}

/// Where the companion functions are.
#[derive(Clone)]
pub(crate) enum Companion {
    /// In an enum of this name.
    Named(Ident),
    /// Nowhere.
    None,
}

/// All options.
pub(super) const NAMES: &[&str] = &[
    "ttl",
    "stale",
    "refresh",
    "early",
    "jitter",
    "key",
    "skip",
    "none_ttl",
    "err_ttl",
    "store_if",
    "tags",
    "depends",
    "single_flight",
    "lease",
    "wait",
    "l1",
    "max_size",
    "codec",
    "on_error",
    "timeout",
    "version",
    "name",
    "store",
    "companion",
    "batch",
    "crate",
];

struct Words;

/// Names that other caches have, and what says the same here.
const ELSEWHERE: &[(&[&str], &str)] = &[
    (&["time", "expire", "expires", "expiry", "timeout_secs", "duration"], "how long a value is fresh is `ttl = 60`"),
    (
        &["size", "capacity", "max_capacity"],
        "write `max_size = ..` for entries in Redis, `l1 = ..` for those in this process",
    ),
    (&["convert", "key_expr"], "what identifies a call is `key = (a, b)`"),
    (&["result", "option"], "errors and `None` are not kept unless `err_ttl` and `none_ttl` say so: remove it"),
    (&["sync_writes", "sync"], "one caller computes for all unless `single_flight` says otherwise: remove it"),
    (&["cache_prefix_block", "prefix"], "what entries are called in Redis is `name = \"..\"`"),
    (&["condition", "unless", "cache_if"], "which values are kept is `store_if = |value| ..`"),
];

impl Vocabulary for Words {
    const NOUN: &'static str = "option";

    fn names(&self) -> &[&'static str] {
        NAMES
    }

    fn takes_list(&self, name: &str) -> bool {
        name == "skip"
    }

    fn refusal(&self, name: &str) -> Option<String> {
        if name == "companions" {
            return Some("`companions` goes on `#[cached_impl(..)]`, around the methods".into());
        }
        let (_, instead) = ELSEWHERE.iter().find(|(names, _)| names.contains(&name))?;
        Some(format!("unknown option `{name}`: {instead}"))
    }

    fn known(&self) -> String {
        let known: Vec<_> = self.names().iter().map(|name| format!("`{name}`")).collect();
        format!("`#[cached(..)]` takes {}", known.join(", "))
    }
}

impl Options {
    pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> Self {
        let before = errors.count();
        let mut items = Vec::new();
        item::add_known(item::parse(tokens, errors), &mut items, &Words, errors);
        let mut options = Self { is_whole: errors.count() == before, ..Self::default() };
        for item in items {
            options.named.insert(item.name.clone(), item.ident.clone());
            options.set(item, errors);
        }
        options
    }

    /// The option of this name as it was written, if it is there.
    pub(crate) fn named(&self, name: &str) -> Option<&Ident> {
        self.named.get(name)
    }

    /// Whether an option is not there, as far as can be known.
    pub(crate) fn lacks(&self, name: &str) -> bool {
        self.is_whole && !self.named.contains_key(name)
    }

    fn set(&mut self, item: Item, errors: &mut Errors) {
        match &*item.name {
            "ttl" => self.ttl = item.ttl(errors),
            "stale" => self.stale = item.time(errors),
            "refresh" => self.refresh = item.word(Refresh::WORDS, errors).unwrap_or_default(),
            "early" => self.early = item.ratio(f64::INFINITY, "1.0", errors),
            "jitter" => self.jitter = item.ratio(1.0, "0.1", errors),
            "none_ttl" => self.none_ttl = item.time(errors),
            "err_ttl" => self.err_ttl = item.time(errors),
            "store_if" => self.store_if = item.function(errors),
            "single_flight" => self.single_flight = item.word(SingleFlight::WORDS, errors).unwrap_or_default(),
            "lease" => self.lease = item.time(errors),
            "wait" => self.wait = item.time(errors),
            "l1" => self.l1 = item.count(1, "1000", errors),
            "max_size" => self.max_size = item.count(1, "100_000", errors),
            "codec" => self.codec = item.codec(errors).unwrap_or_default(),
            "on_error" => self.on_error = item.word(OnError::WORDS, errors).unwrap_or_default(),
            "timeout" => self.timeout = item.time(errors),
            "version" => self.version = item.count(0, "2", errors),
            "batch" => self.is_batch = Some(item.flag(errors)).is_some(),
            "crate" => self.krate = item.path(errors),
            _ => self.set_identity(&item, errors),
        }
    }

    /// What tells entries apart and where they are.
    fn set_identity(&mut self, item: &Item, errors: &mut Errors) {
        match &*item.name {
            "key" => self.key = item.key(errors),
            "skip" => self.skip = item.skipped(errors),
            "tags" => self.tags = item.tags(errors),
            "depends" => self.depends = item.dependencies(errors),
            "name" => self.name = item.entry_name(errors),
            "store" => self.store = item.expression("a store", "stores().cache()", errors),
            _ => self.companion = item.companion(errors),
        }
    }
}

impl Item {
    fn companion(&self, errors: &mut Errors) -> Option<Companion> {
        let ident = self.single_ident("a name or `none`", "user_cache", errors)?;
        Some(if ident == "none" { Companion::None } else { Companion::Named(ident) })
    }
}
