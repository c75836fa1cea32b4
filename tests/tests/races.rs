//! Writers and readers at the same time: real threads on the engine and on a server, and once tokio tasks.

// A test reports by its panic.
#![allow(clippy::unwrap_used)]

#[path = "races/claims.rs"]
mod claims;
#[path = "races/isolation.rs"]
mod isolation;
#[path = "races/lives.rs"]
mod lives;
#[path = "races/updates.rs"]
mod updates;

use std::{sync::Barrier, thread};

/// Runs so many threads that start at once; gives what each returned, in their order.
fn side_by_side<T: Send>(threads: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let start = Barrier::new(threads);
    let (work, start) = (&work, &start);
    thread::scope(|scope| {
        let running: Vec<_> = (0..threads)
            .map(|number| {
                scope.spawn(move || {
                    start.wait();
                    work(number)
                })
            })
            .collect();
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}
