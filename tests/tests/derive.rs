//! What the derive macros generate.

use redis_model::{Expiring, Path, RedisFields, RedisModel, RedisValue, blocking::Store, path, prelude::*};

#[derive(RedisModel, Debug, Clone, PartialEq)]
#[redis(prefix = "shop:user", ttl = "30d")]
struct User {
    #[redis(id)]
    id: u64,
    name: String,
    #[redis(nested)]
    address: Address,
    #[redis(nested)]
    billing: Option<Address>,
    #[redis(ttl = "15m")]
    otp: Expiring<String>,
    #[redis(json)]
    prefs: serde_json::Value,
    #[redis(version)]
    rev: u64,
}

#[derive(RedisFields, Debug, Clone, PartialEq)]
struct Address {
    city: String,
    zip: Option<String>,
}

const CITY: Path<User, String> = path!(User.address.city);

#[test]
fn all() {
    let store = Store::embedded();
    assert_eq!(CITY.as_str(), "address.city");
    let mut ada = User {
        id: 1,
        name: "Ada".into(),
        address: Address { city: "Oslo".into(), zip: None },
        billing: None,
        otp: Expiring::new("123".into()),
        prefs: serde_json::json!({"a": 1}),
        rev: 0,
    };
    ada.save_mut(&store).unwrap();
    assert_eq!(User::load(1).run(&store).unwrap().unwrap(), ada);
    User::at(1).name().set("x").run(&store).unwrap();
    User::at(1).address().city().set("x").run(&store).unwrap();
    User::at(1).billing().city().set("x").run(&store).unwrap();
    User::at(1).otp().set("x").run(&store).unwrap();
}
