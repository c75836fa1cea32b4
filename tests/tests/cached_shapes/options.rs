//! Every option, in every form.

use std::{sync::LazyLock, time::Duration};

use redis_model::{Error, Json, RedisModel, Store, blocking, cached, prelude::*};

use crate::{Runs, stored, stored_blocking};

const LIFE: Duration = Duration::from_secs(60);
const SIZE: usize = 100;

#[cached(
    ttl = |value: &String| Duration::from_secs(value.len() as u64 + 1),
    stale = LIFE,
    refresh = background,
    early = 1,
    jitter = 0.25,
    store_if = |value| !value.is_empty(),
    tags = ["users", "user:{id}", format!("half:{}", id / 2), id],
    single_flight = cluster,
    lease = 5,
    wait = "500ms",
    l1 = SIZE,
    max_size = 1_000,
    codec = json,
    on_error = bypass,
    timeout = "50ms",
    version = 2,
    name = "options::all",
)]
async fn all(id: u64) -> String {
    static RUNS: Runs = Runs::new();
    format!("{id}:{}", RUNS.add())
}

#[tokio::test]
async fn all_options_go_together() {
    stored(async {
        assert_eq!((all(7).await, all(7).await), ("7:1".into(), "7:1".into()));
        assert_eq!(all::key(7).map(|key| key.to_string()).ok(), Some("cache:{options::all:2:7}".into()));
        assert_eq!(all::peek(7).await.ok(), Some(Some("7:1".into())));
        assert_eq!(all::put(8, &String::new()).await.ok(), Some(false));
        assert!(all::info().hits() > 0);
    })
    .await;
}

static STORE: LazyLock<blocking::Store> = LazyLock::new(blocking::Store::embedded);

#[derive(Debug)]
enum Failure {
    Redis,
    Text(String),
}

impl From<redis_model::Error> for Failure {
    fn from(_: redis_model::Error) -> Self {
        Self::Redis
    }
}

impl From<std::num::ParseIntError> for Failure {
    fn from(error: std::num::ParseIntError) -> Self {
        Self::Text(error.to_string())
    }
}

#[cached(ttl = LIFE, store = &*STORE, on_error = fail, codec = Json, single_flight = process, wait = LIFE)]
fn other_store(text: &str) -> Result<u64, Failure> {
    Ok(text.parse()?)
}

#[test]
fn a_function_may_have_a_store_of_its_own() {
    assert_eq!(other_store("7").ok(), Some(7));
    assert_eq!(other_store::peek("7").ok(), Some(Some(7)));
    assert!(matches!(other_store("x"), Err(Failure::Text(text)) if text.contains("digit")));
}

#[cached(ttl = 60, on_error = fail)]
fn without_store(id: u64) -> Result<u64, Failure> {
    Ok(id)
}

#[test]
fn without_a_store_a_function_fails_if_it_says_so() {
    assert!(matches!(without_store(7), Err(Failure::Redis)));
}

fn is_large(value: &u128) -> bool {
    *value > 3
}

#[cached(ttl = "1h30m", store_if = is_large, single_flight = off, skip(runs))]
fn by_function(runs: &Runs, id: u128) -> u128 {
    runs.add();
    id
}

#[test]
fn a_function_may_say_what_is_stored() {
    stored_blocking(|| {
        let runs = Runs::new();
        for _ in 0..2 {
            assert_eq!((by_function(&runs, 2), by_function(&runs, 4)), (2, 4));
        }
        assert_eq!(runs.count(), 3);
    });
}

#[derive(RedisModel)]
#[redis(prefix = "user", invalidates)]
struct User {
    #[redis(id)]
    id: u64,
    name: String,
}

#[derive(RedisModel)]
#[redis(prefix = "account", invalidates)]
struct Account {
    #[redis(id, tag)]
    tenant: String,
    #[redis(id)]
    number: u32,
    balance: i64,
}

#[cached(ttl = 60, depends = [User(id), Account(tenant, number)], skip(store, runs), l1 = 10)]
async fn of_records(store: &Store, runs: &Runs, id: u64, tenant: &str, number: u32) -> Result<(String, i64), Error> {
    runs.add();
    let name = User::at(id).name().get().run(store).await?.unwrap_or_default();
    let balance = Account::at((tenant, number)).balance().get().run(store).await?.unwrap_or_default();
    Ok((name, balance))
}

#[tokio::test]
async fn a_write_of_a_record_invalidates_what_depends_on_it() -> Result<(), Error> {
    let store = Store::embedded();
    redis_model::cache::scope(&store, async {
        let runs = Runs::new();
        User { id: 7, name: "Ada".into() }.save().run(&store).await?;
        Account { tenant: "acme".into(), number: 1, balance: 5 }.save().run(&store).await?;
        for _ in 0..2 {
            assert_eq!(of_records(&store, &runs, 7, "acme", 1).await?, ("Ada".into(), 5));
        }
        assert_eq!(runs.count(), 1);
        User::at(7).name().set("Grace").run(&store).await?;
        assert_eq!(of_records(&store, &runs, 7, "acme", 1).await?, ("Grace".into(), 5));
        Account::at(("acme", 1)).balance().incr(1).run(&store).await?;
        assert_eq!(of_records(&store, &runs, 7, "acme", 1).await?, ("Grace".into(), 6));
        Ok(())
    })
    .await
}
