use redis_model::RedisModel;

#[derive(RedisModel)]
struct User {
    #[redis(id)]
    id: u64,
    name: String,
    age: u8,
    #[redis(json)]
    list: Vec<u8>,
}

struct NoModel;

fn save<T: RedisModel>(_: &T) {}

fn main() {
    let _ = User::at(1).name().set(5);
    let _ = User::at(1).age().set("five");
    let _ = User::at(1).list().set("five");
    let _ = User::at(1).name().incr(1);
    let _ = User::at("one");
    let _ = User::load((1, 2));
    save(&NoModel);
}
