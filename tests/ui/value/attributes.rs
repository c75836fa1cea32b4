use redis_model::RedisValue;
use serde::{Deserialize, Serialize};

#[derive(RedisValue)]
#[redis(rename_al = "lowercase", text, prefix = "x")]
enum Unknown {
    #[redis(renam = "a", json)]
    A,
}

#[derive(RedisValue)]
enum Names {
    Free,
    #[redis(rename = "Free")]
    Gratis,
    #[redis(alias = "Gratis", alias = "Pro")]
    Pro,
}

#[derive(RedisValue, Serialize, Deserialize)]
#[redis(json, msgpack, rename_all = "lowercase")]
enum Both {
    #[redis(rename = "a")]
    A,
}

#[derive(RedisValue)]
#[redis(rename_all = "lowercase")]
struct Email(#[redis(rename = "mail")] String);

fn main() {
    let _ = (Unknown::decode(b"A"), Names::decode(b"Pro"), Both::decode(b""), Email::decode(b""));
}
