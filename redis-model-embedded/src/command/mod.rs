//! The commands: what is known of each, and the functions that run them, a file per family.

mod admin;
mod arguments;
mod bit_field;
mod bitop;
mod bits;
mod config;
mod context;
mod counter;
mod dispatch;
mod expire;
mod handshake;
mod hash;
mod hyperloglog;
mod info;
mod introspection;
mod keys;
mod lcs;
mod sample;
mod scan;
#[cfg(feature = "lua")]
mod script;
mod set;
mod set_algebra;
mod set_random;
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
