//! Waiting with a deadline.

use std::thread;
use std::time::{Duration, Instant};

/// Polls `is_so` until it holds: for what another process or thread does in its own time.
///
/// # Panics
///
/// Panics with `what` if it does not hold within ten seconds.
pub fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !is_so() {
        assert!(Instant::now() < deadline, "waited ten seconds until {what}");
        thread::sleep(Duration::from_millis(2));
    }
}
