//! What the macros say about mistakes: each error stands on what was typed and says what to write instead.

use std::{env, process::Command};

/// The compiler whose own messages are recorded in `ui/cached_types`, `ui/locks`, `ui/paths` and `ui/types`; other versions word them otherwise.
const COMPILER: &str = "rustc 1.95.";

#[test]
fn mistakes_are_explained() {
    let cases = trybuild::TestCases::new();
    for topic in ["cached", "collection", "container", "field", "shape", "value"] {
        cases.compile_fail(format!("ui/{topic}/*.rs"));
    }
    if compiler().starts_with(COMPILER) {
        for topic in ["cached_types", "locks", "paths", "types"] {
            cases.compile_fail(format!("ui/{topic}/*.rs"));
        }
    }
}

fn compiler() -> String {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output().expect("the compiler that has built this test");
    String::from_utf8_lossy(&output.stdout).into_owned()
}
