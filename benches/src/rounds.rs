//! Two sides in turns.

use std::{
    fmt::Debug,
    hint::black_box,
    time::{Duration, Instant},
};

use crate::{CLOSE, Options, Table, median, median_ratio, time};

/// How long one side runs before it is the other's turn.
const BLOCK: Duration = Duration::from_millis(4);

/// How long both sides run before anything counts.
const WARM_UP: Duration = Duration::from_millis(300);

/// Measures how long an operation takes, one at a time, and prints the row. Both sides get the number of the operation,
/// from 0 on: the same numbers, so that they can use the same keys. `target` is [`CLOSE`] unless given.
///
/// # Panics
/// When the two sides do not give the same.
pub async fn compare<T, A, B>(
    options: &Options,
    table: &mut Table,
    operation: &str,
    target: Option<&str>,
    (mut model, mut by_hand): (A, B),
) where
    T: PartialEq + Debug,
    A: AsyncFnMut(u64) -> T,
    B: AsyncFnMut(u64) -> T,
{
    if !options.wants(operation) {
        return;
    }
    assert_eq!(model(0).await, by_hand(0).await, "{operation}");
    if options.rounds == 0 {
        return;
    }
    let count = warm_up(&mut model, &mut by_hand).await;
    let (mut of_model, mut of_hand, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..options.rounds {
        let (a, b);
        if round % 2 == 0 {
            a = block(&mut model, count).await;
            b = block(&mut by_hand, count).await;
        } else {
            b = block(&mut by_hand, count).await;
            a = block(&mut model, count).await;
        }
        of_model.push(a);
        of_hand.push(b);
        ratios.push(a.div_duration_f64(b));
    }
    table.row(&[
        operation,
        &time(median(&mut of_model)),
        &time(median(&mut of_hand)),
        &median_ratio(&mut ratios).to_string(),
        target.unwrap_or(CLOSE),
    ]);
}

/// Runs both sides and finds how many operations make a block.
async fn warm_up<T>(model: &mut impl AsyncFnMut(u64) -> T, by_hand: &mut impl AsyncFnMut(u64) -> T) -> u64 {
    let started = Instant::now();
    let mut operations = 0;
    while started.elapsed() < WARM_UP {
        black_box(model(operations / 2).await);
        black_box(by_hand(operations / 2).await);
        operations += 2;
    }
    block_length(operations).max(5)
}

/// How many operations fill a block, when so many filled the warm-up.
fn block_length(operations: u64) -> u64 {
    operations / u64::try_from(WARM_UP.as_nanos() / BLOCK.as_nanos()).unwrap_or(u64::MAX)
}

/// The median time of an operation, of `count` in a row.
async fn block<T>(operation: &mut impl AsyncFnMut(u64) -> T, count: u64) -> Duration {
    let mut times = Vec::with_capacity(usize::try_from(count).unwrap_or_default());
    for number in 0..count {
        let started = Instant::now();
        black_box(operation(number).await);
        times.push(started.elapsed());
    }
    median(&mut times)
}

/// Measures an operation that is too short for a clock, by blocks of many, and prints the row.
pub fn nanoseconds<T>(options: &Options, table: &mut Table, operation: &str, target: &str, run: impl FnMut(u64) -> T) {
    if !options.wants(operation) {
        return;
    }
    if let Some(time) = median_time(options, run) {
        table.row(&[operation, &format!("{:.0} ns", time * 1e9), target]);
    }
}

/// The seconds that an operation takes, by blocks of many; `None` when nothing is to be measured. It gets the number of
/// its call, from 0 on and without end.
pub fn median_time<T>(options: &Options, mut run: impl FnMut(u64) -> T) -> Option<f64> {
    let mut numbers = 0..;
    let mut call = || black_box(run(numbers.next().unwrap_or_default()));
    call();
    if options.rounds == 0 {
        return None;
    }
    let started = Instant::now();
    let mut operations = 0;
    while started.elapsed() < WARM_UP {
        call();
        operations += 1;
    }
    let count = u32::try_from(block_length(operations)).unwrap_or(u32::MAX).max(1);
    let mut blocks: Vec<Duration> = (0..options.rounds)
        .map(|_| {
            let started = Instant::now();
            for _ in 0..count {
                call();
            }
            started.elapsed()
        })
        .collect();
    Some(median(&mut blocks).as_secs_f64() / f64::from(count))
}
