//! What `docs/parity.md` says is shown by a test is.

// A test reports by its panic.
#![allow(clippy::unwrap_used)]

use std::{fs, path::Path};

/// The texts in backticks of a table's last column.
fn named_tests(page: &str) -> impl Iterator<Item = &str> {
    let rows = page.lines().filter(|line| line.starts_with('|') && line.ends_with('|'));
    let last = rows.filter_map(|row| row.trim_end_matches('|').rsplit(" | ").next());
    last.flat_map(|cell| cell.split('`').skip(1).step_by(2)).filter(|text| text.contains("::"))
}

/// The source of `a::b::test`: `a/b.rs` or `a.rs`, where the tests of a file are.
fn source(tests: &Path, name: &str) -> Option<String> {
    let modules: Vec<_> = name.split("::").collect();
    let file = modules[..modules.len() - 1].join("/") + ".rs";
    fs::read_to_string(tests.join(file)).ok()
}

#[test]
fn every_test_that_is_named_is_there() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(here.join("../docs/parity.md")).unwrap();
    let missing: Vec<_> = named_tests(&page)
        .filter(|name| {
            let function = format!("fn {}", name.rsplit("::").next().unwrap());
            let is_in = |text: String| {
                text.match_indices(&function).any(|(at, _)| text[at + function.len()..].starts_with(['(', '<']))
            };
            !source(&here.join("tests"), name).is_some_and(is_in)
        })
        .collect();
    assert_eq!(missing, [""; 0]);
    assert!(named_tests(&page).count() > 60);
}
