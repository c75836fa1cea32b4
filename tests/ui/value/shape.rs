use redis_model::{RedisModel, RedisValue};

#[derive(RedisValue)]
enum Event {
    Login { at: u64 },
    Logout,
    Moved(u8, u8),
}

#[derive(RedisValue)]
enum Never {}

#[derive(RedisValue)]
struct Point {
    x: f64,
    y: f64,
}

#[derive(RedisValue)]
struct Unit;

#[derive(RedisValue)]
union Either {
    a: u8,
}

#[derive(RedisValue)]
struct Text<'a>(&'a str);

#[derive(RedisModel)]
struct User {
    #[redis(id)]
    id: u64,
    event: Event,
    never: Option<Never>,
    point: Point,
}

fn main() {
    let _ = User::at(1).point().set(Point { x: 0.0, y: 0.0 });
    let _ = User::at(1).event().set(&Event::Logout);
}
