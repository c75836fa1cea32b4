//! Functions without companions: all lies in the function itself.

use redis_model::{cached, cached_impl};

use crate::{Runs, stored, stored_blocking};

struct Api {
    runs: Runs,
}

impl Api {
    #[cached(ttl = 60, companion = none, name = "inside::Api::user", skip(self))]
    async fn user(&self, mut id: u64) -> Result<u64, std::num::ParseIntError> {
        self.runs.add();
        id += "1".parse::<u64>()?;
        if id == 100 {
            return Ok(0);
        }
        Ok(id)
    }

    #[cached(ttl = 60, companion = none, name = "inside::Api::blocking", skip(self))]
    fn blocking(&self, pair: (u64, u64)) -> Option<u64> {
        self.runs.add();
        let (left, right) = pair;
        left.checked_sub(right)?;
        Some(left - right)
    }
}

#[cached(ttl = 60, companion = none, key = id, store = db.0)]
fn with_store_of_argument(db: &(redis_model::blocking::Store,), id: u64, runs: &Runs) -> u64 {
    runs.add();
    id
}

/// The compiler calls no braces of the user unnecessary.
#[rustfmt::skip]
#[deny(unused_braces)]
#[cached(ttl = 60, companion = none)]
async fn in_one_line(id: u64) -> u64 { id }

#[tokio::test]
async fn a_body_in_one_line_gives_no_warnings() {
    stored(async { assert_eq!((in_one_line(1).await, in_one_line(1).await), (1, 1)) }).await;
}

#[tokio::test]
async fn a_method_can_be_cached_without_its_impl() {
    stored(async {
        let api = Api { runs: Runs::new() };
        assert_eq!((api.user(1).await, api.user(1).await), (Ok(2), Ok(2)));
        assert_eq!(api.runs.count(), 1);
    })
    .await;
}

#[test]
fn a_store_may_be_an_argument() {
    let (store, runs) = (redis_model::blocking::Store::embedded(), Runs::new());
    assert_eq!(with_store_of_argument(&(store.clone(),), 1, &runs), 1);
    assert_eq!(with_store_of_argument(&(store,), 1, &runs), 1);
    assert_eq!(runs.count(), 1);
}

#[test]
fn a_blocking_method_can_be_cached_without_its_impl() {
    stored_blocking(|| {
        let api = Api { runs: Runs::new() };
        assert_eq!((api.blocking((3, 1)), api.blocking((3, 1))), (Some(2), Some(2)));
        assert_eq!(api.runs.count(), 1);
    });
}

struct WithStore {
    store: redis_model::Store,
    runs: Runs,
}

#[cached_impl(companions = with_store_cache)]
impl WithStore {
    #[cached(ttl = 60, companion = none, store = &self.store, key = (id, left, right), skip(self))]
    async fn of_self(&self, id: u64, (left, right): (u64, u64)) -> Option<Vec<u64>> {
        self.runs.add();
        left.checked_add(right).map(|sum| vec![id, sum])
    }

    #[cached(ttl = 60, skip(self))]
    async fn beside(&self, id: u64) -> u64 {
        self.runs.add();
        id
    }
}

#[tokio::test]
async fn a_store_may_be_in_self() {
    let with_store = WithStore { store: redis_model::Store::embedded(), runs: Runs::new() };
    for _ in 0..2 {
        assert_eq!(with_store.of_self(1, (2, 3)).await, Some(vec![1, 5]));
    }
    assert_eq!(with_store.runs.count(), 1);
    stored(async { assert_eq!(with_store.beside(1).await, 1) }).await;
}
