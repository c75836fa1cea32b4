use std::collections::BTreeSet;

use redis_model::RedisModel;

struct Unknown;

#[derive(RedisModel)]
struct User {
    #[redis(id)]
    id: u64,
    #[redis(set)]
    tags: Vec<String>,
    #[redis(list)]
    feed: Vec<Unknown>,
    plain: BTreeSet<String>,
}

fn main() {}
