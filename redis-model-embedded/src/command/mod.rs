//! The commands: what is known of each, and the functions that run them, a file per family.

mod admin;
mod arguments;
mod bit_field;
mod bitop;
mod bits;
mod client;
mod config;
mod context;
mod counter;
mod dispatch;
mod dump;
mod expire;
mod handshake;
mod hash;
mod hash_expire;
mod hash_options;
mod hyperloglog;
mod info;
mod introspection;
mod keys;
mod lcs;
mod list;
mod list_blocking;
mod list_position;
mod multi_pop;
mod pubsub;
mod sample;
mod scan;
#[cfg(feature = "lua")]
mod script;
mod set;
mod set_algebra;
mod set_random;
mod settle;
mod sort;
mod sorted_set;
mod spec;
mod string;
mod table;
mod text;
mod tracking;
mod transaction;

pub(crate) use arguments::{Args, is_word};
pub(crate) use config::Config;
pub(crate) use context::{Context, Occasion};
pub(crate) use dispatch::{call, execute};
pub(crate) use settle::settle;
pub(crate) use spec::{Command, Flags, Outcome};
#[cfg(feature = "lua")]
pub(crate) use table::{Lookup, find};
