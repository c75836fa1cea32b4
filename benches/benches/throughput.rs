//! 64 tasks on one connection: redis-model next to hand-written code.

use std::{
    hint::black_box,
    ops::Range,
    time::{Duration, Instant},
};

use redis::aio::MultiplexedConnection;
use redis_model::{RedisModel, Store, prelude::*};
use redis_model_benches::{ByHand, CLOSE, Options, Server, Table, User, by_hand, median, median_ratio};
use tokio::{runtime::Builder, task::JoinSet};

/// How many tasks run at a time.
const TASKS: u64 = 64;

/// How many operations each task does in a block.
const OPERATIONS: u64 = 40;

fn main() {
    let Some(options) = Options::from_args(200) else { return };
    let runtime = Builder::new_multi_thread().enable_all().build().expect("a runtime needs only threads");
    let mut table = Table::new(&["operation", "redis-model", "hand-written", "ratio (95 % interval)", "target"]);
    runtime.block_on(async {
        let server = Server::start();
        let store = Store::connect(&server.url()).await.expect("the server was started");
        let connection = server.connect_multiplexed().await;
        let other = server.connect_multiplexed().await;
        compare(&options, &mut table, "control: HGET twice", &other, get_by_hand, &connection, get_by_hand).await;
        compare(&options, &mut table, "get a field", &store, get, &connection, get_by_hand).await;
        compare(&options, &mut table, "load a record", &store, load, &connection, load_by_hand).await;
        compare(&options, &mut table, "save a record", &store, save, &connection, save_by_hand).await;
    });
}

async fn get(store: Store, ids: Range<u64>) {
    for id in ids {
        black_box(User::at(id).name().get().run(&store).await.expect("the server answers"));
    }
}

async fn get_by_hand(mut connection: MultiplexedConnection, ids: Range<u64>) {
    for id in ids {
        black_box(connection.query::<Option<String>>(&by_hand::get_name(id)).await);
    }
}

async fn load(store: Store, ids: Range<u64>) {
    for id in ids {
        black_box(User::load(id).run(&store).await.expect("the server answers"));
    }
}

async fn load_by_hand(mut connection: MultiplexedConnection, ids: Range<u64>) {
    for id in ids {
        black_box(by_hand::user(id, connection.query(&by_hand::load(id)).await).expect("a record"));
    }
}

async fn save(store: Store, ids: Range<u64>) {
    for id in ids {
        User::sample(id).save().run(&store).await.expect("the server answers");
    }
}

async fn save_by_hand(mut connection: MultiplexedConnection, ids: Range<u64>) {
    for id in ids {
        connection.query::<()>(&by_hand::save(&User::sample(id))).await;
    }
}

/// Measures both sides in turns and prints the row: operations a second, and the ratio of the times.
async fn compare<A, B, TaskA, TaskB>(
    options: &Options,
    table: &mut Table,
    operation: &str,
    store: &A,
    model: impl Fn(A, Range<u64>) -> TaskA,
    connection: &B,
    by_hand: impl Fn(B, Range<u64>) -> TaskB,
) where
    A: Clone,
    B: Clone,
    TaskA: Future<Output = ()> + Send + 'static,
    TaskB: Future<Output = ()> + Send + 'static,
{
    if !options.wants(operation) {
        return;
    }
    let (mut of_model, mut of_hand, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    // The first rounds are the warm-up.
    let warm_up = if options.rounds == 0 { 1 } else { 10 };
    for round in 0..warm_up + options.rounds {
        let (a, b);
        if round % 2 == 0 {
            a = block(store, &model).await;
            b = block(connection, &by_hand).await;
        } else {
            b = block(connection, &by_hand).await;
            a = block(store, &model).await;
        }
        if round >= warm_up {
            of_model.push(a);
            of_hand.push(b);
            ratios.push(a.div_duration_f64(b));
        }
    }
    if options.rounds > 0 {
        let (a, b) = (median(&mut of_model), median(&mut of_hand));
        let target = if operation.starts_with("control") { "1" } else { CLOSE };
        table.row(&[operation, &per_second(a), &per_second(b), &median_ratio(&mut ratios).to_string(), target]);
    }
}

/// How long all tasks take.
async fn block<C: Clone, Task>(connection: &C, task: &impl Fn(C, Range<u64>) -> Task) -> Duration
where
    Task: Future<Output = ()> + Send + 'static,
{
    let started = Instant::now();
    let mut tasks = JoinSet::new();
    for number in 0..TASKS {
        let first = number * 16;
        tasks.spawn(task(connection.clone(), first..first + OPERATIONS));
    }
    tasks.join_all().await;
    started.elapsed()
}

fn per_second(block: Duration) -> String {
    let operations = f64::from(u32::try_from(TASKS * OPERATIONS).expect("a small number"));
    format!("{:.0} k/s", operations / block.as_secs_f64() / 1e3)
}
