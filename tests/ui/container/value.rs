use redis_model::RedisModel;

#[derive(RedisModel)]
#[redis(prefix = "", ttl = 0, rename_all = "camelcase", schema = 0)]
struct Empty {
    #[redis(id)]
    id: u64,
}

#[derive(RedisModel)]
#[redis(prefix = "a.b", ttl = "15 minutes", refresh = "reads", rename_all = "Title Case", schema = "2")]
struct Wrong {
    #[redis(id)]
    id: u64,
}

#[derive(RedisModel)]
#[redis(prefix = users, ttl, refresh = "never", rename_all, schema = -1, crate = "redis_model")]
struct NoText {
    #[redis(id)]
    id: u64,
}

#[derive(RedisModel)]
#[redis(prefix = "a", prefix = "b")]
#[redis(ttl = "15", ttl = "1y")]
struct Twice {
    #[redis(id)]
    id: u64,
}

#[derive(RedisModel)]
#[redis(refresh = "read")]
struct Ineffective {
    #[redis(id)]
    id: u64,
}

#[derive(RedisModel)]
#[redis(ttl = 30m, schema = 3x)]
struct Unquoted {
    #[redis(id)]
    id: u64,
}

fn main() {
    let _ = (Unquoted::at(1), Empty::at(1), Wrong::at(1), NoText::at(1), Twice::at(1), Ineffective::at(1));
}
