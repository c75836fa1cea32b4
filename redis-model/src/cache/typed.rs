//! Caching without a macro.

use std::{fmt, marker::PhantomData, time::Duration};

use super::{
    address::fault_of,
    call::Call,
    companion,
    form::{Form, Keeping, Shape},
    function::{Function, SingleFlight},
    info::Info,
    key::CacheKey,
    returns::{Returns, Values},
    run::{self, Bypass},
};
#[cfg(feature = "async")]
use crate::mode::Async;
use crate::{
    codec::{Codec, MsgPack},
    error::Result,
    key::Key,
    mode::{Blocking, Mode},
    store::Store,
};

/// A cache of values `V` by arguments `A`: what [`#[cached]`](macro@crate::cached) makes of a function, without a macro.
///
/// A `static`, as its counters are; clones of a store share its entries, and so do all processes.
///
/// ```
/// use std::time::Duration;
/// use redis_model::{blocking::Store, cache::Cache};
///
/// static SQUARES: Cache<(u64,), u64> = Cache::new("squares", Duration::from_secs(60));
///
/// let store = Store::embedded();
/// for _ in 0..3 {
///     assert_eq!(SQUARES.on(&store).get_or_load(&(7,), || 7 * 7), 49);
/// }
/// assert_eq!((SQUARES.info().computes, SQUARES.info().hits()), (1, 2));
/// # Ok::<(), redis_model::Error>(())
/// ```
pub struct Cache<A, V, C = MsgPack> {
    function: Function,
    ttl: Duration,
    keeping: Option<Keeping<V>>,
    of: PhantomData<fn(A) -> (V, C)>,
}

/// A [`Cache`] in a store.
#[must_use = "nothing is looked up until `get_or_load` is called"]
pub struct CacheOn<'a, M: Mode, A, V, C = MsgPack> {
    cache: &'a Cache<A, V, C>,
    store: &'a Store<M>,
}

impl<A, V, C> Cache<A, V, C> {
    /// A cache of this name, whose values are fresh for so long. The name tells its entries from those of other caches.
    ///
    /// # Panics
    /// When the time is zero, and when the name holds braces, control characters, or a colon before a digit: of a `static`,
    /// that is an error of the compiler.
    #[track_caller]
    pub const fn new(name: &'static str, ttl: Duration) -> Self {
        assert!(!ttl.is_zero(), "values that are fresh for no time are not kept");
        if let Some(fault) = fault_of(name) {
            panic!("{}", fault);
        }
        Self { function: Function::new(name), ttl, keeping: None, of: PhantomData }
    }

    /// Keeps up to so many values in this process, too.
    #[must_use]
    pub const fn l1(mut self, capacity: usize) -> Self
    where
        V: Clone + Send + Sync + 'static,
    {
        self.function.l1 = Some(capacity);
        self.keeping = Some(Keeping::cloned());
        self
    }

    /// The cache in a store.
    pub fn on<'a, M: Mode>(&'a self, store: &'a Store<M>) -> CacheOn<'a, M, A, V, C> {
        CacheOn { cache: self, store }
    }

    /// What the cache has done in this process, in whatever stores; how many values it keeps there is asked of one in a
    /// store: [`CacheOn::info`].
    pub fn info(&self) -> Info {
        self.function.info(0)
    }
}

macro_rules! options {
    ($($(#[$doc:meta])* $name:ident: $type:ty => $value:expr;)+) => {
        impl<A, V, C> Cache<A, V, C> {$(
            $(#[$doc])*
            #[must_use]
            pub const fn $name(mut self, $name: $type) -> Self {
                self.function.$name = $value;
                self
            }
        )+}
    };
}

options! {
    /// The number of the values' shape; 0 by default. Entries of other numbers are not seen.
    version: u64 => version;
    /// How long a value is kept beyond its time to live: it is served while one caller refreshes it, and when that fails.
    /// Not at all by default.
    stale: Duration => stale;
    /// How early a value may be refreshed before it expires: the factor beta of `XFetch`; 1 by default, 0 for never.
    early: f64 => early;
    /// By which part of it, at most, a time to live is shortened at random; 0.1 by default.
    jitter: f64 => jitter;
    /// How long `None` is fresh; by default it is not stored.
    none_ttl: Duration => Some(none_ttl);
    /// Who may compute the same value at the same time: by default one caller in all processes.
    single_flight: SingleFlight => single_flight;
    /// How long a computation may take before another caller may begin one; 30 s by default.
    lease: Duration => lease;
    /// How long callers wait for another one's computation before they run their own; 5 s by default.
    wait: Duration => wait;
    /// How long a request may take before the value is computed without Redis; 100 ms by default.
    timeout: Duration => timeout;
    /// How many entries there may be in Redis; those that expire soonest are removed first. Unlimited by default.
    max_size: u64 => Some(max_size);
}

impl<A: CacheKey, V, C: Codec<V>> Cache<A, V, C> {
    /// The key of the entry for these arguments.
    ///
    /// # Errors
    /// [`Encode`](crate::Error::Encode) when they make no key, [`InvalidKey`](crate::Error::InvalidKey) when the name does
    /// not.
    ///
    /// # Panics
    /// When another cache has this name; so does every other method that needs a key.
    pub fn key(&self, arguments: &A) -> Result<Key> {
        Call::new(&self.function, arguments).key()
    }

    #[allow(clippy::type_complexity, reason = "what the closure captures cannot be said of an alias")]
    fn form(&self) -> Shape<V, impl Fn(&V) -> Duration + use<A, V, C>, fn(&V) -> bool, C> {
        let ttl = self.ttl;
        Shape::new(&Values::<V, V>::new()).keeping(self.keeping).codec::<C>().ttl(move |_| ttl)
    }
}

impl<'a, M: Mode, A: CacheKey + Sync, V: Send + Sync, C: Codec<V>> CacheOn<'a, M, A, V, C> {
    /// The value that is stored for these arguments, fresh or not: one `GET`. `None` if there is none.
    ///
    /// # Errors
    /// What any request may meet.
    pub fn peek(&self, arguments: &A) -> M::Result<'a, Option<V>> {
        let (store, call, form) = self.parts(arguments);
        M::run(companion::peek(store, call, form))
    }

    /// Stores a value for these arguments, whoever computes one just now: one script. False if it was not stored, as its
    /// time to live is zero: then there is none any more.
    ///
    /// # Errors
    /// [`Encode`](crate::Error::Encode), and what any request may meet.
    pub fn put(&self, arguments: &A, value: &'a V) -> M::Result<'a, bool> {
        let (store, call, form) = self.parts(arguments);
        M::run(async move { companion::put(store, call, form, value).await })
    }

    /// Removes the value that is stored for these arguments; true if there was one. A computation under way will not
    /// store its own.
    ///
    /// # Errors
    /// What any request may meet.
    pub fn invalidate(&self, arguments: &A) -> M::Result<'a, bool> {
        let (store, call, _) = self.parts(arguments);
        M::run(companion::invalidate(store, call))
    }

    /// Removes all values of the cache, and answers with how many there were: a `SCAN` of the whole database. Computations
    /// under way will not store theirs.
    ///
    /// # Errors
    /// What any request may meet; some may be removed then.
    pub fn clear(&self) -> M::Result<'a, u64> {
        M::run(companion::clear(Some(self.store.clone()), Call::new(&self.cache.function, &())))
    }

    /// What the cache has done in this process, and how many values of the store it keeps there.
    pub fn info(&self) -> Info {
        companion::info(Some(self.store.clone()), &Call::new(&self.cache.function, &()))
    }

    fn parts(&self, arguments: &A) -> (Option<Store<M>>, Call<'a>, impl Form<V> + use<A, V, C, M>) {
        (Some(self.store.clone()), Call::new(&self.cache.function, arguments), self.cache.form())
    }
}

impl<A: CacheKey + Sync, V: Send + Sync, C: Codec<V>> CacheOn<'_, Blocking, A, V, C> {
    /// The value for these arguments: the stored one, or what `load` returns, which is stored: a `V`, an `Option<V>`, a
    /// `Result<V, E>` or a `Result<Option<V>, E>`. Errors are not stored.
    ///
    /// When Redis cannot be asked, `load` runs. See [`#[cached]`](macro@crate::cached) for what the options do.
    pub fn get_or_load<R: Returns<V>>(&self, arguments: &A, load: impl FnOnce() -> R) -> R {
        let call = Call::new(&self.cache.function, arguments);
        run::wait(run::run(self.store, call, self.cache.form(), Bypass, || async { load() }))
    }
}

#[cfg(feature = "async")]
impl<A: CacheKey + Sync, V: Send + Sync, C: Codec<V>> CacheOn<'_, Async, A, V, C> {
    /// The value for these arguments: the stored one, or what `load` returns, which is stored: a `V`, an `Option<V>`, a
    /// `Result<V, E>` or a `Result<Option<V>, E>`. Errors are not stored.
    ///
    /// When Redis cannot be asked, `load` runs. See [`#[cached]`](macro@crate::cached) for what the options do.
    pub async fn get_or_load<R: Returns<V>>(&self, arguments: &A, load: impl AsyncFnOnce() -> R) -> R {
        let call = Call::new(&self.cache.function, arguments);
        run::run(self.store, call, self.cache.form(), Bypass, || load()).await
    }
}

impl<A, V, C> fmt::Debug for Cache<A, V, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache").field("function", &self.function).finish_non_exhaustive()
    }
}

impl<M: Mode, A, V, C> fmt::Debug for CacheOn<'_, M, A, V, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CacheOn").field("cache", &self.cache).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "fresh for no time")]
    fn a_time_of_zero_is_refused() {
        let _ = Cache::<(), u64>::new("typed::tests::zero", Duration::ZERO);
    }

    #[test]
    #[should_panic(expected = "a colon before a digit")]
    fn a_name_that_makes_no_key_is_refused() {
        let _ = Cache::<(), u64>::new("typed::tests:1", Duration::from_secs(1));
    }
}
