//! What a server counts of the requests that it gets.

use redis::{Connection, InfoDict, cmd};

/// Sets all counters to zero.
///
/// # Panics
/// When the server is gone; so do the others.
pub fn reset(connection: &mut Connection) {
    cmd("CONFIG").arg("RESETSTAT").exec(connection).expect("a server of this process");
}

/// How many times the server has read something from a client: with one client that waits for each answer, the number of
/// its requests. The request that asks for this one is not counted.
///
/// # Panics
/// When the server is older than 6.0.
pub fn reads(connection: &mut Connection) -> u64 {
    let info: InfoDict = cmd("INFO").arg("stats").query(connection).expect("a server of this process");
    let reads: u64 = info.get("total_reads_processed").expect("servers since 6.0 count it");
    reads - 1
}

/// Calls of a command since the counters were zero.
#[derive(Debug, Clone, Copy, Default)]
pub struct Calls {
    /// How many there were.
    pub count: u64,
    /// How long one takes in the server.
    pub microseconds: f64,
}

/// How often a command was called, and how long it took.
///
/// # Panics
/// When the server is gone.
pub fn calls(connection: &mut Connection, command: &str) -> Calls {
    let info: InfoDict = cmd("INFO").arg("commandstats").query(connection).expect("a server of this process");
    let line: String = info.get(&format!("cmdstat_{command}")).unwrap_or_default();
    let value = |name: &str| line.split(',').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    let count = value("calls").and_then(|text| text.parse().ok()).unwrap_or_default();
    let microseconds = value("usec_per_call").and_then(|text| text.parse().ok()).unwrap_or_default();
    Calls { count, microseconds }
}
