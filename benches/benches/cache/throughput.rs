//! Hits of 64 tasks on one connection, next to raw `GET`s.

use std::{hint::black_box, ops::Range};

use redis::aio::MultiplexedConnection;
use redis_model::Store;
use redis_model_benches::{IDS, Options, Server, Table, compare_tasks};
use tokio::runtime::Builder;

use crate::{by_hand, functions::profile};

/// 0.85 of the raw throughput.
const TARGET: &str = "≤ 1.18";

pub(crate) fn measure(options: &Options) {
    let runtime = Builder::new_multi_thread().enable_all().build().expect("a runtime needs only threads");
    let mut table = Table::new(&["64 tasks", "redis-model", "raw", "ratio (95 % interval)", "target"]);
    runtime.block_on(async {
        let server = Server::start();
        let store = Store::connect(&server.url()).await.expect("the server was started");
        store.install();
        let (mut connection, other) = (server.connect_multiplexed().await, server.connect_multiplexed().await);
        by_hand::store(&mut connection, IDS).await;
        let sides = ((&other, raw), (&connection, raw));
        compare_tasks(options, &mut table, "control: raw `GET` twice", "1", sides.0, sides.1).await;
        compare_tasks(options, &mut table, "a hit in Redis", TARGET, (&(), hits), (&connection, raw)).await;
        assert_eq!(profile::info().bypassed, 0, "what is measured is hits");
    });
}

async fn hits((): (), ids: Range<u64>) {
    for id in ids {
        black_box(profile(id).await);
    }
}

async fn raw(mut connection: MultiplexedConnection, ids: Range<u64>) {
    for id in ids {
        black_box(by_hand::hit(&mut connection, id).await);
    }
}
