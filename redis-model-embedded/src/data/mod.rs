//! What the engine holds: databases of keys, and the values behind them.

mod databases;
mod deadlines;
mod dict;
mod hash;
mod keyspace;
mod value;
mod watch;

pub(crate) use databases::Databases;
use deadlines::Deadlines;
pub(crate) use dict::{Dict, Page};
pub(crate) use hash::Hash;
pub(crate) use keyspace::Keyspace;
pub(crate) use value::Value;
pub(crate) use watch::WatchVersion;
