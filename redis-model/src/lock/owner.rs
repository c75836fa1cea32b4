//! Who holds locks.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use super::Lock;
use crate::random::random_text;

/// Who holds locks: locks of one owner never exclude each other, so that what holds a lock can take others around it.
///
/// Without one, each acquisition is an owner of its own, and asking for a held lock again waits like anybody else.
/// [`Guard::child`](super::Guard::child) keeps the owner of its guard. All locks of an owner in one tree live on the
/// longest of their leases.
///
/// ```
/// use redis_model::{Lock, Owner, blocking::Store};
///
/// let store = Store::embedded();
/// let owner = Owner::new();
/// let outer = owner.lock(Lock::at("orders.7")).acquire(&store)?;
/// let inner = owner.lock(Lock::at("orders.7.items")).acquire(&store)?;
/// assert!(Lock::at("orders").try_acquire(&store)?.is_none());
/// # Ok::<(), redis_model::Error>(())
/// ```
#[derive(Clone)]
pub struct Owner {
    /// 128 random bits, in hexadecimal: no two owners have the same.
    name: Arc<str>,
    requests: Arc<AtomicU64>,
}

impl Owner {
    /// A new owner, different from all others everywhere.
    #[allow(clippy::new_without_default, reason = "each is another one")]
    pub fn new() -> Self {
        Self { name: random_text().into(), requests: Arc::default() }
    }

    /// The lock, to be held by this owner.
    pub fn lock(&self, lock: Lock) -> Lock {
        lock.owned_by(self)
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// A number for the next request, by which the server knows it when it comes twice.
    pub(super) fn next_request(&self) -> u64 {
        self.requests.fetch_add(1, Ordering::Relaxed) + 1
    }
}

impl fmt::Debug for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Owner").field(&self.name).finish()
    }
}
