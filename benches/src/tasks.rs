//! Two sides in turns, each with 64 tasks on one connection.

use std::{
    ops::Range,
    time::{Duration, Instant},
};

use tokio::task::JoinSet;

use crate::{Options, Table, median, median_ratio};

/// How many tasks run at a time.
const TASKS: u64 = 64;

/// How many operations each task does in a block.
const OPERATIONS: u64 = 40;

/// How far the ids of two tasks are apart: they overlap.
const STEP: u64 = 16;

/// All ids are below this.
pub const IDS: u64 = (TASKS - 1) * STEP + OPERATIONS;

/// Measures both sides in turns and prints the row: operations a second, and the ratio of the times. Each task gets a
/// clone of its side's connection, and the ids of its operations, below [`IDS`].
pub async fn compare_tasks<A, B, TaskA, TaskB>(
    options: &Options,
    table: &mut Table,
    operation: &str,
    target: &str,
    (store, model): (&A, impl Fn(A, Range<u64>) -> TaskA),
    (connection, by_hand): (&B, impl Fn(B, Range<u64>) -> TaskB),
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
        let first = number * STEP;
        tasks.spawn(task(connection.clone(), first..first + OPERATIONS));
    }
    tasks.join_all().await;
    started.elapsed()
}

fn per_second(block: Duration) -> String {
    let operations = f64::from(u32::try_from(TASKS * OPERATIONS).expect("a small number"));
    format!("{:.0} k/s", operations / block.as_secs_f64() / 1e3)
}
