//! A value that is in Redis, next to a raw `GET` or `MGET` of it that decodes the same `MessagePack`.

use redis_model::{Async, Blocking, generic::Store};
use redis_model_benches::{ByHand, Options, Server, Table, compare};
use tokio::runtime::Builder;

use crate::{
    by_hand,
    functions::{blocking_profile, blocking_profiles, profile, profiles, tagged, tagged_thrice},
};

/// What a hit may add.
const ADDED: &str = "≤ raw + 3 µs";

/// How many values there are.
const VALUES: u64 = 1_000;

/// How many of them a batch asks for.
const BATCH: u64 = 100;

pub(crate) fn measure(options: &Options) {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime needs only a thread");
    runtime.block_on(async {
        let server = Server::start();
        let mut table = Table::new(&["hit", "redis-model", "raw", "ratio (95 % interval)", "target"]);
        let mut connection = server.connect();
        by_hand::store(&mut connection, VALUES).await;
        Store::<Blocking>::connect(&server.url()).expect("the server was started").install();
        Store::<Async>::connect(&server.url()).await.expect("the server was started").install();
        fill().await;

        control(options, &mut table, "blocking", [server.connect(), server.connect()]).await;
        blocking(options, &mut table, &mut connection).await;
        let (connection, other) = (server.connect_multiplexed().await, server.connect_multiplexed().await);
        control(options, &mut table, "async", [connection.clone(), other]).await;
        asynchronous(options, &mut table, connection).await;
        let infos = [blocking_profile::info(), profile::info(), tagged_thrice::info(), profiles::info()];
        assert!(infos.iter().all(|info| info.bypassed == 0), "what is measured is hits");
    });
}

/// Lets all that is measured be stored.
async fn fill() {
    for id in 0..VALUES {
        blocking_profile(id);
        profile(id).await;
        tagged(id).await;
        tagged_thrice(id).await;
    }
    let ids: Vec<_> = (0..VALUES).collect();
    blocking_profiles(&ids);
    profiles(&ids).await;
}

/// Hand-written code against itself.
async fn control<C: ByHand>(options: &Options, table: &mut Table, mode: &str, [mut a, mut b]: [C; 2]) {
    let sides =
        (async |id| by_hand::hit(&mut a, id % VALUES).await, async |id| by_hand::hit(&mut b, id % VALUES).await);
    compare(options, table, &format!("control: raw `GET` twice, {mode}"), Some("1"), sides).await;
}

async fn blocking(options: &Options, table: &mut Table, connection: &mut impl ByHand) {
    let sides =
        (async |id| blocking_profile(id % VALUES), async |id| by_hand::hit(&mut *connection, id % VALUES).await);
    compare(options, table, "one value, blocking", Some(ADDED), sides).await;
    let sides =
        (async |id| blocking_profiles(&batch(id)), async |id| by_hand::hits(&mut *connection, &batch(id)).await);
    compare(options, table, "batch of 100, blocking", Some("none"), sides).await;
}

async fn asynchronous(options: &Options, table: &mut Table, mut connection: impl ByHand) {
    let sides = (async |id| profile(id % VALUES).await, async |id| by_hand::hit(&mut connection, id % VALUES).await);
    compare(options, table, "one value, async", Some(ADDED), sides).await;
    let sides = (
        async |id| tagged(id % VALUES).await,
        async |id| by_hand::hit_with_tags(&mut connection, id % VALUES, &[]).await,
    );
    compare(options, table, "one value with 1 tag, async", Some(ADDED), sides).await;
    let sides = (
        async |id| tagged_thrice(id % VALUES).await,
        async |id| by_hand::hit_with_tags(&mut connection, id % VALUES, &["profiles", "pages"]).await,
    );
    compare(options, table, "one value with 3 tags, async", Some(ADDED), sides).await;
    let sides = (async |id| profiles(&batch(id)).await, async |id| by_hand::hits(&mut connection, &batch(id)).await);
    compare(options, table, "batch of 100, async", Some("none"), sides).await;
}

fn batch(number: u64) -> Vec<u64> {
    let first = number % (VALUES - BATCH);
    (first..first + BATCH).collect()
}
