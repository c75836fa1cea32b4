//! What the processes do that the tests start.

use std::{
    env,
    io::{self, Write},
};

use super::*;

/// The test that such a process runs.
pub(crate) const TEST: &str = "role::a_started_process_plays_its_role";
pub(crate) const ROLE: &str = "REDIS_MODEL_TESTS_CACHE_ROLE";
pub(crate) const URL: &str = "REDIS_MODEL_TESTS_CACHE_URL";
/// How lines begin that are for the test.
pub(crate) const MARK: &str = "> ";

#[test]
fn a_started_process_plays_its_role() {
    let Ok(role) = env::var(ROLE) else { return };
    end_with_the_one_who_has_started_this();
    let url = env::var(URL).unwrap();
    match role.strip_prefix("async ") {
        Some(role) => play::<Async>(role, &url),
        None => play::<Blocking>(&role, &url),
    }
}

fn play<M: Wait>(role: &str, url: &str) {
    let store = connect::<M>(url);
    match role.split_once(' ').unwrap_or((role, "")) {
        ("call", cache) => crowds::call(&store, cache),
        ("repeat", _) => outages::repeat(&store),
        ("storm", rest) => storm::work(&store, rest),
        _ => panic!("there is no role {role}"),
    }
}

/// A store on the server, which may be away just now; it gives up no request because the machine is busy.
fn connect<M: Wait>(url: &str) -> generic::Store<M> {
    let mut store = None;
    wait_until("there is a server", || {
        store = M::connect_with(generic::Store::builder().url(url).response_timeout(LONG)).ok();
        store.is_some()
    });
    store.unwrap()
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
