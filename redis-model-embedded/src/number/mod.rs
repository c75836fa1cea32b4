//! Numbers as Redis reads and prints them.

mod double;
mod float;
mod integer;
mod long_double;

pub(crate) use double::{parse_double, parse_lax_double, parse_weight};
pub(crate) use float::format_double;
#[cfg(feature = "lua")]
pub(crate) use float::{format_significant, truncate};
pub(crate) use integer::{format_integer, parse_integer};
pub(crate) use long_double::{LongDouble, ParsedFloat};
