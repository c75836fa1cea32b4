use redis_model::cached;
use serde::{Deserialize, Serialize};

struct Opaque;

#[derive(Serialize, Deserialize)]
struct Value;

#[cached(ttl = 60)]
fn in_key(id: u64, other: Opaque) -> u64 {
    id
}

#[cached(ttl = 60, key = (id, (&other, id)))]
fn in_given_key(id: u64, other: Opaque) -> u64 {
    id
}

#[cached(ttl = 60)]
fn not_written() -> Option<Opaque> {
    None
}

#[cached(ttl = 60, l1 = 10)]
fn not_cloned() -> Result<Value, String> {
    Ok(Value)
}

#[cached(ttl = 60, err_ttl = 5)]
fn error_not_written() -> Result<Value, Opaque> {
    Ok(Value)
}

#[cached(ttl = "a".len(), stale = 5_u64.pow(2), store_if = |v: &u64| v)]
fn options() -> u64 {
    1
}

#[cached(ttl = 60, store = 5)]
fn no_store() -> u64 {
    1
}

#[cached(ttl = 60, tags = [other])]
fn tag(other: Vec<u8>) -> u64 {
    1
}

#[cached(ttl = 60)]
fn body() -> u64 {
    "text"
}

fn main() {}
