//! Functions of many ids.

use std::collections::{BTreeMap, HashMap};

use redis_model::{cached, cached_impl};

use crate::{Runs, stored, stored_blocking};

#[cached(batch, ttl = 60, none_ttl = 5, skip(runs, scale), tags = ["numbers"])]
async fn numbers(runs: &Runs, ids: &[u64], scale: String) -> HashMap<u64, String> {
    runs.add();
    ids.iter().filter(|id| **id < 10).map(|id| (*id, format!("{scale}{id}"))).collect()
}

#[tokio::test]
async fn the_body_gets_the_ids_that_are_missing() {
    stored(async {
        let runs = Runs::new();
        let expected = HashMap::from([(1, "n1".to_owned()), (2, "n2".to_owned())]);
        assert_eq!(numbers(&runs, &[1, 2, 10], "n".into()).await, expected);
        assert_eq!(numbers(&runs, &[1, 2, 10], "m".into()).await, expected);
        assert_eq!(runs.count(), 1);
        assert_eq!(numbers(&runs, &[1, 3], "m".into()).await[&3], "m3");
        assert_eq!(numbers::peek(3).await.ok(), Some(Some("m3".to_owned())));
        assert_eq!(numbers::put(4, &"four".to_owned()).await.ok(), Some(true));
        assert_eq!(numbers::invalidate(3).await.ok(), Some(true));
        assert_eq!(numbers(&runs, &[3, 4], "k".into()).await[&4], "four");
        assert_eq!(numbers::uncached(&runs, &[1], "u".into()).await[&1], "u1");
        assert_eq!(numbers::size().await.ok(), Some(5));
    })
    .await;
}

struct Api {
    runs: Runs,
}

#[cached_impl(companions = api_cache)]
impl Api {
    #[cached(batch, ttl = 60, skip(self), stale = 60, l1 = 10)]
    fn names(&self, ids: &[String]) -> Result<BTreeMap<String, u32>, std::num::ParseIntError> {
        self.runs.add();
        ids.iter().map(|id| Ok((id.clone(), id.parse()?))).collect()
    }
}

impl Api {
    #[cached(batch, ttl = 60, skip(self), companion = none, name = "batches::Api::inside")]
    async fn inside(&self, ids: &[u32]) -> Result<BTreeMap<u32, u32>, std::num::ParseIntError> {
        self.runs.add();
        let one: u32 = "1".parse()?;
        Ok(ids.iter().map(|id| (*id, *id + one)).collect())
    }
}

#[test]
fn a_method_may_be_a_batch() {
    stored_blocking(|| {
        let api = Api { runs: Runs::new() };
        for _ in 0..2 {
            assert_eq!(api.names(&["1".into(), "2".into()]), Ok(BTreeMap::from([("1".into(), 1), ("2".into(), 2)])));
        }
        assert_eq!(api.runs.count(), 1);
        assert!(api.names(&["1".into(), "x".into()]).is_err());
        assert_eq!(api_cache::names::peek("1".into()).ok(), Some(Some(1)));
    });
}

#[tokio::test]
async fn a_batch_may_lie_in_the_function_itself() {
    stored(async {
        let api = Api { runs: Runs::new() };
        assert_eq!(api.inside(&[1]).await, Ok(BTreeMap::from([(1, 2)])));
        assert_eq!(api.inside(&[1]).await, Ok(BTreeMap::from([(1, 2)])));
        assert_eq!(api.runs.count(), 1);
    })
    .await;
}
