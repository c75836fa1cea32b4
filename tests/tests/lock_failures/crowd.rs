//! Many who want the same lock, or locks that exclude each other.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use redis_model::{Error, Store, blocking, embedded::Engine};

use super::*;

const CROWD: usize = 100;
const HANDOVERS: usize = 3000;

/// Jain's index: 1 when all have got the same, 1/n when one has got everything.
#[allow(clippy::cast_precision_loss)]
fn fairness(shares: &[usize]) -> f64 {
    let sum: usize = shares.iter().sum();
    let squares: usize = shares.iter().map(|share| share * share).sum();
    (sum * sum) as f64 / (shares.len() * squares) as f64
}

#[tokio::test]
async fn a_hundred_are_served_fairly_and_in_the_order_of_the_queue() {
    let server = RedisServer::start();
    let stores = [Store::connect(&server.url()).await.unwrap(), Store::connect(&server.url()).await.unwrap()];
    let lock = || lock().wait(LONG);
    let holder = lock().acquire(&stores[0]).await.unwrap();
    let turns = Arc::new(Mutex::new(Vec::with_capacity(HANDOVERS)));
    let mut tasks = Vec::new();
    for number in 0..CROWD {
        let (store, turns) = (stores[number % 2].clone(), turns.clone());
        tasks.push(tokio::spawn(async move {
            while turns.lock().unwrap().len() < HANDOVERS {
                let guard = lock().acquire(&store).await?;
                turns.lock().unwrap().push((number, guard.fence()));
                guard.release().await?;
            }
            Ok::<_, Error>(())
        }));
        until("it waits", || waiting(&server) == number + 1).await;
    }
    holder.release().await.unwrap();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    let turns = turns.lock().unwrap();
    assert!(turns[..CROWD].iter().map(|(number, _)| *number).eq(0..CROWD), "the queue's order");
    assert!(turns.is_sorted_by(|a, b| a.1 < b.1), "fences grow");
    let mut shares = [0; CROWD];
    turns[..HANDOVERS].iter().for_each(|(number, _)| shares[*number] += 1);
    assert!(fairness(&shares) >= 0.99, "{shares:?}");
    assert!(entries(&server).is_empty());
}

/// Who is inside: a path, and whether it is shared.
#[derive(Default)]
struct Inside(Mutex<Vec<(&'static str, bool)>>);

impl Inside {
    fn enter(&self, path: &'static str, is_shared: bool) {
        let mut inside = self.0.lock().unwrap();
        let is_below = |below: &str, above: &str| {
            below.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        for &(other, other_is_shared) in &*inside {
            let is_related = is_below(path, other) || is_below(other, path);
            assert!(!is_related || (is_shared && other_is_shared), "{path} {is_shared} beside {inside:?}");
        }
        inside.push((path, is_shared));
    }

    fn leave(&self, path: &'static str, is_shared: bool) {
        let mut inside = self.0.lock().unwrap();
        let place = inside.iter().position(|other| *other == (path, is_shared)).unwrap();
        inside.swap_remove(place);
    }
}

const PATHS: [&str; 6] = ["a", "a.b", "a.b.c", "a.b.d", "a.e", "a.e.f"];

/// The lock of a turn, of all paths and both modes in turn.
fn turn(number: usize, round: usize) -> (&'static str, bool, Lock) {
    let (path, is_shared) = (PATHS[(number + round * 5) % PATHS.len()], !(number + round).is_multiple_of(3));
    let lock = Lock::at(path).lease(LONG).wait(LONG);
    (path, is_shared, if is_shared { lock.shared() } else { lock })
}

const ROUNDS: usize = 25;

/// Lets tasks and threads take locks of one tree side by side, and checks that none are inside that exclude each other.
fn mix(store: &Store, blocking: &blocking::Store) {
    let (inside, count) = (Arc::new(Inside::default()), Arc::new(AtomicUsize::new(0)));
    thread::scope(|scope| {
        for number in 0..8 {
            let (inside, count) = (&inside, &count);
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    let (path, is_shared, lock) = turn(number, round);
                    let guard = lock.acquire(blocking).unwrap();
                    inside.enter(path, is_shared);
                    thread::yield_now();
                    inside.leave(path, is_shared);
                    // Both ways to give it back.
                    if round % 2 == 0 {
                        drop(guard);
                    } else {
                        guard.release().unwrap();
                    }
                    count.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let tasks = (8..32).map(|number| {
                let (store, inside, count) = (store.clone(), inside.clone(), count.clone());
                tokio::spawn(async move {
                    for round in 0..ROUNDS {
                        let (path, is_shared, lock) = turn(number, round);
                        let guard = lock.acquire(&store).await.unwrap();
                        inside.enter(path, is_shared);
                        tokio::task::yield_now().await;
                        inside.leave(path, is_shared);
                        if round % 2 == 0 {
                            drop(guard);
                        } else {
                            guard.release().await.unwrap();
                        }
                        count.fetch_add(1, Ordering::Relaxed);
                    }
                })
            });
            for task in tasks.collect::<Vec<_>>() {
                task.await.unwrap();
            }
            store.clone().close().await.unwrap();
        });
    });
    assert_eq!(count.load(Ordering::Relaxed), 32 * ROUNDS);
}

#[test]
fn no_two_are_inside_that_exclude_each_other_on_an_engine() {
    let engine = Engine::new();
    mix(&Store::on_engine(&engine), &blocking::Store::on_engine(&engine));
}

#[test]
fn no_two_are_inside_that_exclude_each_other_on_a_server() {
    let server = RedisServer::start();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let store = runtime.block_on(Store::connect(&server.url())).unwrap();
    mix(&store, &blocking::Store::connect(&server.url()).unwrap());
    redis_model_tests::wait_until("nothing is left", || entries(&server).is_empty());
}
