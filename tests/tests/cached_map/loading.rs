//! Looking up and loading in one: the code is of a mode, and so are these tests.

use std::{future::ready, time::Duration};

use redis_model_tests::Backend;

use super::*;

/// What a database may say.
#[derive(Debug)]
enum Failure {
    Database,
    Redis,
}

impl From<Error> for Failure {
    fn from(_: Error) -> Self {
        Self::Redis
    }
}

type Loaded = Result<Vec<(u64, Document)>, Failure>;

/// The documents with even numbers, as a database has them.
fn even(asked: &mut Vec<Vec<u64>>, ids: Vec<u64>) -> Loaded {
    let found = ids.iter().filter(|id| *id % 2 == 0).rev().map(|id| (*id, document(&id.to_string()))).collect();
    asked.push(ids);
    Ok(found)
}

fn blocking(store: &redis_model::blocking::Store) {
    let mut asked = Vec::new();
    let first = documents().on(store).get_or_load([4, 3, 2], |ids| even(&mut asked, ids)).unwrap();
    assert_eq!(first.values().map(|found| &found.title[..]).collect::<Vec<_>>(), ["4", "2"]);
    let second = documents().on(store).get_or_load([6, 2, 3], |ids| even(&mut asked, ids)).unwrap();
    assert_eq!((misses(&second), second.len()), (vec![3], 3));
    documents().on(store).get_or_load([6, 4, 2], |_| -> Loaded { panic!("none is missing") }).unwrap();
    assert_eq!(asked, [vec![4, 3, 2], vec![6, 3]]);

    let failed = documents().on(store).get_or_load([8], |_| Loaded::Err(Failure::Database));
    assert!(matches!(failed, Err(Failure::Database)));
    assert_eq!(documents().len().run(store).unwrap(), 3);
    let nothing_lasts = documents().with_ttl(Duration::ZERO);
    let failed = nothing_lasts.on(store).get_or_load([8], |_| -> Loaded { panic!("nothing is loaded") });
    assert!(matches!(failed, Err(Failure::Redis)));
}

async fn asynchronous(store: &redis_model::Store) {
    let mut asked = Vec::new();
    let first = documents().on(store).get_or_load([4, 3, 2], async |ids| even(&mut asked, ids)).await.unwrap();
    assert_eq!(first.values().map(|found| &found.title[..]).collect::<Vec<_>>(), ["4", "2"]);
    let second = documents().on(store).get_or_load([6, 2, 3], |ids| ready(even(&mut asked, ids))).await.unwrap();
    assert_eq!((misses(&second), second.len()), (vec![3], 3));
    documents().on(store).get_or_load([6, 4, 2], async |_| -> Loaded { panic!("none is missing") }).await.unwrap();
    assert_eq!(asked, [vec![4, 3, 2], vec![6, 3]]);

    let failed = documents().on(store).get_or_load([8], async |_| Loaded::Err(Failure::Database)).await;
    assert!(matches!(failed, Err(Failure::Database)));
    assert_eq!(documents().len().run(store).await.unwrap(), 3);
}

#[test]
fn what_is_missing_is_loaded_and_saved_blocking() {
    blocking(&Backend::embedded().store);
    blocking(&Backend::server("").store);
}

#[test]
fn what_is_missing_is_loaded_and_saved_async() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for backend in [Backend::embedded(), Backend::server("")] {
        runtime.block_on(asynchronous(&backend.store));
    }
}

#[tokio::test]
async fn loading_can_be_spawned() {
    let store = redis_model::Store::embedded();
    let task = tokio::spawn(async move {
        let load = async |ids: Vec<u64>| even(&mut Vec::new(), ids);
        documents().on(&store).get_or_load([2, 10], load).await.map(|lookup| lookup.len())
    });
    assert_eq!(task.await.unwrap().unwrap(), 2);
}
