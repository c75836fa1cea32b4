#![allow(unused)]

use redis_model::{cached, cached_impl};

#[cached(ttl = 60)]
struct User {
    id: u64,
}

#[cached(ttl = 60)]
impl User {
    fn id(&self) -> u64 {
        self.id
    }
}

trait Loads {
    #[cached(ttl = 60)]
    fn load(&self) -> u64;
}

#[cached_impl(companions = cache)]
fn function(id: u64) -> u64 {
    id
}

#[cached_impl(companions = cache)]
mod module {}

fn main() {
    let _ = (User { id: 1 }.id(), function(1));
}
