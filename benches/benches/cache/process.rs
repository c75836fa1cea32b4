//! A value that is in the process: `l1`.

use std::{
    pin::pin,
    sync::atomic::{AtomicBool, Ordering},
    task::{Context, Waker},
    thread,
    time::{Duration, Instant},
};

use redis_model::{Async, Blocking, cached, generic::Store};
use redis_model_benches::{Options, Server, Table, nanoseconds};
use tokio::runtime::Builder;

use crate::functions::Profile;

/// For a key of one number, and a number as the value.
const TARGET: &str = "≤ 150 ns";

const VALUES: u64 = 100;

/// How long the server may take to say that it tells of changes.
const LONGEST: Duration = Duration::from_secs(5);

#[cached(ttl = "1h", l1 = 10_000)]
fn number(id: u64) -> u64 {
    id
}

#[cached(ttl = "1h", l1 = 10_000)]
async fn async_number(id: u64) -> u64 {
    id
}

#[cached(ttl = "1h", l1 = 10_000)]
fn profile(id: u64) -> Profile {
    Profile::of(id)
}

#[cached(ttl = "1h", l1 = 10_000)]
fn name(tenant: &str, id: u64) -> String {
    format!("{tenant} {id}")
}

pub(crate) fn measure(options: &Options) {
    let server = Server::start();
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.expect("a runtime needs only threads");
    Store::<Blocking>::connect(&server.url()).expect("the server was started").install();
    runtime.block_on(async {
        Store::<Async>::connect(&server.url()).await.expect("the server was started").install();
        let end = Instant::now() + LONGEST;
        while !is_filled().await {
            assert!(Instant::now() < end, "the server tells of changes");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });

    let mut table = Table::new(&["hit in the process", "time", "target"]);
    nanoseconds(options, &mut table, "control: the body", "none", |id| number::uncached(id % VALUES));
    nanoseconds(options, &mut table, "a number, blocking", TARGET, |id| number(id % VALUES));
    // What is in the process is there at the first poll.
    let poll = |id| pin!(async_number(id % VALUES)).poll(&mut Context::from_waker(Waker::noop()));
    nanoseconds(options, &mut table, "a number, async", TARGET, poll);
    nanoseconds(options, &mut table, "a text by a text and a number, blocking", "none", |id| name("acme", id % VALUES));
    nanoseconds(options, &mut table, "a profile, blocking", "none", |id| profile(id % VALUES));
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for id in (0..VALUES).cycle() {
                number(id);
                if is_over.load(Ordering::Relaxed) {
                    break;
                }
            }
        });
        let name = "a number, blocking, while another thread does the same";
        nanoseconds(options, &mut table, name, "none", |id| number(id % VALUES));
        is_over.store(true, Ordering::Relaxed);
    });
}

/// Asks for everything, and says whether it was in the process.
async fn is_filled() -> bool {
    let hits = || [number::info(), async_number::info(), profile::info(), name::info()].map(|info| info.l1_hits);
    let before = hits();
    for id in 0..VALUES {
        number(id);
        async_number(id).await;
        profile(id);
        name("acme", id);
    }
    before.into_iter().zip(hits()).all(|(before, after)| after - before == VALUES)
}
