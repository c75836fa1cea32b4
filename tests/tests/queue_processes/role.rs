//! What the processes do that the tests start.

use std::{
    env,
    io::{self, Write},
};

use redis_model::{Async, Blocking};

use super::*;

/// The test that such a process runs.
pub(crate) const TEST: &str = "role::a_started_process_plays_its_role";
pub(crate) const ROLE: &str = "REDIS_MODEL_TESTS_QUEUE_ROLE";
pub(crate) const URL: &str = "REDIS_MODEL_TESTS_QUEUE_URL";
/// How lines begin that are for the test.
pub(crate) const MARK: &str = "> ";

#[test]
fn a_started_process_plays_its_role() {
    let Ok(role) = env::var(ROLE) else { return };
    end_with_the_one_who_has_started_this();
    let url = env::var(URL).unwrap();
    match role.as_str() {
        "take" => deaths::take(&connect::<Blocking>(&url)),
        "take async" => deaths::take(&connect::<Async>(&url)),
        "storm" => storm::work(&connect::<Blocking>(&url)),
        "storm async" => storm::work(&connect::<Async>(&url)),
        other => panic!("there is no role {other}"),
    }
}

/// A store of whose requests none is given up because the process is stopped.
fn connect<M: Wait>(url: &str) -> generic::Store<M> {
    let settings = generic::Store::builder().url(url).connect_timeout(LONG).response_timeout(LONG);
    M::connect_with(settings).unwrap()
}

/// A process that is stopped would stay for ever if its test was killed.
fn end_with_the_one_who_has_started_this() {
    #[cfg(target_os = "linux")]
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL)).unwrap();
}

/// Says something to the test.
pub(crate) fn say(what: &str) {
    // The test harness may be in the middle of a line. One call, so that no other thread comes in between.
    io::stdout().write_all(format!("\n{MARK}{what}\n").as_bytes()).unwrap();
}

/// Waits for what the test tells next; without the test, this ends.
pub(crate) fn listen() -> String {
    let mut line = String::new();
    if io::stdin().read_line(&mut line).unwrap() == 0 {
        std::process::exit(1);
    }
    line.trim_end().to_owned()
}
