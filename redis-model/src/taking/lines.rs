//! Connections for commands that wait, kept for the next one who has to.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{
    connection::{Connection, Waiter as _},
    error::Result,
    mode::Mode,
    store::Store,
};

/// A connection on which one command waits.
pub(super) type Line<M> = <<M as Mode>::Connection as Connection>::Waiter;

/// Those of a store that nobody uses just now.
pub(super) struct Lines<M: Mode> {
    idle: Mutex<Vec<Line<M>>>,
}

/// How many are kept: as many as threads that take turns are likely to need.
const KEPT: usize = 16;

impl<M: Mode> Lines<M> {
    pub(super) fn of(store: &Store<M>) -> Arc<Self> {
        store.once(|| Self { idle: Mutex::new(Vec::new()) })
    }

    /// One that can be relied on, or a new one.
    pub(super) async fn line(&self, link: &M::Connection) -> Result<Line<M>> {
        loop {
            // The lock is given back before the connection is looked at.
            let kept = self.idle().pop();
            let Some(mut found) = kept else { return link.waiter().await };
            if found.is_usable().await {
                return Ok(found);
            }
        }
    }

    /// Takes one back that owes nothing.
    pub(super) fn keep(&self, line: Line<M>) {
        let mut idle = self.idle();
        if idle.len() < KEPT && !line.owes_reply() {
            idle.push(line);
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Line<M>>> {
        // A list of connections has no broken state.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
