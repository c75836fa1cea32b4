//! What most events take at most, and what almost all do.

use std::time::Duration;

use redis_model_benches::{Table, time};

/// How long events took, one after another.
#[derive(Debug, Default)]
pub(crate) struct Times(Vec<Duration>);

impl Times {
    pub(crate) fn push(&mut self, time: Duration) {
        self.0.push(time);
    }

    /// What so many of a hundred do not exceed.
    pub(crate) fn percentile(&self, percent: usize) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        sorted.get(sorted.len() * percent / 100).copied().unwrap_or_default()
    }

    /// Prints a row of half of them, and of 99 of a hundred.
    pub(crate) fn row(&self, table: &mut Table, name: &str, target: &str) {
        table.row(&[name, &time(self.percentile(50)), &time(self.percentile(99)), target]);
    }
}
