//! Scans: one key that is no record of the model does not end the walk.

use redis_model::{Blocking, Error, RedisModel, Result, Store, path};
use redis_model_tests::Backend;

use crate::command;

#[derive(RedisModel, Debug)]
#[redis(prefix = "walked")]
struct Item {
    #[redis(id)]
    id: u64,
    size: Option<u8>,
}

type Row = (u64, Option<u8>);

fn check_ids(found: Vec<Result<u64>>) {
    let (mut ids, mut errors) = (Vec::new(), Vec::new());
    for item in found {
        item.map_or_else(|error| errors.push(error), |id| ids.push(id));
    }
    ids.sort_unstable();
    ids.dedup();
    assert!(ids.into_iter().eq(0..600));
    let [Error::Decode { model: "Item", key, .. }] = &errors[..] else { panic!("{errors:?}") };
    assert_eq!(key.to_string(), "walked:{x}");
}

fn check_rows(found: Vec<Result<Row>>) {
    let (mut rows, mut errors) = (Vec::new(), Vec::new());
    for item in found {
        item.map_or_else(|error| errors.push(error), |row| rows.push(row));
    }
    rows.sort_unstable();
    rows.dedup();
    assert!(rows.into_iter().eq((0..600).filter(|id| *id != 7).map(|id| (id, Some(1)))));
    errors.sort_by_key(ToString::to_string);
    let [Error::Decode { key: foreign, .. }, Error::Decode { key, path, .. }] = &errors[..] else {
        panic!("{errors:?}")
    };
    assert_eq!(foreign.to_string(), "walked:{x}");
    assert_eq!((key.to_string().as_str(), path.as_str()), ("walked:{7}", "size"));
}

/// Keys of other shapes than a record's lie beside 600 records, one of which holds an unreadable value.
fn fill(run: impl Fn(redis_model::Query<i64>)) {
    for id in 0..600 {
        run(command(&["HSET", &format!("walked:{{{id}}}"), "@v", "1", "size", if id == 7 { "300" } else { "1" }]));
    }
    for foreign in ["walked:{x}", "walked:{007}", "walked:{+7}", "walked:{00}"] {
        run(command(&["HSET", foreign, "size", "1"]));
    }
}

fn check_blocking(backend: &Backend<Blocking>) {
    fill(|query| _ = backend.run(query).unwrap());
    check_ids(Item::scan(&backend.store).collect());
    check_rows(Item::scan_select(&backend.store, path!(Item.size)).collect());
}

#[test]
fn what_is_no_record_is_told_or_passed_by_on_the_engine() {
    check_blocking(&Backend::embedded());
}

#[test]
fn what_is_no_record_is_told_or_passed_by_on_a_server() {
    check_blocking(&Backend::server(""));
}

#[tokio::test]
async fn what_is_no_record_is_told_or_passed_by_in_a_stream() {
    use futures_util::StreamExt as _;
    let engine = redis_model::embedded::Engine::new();
    let blocking = redis_model::blocking::Store::on_engine(&engine);
    fill(|query| _ = query.run(&blocking).unwrap());
    let store = Store::on_engine(&engine);
    check_ids(Item::scan(&store).collect().await);
    check_rows(Item::scan_select(&store, path!(Item.size)).collect().await);
}

#[test]
fn an_id_in_another_spelling_is_another_key() {
    let backend = Backend::<Blocking>::embedded();
    backend.raw::<i64>(&["HSET", "walked:{007}", "@v", "1"]);
    assert_eq!(Item::scan(&backend.store).count(), 0);
    backend.run(Item { id: 7, size: None }.save()).unwrap();
    assert_eq!(Item::scan(&backend.store).collect::<Result<Vec<_>>>().unwrap(), [7]);
}
