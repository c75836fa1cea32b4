//! Whole collections of 10,000 elements, into the types of the standard library.

use std::collections::{HashMap, HashSet};

use redis::cmd;
use redis_model::{List, Map, Set, generic::Store};
use redis_model_benches::{ByHand, ByModel, Options, Table, compare};

const ELEMENTS: u32 = 10_000;

/// Of the raw command's speed, nine tenths.
const TARGET: Option<&str> = Some("≤ 1.11");

fn texts() -> impl Iterator<Item = String> {
    (0..ELEMENTS).map(|number| format!("element {number}"))
}

pub(crate) async fn one_at_a_time<M: ByModel, C: ByHand>(
    options: &Options,
    table: &mut Table,
    mode: &str,
    store: &Store<M>,
    connection: &mut C,
) {
    let list = List::<String>::at("bench:load:list");
    M::wait(list.replace(texts()).run(store)).await;
    let sides = (
        async |_| M::wait(list.load().run(store)).await,
        async |_| {
            let all = cmd("LRANGE").arg("bench:load:list").arg(0).arg(-1).take();
            connection.query::<Vec<String>>(&all).await
        },
    );
    compare(options, table, &format!("load a list of 10,000, {mode}"), TARGET, sides).await;

    let set = Set::<String>::at("bench:load:set");
    M::wait(set.replace(texts()).run(store)).await;
    let sides = (
        async |_| M::wait(set.load().run(store)).await,
        async |_| connection.query::<HashSet<String>>(&cmd("SMEMBERS").arg("bench:load:set").take()).await,
    );
    compare(options, table, &format!("load a set of 10,000, {mode}"), TARGET, sides).await;

    let map = Map::<String, u64>::at("bench:load:map");
    M::wait(map.replace(texts().zip(0..)).run(store)).await;
    let sides = (
        async |_| M::wait(map.load().run(store)).await,
        async |_| connection.query::<HashMap<String, u64>>(&cmd("HGETALL").arg("bench:load:map").take()).await,
    );
    compare(options, table, &format!("load a map of 10,000, {mode}"), TARGET, sides).await;
}
