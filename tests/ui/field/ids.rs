use redis_model::{RedisFields, RedisModel, path};

#[derive(RedisModel)]
struct Forgotten {
    id: u64,
    name: String,
}

#[derive(RedisModel)]
struct AllTagged {
    #[redis(id, tag)]
    a: u64,
    #[redis(id, tag)]
    b: u64,
}

#[derive(RedisModel)]
struct Many {
    #[redis(id)]
    a: u64,
    #[redis(id)]
    b: u64,
    #[redis(id)]
    c: u64,
    #[redis(id)]
    d: u64,
    #[redis(id)]
    e: u64,
}

#[derive(RedisModel)]
struct Versions {
    #[redis(id)]
    id: u64,
    #[redis(version)]
    one: u64,
    #[redis(version)]
    two: u64,
}

#[derive(RedisModel)]
struct WrongVersion {
    #[redis(id)]
    id: u64,
    #[redis(version)]
    version: Option<u32>,
}

#[derive(RedisFields)]
struct Part {
    #[redis(id)]
    id: u64,
    #[redis(version)]
    version: u64,
}

fn main() {
    let _ = (Forgotten::at(1).name(), Forgotten::load(1), path!(Forgotten.name));
    let _ = (AllTagged::load((1, 2)), Many::load((1, 2, 3, 4)), Versions::at(1).two());
}
