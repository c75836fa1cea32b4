//! What the engine holds: databases of keys, and the values behind them.

mod changes;
mod databases;
mod dict;
mod hash;
mod keyspace;
mod list;
mod value;
mod watch;

pub(crate) use changes::{Cause, Change};
pub(crate) use databases::Databases;
pub(crate) use dict::{Dict, Page};
pub(crate) use hash::Hash;
pub(crate) use keyspace::Keyspace;
pub(crate) use list::{End, List};
pub(crate) use value::{Kind, Value};
pub(crate) use watch::WatchVersion;
