//! What a query shows of itself in logs.

use std::fmt::Debug;

use redis_model::{Condition, Expiring, IntoQuery as _, Query, RedisModel, prelude::*};

use crate::{command, get, set};

const SECRET: &str = "hunter2";

#[derive(RedisModel, Debug, Clone, PartialEq)]
#[redis(prefix = "vault")]
struct Vault {
    #[redis(id)]
    id: u64,
    password: String,
    #[redis(ttl = 60)]
    code: Expiring<String>,
}

fn vault() -> Vault {
    Vault { id: 1, password: SECRET.into(), code: Expiring::new(SECRET.into()) }
}

fn assert_hides_values(query: &impl Debug, key: &str) {
    let as_bytes = format!("{:?}", SECRET.as_bytes());
    for shown in [format!("{query:?}"), format!("{query:#?}").replace(['\n', ' '], "")] {
        assert!(shown.contains(key), "{shown}");
        assert!(!shown.contains(SECRET), "{shown}");
        for bytes in [as_bytes.trim_matches(['[', ']']), &as_bytes.trim_matches(['[', ']']).replace(' ', "")] {
            assert!(!shown.contains(bytes), "{shown}");
        }
    }
}

#[test]
fn a_query_shows_its_commands_and_keys() {
    let raw = format!("{:?}", set("key", SECRET));
    assert!(raw.contains("SET") && raw.contains("key"), "{raw}");
    let field = format!("{:?}", Vault::at(1).password().set(SECRET));
    assert!(field.contains("HSET") && field.contains("vault:{1}"), "{field}");
    let several = format!("{:?}", (get("first"), command::<i64>(&["HLEN", "second"])).batch());
    for word in ["GET", "first", "HLEN", "second"] {
        assert!(several.contains(word), "{several}");
    }
}

#[test]
fn a_query_shows_no_values() {
    let it = Vault::at(1);
    let record = "vault:{1}";
    assert_hides_values(&set("key", SECRET), "key");
    assert_hides_values(&command::<i64>(&["HSET", "key", "field", SECRET, "other", SECRET]), "key");
    assert_hides_values(&get("key").when(Condition::string_equals("key", SECRET)), "key");
    assert_hides_values(&get("key").when(Condition::field_equals("key", "field", SECRET)), "key");
    assert_hides_values(&it.password().set(SECRET), record);
    assert_hides_values(&it.password().set(SECRET).unchecked(), record);
    assert_hides_values(&it.password().swap(SECRET), record);
    assert_hides_values(&it.password().compare_and_set(SECRET, SECRET), record);
    assert_hides_values(&it.code().set(SECRET), record);
    assert_hides_values(&it.or_create().password().set(SECRET), record);
    assert_hides_values(&vault().save(), record);
    assert_hides_values(&vault().save().into_query(), record);
    assert_hides_values(&vault().save().create().into_query(), record);
    let writes = || [it.password().set(SECRET), it.code().set(SECRET)];
    assert_hides_values(&Query::all(writes()), record);
    assert_hides_values(&Query::all(writes()).atomic(), record);
}

#[test]
fn a_query_that_logs_in_shows_no_password() {
    for words in [&["AUTH", SECRET][..], &["AUTH", "user", SECRET], &["HELLO", "3", "AUTH", "user", SECRET]] {
        let shown = format!("{:?}", command::<()>(words));
        assert!(!shown.contains(SECRET), "{shown}");
    }
}
