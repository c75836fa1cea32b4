//! The caches that a storm goes through, the last of which has tags.

use redis_model::{
    __private::cached::{Bypass, Call, Form, Function, OfPlain as _, Probe, Shape, bypass, run},
    Result,
    cache::invalidate_tag,
};

use super::*;

/// How many numbers each cache is asked for by all.
pub(crate) const NUMBERS: u64 = 3;

/// The place of the cache whose values are put by those who own a number.
pub(crate) const LASTING: usize = 0;
const TAGGED: usize = 2;
pub(crate) const CACHES: usize = 3;

const TAGS: u64 = 2;

const LEASE: Duration = Duration::from_millis(100);

/// Three caches: of values that last, of values that are soon outdated, and of values with tags.
pub(crate) struct Caches {
    plain: [Numbers; TAGGED],
    tagged: Function,
}

/// Those of a process that keeps nothing itself, and of one that does.
pub(crate) static FAR: Caches = Caches { plain: [lasting(), outdated()], tagged: tagged() };
pub(crate) static NEAR: Caches = Caches { plain: [lasting().l1(100), outdated().l1(100)], tagged: tagged().l1(100) };

/// The same where requests are given up, as the server may be away.
pub(crate) static HURRIED: Caches =
    Caches { plain: [lasting().timeout(HURRY), outdated().timeout(HURRY)], tagged: tagged().timeout(HURRY) };

const HURRY: Duration = Duration::from_millis(100);

const fn lasting() -> Numbers {
    numbers("storm::lasting", LONG).lease(LEASE)
}

const fn outdated() -> Numbers {
    numbers("storm::outdated", Duration::from_millis(5)).stale(LONG).lease(LEASE)
}

const fn tagged() -> Function {
    Function::new("storm::tagged").timeout(LONG).wait(LONG).lease(LEASE)
}

impl Caches {
    pub(crate) fn load<M: Wait>(
        &'static self,
        store: &generic::Store<M>,
        (cache, number): (usize, u64),
        body: impl FnOnce() -> u64,
    ) -> u64 {
        match self.plain.get(cache) {
            Some(cache) => M::load(cache.on(store), &(number,), body),
            None => M::finish(run(Some(store.clone()), self.call(number), form(), Bypass, || async { body() })),
        }
    }

    /// Computes it anew, whoever else does.
    pub(crate) fn recompute<M: Wait>(
        &'static self,
        store: &generic::Store<M>,
        number: u64,
        body: impl FnOnce() -> u64,
    ) {
        M::finish(bypass(Some(store.clone()), self.call(number), form(), Bypass, || async { body() }));
    }

    pub(crate) fn put<M: Wait>(&'static self, store: &generic::Store<M>, number: u64, value: u64) -> Result<bool> {
        M::wait(self.plain[LASTING].on(store).put(&(number,), &value))
    }

    /// Invalidates the value of a number; those with tags, by the tag.
    pub(crate) fn invalidate<M: Wait>(
        &'static self,
        store: &generic::Store<M>,
        (cache, number): (usize, u64),
    ) -> Result<bool> {
        match self.plain.get(cache) {
            Some(cache) => M::wait(cache.on(store).invalidate(&(number,))),
            None => M::wait(invalidate_tag(store, format_args!("storm:{}", number % TAGS))),
        }
    }

    /// Removes all values of one of those without tags.
    pub(crate) fn clear<M: Wait>(&'static self, store: &generic::Store<M>, cache: usize) -> Result<u64> {
        M::wait(self.plain[cache].on(store).clear())
    }

    /// All numbers that are invalidated with this one.
    pub(crate) fn invalidated_with((cache, number): (usize, u64)) -> impl Iterator<Item = (usize, u64)> {
        let is_so = move |other: &u64| *other == number || (cache == TAGGED && other % TAGS == number % TAGS);
        (0..NUMBERS).filter(is_so).map(move |number| (cache, number))
    }

    fn call(&'static self, number: u64) -> Call<'static> {
        Call::new(&self.tagged, &(number,)).tag(format_args!("storm:{}", number % TAGS))
    }
}

fn form() -> impl Form<u64> {
    let values = Probe::<u64>::new().values();
    Shape::new(&values).ttl(|_| LONG).near()
}
