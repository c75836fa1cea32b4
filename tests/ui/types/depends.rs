use redis_model::{Invalidates, RedisModel};

#[derive(RedisModel)]
struct User {
    #[redis(id)]
    id: u64,
    name: String,
}

#[derive(RedisModel)]
#[redis(invalidates)]
struct Account {
    #[redis(id)]
    id: u64,
    balance: i64,
}

fn depends<T: Invalidates>(_: u64) {}

fn main() {
    depends::<Account>(1);
    depends::<User>(1);
}
