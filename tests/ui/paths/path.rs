use redis_model::{Path, RedisFields, RedisModel, path};

#[derive(RedisModel)]
struct User {
    #[redis(id)]
    id: u64,
    name: String,
    #[redis(nested)]
    address: Address,
}

#[derive(RedisFields)]
struct Address {
    city: String,
}

#[derive(RedisModel)]
struct Order {
    #[redis(id)]
    id: u64,
    total: u64,
}

mod inside {
    #[derive(redis_model::RedisModel)]
    pub struct Hidden {
        #[redis(id)]
        pub id: u64,
        secret: u64,
    }
}

const WRONG_TYPE: Path<User, u64> = path!(User.name);

fn main() {
    path!(User.nmae);
    path!(User.adress.city);
    path!(User.address.town);
    path!(User.name.first);
    path!(User.id);
    path!(Address.city);
    path!(inside::Hidden.secret);
    let _ = User::at(1).select(path!(Order.total));
    let _ = User::at(1).select((path!(User.name), path!(Order.total)));
    let _ = User::at(1).field(path!(Order.total));
    let _ = User::at(1).nmae();
}
