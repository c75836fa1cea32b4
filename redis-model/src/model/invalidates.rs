//! Models whose writes invalidate what depends on their records.

use super::RedisModel;
use crate::{
    key::{IdOf, Key},
    layout::epoch_of,
};

/// A model with `#[redis(invalidates)]`: every write of one of its records deletes the record's epoch, isolated with the
/// write, so that caches that depend on the record never serve what was computed before it.
///
/// That holds for every write through this crate, of the whole record, of a field or of a nested struct, also for one that is
/// [`unchecked`](crate::Query::unchecked). It does not for raw commands, and not for the end of a time to live: that of the
/// record, of a field, or one that [`expire`](RedisModel::expire) sets. A write that fails leaves the epoch, unless some of
/// it has happened; one that changes nothing may delete it.
///
/// It costs one more command within the request, still one round trip. What went as a bare command (a plain save, a
/// deletion, an unchecked write) goes as a script. The user that the store logs in as needs the right to `UNLINK`: without
/// it a write fails, but has happened.
///
/// ```
/// use redis_model::{Invalidates, RedisModel, blocking::Store, prelude::*};
///
/// #[derive(RedisModel)]
/// #[redis(prefix = "shop:user", invalidates)]
/// struct User { #[redis(id)] id: u64, name: String }
///
/// assert_eq!(User::epoch_key(42).to_string(), "shop:user:{42}@epoch");
/// ```
#[diagnostic::on_unimplemented(
    message = "writes of `{Self}` invalidate nothing, so that nothing can depend on it",
    label = "add `#[redis(invalidates)]` to `{Self}`",
    note = "`#[redis(invalidates)]` lets each write of a record invalidate what depends on the record"
)]
pub trait Invalidates: RedisModel {
    /// The key of the record's epoch: a string that caches make, and compare with what it was when they computed a value.
    ///
    /// Whoever writes to the record by other means invalidates what depends on it with an `UNLINK` of this key, in the same
    /// transaction or script.
    fn epoch_key(id: impl IdOf<Self::Id>) -> Key {
        epoch_of(&Self::INFO.key.of(&id))
    }
}
