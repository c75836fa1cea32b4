#![allow(unused)]

use redis_model::cached;

#[cached(ttl = 60, refresh = background)]
fn refresh_without_stale(id: u64) -> u64 {
    id
}

#[cached(ttl = 60, refresh = inline)]
fn inline_without_stale(id: u64) -> u64 {
    id
}

#[cached(ttl = 60, stale = 60, refresh = background, skip(db))]
fn background_with_borrowed(db: &Db, name: &str, id: u64, fixed: &'static str) -> u64 {
    id
}

#[cached(ttl = 60, stale = 60, refresh = background)]
fn background_with_lifetimes<'a>(name: std::borrow::Cow<'a, str>, other: Vec<&u64>) -> u64 {
    1
}

#[cached(ttl = 60, single_flight = off, wait = 5)]
fn nobody_waits(id: u64) -> u64 {
    id
}

#[cached(ttl = 60, none_ttl = 5, err_ttl = 5, on_error = fail)]
fn plain(id: u64) -> u64 {
    id
}

#[cached(ttl = 60, none_ttl = 5, err_ttl = 5, on_error = fail)]
fn optional(id: u64) -> Option<u64> {
    Some(id)
}

#[cached(ttl = 60, none_ttl = 5, err_ttl = 5, on_error = fail)]
fn fallible(id: u64) -> Result<u64, redis_model::Error> {
    Ok(id)
}

#[cached(ttl = 60, name = db.name())]
fn store_of_argument(db: u64, id: u64) -> u64 {
    id
}

#[cached(ttl = 60, name = format!("user of {tenant}"), store = tenant(tenant))]
fn name_of_argument(tenant: u64) -> u64 {
    tenant
}

struct Db;

fn main() {
    let _ = (background_with_borrowed(&Db, "", 1, ""), plain::peek(1), optional::peek(1), fallible::peek(1));
}
