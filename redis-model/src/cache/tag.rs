//! Tags, and scopes.

use std::fmt;

use super::{address, caching::Caching, request};
#[cfg(feature = "async")]
use crate::mode::Async;
use crate::{
    mode::{Blocking, Mode},
    store::{self, Store},
};

/// Invalidates all values with this tag, whatever functions and calls they are of: one `UNLINK` of the tag's epoch, however
/// many they are. True if there may have been any.
///
/// A tag is a text such as `user:7`; functions have it by `#[cached(tags = ["user:{id}"])]`. Values that are just being
/// computed are invalidated, too.
///
/// ```
/// use redis_model::{blocking::Store, cache};
///
/// let store = Store::embedded();
/// assert!(!cache::invalidate_tag(&store, "user:7")?);
/// # Ok::<(), redis_model::Error>(())
/// ```
///
/// # Errors
/// What any request may meet.
pub fn invalidate_tag<M: Mode>(store: &Store<M>, tag: impl fmt::Display) -> M::Result<'_, bool> {
    let key = address::tag(tag);
    M::run(async move {
        let removed = request::remove(std::slice::from_ref(&key)).over(&mut store.link()).await;
        Caching::of(store).forget(key.as_bytes());
        Ok(removed? > 0)
    })
}

/// Runs a future in whose task cached functions use this store, instead of the installed one: in tests, each has its own.
///
/// Tasks that it spawns are not within it, nor are bodies that `refresh = background` runs: give each a scope of its own.
///
/// ```
/// use redis_model::{Store, cache, cached};
///
/// #[cached(ttl = 60)]
/// async fn square(n: u64) -> u64 {
///     n * n
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let store = Store::embedded();
/// cache::scope(&store, async {
///     assert_eq!((square(7).await, square(7).await), (49, 49));
///     assert_eq!(square::info().hits(), 1);
/// })
/// .await;
/// # }
/// ```
#[cfg(feature = "async")]
pub async fn scope<F: Future>(store: &Store<Async>, future: F) -> F::Output {
    store::in_task(store, future).await
}

/// Runs code in whose thread cached functions use this store, instead of the installed one: in tests, each has its own.
///
/// Threads that it spawns are not within it, nor are bodies that `refresh = background` runs.
pub fn scope_in_thread<T>(store: &Store<Blocking>, code: impl FnOnce() -> T) -> T {
    store::in_thread(store, code)
}
