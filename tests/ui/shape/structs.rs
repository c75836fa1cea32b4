use redis_model::{RedisFields, RedisModel};

#[derive(RedisModel)]
#[redis(prefix = "pair")]
struct Pair(u64, String);

#[derive(RedisModel)]
struct Nothing;

#[derive(RedisModel)]
struct NoFields {}

#[derive(RedisModel)]
enum Either {
    A,
    B,
}

#[derive(RedisModel)]
union Union {
    a: u8,
}

#[derive(RedisModel)]
struct Borrowed<'a, T> {
    #[redis(id)]
    id: u64,
    name: &'a str,
    value: T,
}

#[derive(RedisFields)]
struct Tuple(u64);

#[derive(RedisFields)]
struct Empty {}

#[derive(RedisFields)]
struct Skipped {
    #[redis(skip)]
    a: u8,
}

#[derive(RedisModel)]
struct User {
    #[redis(id)]
    id: u64,
    #[redis(nested)]
    tuple: Tuple,
    #[redis(nested)]
    empty: Option<Empty>,
}

fn main() {
    let _ = (Pair::load(1), Nothing::load(1), NoFields::load(1), Either::load(1), Union::load(1), Borrowed::<u8>::load(1));
    let _ = (Pair(1, String::new()).save(), User::at(1).tuple(), User::at(1).empty());
}
