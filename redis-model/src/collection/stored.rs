//! What is made of several containers without leaving the server.

use crate::query::Script;

/// A command such as `SUNIONSTORE`, of whose destination the time to live stays.
pub(super) static STORE: Script = Script::new(include_str!("store.lua")).on_first_key();
