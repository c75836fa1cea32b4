//! Calls while Redis is down.

use std::{
    thread,
    time::{Duration, Instant},
};

use futures_util::FutureExt as _;
use redis_model::{Async, Blocking, cached, generic::Store};
use redis_model_benches::{Options, Server, Table, nanoseconds, time};
use tokio::runtime::Builder;

/// For the first call after the server's end: the function's `timeout`, and what its machine takes.
const FIRST: Duration = Duration::from_millis(150);

#[cached(ttl = "1h")]
fn number(id: u64) -> u64 {
    id
}

#[cached(ttl = "1h")]
async fn async_number(id: u64) -> u64 {
    id
}

#[cached(ttl = "1h", l1 = 1_000)]
fn near_number(id: u64) -> u64 {
    id
}

pub(crate) fn measure(options: &Options) {
    let server = Server::start();
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.expect("a runtime needs only threads");
    Store::<Blocking>::connect(&server.url()).expect("the server was started").install();
    runtime.block_on(async {
        Store::<Async>::connect(&server.url()).await.expect("the server was started").install();
        async_number(0).await;
    });
    number(0);
    near_number(0);
    drop(server);

    let first = first(|| number(0));
    let async_first = first.max(runtime.block_on(async { first_async().await }));
    near_number(0);
    // The server is tried again after a tenth of a second, then after two, and so on up to five seconds.
    if options.rounds > 0 {
        thread::sleep(Duration::from_secs(1));
        number(0);
    }
    let mut table = Table::new(&["Redis is down", "time", "target"]);
    if options.rounds > 0 {
        table.row(&["the first call", &time(async_first), &format!("≤ {}", time(FIRST))]);
    }
    nanoseconds(options, &mut table, "control: the body", "none", number::uncached);
    nanoseconds(options, &mut table, "blocking", "≤ 1 µs", number);
    nanoseconds(options, &mut table, "blocking, with `l1`", "≤ 1 µs", near_number);
    // Nearly every call is one that the breaker spares the server; the others are run to their end.
    let _runtime = runtime.enter();
    let call = |id| async_number(id).now_or_never().unwrap_or_else(|| runtime.block_on(async_number(id)));
    nanoseconds(options, &mut table, "async", "≤ 1 µs", call);
}

fn first(call: impl FnOnce() -> u64) -> Duration {
    let started = Instant::now();
    assert_eq!(call(), 0);
    started.elapsed()
}

async fn first_async() -> Duration {
    let started = Instant::now();
    assert_eq!(async_number(0).await, 0);
    started.elapsed()
}
