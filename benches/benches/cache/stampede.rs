//! 64 tasks that ask for one value at once, which takes 20 ms to compute, and which nobody has computed yet.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use cached::{AsyncRedisCache, macros::concurrent_cached};
use redis_model::{Store, cached};
use redis_model_benches::{Options, Table, median, time};
use tokio::{runtime::Builder, sync::Barrier, task::JoinSet, time::sleep};

use crate::{functions::Profile, other_libraries::redis_cache};

const TASKS: usize = 64;

/// How long a computation takes.
const WORK: Duration = Duration::from_millis(20);

/// How often the body has run.
static COMPUTED: AtomicU64 = AtomicU64::new(0);

async fn compute(id: u64) -> Profile {
    COMPUTED.fetch_add(1, Ordering::Relaxed);
    sleep(WORK).await;
    Profile::of(id)
}

#[cached(ttl = "1h", timeout = 1)]
async fn slow(id: u64) -> Profile {
    compute(id).await
}

#[concurrent_cached(
    map_error = "|error| error.to_string()",
    ty = "AsyncRedisCache<u64, Profile>",
    create = r#"{ redis_cache("slow").await }"#
)]
async fn slow_by_cached(id: u64) -> Result<Profile, String> {
    Ok(compute(id).await)
}

pub(crate) fn measure(options: &Options, url: &str) {
    let runtime = Builder::new_multi_thread().enable_all().build().expect("a runtime needs only threads");
    runtime.block_on(async {
        let store = Store::connect(url).await.expect("the server was started");
        store.install();
        let mut table =
            Table::new(&["64 tasks, a value of 20 ms that is nowhere", "computations", "until all have it", "target"]);
        let (mut by_model, mut by_cached) = (Crowds::default(), Crowds::default());
        // The first crowd makes the connections.
        for id in 0..=options.rounds as u64 / 10 {
            let of_model = crowd(move || slow(id)).await;
            let of_cached = crowd(move || async move { slow_by_cached(id).await.expect(ANSWERED) }).await;
            if id > 0 {
                by_model.push(of_model);
                by_cached.push(of_cached);
            }
        }
        if options.rounds >= 10 {
            by_model.row(&mut table, "redis-model", "1");
            by_cached.row(&mut table, "`cached` 4.1", "none");
        }
    });
}

/// What some crowds have shown.
#[derive(Default)]
struct Crowds {
    computations: Vec<u64>,
    times: Vec<Duration>,
}

impl Crowds {
    fn push(&mut self, (computations, time): (u64, Duration)) {
        self.computations.push(computations);
        self.times.push(time);
    }

    fn row(&mut self, table: &mut Table, name: &str, target: &str) {
        table.row(&[name, &median(&mut self.computations).to_string(), &time(median(&mut self.times)), target]);
    }
}

/// Lets all tasks ask at once; how often the body has run, and how long it took until all had the value.
async fn crowd<F>(call: impl Fn() -> F + Clone + Send + 'static) -> (u64, Duration)
where
    F: Future<Output = Profile> + Send,
{
    let before = COMPUTED.load(Ordering::Relaxed);
    let start = Arc::new(Barrier::new(TASKS + 1));
    let mut tasks = JoinSet::new();
    for _ in 0..TASKS {
        let (start, call) = (start.clone(), call.clone());
        tasks.spawn(async move {
            start.wait().await;
            call().await
        });
    }
    start.wait().await;
    let started = Instant::now();
    let values = tasks.join_all().await;
    let time = started.elapsed();
    assert!(values.iter().all(Profile::is_whole));
    (COMPUTED.load(Ordering::Relaxed) - before, time)
}

const ANSWERED: &str = "the server answers";
