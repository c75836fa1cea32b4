//! A Redis engine in the process: for tests, examples and first steps without a server.
//!
//! An [`Engine`] holds the data, a [`Connection`] is a redis-rs connection to it. Commands, error texts and number
//! formats are those of Redis 7.0, and of Redis 8.0 for commands that 7.0 lacks; a command that the engine does not
//! know answers as Redis does for an unknown one.
//!
//! ```
//! use redis::Commands;
//! use redis_model_embedded::Engine;
//!
//! # fn main() -> redis::RedisResult<()> {
//! let engine = Engine::new();
//! let mut con = engine.connection();
//! let () = con.set("greeting", "hello")?;
//! let greeting: String = con.get("greeting")?;
//! assert_eq!(greeting, "hello");
//! # Ok(())
//! # }
//! ```
//!
//! It is not a database: nothing is written to disk, and nothing is replicated.
//!
//! # Ways in
//! - [`Engine::connection`]: a connection of redis-rs, blocking and asynchronous, with no bytes in between;
//!   [`Engine::subscriber`] for published messages.
//! - [`Engine::serve`]: a stream of bytes, for a real `MultiplexedConnection` or `PubSub` in memory; [`Engine::session`]
//!   for those who bring their own transport.
//! - `Engine::listen` (feature `listen`): a socket, for redis-cli and clients in other languages.
//!
//! # Time
//! [`Engine::with_manual_clock`] gives an engine whose clock moves only by [`Engine::advance`], so a test of a TTL
//! takes no time. A key, or a field of a hash, is gone as soon as its whole time to live has passed, and a client that
//! waits gives up at the millisecond.
//!
//! # Failures
//! [`Engine::set_offline`], [`Engine::fail_next`] and [`Engine::set_latency`] show an application what a broken
//! connection, a failing server and a slow network look like.
//!
//! # Features
//! - `lua` (default): EVAL and its family, through a vendored Lua 5.1. The crate `mlua` claims `links = "lua"`, so a
//!   program can hold only one version of Lua. Without this feature EVAL is an unknown command.
//! - `async` (default): the asynchronous `ConnectionLike` of redis-rs, `Engine::serve`, and `Subscriber` as a `Stream`.
//! - `listen`: `Engine::listen`, and the program `redis-model-embedded --port N`.
//!
//! # Commands
#![doc = include_str!("../docs/commands.md")]

mod clock;
mod command;
mod connection;
mod data;
mod dump;
mod engine;
mod fault;
mod glob;
#[cfg(feature = "listen")]
mod listen;
mod number;
mod protocol;
mod random;
#[cfg(feature = "lua")]
mod script;
#[cfg(feature = "async")]
mod serve;
mod server;
mod session;
mod timer;

#[cfg(all(doctest, feature = "lua"))]
#[doc = include_str!("../README.md")]
mod readme {}

pub use connection::{Connection, Subscriber};
pub use engine::Engine;
#[cfg(feature = "listen")]
pub use listen::Listener;
pub use protocol::{ErrorReply, Protocol, Reply};
pub use session::Session;

/// The version of Redis whose behaviour this is, and which it reports.
pub(crate) const SERVER_VERSION: &str = "7.0.15";
