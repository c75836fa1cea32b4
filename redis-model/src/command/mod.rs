//! Redis' commands, by data type: pure functions from key and arguments to a command.

pub(crate) mod access;
pub(crate) mod bits;
pub(crate) mod facts;
pub(crate) mod hash;
pub(crate) mod hyper_log_log;
pub(crate) mod key;
pub(crate) mod list;
pub(crate) mod queue;
pub(crate) mod set;
pub(crate) mod sorted_set;
pub(crate) mod string;
