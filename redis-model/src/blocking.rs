//! The same, blocking: every operation waits in its thread and returns a `Result`.

use crate::mode::Blocking;

/// A store whose operations block.
pub type Store = crate::store::Store<Blocking>;
/// Settings of a store whose operations block.
pub type StoreBuilder = crate::store::StoreBuilder<Blocking>;
/// A walk over the records of a model, an `Iterator`.
pub type Scan<P> = crate::model::Scan<Blocking, P>;
