//! How many cases a property is tried on.

use std::env;

use proptest::test_runner::Config;

/// So many cases, or as many as `PROPTEST_CASES` says.
pub(crate) fn cases(usually: u32) -> Config {
    let asked = Config::default();
    let cases = if env::var_os("PROPTEST_CASES").is_some() { asked.cases } else { usually };
    Config { cases, failure_persistence: None, ..asked }
}
