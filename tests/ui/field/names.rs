use redis_model::{RedisFields, RedisModel, path};

#[derive(RedisModel)]
#[redis(rename_all = "camelCase")]
struct User {
    #[redis(id)]
    id: u64,
    first_name: String,
    #[redis(rename = "firstName")]
    name: String,
    #[allow(non_snake_case)]
    firstName: String,
    #[redis(alias = "name", alias = "nickName", alias = "nick", alias = "nick")]
    nick_name: String,
    #[redis(rename = "")]
    empty: String,
    #[redis(rename = "a.b", alias = "a@b")]
    dotted: String,
    #[redis(rename, alias = 5)]
    valueless: String,
}

#[derive(RedisFields)]
struct Part {
    size: u8,
    __end: u8,
}

fn main() {
    let _ = User::at(1).nick_name().set("Ada");
    let _ = path!(User.dotted);
}
