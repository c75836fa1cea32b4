//! What the engine holds: databases of keys, and the values behind them.

mod bit_field;
pub(crate) mod bits;
mod changes;
mod databases;
mod deadlines;
mod dict;
mod hash;
pub(crate) mod hyperloglog;
mod int_set;
mod keyspace;
mod list;
mod packed;
mod set;
pub(crate) mod sorted_set;
mod value;
mod watch;

pub(crate) use bit_field::{BitField, Overflow};
pub(crate) use changes::{Cause, Change};
pub(crate) use databases::Databases;
use deadlines::Deadlines;
pub(crate) use dict::{Dict, Page};
pub(crate) use hash::Hash;
pub(crate) use keyspace::Keyspace;
pub(crate) use list::{End, List};
pub(crate) use set::{Member, Members, Set};
pub(crate) use sorted_set::SortedSet;
pub(crate) use value::{Kind, Value};
pub(crate) use watch::WatchVersion;
