//! The same, blocking: every operation waits in its thread and returns a `Result`.

use crate::mode::Blocking;

/// Caching, as far as it differs.
pub mod cache {
    pub use crate::cache::scope_in_thread as scope;
}

/// A store whose operations block.
pub type Store = crate::store::Store<Blocking>;
/// Settings of a store whose operations block.
pub type StoreBuilder = crate::store::StoreBuilder<Blocking>;
/// What holds a lock of a blocking store.
pub type Guard = crate::lock::Guard<Blocking>;
/// What holds several locks of a blocking store.
pub type Guards = crate::lock::Guards<Blocking>;
/// What holds a mutex of a blocking store.
pub type MutexGuard = crate::lock::MutexGuard<Blocking>;
/// What holds a permit of a semaphore of a blocking store.
pub type Permit = crate::lock::Permit<Blocking>;
/// Whether one fetches for all, or follows, on a blocking store.
pub type Lead = crate::lock::Lead<Blocking>;
/// One who follows another that fetches, on a blocking store.
pub type Follower = crate::lock::Follower<Blocking>;
/// A lock on a majority of blocking stores.
pub type Redlock = crate::lock::Redlock<Blocking>;
/// What holds a lock on a majority of blocking stores.
pub type RedlockGuard = crate::lock::RedlockGuard<Blocking>;
/// A walk over records, elements or keys, an `Iterator`.
pub type Scan<S> = crate::scan::Scan<Blocking, S>;
