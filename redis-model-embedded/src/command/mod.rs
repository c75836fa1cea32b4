//! The commands: what is known of each, and the functions that run them, a file per family.

mod admin;
mod arguments;
mod config;
mod context;
mod counter;
mod dispatch;
mod expire;
mod handshake;
mod hash;
mod hash_expire;
mod hash_options;
mod info;
mod introspection;
mod keys;
mod sample;
mod scan;
#[cfg(feature = "lua")]
mod script;
mod spec;
mod string;
mod table;
mod text;
mod transaction;

pub(crate) use arguments::{Args, is_word};
pub(crate) use context::{Context, Server, SessionState};
pub(crate) use dispatch::{call, execute};
pub(crate) use spec::{Command, Flags, Outcome};
#[cfg(feature = "lua")]
pub(crate) use table::{Lookup, find};
