use redis_model::RedisModel;

#[derive(RedisModel)]
#[redis]
#[redis = "user"]
#[redis()]
#[redis(prefix("user"))]
#[redis(ttl "15m")]
struct User {
    #[redis(id = 5)]
    id: u64,
    #[redis(id tag)]
    name: String,
}

fn main() {
    let _ = User::at(1).name();
}
