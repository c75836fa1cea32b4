//! A read that is under way.

use std::{sync::Arc, time::Instant};

use super::map::Map;

/// A read that is under way, whose value may be installed if nothing changes meanwhile. Dropped, it leaves nothing behind.
#[must_use = "what was read is installed with it"]
pub(crate) struct Fill {
    pub(super) map: Arc<Map>,
    pub(super) arguments: Arc<[u8]>,
    /// The number of the read, until it has ended.
    pub(super) number: Option<u64>,
    /// The latest end of a value of which no news will come.
    pub(super) at_most: Option<Instant>,
}

impl Drop for Fill {
    fn drop(&mut self) {
        if let Some(number) = self.number.take() {
            self.map.abandon(&self.arguments, number);
        }
    }
}
