#![allow(unused)]

use std::collections::HashMap;

use redis_model::cached;

#[cached(batch, ttl = 60)]
fn no_ids(id: u64) -> HashMap<u64, String> {
    HashMap::new()
}

#[cached(batch, ttl = 60)]
fn more_than_ids(db: &u8, ids: &[u64], names: &[String]) -> HashMap<u64, String> {
    HashMap::new()
}

#[cached(batch, ttl = 60, key = (ids), depends = [User(ids)], tags = ["all", "user:{ids}"], name = String::new())]
fn identified(ids: &[u64]) -> HashMap<u64, String> {
    HashMap::new()
}

#[cached(batch, ttl = 60, stale = 60, refresh = background)]
fn in_background(ids: &[u64]) -> HashMap<u64, String> {
    HashMap::new()
}

#[cached(batch, ttl = 60)]
fn no_map(ids: &[u64]) -> Vec<String> {
    Vec::new()
}

#[cached(batch, ttl = 60)]
fn no_map_in_result(ids: &[u64]) -> Result<String, u8> {
    Err(1)
}

#[cached(batch, ttl = 60, skip(bd))]
fn generic<T>(db: &u8, ids: &[u64]) -> HashMap<u64, T> {
    HashMap::new()
}

fn main() {
    let _ = (no_ids(1), identified(&[1]), identified::peek(1), no_map(&[1]));
}
