use redis_model::{Invalidates as _, RedisFields, RedisModel, RedisValue};

#[derive(RedisModel)]
#[redis(invalidates = true)]
struct WithValue {
    #[redis(id)]
    id: u64,
    name: String,
}

#[derive(RedisModel)]
#[redis(invalidates, prefix = "twice", invalidates)]
struct Twice {
    #[redis(id)]
    id: u64,
    name: String,
}

#[derive(RedisModel)]
#[redis(invalidate)]
struct Misspelt {
    #[redis(id)]
    id: u64,
    #[redis(invalidates)]
    name: String,
}

#[derive(RedisModel)]
#[redis(invalidates)]
struct Tuple(u64);

#[derive(RedisFields)]
#[redis(invalidates)]
struct Address {
    city: String,
}

#[derive(RedisValue)]
#[redis(invalidates)]
enum Plan {
    Free,
}

// The rest of the code gives no second errors.
fn main() {
    let _ = WithValue::epoch_key(1);
    let _ = Twice::epoch_key(1);
    let _ = Misspelt::epoch_key(1);
    let _ = Tuple::epoch_key(1);
    let _ = Misspelt::at(1).name().set("Ada");
}
