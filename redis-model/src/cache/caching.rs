//! What a store keeps for the functions that are cached in it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::{breaker::Breaker, call::Call, clock::ServerClock, flight::Flights, function::Function, near::Near};
use crate::{mode::Mode, random::scattered, store::Store};

/// What the cached functions of a store and its clones share.
pub(super) struct Caching<M: Mode> {
    pub(super) clock: ServerClock,
    pub(super) breaker: Breaker,
    pub(super) flights: Flights<M>,
    pub(super) chance: Chance,
    /// By the prefix of their entries.
    nears: Mutex<HashMap<String, Arc<Near<M>>>>,
}

/// A number at random, from zero to below one.
pub(super) type Chance = Box<dyn Fn() -> f64 + Send + Sync>;

impl<M: Mode> Caching<M> {
    pub(super) fn of(store: &Store<M>) -> Arc<Self> {
        Self::with_chance(store, Box::new(any))
    }

    pub(super) fn with_chance(store: &Store<M>, chance: Chance) -> Arc<Self> {
        store.once(|| Self {
            clock: ServerClock::of(store),
            breaker: Breaker::new(),
            flights: Flights::new(),
            chance,
            nears: Mutex::default(),
        })
    }

    /// What this process keeps of a function's values, if it keeps any.
    pub(super) fn near(&self, store: &Store<M>, call: &Call<'_>) -> Option<Arc<Near<M>>> {
        let capacity = call.function.l1?;
        let prefix = call.prefix().ok()?.of_entries();
        let mut nears = self.nears.lock().unwrap_or_else(PoisonError::into_inner);
        let near = nears
            .entry(prefix.clone())
            .or_insert_with(|| Arc::new(Near::new(store, prefix.into_bytes(), call.watches(), capacity)));
        Some(near.clone())
    }

    /// The same, if one of the function's values was asked for: the call need not tell on which epochs they depend.
    pub(super) fn known_near(&self, call: &Call<'_>) -> Option<Arc<Near<M>>> {
        call.function.l1?;
        let prefix = call.prefix().ok()?.of_entries();
        self.nears.lock().unwrap_or_else(PoisonError::into_inner).get(&prefix).cloned()
    }

    /// Lets go of all that this process keeps that depends on this key.
    pub(super) fn forget(&self, epoch: &[u8]) {
        let nears: Vec<_> = self.nears.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect();
        // Without the lock: what a user's value does when it is dropped is not ours to know.
        for near in nears {
            near.remove_watching(epoch);
        }
    }

    /// Shortens a time to live at random, so that what was stored together does not expire together.
    pub(super) fn jittered(&self, ttl: Duration, function: &Function) -> Duration {
        let part = 1.0 - function.jitter.clamp(0.0, 1.0) * (self.chance)();
        // The longest times have no product that is one.
        Duration::try_from_secs_f64(ttl.as_secs_f64() * part).unwrap_or(ttl)
    }

    /// By how much a value that took so long to compute is refreshed before it expires: at random, so that of many
    /// callers one comes first.
    ///
    /// `XFetch` of Vattani, Chierichetti and Lowenstein, "Optimal Probabilistic Cache Stampede Prevention" (VLDB 2015).
    pub(super) fn earliness(&self, cost: Duration, function: &Function) -> Duration {
        // What is no factor is none, either.
        if function.early.is_nan() || function.early <= 0.0 {
            return Duration::ZERO;
        }
        // Never the logarithm of zero.
        let exponential = -(1.0 - (self.chance)()).ln();
        Duration::try_from_secs_f64(cost.as_secs_f64() * function.early * exponential).unwrap_or(Duration::MAX)
    }

    /// Whether a value that took so long to compute, and is fresh for so long yet, is to be refreshed.
    pub(super) fn is_early(&self, cost: Duration, left: Duration, function: &Function) -> bool {
        // No exponential that 53 random bits give is larger, so that most hits need no chance.
        const LARGEST: f64 = 36.8;
        let is_out_of_reach = left.as_secs_f64() > cost.as_secs_f64() * function.early * LARGEST;
        !is_out_of_reach && left <= self.earliness(cost, function)
    }

    /// The server's time in milliseconds, if it is known.
    pub(super) fn now(&self) -> Option<u64> {
        self.clock.now(Instant::now())
    }
}

/// A number that differs between callers.
fn any() -> f64 {
    const STEPS: u64 = 1 << 53;
    // Both are exact in a double.
    #[allow(clippy::cast_precision_loss)]
    fn double(number: u64) -> f64 {
        number as f64
    }
    double(scattered(STEPS)) / double(STEPS)
}

#[cfg(all(test, feature = "embedded"))]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use redis_model_embedded::Engine;

    use super::*;
    use crate::{cache::Cache, mode::Blocking, query::Query};

    /// The same numbers for the same seed: `SplitMix64` of Steele, Lea and Flood, "Fast Splittable Pseudorandom Number
    /// Generators" (OOPSLA 2014).
    fn seeded(seed: u64) -> impl FnMut() -> f64 + Send {
        let mut state = seed;
        move || {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut bits = state;
            bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            bits ^= bits >> 31;
            f64::from(u32::try_from(bits >> 32).unwrap_or(0)) / f64::from(u32::MAX) * 0.999_999
        }
    }

    fn caching(store: &Store<Blocking>, seed: u64) -> Arc<Caching<Blocking>> {
        let numbers = Mutex::new(seeded(seed));
        Caching::with_chance(store, Box::new(move || numbers.lock().map_or(0.0, |mut next| next())))
    }

    const SECOND: Duration = Duration::from_secs(1);
    static FUNCTION: Function = Function::new("caching::tests");
    static NEVER: Function = Function::new("caching::tests::never").early(0.0);
    static TWICE: Function = Function::new("caching::tests::twice").early(2.0);
    static EXACT: Function = Function::new("caching::tests::exact").jitter(0.0);

    #[test]
    fn numbers_at_random_are_from_zero_to_below_one_and_differ() {
        let numbers: Vec<f64> = (0..1_000).map(|_| any()).collect();
        assert!(numbers.iter().all(|number| (0.0..1.0).contains(number)));
        assert!(numbers.iter().any(|number| *number < 0.1) && numbers.iter().any(|number| *number > 0.9));
    }

    #[test]
    fn a_time_to_live_is_shortened_by_no_more_than_its_part() {
        let caching = caching(&Store::embedded(), 1);
        let tenth: Vec<_> = (0..1_000).map(|_| caching.jittered(SECOND * 10, &FUNCTION)).collect();
        assert!(tenth.iter().all(|ttl| (SECOND * 9..=SECOND * 10).contains(ttl)));
        assert!(tenth.iter().any(|ttl| *ttl < SECOND * 92 / 10) && tenth.iter().any(|ttl| *ttl > SECOND * 98 / 10));
        assert_eq!(caching.jittered(SECOND, &EXACT), SECOND);
    }

    #[test]
    fn earliness_is_exponential_in_the_cost() {
        let caching = caching(&Store::embedded(), 2);
        let many = |function: &Function| -> Vec<Duration> {
            (0..20_000).map(|_| caching.earliness(SECOND, function)).collect()
        };
        let mean = |all: &[Duration]| all.iter().sum::<Duration>().as_secs_f64() / 20_000.0;
        let once = many(&FUNCTION);
        assert!((0.95..1.05).contains(&mean(&once)), "{}", mean(&once));
        // Of an exponential distribution, half lie below the logarithm of two.
        let below = once.iter().filter(|earliness| earliness.as_secs_f64() < 2.0_f64.ln()).count();
        assert!((9_500..10_500).contains(&below), "{below}");
        assert!((1.9..2.1).contains(&mean(&many(&TWICE))));
        assert!(many(&NEVER).iter().all(Duration::is_zero));
    }

    /// The same numbers tell beforehand which of the calls refreshes.
    #[test]
    fn a_value_is_refreshed_early_when_chance_says_so() {
        static CACHE: Cache<(), u64> = Cache::new("caching::tests::early", Duration::from_secs(100));
        static ENGINE_COST: Duration = Duration::from_secs(20);
        let engine = Engine::with_manual_clock();
        let store = Store::<Blocking>::on_engine(&engine);
        caching(&store, 3);
        let bodies = AtomicU64::new(0);
        let mut chance = seeded(3);
        // The cost of a computation is measured; this one is written as if it had taken long.
        let mut fresh_until = write(&engine, &store, ENGINE_COST, Duration::from_secs(60));
        let (mut early, mut refreshed) = (0, 0);
        for _ in 0..300 {
            let left = fresh_until.saturating_sub(engine.now());
            if left <= ENGINE_COST.mul_f64(-(1.0 - chance()).ln()) {
                early += 1;
                // The time to live of what is stored then.
                chance();
            }
            CACHE.on(&store).get_or_load(&(), || bodies.fetch_add(1, Ordering::Relaxed));
            if bodies.load(Ordering::Relaxed) > refreshed {
                refreshed = bodies.load(Ordering::Relaxed);
                fresh_until = write(&engine, &store, ENGINE_COST, Duration::from_secs(60));
            }
            engine.advance(Duration::from_millis(500));
            if fresh_until <= engine.now() + SECOND {
                fresh_until = write(&engine, &store, ENGINE_COST, Duration::from_secs(60));
            }
        }
        assert_eq!(refreshed, early);
        assert!((5..100).contains(&early), "{early}");
    }

    /// Writes an entry, and tells until when it is fresh.
    fn write(engine: &Engine, store: &Store<Blocking>, cost: Duration, left: Duration) -> Duration {
        let fresh_until = engine.now() + left;
        let mut entry = vec![1, 0];
        entry.extend(&u64::try_from(fresh_until.as_millis()).unwrap_or(0).to_be_bytes()[2..]);
        entry.extend(u32::try_from(cost.as_micros()).unwrap_or(0).to_be_bytes());
        entry.extend([0, 7]);
        let set = redis::cmd("SET").arg("cache:{caching::tests::early:0:}").arg(entry).take();
        assert!(Query::<()>::command(set).run(store).is_ok());
        Duration::from_millis(u64::try_from(fresh_until.as_millis()).unwrap_or(0))
    }
}
