//! Several writers at once.

use std::{collections::BTreeSet, thread};

use super::*;

const WRITERS: u32 = 4;

/// Runs the work of each writer in a thread of its own, and collects what they answer.
fn together<M: Wait, T: Send>(backend: &Backend<M>, work: impl Fn(&Backend<M>, u32) -> T + Sync) -> Vec<T> {
    let work = &work;
    thread::scope(|scope| {
        let threads: Vec<_> = (0..WRITERS).map(|writer| scope.spawn(move || work(backend, writer))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

on_every_backend! {
    fn no_update_and_no_sum_is_lost(backend) {
        let map = stock();
        together(backend, |backend, _| {
            for _ in 0..25 {
                backend.wait(map.update(&backend.store, "updated", |value| Some(value.unwrap_or(0) + 1))).unwrap();
                backend.run(map.incr("added", 1)).unwrap();
            }
        });
        assert_eq!(backend.run(map.load()).unwrap(), entries(&[("updated", 25 * WRITERS), ("added", 25 * WRITERS)]));
    }

    fn each_entry_is_popped_and_each_key_claimed_by_one(backend) {
        let map = Map::<u32, u32>::at("shared");
        let claims = together(backend, |backend, writer| {
            (0..50).filter(|&key| backend.run(map.insert_if_absent(key, writer)).unwrap()).count()
        });
        assert_eq!(claims.into_iter().sum::<usize>(), 50);
        let popped = together(backend, |backend, _| {
            std::iter::from_fn(|| backend.run(map.pop()).unwrap()).map(|(key, _)| key).collect::<Vec<_>>()
        });
        let popped = popped.concat();
        assert_eq!((popped.len(), popped.into_iter().collect::<BTreeSet<_>>()), (50, (0..50).collect()));
    }

    fn a_replacement_is_seen_whole(backend) {
        let map = Map::<u32, u32>::at("whole");
        backend.run(map.replace((0..100).map(|key| (key, 0)))).unwrap();
        together(backend, |backend, writer| {
            for round in 0..10 {
                if writer % 2 == 0 {
                    backend.run(map.replace((0..100).map(|key| (key, writer * 100 + round)))).unwrap();
                } else {
                    let seen = backend.run(map.values()).unwrap();
                    assert_eq!((seen.len(), seen.into_iter().collect::<BTreeSet<_>>().len()), (100, 1));
                }
            }
        });
    }
}
