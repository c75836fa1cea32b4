//! For how long something is held, and waited for.

use std::time::{Duration, Instant};

use super::hold::{Term, bounded};
use crate::{
    error::{Error, Result},
    ttl::milliseconds,
};

/// What one may set about the lease of a lock, and about waiting for it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms {
    pub(super) lease: Duration,
    pub(super) is_renewed: bool,
    pub(super) max_hold: Option<Duration>,
    pub(super) wait: Duration,
}

impl Default for Terms {
    fn default() -> Self {
        Self { lease: Duration::from_secs(30), is_renewed: true, max_hold: None, wait: Duration::from_secs(10) }
    }
}

impl Terms {
    /// The lease to ask for at first, in milliseconds: the server must not keep others out for longer than it may be held.
    ///
    /// # Errors
    /// [`Error::InvalidQuery`] when it is zero.
    pub(super) fn first_lease(&self) -> Result<u64> {
        let lease = self.max_hold.map_or(self.lease, |limit| limit.min(self.lease));
        if lease.is_zero() {
            return Err(Error::invalid_query(
                "a lock whose lease is zero ends before it begins: give it one millisecond at least",
            ));
        }
        milliseconds(lease)
    }

    pub(super) fn term(&self, granted: Instant) -> Term {
        let end = self.max_hold.map(|limit| granted + limit);
        Term { lease: self.lease, is_renewed: self.is_renewed, end }
    }

    pub(super) fn set_lease(&mut self, lease: Duration) {
        (self.lease, self.is_renewed) = (bounded(lease), true);
    }

    pub(super) fn set_fixed_lease(&mut self, lease: Duration) {
        (self.lease, self.is_renewed) = (bounded(lease), false);
    }

    pub(super) fn set_max_hold(&mut self, limit: Duration) {
        self.max_hold = Some(bounded(limit));
    }

    pub(super) fn set_wait(&mut self, limit: Duration) {
        self.wait = bounded(limit);
    }
}

/// The setters of a builder that keeps its [`Terms`] in `terms`.
macro_rules! setters {
    () => {
        /// How long it outlives a process that dies or is cut off; 30 s by default, and renewed every third of it. In whole
        /// milliseconds, at least one.
        pub fn lease(mut self, lease: Duration) -> Self {
            self.terms.set_lease(lease);
            self
        }

        /// A lease that nobody renews: it ends after this time, released or not.
        pub fn fixed_lease(mut self, lease: Duration) -> Self {
            self.terms.set_fixed_lease(lease);
            self
        }

        /// Ends it after this time although its lease is renewed: for work that may hang. Without it, there is no limit.
        pub fn max_hold(mut self, limit: Duration) -> Self {
            self.terms.set_max_hold(limit);
            self
        }

        /// How long [`acquire`](Self::acquire) waits for others; 10 s by default.
        pub fn wait(mut self, limit: Duration) -> Self {
            self.terms.set_wait(limit);
            self
        }
    };
}

pub(super) use setters;
