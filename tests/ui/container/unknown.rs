use redis_model::{RedisFields, RedisModel, path};

#[derive(RedisModel)]
#[redis(prefx = "user", timeout = 5, rename = "users", json)]
struct User {
    #[redis(id)]
    id: u64,
    name: String,
}

#[derive(RedisFields)]
#[redis(prefix = "address", rename_al = "camelCase")]
struct Address {
    city: String,
}

// The rest of the code gives no second errors.
fn main() {
    let _ = User::at(1).name().set("Ada");
    let _ = path!(User.name);
}
