//! A value that is nowhere: how many requests that takes, and how long, next to the cache that everybody writes.

use redis_model::{Async, Blocking, generic::Store};
use redis_model_benches::{Options, Server, Table, calls, compare, reads, reset};
use tokio::runtime::Builder;

use crate::{
    by_hand,
    functions::{Profile, blocking_profile, profile, tagged},
};

/// How many values are computed to count requests.
const MISSES: u64 = 1_000;

pub(crate) fn measure(options: &Options) {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime needs only a thread");
    runtime.block_on(async {
        let server = Server::start();
        Store::<Blocking>::connect(&server.url()).expect("the server was started").install();
        Store::<Async>::connect(&server.url()).await.expect("the server was started").install();
        requests(options, &server).await;
        println!();
        latency(options, &server).await;
    });
}

/// What the server counts.
async fn requests(options: &Options, server: &Server) {
    let mut connection = server.connect();
    let misses = if options.rounds == 0 { 10 } else { MISSES };
    let mut table = Table::new(&["a miss", "requests", "server time of its scripts", "target"]);
    // The first ones load the scripts.
    for id in 0..10 {
        blocking_profile(id);
        tagged(id).await;
    }
    let mut row = |name: &str, target: &str, connection: &mut _| {
        let of_miss = |count: u64| {
            u32::try_from(count).map_or(f64::NAN, f64::from) / u32::try_from(misses).map_or(f64::NAN, f64::from)
        };
        let reads = reads(connection);
        // A pipeline carries the text of its scripts.
        let scripts = ["evalsha", "eval"].map(|command| calls(connection, command));
        let work: f64 = scripts.iter().map(|calls| calls.microseconds * of_miss(calls.count)).sum();
        table.row(&[name, &format!("{:.3}", of_miss(reads)), &format!("{work:.1} µs"), target]);
    };
    let ids = 10..10 + misses;
    reset(&mut connection);
    ids.clone().for_each(|id| assert_eq!(blocking_profile(id), Profile::of(id)));
    row("without tags", "≤ 3", &mut connection);
    reset(&mut connection);
    for id in ids {
        assert_eq!(tagged(id).await, Profile::of(id));
    }
    row("with a tag", "≤ 3", &mut connection);
}

/// Each miss has an id that nobody has asked for.
async fn latency(options: &Options, server: &Server) {
    let mut table =
        Table::new(&["a miss", "redis-model", "`GET` and `SET` by hand", "ratio (95 % interval)", "target"]);
    let mut unused = 1_000_000..;
    let mut other_unused = 1_000_000..;
    let mut connection = server.connect();
    let sides = (
        async |_| {
            let id = unused.next().unwrap_or_default();
            blocking_profile(id) == Profile::of(id)
        },
        async |_| {
            let id = other_unused.next().unwrap_or_default();
            by_hand::get_or_compute(&mut connection, id).await == Profile::of(id)
        },
    );
    compare(options, &mut table, "blocking", Some("none"), sides).await;
    let mut connection = server.connect_multiplexed().await;
    let sides = (
        async |_| {
            let id = unused.next().unwrap_or_default();
            profile(id).await == Profile::of(id)
        },
        async |_| {
            let id = other_unused.next().unwrap_or_default();
            by_hand::get_or_compute(&mut connection, id).await == Profile::of(id)
        },
    );
    compare(options, &mut table, "async", Some("none"), sides).await;
}
