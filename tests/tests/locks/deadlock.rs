//! Those who wait for each other: in a circle, until a time limit; with several locks at once, never.

use std::{
    sync::{Mutex, mpsc},
    thread,
};

use redis_model_tests::wait_until;

use super::*;

/// Paths above, below and beside each other, in three trees.
const PATHS: [&str; 12] = ["a", "a.x", "a.x.1", "a.x.2", "a.y", "b", "b.x", "b.x.1", "b.y", "c", "c.x", "c.y"];
const THREADS: usize = 6;
const ROUNDS: usize = 15;
/// Far longer than all of it takes, unless somebody waits in a circle.
const PATIENCE: Duration = Duration::from_secs(20);

/// What is held, as the threads see it: who holds which path, and whether it is shared.
#[derive(Default)]
struct Held(Mutex<Vec<(usize, &'static str, bool)>>);

impl Held {
    fn enter(&self, holder: usize, path: &'static str, is_shared: bool) {
        let mut held = self.0.lock().unwrap();
        for &(other, theirs, theirs_is_shared) in held.iter().filter(|(other, ..)| *other != holder) {
            let is_excluded = are_related(path, theirs) && !(is_shared && theirs_is_shared);
            assert!(!is_excluded, "{holder} holds {path} while {other} holds {theirs}");
        }
        held.push((holder, path, is_shared));
    }

    fn leave(&self, holder: usize) {
        self.0.lock().unwrap().retain(|(other, ..)| *other != holder);
    }
}

fn are_related(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    long.strip_prefix(short).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The same sets of paths in each run, and others for each thread and round: one to four, some of them shared.
fn some_locks(thread: usize, round: usize) -> Vec<(&'static str, bool)> {
    let mut number = (thread * ROUNDS + round) as u64;
    let mut next = || {
        // Splitmix, as Steele, Lea and Flood have it.
        number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) >> 33).unwrap()
    };
    (0..=next() % 4).map(|_| (PATHS[next() % PATHS.len()], next().is_multiple_of(3))).collect()
}

on_every_backend! {
    fn a_circle_ends_in_an_error_that_names_the_path_and_the_lease_of_its_holder(backend) {
        let first = acquire(backend, &Lock::at("a.x"));
        let (sender, held) = mpsc::channel();
        thread::scope(|scope| {
            let other = scope.spawn(move || {
                let second = acquire(backend, &Lock::at("b.y").lease(LONG));
                sender.send(()).unwrap();
                let first = acquire(backend, &Lock::at("a").wait(PATIENCE));
                for guard in [second, first] {
                    assert_eq!(release(backend, guard), Released::InTime);
                }
            });
            held.recv().unwrap();
            wait_until("the other one waits for the first", || backend.raw::<usize>(&["ZCARD", "{a}@lock:queue"]) == 1);

            let wait = Duration::from_millis(50);
            let error = backend.wait(Lock::at("b.y.z").wait(wait).acquire(&backend.store)).unwrap_err();
            let Error::LockTimeout { path, waited, holder_lease: Some(lease) } = &error else { panic!("{error:?}") };
            assert_eq!(path, "b.y.z");
            assert!(*waited >= wait && *lease > LONG / 2 && *lease <= LONG, "{error:?}");

            assert!(!other.is_finished(), "the other one waits as before");
            assert_eq!(release(backend, first), Released::InTime);
        });
        assert!(["a", "b"].iter().all(|path| try_acquire(backend, &Lock::at(path)).is_some()));
    }

    fn who_takes_several_locks_at_once_never_waits_in_a_circle(backend) {
        let held = Held::default();
        thread::scope(|scope| {
            for thread in 0..THREADS {
                let held = &held;
                scope.spawn(move || {
                    for round in 0..ROUNDS {
                        let chosen = some_locks(thread, round);
                        let locks = chosen.iter().map(|&(path, is_shared)| {
                            let lock = Lock::at(path).wait(PATIENCE);
                            if is_shared { lock.shared() } else { lock }
                        });
                        let guards = backend.wait(Lock::all(locks).acquire(&backend.store)).unwrap();
                        for &(path, is_shared) in &chosen {
                            held.enter(thread, path, is_shared);
                        }
                        thread::yield_now();
                        held.leave(thread);
                        assert_eq!(backend.wait(guards.release()).unwrap(), Released::InTime);
                    }
                });
            }
        });
    }
}
