//! Functions that call themselves.

use redis_model::cached;

use crate::{Runs, stored, stored_blocking};

static BLOCKING: Runs = Runs::new();

#[cached(ttl = 60)]
fn blocking(n: u64) -> u64 {
    BLOCKING.add();
    if n < 2 { n } else { blocking(n - 1) + blocking(n - 2) }
}

#[test]
fn a_blocking_function_may_call_itself() {
    stored_blocking(|| {
        assert_eq!(blocking(20), 6765);
        assert_eq!(BLOCKING.count(), 21);
    });
}

#[cached(ttl = 60, skip(runs))]
async fn asynchronous(runs: &Runs, n: u64) -> u64 {
    runs.add();
    if n < 2 { n } else { Box::pin(asynchronous(runs, n - 1)).await + Box::pin(asynchronous(runs, n - 2)).await }
}

#[tokio::test]
async fn an_asynchronous_function_may_call_itself() {
    stored(async {
        let runs = Runs::new();
        assert_eq!(asynchronous(&runs, 10).await, 55);
        assert_eq!(runs.count(), 11);
    })
    .await;
}

#[tokio::test]
async fn the_future_of_a_cached_function_can_be_spawned() {
    let store = redis_model::Store::embedded();
    let runs = Runs::new();
    let task = tokio::spawn(async move { redis_model::cache::scope(&store, asynchronous(&runs, 3)).await });
    assert_eq!(task.await.ok(), Some(2));
}
