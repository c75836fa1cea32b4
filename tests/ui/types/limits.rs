use redis_model::{List, RedisModel, Remote, Set};

#[derive(RedisModel)]
struct User {
    #[redis(id)]
    id: u64,
    #[redis(max_len = 5)]
    feed: Remote<List<u8>>,
    #[redis(max_len = 5)]
    readers: Remote<Set<u8>>,
}

#[derive(RedisModel)]
struct Generic<T: 'static> {
    #[redis(id)]
    id: u64,
    #[redis(max_len = 5)]
    feed: Remote<List<T>>,
}

fn main() {
    let _ = (User::at(1).feed(), Generic::<u8>::at(1).feed());
}
