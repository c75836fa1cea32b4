#![allow(unused)]

use std::time::Duration;

use redis_model::cached;

#[cached(time = 60, size = 10, result = true, option = true, sync_writes = true, convert = "id")]
fn of_another_crate(id: u64) -> u64 {
    id
}

#[cached]
fn no_ttl(id: u64) -> u64 {
    id
}

#[cached(stale = 60)]
fn no_ttl_either(id: u64) -> u64 {
    id
}

#[cached(tll = 60, expires = 5, companions = api_cache, ttl = 5)]
fn unknown(id: u64) -> u64 {
    id
}

#[cached(ttl = 60, ttl = 5, stale = 5, stale = 6)]
fn twice(id: u64) -> u64 {
    id
}

#[cached(ttl = 30m)]
fn unit_without_quotes(id: u64) -> u64 {
    id
}

#[cached(ttl = 0, stale = "0s", lease = 0, wait = "0ms", timeout = 0)]
fn zero(id: u64) -> u64 {
    id
}

#[cached(ttl = "1y", stale = "15", lease = 1.5, wait = -1, timeout)]
fn no_durations(id: u64) -> u64 {
    id
}

#[cached(ttl = || Duration::from_secs(5), store_if = |a, b| true)]
fn closures(id: u64) -> u64 {
    id
}

#[cached(ttl = 60, early = -1, jitter = 1, l1 = 0, max_size = 0, version = "2")]
fn numbers(id: u64) -> u64 {
    id
}

#[cached(ttl = 60, early = "1", jitter = 1.5, l1 = -5, store_if = 5)]
fn more_numbers(id: u64) -> u64 {
    id
}

#[cached(ttl = 60, single_flight = clutser, on_error = "fail", codec = jsn, refresh = later)]
fn words(id: u64) -> u64 {
    id
}

#[cached(ttl = 60, codec = "json", companion = "user_cache", batch = true, crate = "redis_model")]
fn quotes(id: u64) -> u64 {
    id
}

#[cached(ttl = 60, ttl "5")]
fn syntax(id: u64) -> u64 {
    id
}

#[cached(ttl(60), skip = id, tags("user"))]
fn forms(id: u64) -> u64 {
    id
}

#[cached(ttl = 60, name = "", store)]
fn empty_name(id: u64) -> u64 {
    id
}

#[cached(ttl = 60, name = "user:{id}")]
fn braces_in_name(id: u64) -> u64 {
    id
}

#[cached(ttl = 60, name = "user:2")]
fn version_in_name(id: u64) -> u64 {
    id
}

#[cached(ttl = 60, name = 5)]
fn number_as_name(id: u64) -> u64 {
    id
}

#[cached(60)]
fn no_option(id: u64) -> u64 {
    id
}

// The rest of the code gives no second errors.
fn main() {
    let _ = (no_ttl(1), no_ttl::peek(1), no_ttl::uncached(1), no_ttl::put(1, &2), no_ttl::clear(), no_ttl::info());
    let _ = (unknown(1), unknown::key(1), twice::bypass(1), zero::invalidate(1), words::size());
}
