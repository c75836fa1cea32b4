#![allow(unused)]

use redis_model::{cached, cached_impl};

struct Api;

impl Api {
    #[cached(ttl = 60)]
    fn method(&self, id: u64) -> u64 {
        id
    }

    #[cached(ttl = 60)]
    fn constructor(id: u64) -> Option<Self> {
        None
    }

    #[cached(ttl = 60, companion = none, skip(self))]
    fn without_name(&self, id: u64) -> u64 {
        id
    }
}

#[cached_impl(companions = api_cache)]
impl Api {
    #[cached(ttl = 60)]
    fn depends_on_self(&self, id: u64) -> u64 {
        id
    }

    #[cached(ttl = 60, key = (id))]
    fn depends_on_self_too(self: Box<Self>, id: u64) -> u64 {
        id
    }

    #[cached(ttl = 60, skip(self), key = (self.id(), id))]
    fn contradicts(&self, id: u64) -> u64 {
        id
    }

    #[cached(ttl = 60, skip(self), companion = other)]
    fn names_companion(&self, id: u64) -> u64 {
        id
    }

    #[cached]
    fn no_options(id: u64) -> u64 {
        id
    }

    #[cached(ttl = 60, skip(self))]
    fn right(&self, id: u64) -> u64 {
        id
    }
}

struct Generic<T>(T);

#[cached_impl(companions = generic_cache)]
impl<T: Clone> Generic<T> {
    #[cached(ttl = 60, skip(self))]
    fn load(&self, id: u64) -> u64 {
        id
    }
}

struct Other;

#[cached_impl]
impl Other {
    #[cached(ttl = 60)]
    fn no_module(id: u64) -> u64 {
        id
    }
}

#[cached_impl(companion = other_cache, ttl = 60)]
impl Other {
    #[cached(ttl = 60)]
    fn unknown_options(id: u64) -> u64 {
        id
    }
}

#[cached_impl(companions = "other_cache")]
impl Other {
    #[cached(ttl = 60)]
    fn quotes(id: u64) -> u64 {
        id
    }
}

#[cached_impl(companions = none_cache)]
impl Other {
    fn nothing_cached(id: u64) -> u64 {
        id
    }
}

trait Loads {
    fn load(&self, id: u64) -> u64;
}

#[cached_impl(companions = loads_cache)]
impl Loads for Api {
    #[cached(ttl = 60, skip(self))]
    fn load(&self, id: u64) -> u64 {
        id
    }
}

fn main() {
    let _ = (Api.method(1), Api::constructor(1), Api.without_name(1), Api.depends_on_self(1), Api.right(1));
    let _ = (api_cache::right::peek(1), api_cache::depends_on_self::peek(1), Generic(1).load(1), Api.load(1));
    let _ = (Other::no_module(1), Other::unknown_options(1), Other::quotes(1), Other::nothing_cached(1));
}
