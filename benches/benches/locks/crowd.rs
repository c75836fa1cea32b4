//! A hundred workers, each of which wants one lock again and again, and holds it for no time.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use redis::Connection;
use redis_model::{Lock, Mutex, Released, Store};
use redis_model_benches::{Options, Server, Table, calls, median, reset};
use rslock::LockManager;
use tokio::{runtime::Builder, sync::Barrier, task::JoinSet};

use crate::python::RedisPy;

const WORKERS: usize = 100;

/// How long they all try, at a time.
const WINDOW: Duration = Duration::from_secs(2);

/// What it is held to: turns a second, requests for the lock for each turn, and fairness.
const TARGET: &str = "≥ 5,000, ≤ 2.10, ≥ 0.990";

pub(crate) fn measure(options: &Options) {
    let server = Server::start();
    let runtime = Builder::new_multi_thread().enable_all().build().expect("a runtime needs only threads");
    let one = [runtime.block_on(connect(&server))];
    let ten: Vec<Store> = (0..10).map(|_| runtime.block_on(connect(&server))).collect();
    let mut manager = LockManager::new(vec![server.url()]);
    manager.set_retry(u32::MAX, Duration::from_millis(200));
    let python = RedisPy::find();

    let length = if options.rounds == 0 { Duration::from_millis(50) } else { WINDOW };
    let mut connection = server.connect();
    let [mut of_one, mut of_ten, mut of_mutex, mut of_rslock, mut of_python] = [(); 5].map(|()| Vec::new());
    // The first window is the warm-up.
    for round in 0..=options.rounds / 20 {
        let windows = [
            runtime.block_on(by_model(&mut connection, &one, length)),
            runtime.block_on(by_model(&mut connection, &ten, length)),
            runtime.block_on(by_mutex(&mut connection, &one[0], length)),
            runtime.block_on(by_rslock(&mut connection, &manager, length)),
        ];
        let by_python = python.as_ref().ok().map(|python| by_python(&mut connection, python, server.port(), length));
        if round > 0 {
            [&mut of_one, &mut of_ten, &mut of_mutex, &mut of_rslock]
                .into_iter()
                .zip(windows)
                .for_each(|(all, window)| all.push(window));
            of_python.extend(by_python);
        }
    }
    if options.rounds == 0 {
        return;
    }
    let mut table = Table::new(&[
        "100 workers",
        "turns a second",
        "tries for a turn",
        "fairness",
        "server time of a turn",
        "target",
    ]);
    row(&mut table, "`Lock`, 1 store", &of_one, TARGET);
    row(&mut table, "`Lock`, 10 stores", &of_ten, TARGET);
    row(&mut table, "`Mutex`, 1 store", &of_mutex, "none");
    row(&mut table, "rslock 0.10", &of_rslock, "none");
    match python {
        Ok(_) => row(&mut table, "redis-py's Lock, threads of one process", &of_python, "none"),
        Err(reason) => println!("\nredis-py's Lock was left out: {reason}"),
    }
}

async fn connect(server: &Server) -> Store {
    Store::connect(&server.url()).await.expect("the server was started")
}

/// What a window has shown.
struct Window {
    per_second: f64,
    tries: f64,
    /// How long the server works on a turn, in microseconds.
    work: f64,
    fairness: f64,
}

impl Window {
    fn new(connection: &mut Connection, turns: &Turns, length: Duration, tries: impl Fn([f64; 2]) -> f64) -> Self {
        let [scripts, sets] = ["evalsha", "set"].map(|command| calls(connection, command));
        let of_turn = |count: u64| as_f64(count) / turns.all;
        Self {
            per_second: sum(&turns.in_time) / length.as_secs_f64(),
            tries: tries([of_turn(scripts.count), of_turn(sets.count)]),
            work: scripts.microseconds * of_turn(scripts.count) + sets.microseconds * of_turn(sets.count),
            fairness: fairness(&turns.in_time),
        }
    }
}

fn row(table: &mut Table, name: &str, windows: &[Window], target: &str) {
    let of = |figure: fn(&Window) -> f64| median(&mut windows.iter().map(figure).collect::<Vec<_>>());
    table.row(&[
        name,
        &format!("{:.0}", of(|window| window.per_second)),
        &format!("{:.2}", of(|window| window.tries)),
        &format!("{:.3}", of(|window| window.fairness)),
        &format!("{:.1} µs", of(|window| window.work)),
        target,
    ]);
}

/// Workers share the stores between them. Each turn has one release; what else was asked for is tries, and the few signs of
/// life of those who wait.
async fn by_model(connection: &mut Connection, stores: &[Store], length: Duration) -> Window {
    reset(connection);
    let stores: Arc<[Store]> = stores.into();
    let work = move |worker: usize| {
        let store = stores[worker % stores.len()].clone();
        async move {
            let guard = Lock::at("crowd.a.b.c").acquire(&store).await.expect("all are served within the limit");
            assert_eq!(guard.release().await.expect("the server answers"), Released::InTime);
        }
    };
    let turns = window(length, work).await;
    Window::new(connection, &turns, length, |[scripts, _]| scripts - 1.0)
}

async fn by_mutex(connection: &mut Connection, store: &Store, length: Duration) -> Window {
    reset(connection);
    let store = store.clone();
    let work = move |_| {
        let store = store.clone();
        async move {
            let lock = Mutex::named("crowd").wait(Duration::from_secs(600));
            let guard = lock.acquire(&store).await.expect("it tries for long enough");
            assert_eq!(guard.release().await.expect("the server answers"), Released::InTime);
        }
    };
    let turns = window(length, work).await;
    Window::new(connection, &turns, length, |[_, sets]| sets)
}

async fn by_rslock(connection: &mut Connection, manager: &LockManager, length: Duration) -> Window {
    reset(connection);
    let manager = manager.clone();
    let work = move |_| {
        let manager = manager.clone();
        async move {
            let lock = manager.lock("bench:rslock", Duration::from_secs(30)).await;
            lock.expect("it tries without end").release().await;
        }
    };
    let turns = window(length, work).await;
    Window::new(connection, &turns, length, |[_, sets]| sets)
}

fn by_python(connection: &mut Connection, python: &RedisPy, port: u16, length: Duration) -> Window {
    reset(connection);
    let turns = Turns::new(python.crowd(port, length.as_secs_f64(), WORKERS));
    Window::new(connection, &turns, length, |[_, sets]| sets)
}

/// How often workers had their turn.
struct Turns {
    /// For each worker, those before the end.
    in_time: Vec<u64>,
    all: f64,
}

impl Turns {
    /// Each worker's last turn came too late to be counted, but it was one.
    fn new(in_time: Vec<u64>) -> Self {
        let all = sum(&in_time) + as_f64(in_time.len() as u64);
        Self { in_time, all }
    }
}

/// Lets all workers do the same until the time is over.
async fn window<F>(length: Duration, work: impl Fn(usize) -> F + Clone + Send + 'static) -> Turns
where
    F: Future<Output = ()> + Send,
{
    let start = Arc::new(Barrier::new(WORKERS));
    let mut tasks = JoinSet::new();
    for worker in 0..WORKERS {
        let (start, work) = (start.clone(), work.clone());
        tasks.spawn(async move {
            start.wait().await;
            let end = Instant::now() + length;
            let mut turns = 0;
            loop {
                work(worker).await;
                if Instant::now() >= end {
                    return turns;
                }
                turns += 1;
            }
        });
    }
    Turns::new(tasks.join_all().await)
}

/// Jain's index: 1 when all had as many turns, 1/n when one of n had them all.
fn fairness(turns: &[u64]) -> f64 {
    let squares: f64 = turns.iter().map(|&turns| as_f64(turns).powi(2)).sum();
    sum(turns).powi(2) / (as_f64(turns.len() as u64) * squares)
}

fn sum(turns: &[u64]) -> f64 {
    as_f64(turns.iter().sum())
}

fn as_f64(count: u64) -> f64 {
    u32::try_from(count).map_or(f64::INFINITY, f64::from)
}
