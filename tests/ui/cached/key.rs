#![allow(unused)]

use std::fmt::{Debug, Display};

use redis_model::cached;

#[cached(ttl = 60)]
fn takes_apart((left, right): (u64, u64), _: u64) -> u64 {
    left + right
}

#[cached(ttl = 60)]
fn unfit(buffer: &mut Vec<u8>, shown: &dyn Display, boxed: Box<dyn Debug>, name: impl AsRef<str>) -> u64 {
    1
}

#[cached(ttl = 60, skip(conection, id, id))]
fn unknown_skipped(connection: u64, id: u64) -> u64 {
    id
}

#[cached(ttl = 60, skip())]
fn nothing_skipped(id: u64) -> u64 {
    id
}

#[cached(ttl = 60, key = (id), skip(db))]
fn key_and_skip(db: u64, id: u64) -> u64 {
    id
}

#[cached(ttl = 60, key = (db, id), skip(db))]
fn skipped_in_key(db: u64, id: u64) -> u64 {
    id
}

#[cached(ttl = 60, key = "{id}{other}")]
fn nothing_between(id: u64, other: u64) -> u64 {
    id
}

#[cached(ttl = 60, key = "id")]
fn one_for_all(id: u64) -> u64 {
    id
}

#[cached(ttl = 60, key = (idd, VERSION))]
fn unknown_in_key(id: u64) -> u64 {
    id
}

#[cached(ttl = 60, key = "user:{idd}")]
fn unknown_in_text(id: u64) -> u64 {
    id
}

#[cached(ttl = 60, tags = ["user:{idd}", "db:{db}", db.name()], skip(db))]
fn unknown_in_tags(db: u64, id: u64) -> u64 {
    id
}

#[cached(ttl = 60, tags = ["user:{}", "user:{0}", "user:{id.name}", "user:{id", "user:id}", ""])]
fn placeholders(id: u64) -> u64 {
    id
}

#[cached(ttl = 60, tags = "user", depends = User(id))]
fn no_lists(id: u64) -> u64 {
    id
}

#[cached(ttl = 60, tags = [], depends = [])]
fn empty_lists(id: u64) -> u64 {
    id
}

#[cached(ttl = 60, depends = [User, User(), id, User(db)], skip(db))]
fn no_records(db: u64, id: u64) -> u64 {
    id
}

#[cached(ttl = 60)]
fn parameters<T: Clone, const N: usize>(value: [u64; N]) -> Vec<T> {
    Vec::new()
}

#[cached(ttl = 60, skip(T), key = (N, value))]
fn told_apart<T: serde::Serialize + serde::de::DeserializeOwned, const N: usize>(value: u64) -> Option<T> {
    None
}

#[cached(ttl = 60)]
fn too_many(
    a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: u8, i: u8, j: u8, k: u8, l: u8, m: u8, n: u8, o: u8, p: u8, q: u8,
) -> u64 {
    1
}

#[cached(ttl = 60, key = (left, 1), tags = ["{right}"])]
fn parts_in_key((left, right): (u64, u64)) -> u64 {
    left
}

const VERSION: u64 = 1;

fn main() {
    let _ = (takes_apart((1, 2), 3), unknown_skipped::peek(1), key_and_skip(1, 2), key_and_skip::peek(2));
    let _ = (told_apart::<u64, 1>(1), told_apart::peek::<u64, 1>(1), VERSION);
}
