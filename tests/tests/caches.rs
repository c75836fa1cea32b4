//! Results of functions that are kept in Redis: what callers get, what is stored, and what is counted.

// A test reports by its panic.
#![allow(clippy::unwrap_used)]
// How often a probe is referred to tells what a function returns.
#![allow(clippy::needless_borrow)]

#[path = "caches/background.rs"]
mod background;
#[path = "caches/cancelled.rs"]
mod cancelled;
#[path = "caches/damage.rs"]
mod damage;
#[path = "caches/fills.rs"]
mod fills;
#[path = "caches/flights.rs"]
mod flights;
#[path = "caches/histories.rs"]
mod histories;
#[path = "caches/late.rs"]
mod late;
#[path = "caches/lost_replies.rs"]
mod lost_replies;
#[path = "caches/near.rs"]
mod near;
#[path = "caches/outages.rs"]
mod outages;
#[path = "caches/policies.rs"]
mod policies;
#[path = "caches/races.rs"]
mod races;
#[path = "caches/requests.rs"]
mod requests;
#[path = "caches/sizes.rs"]
mod sizes;
#[path = "caches/stale.rs"]
mod stale;
#[path = "caches/tags.rs"]
mod tags;
#[path = "caches/turns.rs"]
mod turns;
#[path = "caches/values.rs"]
mod values;
#[path = "caches/withdrawn.rs"]
mod withdrawn;

use std::{thread, time::Duration};

use redis_model::{
    __private::cached::Returns,
    Codec, Key, MsgPack,
    cache::{Cache, Info, SingleFlight},
    generic::Store,
};
use redis_model_tests::{Backend, Proxy, RedisServer, Wait, in_both_modes, on_every_backend, wait_until};

/// How long values are fresh.
const TTL: Duration = Duration::from_secs(60);

/// Longer than a test takes, so that nothing of it ends by itself.
const LONG: Duration = Duration::from_secs(600);

/// Shorter than it takes to notice, for those who are not to get what they wait for.
const SHORT: Duration = Duration::from_millis(20);

/// Values by number.
type By<V> = Cache<(u64,), V>;

/// A cache in which nothing is left to chance. Each has counters of its own, and shares its entries with the others.
fn cache<V>() -> By<V> {
    By::new("values", TTL).early(0.0).jitter(0.0).timeout(LONG).wait(LONG).lease(LONG)
}

fn load<M: Wait, V, R>(store: &Store<M>, cache: &By<V>, id: u64, body: impl FnOnce() -> R) -> R
where
    V: Send + Sync,
    R: Returns<V>,
    MsgPack: Codec<V>,
{
    M::load(cache.on(store), &(id,), body)
}

/// A body that is not to run.
fn never<R>() -> R {
    panic!("the value is there")
}

/// What a body returns that may fail.
type Tried = Result<u64, &'static str>;

/// A body that fails.
fn fails() -> Tried {
    Err("no")
}

fn peek<M: Wait>(backend: &Backend<M>, cache: &By<u64>, id: u64) -> Option<u64> {
    backend.wait(cache.on(&backend.store).peek(&(id,))).unwrap()
}

fn put<M: Wait>(backend: &Backend<M>, cache: &By<u64>, id: u64, value: u64) -> bool {
    backend.wait(cache.on(&backend.store).put(&(id,), &value)).unwrap()
}

fn invalidate<M: Wait, V: Send + Sync>(backend: &Backend<M>, cache: &By<V>, id: u64) -> bool
where
    MsgPack: Codec<V>,
{
    backend.wait(cache.on(&backend.store).invalidate(&(id,))).unwrap()
}

fn entry(id: u64) -> Key {
    Key::new(format!("cache:{{values:0:{id}}}"))
}

fn lock(id: u64) -> String {
    format!("cachelock:{{values:0:{id}}}")
}

/// Lets the time to live of an entry pass, of which nothing is served beyond it.
fn expire<M: Wait>(backend: &Backend<M>, entry: &Key) {
    if !backend.advance(TTL) {
        backend.expire_now(entry);
    }
}

/// Lets the time to live of an entry pass; it stays as long as it may be served beyond that.
fn outdate<M: Wait>(backend: &Backend<M>, entry: &Key) {
    if !backend.advance(TTL) {
        backend.raw::<i64>(&["SETRANGE", &entry.to_string(), "2", "\0\0\0\0\0\0"]);
    }
}

/// How many keys there are in the database.
fn keys<M: Wait>(backend: &Backend<M>) -> usize {
    backend.raw(&["DBSIZE"])
}

/// Does something at once, in a thread of its own, where a body may not wait for operations.
fn meanwhile<T: Send>(act: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| scope.spawn(act).join().unwrap())
}

/// The counters that are not zero.
fn counters<V>(cache: &By<V>) -> String {
    listed(&cache.info())
}

fn listed(info: &Info) -> String {
    let all = [
        ("l1_hits", info.l1_hits),
        ("l2_hits", info.l2_hits),
        ("stale", info.stale),
        ("misses", info.misses),
        ("computes", info.computes),
        ("waits", info.waits),
        ("fenced", info.fenced),
        ("errors", info.errors),
        ("bypassed", info.bypassed),
    ];
    let counted: Vec<_> =
        all.iter().filter(|(_, count)| *count > 0).map(|(name, count)| format!("{name} {count}")).collect();
    counted.join(", ")
}

/// The calls that were counted.
fn calls(info: &Info) -> u64 {
    info.l1_hits + info.l2_hits + info.stale + info.misses + info.bypassed
}
