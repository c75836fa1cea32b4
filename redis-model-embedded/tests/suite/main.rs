//! One program for all tests of the crate from outside, so that what they share is compiled once.

mod cases;
mod command_table;
mod differential;
mod documented;
mod dump;
mod faults;
mod info;
mod redis_rs;
mod requests;
mod scan;
#[cfg(feature = "lua")]
mod scripts;
#[cfg(feature = "listen")]
mod served;
mod support;
mod time;
mod waiting;
