use redis_model::{Expiring, RedisFields, RedisModel};

#[derive(RedisModel)]
struct User {
    #[redis(id, rename = "number", default)]
    id: u64,
    #[redis(tag)]
    name: String,
    #[redis(skip, rename = "x", json)]
    skipped: u8,
    #[redis(version, alias = "version", ttl = 5)]
    version: u64,
    #[redis(nested, json, alias = "a", ttl = "5m")]
    part: Part,
    #[redis(json, msgpack)]
    prefs: Vec<u8>,
    #[redis(ttl = "15m", default, alias = "code")]
    otp: Expiring<String>,
    #[redis(default)]
    nick: Option<String>,
    #[redis(nested, default = Part { size: 0 })]
    other: std::option::Option<Part>,
}

#[derive(RedisFields)]
struct Part {
    size: u8,
}

fn main() {
    let user = User::at(1);
    let _ = (user.part(), user.otp(), user.nick().set("Ada"), user.version().get());
}
