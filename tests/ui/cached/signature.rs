#![allow(unused, non_camel_case_types)]

use redis_model::cached;

#[cached(ttl = 60)]
fn nothing_returned(id: u64) {}

#[cached(ttl = 60)]
fn unit(id: u64) -> () {}

#[cached(ttl = 60)]
fn never(id: u64) -> ! {
    panic!()
}

#[cached(ttl = 60)]
fn borrowed(name: &str) -> &str {
    name
}

#[cached(ttl = 60)]
fn still_borrowed(name: &str) -> Result<&'static str, String> {
    Ok("")
}

#[cached(ttl = 60)]
fn with_lifetime<'a>(name: &'a str) -> Option<std::borrow::Cow<'a, str>> {
    None
}

#[cached(ttl = 60)]
fn opaque(id: u64) -> impl Clone {
    id
}

#[cached(ttl = 60)]
fn future(id: u64) -> impl Future<Output = u64> {
    async move { id }
}

#[cached(ttl = 60)]
const fn constant(id: u64) -> u64 {
    id
}

#[cached(ttl = 60)]
unsafe extern "C" fn foreign(id: u64) -> u64 {
    id
}

#[cached(ttl = 60)]
fn conditional(#[cfg(unix)] id: u64) -> u64 {
    1
}

#[cached(ttl = 60, key = ())]
fn shared<shared>(value: shared) -> u64 {
    1
}

fn main() {
    let _ = (nothing_returned(1), nothing_returned::key(1), unit::invalidate(1), borrowed(""), opaque::clear());
    let _ = (constant(1), constant::peek(1), conditional(1));
}
