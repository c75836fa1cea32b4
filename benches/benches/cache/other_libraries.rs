//! Other libraries' caches, on one server: the `cached` crate's, and pottery's.

use std::{
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use cached::{AsyncRedisCache, macros::concurrent_cached};
use redis_model::Store;
use redis_model_benches::{Options, Server, Table, compare};
use tokio::runtime::Builder;

use crate::{
    functions::{Profile, profile},
    pottery, stampede,
};

/// How many values there are.
const VALUES: u64 = 1_000;

/// Where the caches of the other crate are.
static URL: OnceLock<String> = OnceLock::new();

/// A cache of the other crate for this function.
pub(crate) async fn redis_cache(name: &str) -> AsyncRedisCache<u64, Profile> {
    let url = URL.get().expect("the server was started");
    let cache = AsyncRedisCache::builder(name).ttl(Duration::from_secs(3_600)).connection_string(url);
    cache.build().await.expect("the server was started")
}

/// The same function as [`profile`].
#[concurrent_cached(
    map_error = "|error| error.to_string()",
    ty = "AsyncRedisCache<u64, Profile>",
    create = r#"{ redis_cache("profile").await }"#
)]
async fn profile_by_cached(id: u64) -> Result<Profile, String> {
    Ok(Profile::of(id))
}

pub(crate) fn measure(options: &Options) {
    let server = Server::start();
    let url = URL.get_or_init(|| server.url());
    assert_eq!(*url, server.url(), "this is measured once");
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime needs only a thread");
    runtime.block_on(async {
        Store::connect(url).await.expect("the server was started").install();
        one_at_a_time(options).await;
    });
    println!();
    stampede::measure(options, url);
    pottery::measure(options, server.port());
}

async fn one_at_a_time(options: &Options) {
    let mut table = Table::new(&["async", "redis-model", "`cached` 4.1", "ratio (95 % interval)", "target"]);
    for id in 0..VALUES {
        profile(id).await;
        profile_by_cached(id).await.expect(ANSWERED);
    }
    let sides =
        (async |id| profile(id % VALUES).await, async |id| profile_by_cached(id % VALUES).await.expect(ANSWERED));
    compare(options, &mut table, "a hit in Redis", Some("none"), sides).await;
    let unused = AtomicU64::new(1_000_000);
    let unused = || unused.fetch_add(1, Ordering::Relaxed);
    let sides = (
        async |_| profile(unused()).await.is_whole(),
        async |_| profile_by_cached(unused()).await.expect(ANSWERED).is_whole(),
    );
    compare(options, &mut table, "a miss", Some("none"), sides).await;
}

const ANSWERED: &str = "the server answers";
