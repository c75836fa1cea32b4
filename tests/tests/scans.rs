//! All records of a model.

#![allow(clippy::unwrap_used, reason = "a test reports by its panic")]

use std::collections::BTreeMap;

use redis_model::{Blocking, KeySpace, Map, RedisModel, RedisValue, Set, SortedSet, path, prelude::*};
use redis_model_tests::Backend;

#[derive(RedisModel, Debug)]
#[redis(prefix = "sc*n")]
struct Item {
    #[redis(id)]
    id: String,
    text: String,
    size: Option<u64>,
}

#[derive(RedisModel, Debug)]
#[redis(prefix = "tenant:item")]
struct Tenanted {
    #[redis(id, tag)]
    tenant: u64,
    #[redis(id)]
    name: String,
    text: String,
}

/// Records, and what lies beside them: other models, own keys, other types.
fn fill(backend: &Backend<Blocking>) -> BTreeMap<String, (Option<String>, Option<u64>)> {
    let mut expected = BTreeMap::new();
    for number in 0..1200_u64 {
        let item =
            Item { id: format!("{number}.}}x"), text: number.to_string(), size: Some(number).filter(|n| n % 2 == 0) };
        backend.run(item.save()).unwrap();
        expected.insert(item.id, (Some(item.text), item.size));
    }
    for key in ["scan:{1}", "sc*n:{1}.own", "sc*n:{1}@lock", "sc*n:plain", "other:{1}"] {
        backend.raw::<i64>(&["HSET", key, "text", "x"]);
    }
    backend.raw::<()>(&["SET", "sc*n:{string}", "x"]);
    expected
}

fn check_blocking(backend: &Backend<Blocking>) {
    let expected = fill(backend);
    let mut ids: Vec<String> = Item::scan(&backend.store).collect::<Result<_, _>>().unwrap();
    ids.sort();
    ids.dedup();
    assert_eq!(ids, expected.keys().cloned().collect::<Vec<_>>());
    let selected = Item::scan_select(&backend.store, (path!(Item.text), path!(Item.size)));
    let selected: BTreeMap<_, _> = selected.collect::<Result<_, _>>().unwrap();
    assert_eq!(selected, expected);
    for name in ["a", "b:c"] {
        backend.run(Tenanted { tenant: 7, name: name.into(), text: "x".into() }.save()).unwrap();
        backend.raw::<i64>(&["HSET", &format!("tenant:item:{{7}}:{name}.own"), "x", "y"]);
    }
    let mut ids: Vec<_> = Tenanted::scan(&backend.store).collect::<Result<_, _>>().unwrap();
    ids.sort();
    assert_eq!(ids, [(7, "a".to_owned()), (7, "b:c".to_owned())]);
}

#[test]
fn a_scan_finds_every_record_on_the_engine() {
    check_blocking(&Backend::embedded());
}

#[test]
fn a_scan_finds_every_record_on_a_server() {
    check_blocking(&Backend::server(""));
}

#[tokio::test]
async fn an_asynchronous_scan_is_a_stream() {
    use futures_util::TryStreamExt as _;
    let store = redis_model::Store::embedded();
    for id in 0..600 {
        Item { id: id.to_string(), text: "x".into(), size: None }.save().run(&store).await.unwrap();
    }
    let ids: Vec<String> = Item::scan(&store).try_collect().await.unwrap();
    assert_eq!(ids.len(), 600);
    let mut scan = Item::scan_select(&store, path!(Item.text));
    let mut count = 0;
    while let Some(item) = scan.next().await {
        assert_eq!(item.unwrap().1.as_deref(), Some("x"));
        count += 1;
    }
    assert_eq!(count, 600);
    let task = tokio::spawn(async move { Item::scan(&store).try_collect::<Vec<_>>().await });
    assert_eq!(task.await.unwrap().unwrap().len(), 600);
}

#[test]
fn a_page_may_be_of_any_size() {
    fn check(backend: &Backend<Blocking>) {
        backend.run(Item { id: "a".into(), text: "x".into(), size: None }.save()).unwrap();
        let (map, set) = (Map::<u64, u64>::at("map"), Set::<u64>::at("set"));
        let (sorted_set, space) = (SortedSet::<u64>::at("sorted set"), KeySpace::<u64>::at("space"));
        backend.run(map.extend((0..1000).map(|number| (number, number)))).unwrap();
        backend.run(set.extend(0..1000)).unwrap();
        backend.run(sorted_set.extend((0..1000_u64).map(|number| (number, 1)))).unwrap();
        backend.run(space.set("a", 1)).unwrap();
        for size in [0, usize::MAX] {
            let store = &backend.store;
            assert_eq!(Item::scan(store).page_size(size).flatten().count(), 1);
            assert_eq!(map.iter(store).page_size(size).flatten().count(), 1000);
            assert_eq!(set.iter(store).page_size(size).flatten().count(), 1000);
            assert_eq!(sorted_set.iter(store).page_size(size).flatten().count(), 1000);
            assert_eq!(space.iter(store).page_size(size).flatten().count(), 1);
        }
    }
    check(&Backend::embedded());
    check(&Backend::server(""));
}

#[tokio::test]
async fn code_that_is_generic_over_elements_walks_by_a_stream() {
    use futures_util::TryStreamExt as _;

    async fn values<V: RedisValue + Send + 'static>(map: &Map<String, V>, store: &redis_model::Store) -> Vec<V> {
        map.iter(store).map_ok(|(_, value)| value).try_collect().await.unwrap()
    }

    let (store, map) = (redis_model::Store::embedded(), Map::<String, u64>::at("numbers"));
    map.insert("one", 1).run(&store).await.unwrap();
    assert_eq!(values(&map, &store).await, [1]);
}

#[test]
fn a_key_that_is_no_id_is_an_error_of_its_own() {
    #[derive(RedisModel)]
    #[redis(prefix = "n")]
    struct Numbered {
        #[redis(id)]
        id: u64,
        text: String,
    }
    let backend = Backend::<Blocking>::embedded();
    backend.raw::<i64>(&["HSET", "n:{x}", "text", "x"]);
    let mut scan = Numbered::scan(&backend.store);
    let error = scan.next().unwrap().unwrap_err();
    assert_eq!(error.to_string(), "cannot decode Numbered at key `n:{x}`");
    assert!(scan.next().is_none());
}
