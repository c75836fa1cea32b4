use redis_model::{Expiring, RedisFields, RedisModel, RedisValue};

struct Plain;

#[derive(RedisModel)]
struct NoValue {
    #[redis(id)]
    id: u64,
    plain: Plain,
}

#[derive(RedisModel)]
struct NoOptionalValue {
    #[redis(id)]
    id: u64,
    list: Option<Vec<String>>,
}

#[derive(RedisModel)]
struct NoSerde {
    #[redis(id)]
    id: u64,
    #[redis(json)]
    plain: Plain,
}

#[derive(RedisModel)]
struct NoFields {
    #[redis(id)]
    id: u64,
    #[redis(nested)]
    plain: Plain,
}

#[derive(RedisFields)]
struct NotExpiring {
    #[redis(ttl = "15m")]
    otp: String,
    #[redis(ttl = "15m")]
    plain: Expiring<Plain>,
}

#[derive(RedisModel)]
struct NoId {
    #[redis(id)]
    id: f64,
    name: String,
}

#[derive(RedisModel)]
struct NoDefault {
    #[redis(id)]
    id: u64,
    #[redis(skip)]
    plain: Plain,
    #[redis(default = "zero")]
    number: u8,
}

#[derive(RedisValue)]
struct NoNewtype(Plain);

fn main() {}
