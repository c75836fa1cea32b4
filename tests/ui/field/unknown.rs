use redis_model::{RedisModel, path};
use std::collections::BTreeSet;

#[derive(RedisModel)]
struct User {
    #[redis(id)]
    id: u64,
    #[redis(jsn)]
    prefs: serde_json::Value,
    #[redis(index)]
    tags: BTreeSet<String>,
    #[redis(prefix = "x")]
    name: String,
    #[redis(rename = "a", rename = "b")]
    nick: Option<String>,
}

fn main() {
    let _ = User::at(1).name().set("Ada");
    let _ = User::at(1).nick().set("Countess");
    let _ = User::at(1).tags();
    let _ = path!(User.tags);
}
