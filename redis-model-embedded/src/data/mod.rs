//! What the engine holds: databases of keys, and the values behind them.

mod databases;
mod dict;
mod hash;
mod keyspace;
pub(crate) mod sorted_set;
mod value;
mod watch;

pub(crate) use databases::Databases;
pub(crate) use dict::{Dict, Page};
pub(crate) use hash::Hash;
pub(crate) use keyspace::Keyspace;
pub(crate) use sorted_set::SortedSet;
pub(crate) use value::Value;
pub(crate) use watch::WatchVersion;
