//! What the integration tests stand on: a real server for each test, and a proxy that fails on command.
//!
//! Everything here panics with a readable message where something is wrong with the machine it runs on: this is test
//! support, and a panic is how a test reports.

// A test reports by its panic; the support code itself says with `expect` what it relies on.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod about;
mod address;
mod backend;
mod builder;
mod cancel;
mod frame;
mod launch;
mod process;
mod proxy;
mod relay;
mod server;
mod wait;

pub use backend::{Backend, Wait};
pub use builder::RedisServerBuilder;
pub use cancel::{poll_and_drop, poll_counts};
pub use proxy::Proxy;
pub use server::RedisServer;
pub use wait::wait_until;
