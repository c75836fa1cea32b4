//! What functions return: results, options, both, and aliases of them.

use redis_model::cached;
use serde::{Deserialize, Serialize};

use crate::{Runs, stored, stored_blocking};

type Aliased<T> = Result<T, String>;
type Maybe = Option<u32>;

static RUNS: Runs = Runs::new();

#[cached(ttl = 60, none_ttl = 5)]
fn maybe(id: u32) -> Maybe {
    RUNS.add();
    (id > 0).then_some(id)
}

#[test]
fn an_option_is_seen_through_its_alias() {
    stored_blocking(|| {
        assert_eq!((maybe(0), maybe(0), RUNS.count()), (None, None, 1));
        assert_eq!((maybe(1), maybe(1), RUNS.count()), (Some(1), Some(1), 2));
        assert_eq!((maybe::peek(0).ok(), maybe::peek(2).ok()), (Some(Some(None)), Some(None)));
        assert_eq!((maybe::put(2, &Some(9)).ok(), maybe(2)), (Some(true), Some(9)));
    });
}

#[cached(ttl = 60, skip(runs))]
async fn fallible(runs: &Runs, id: u32) -> Aliased<u32> {
    runs.add();
    if id == 0 { Err("none".to_owned()) } else { Ok(id) }
}

#[tokio::test]
async fn an_error_is_not_stored_unless_it_is_asked_for() {
    stored(async {
        let runs = Runs::new();
        assert_eq!((fallible(&runs, 0).await, fallible(&runs, 0).await), (Err("none".into()), Err("none".into())));
        assert_eq!(runs.count(), 2);
        assert_eq!((fallible(&runs, 1).await, fallible(&runs, 1).await), (Ok(1), Ok(1)));
        assert_eq!(runs.count(), 3);
    })
    .await;
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Failure {
    Missing,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Record {
    id: u64,
    name: Option<String>,
}

#[cached(ttl = "1m30s", none_ttl = 5, err_ttl = "500ms", skip(runs), l1 = 10)]
async fn everything(runs: &Runs, id: u64) -> Result<Option<Record>, Failure> {
    runs.add();
    match id {
        0 => Err(Failure::Missing),
        1 => Ok(None),
        _ => Ok(Some(Record { id, name: None })),
    }
}

#[tokio::test]
async fn errors_and_absence_are_stored_where_that_is_asked_for() {
    stored(async {
        let runs = Runs::new();
        for _ in 0..2 {
            assert_eq!(everything(&runs, 0).await, Err(Failure::Missing));
            assert_eq!(everything(&runs, 1).await, Ok(None));
            assert_eq!(everything(&runs, 2).await, Ok(Some(Record { id: 2, name: None })));
        }
        assert_eq!(runs.count(), 3);
        assert_eq!(everything::peek(2).await.ok(), Some(Some(Some(Record { id: 2, name: None }))));
        assert_eq!(everything::put(3, &None).await.ok(), Some(true));
        assert_eq!(everything(&runs, 3).await, Ok(None));
    })
    .await;
}

#[cached(ttl = 60, skip(runs))]
fn stepwise(runs: &Runs, text: &str) -> Result<u32, Box<dyn std::error::Error + Send + Sync>> {
    runs.add();
    Ok(text.parse::<u32>()?)
}

#[test]
fn an_error_may_be_anything() {
    stored_blocking(|| {
        let runs = Runs::new();
        assert_eq!(stepwise(&runs, "7").ok(), Some(7));
        assert_eq!(stepwise(&runs, "7").ok(), Some(7));
        assert!(stepwise(&runs, "x").is_err());
        assert_eq!(runs.count(), 2);
    });
}
