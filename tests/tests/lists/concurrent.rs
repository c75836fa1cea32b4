//! Several threads on one list.

use std::{collections::HashSet, sync::Mutex, thread};

use redis_model::{Blocking, blocking::Store};

use super::*;

const THREADS: u32 = 4;
const ROUNDS: u32 = 100;

/// Lets threads with stores of their own work on the same list.
fn side_by_side(backend: &Backend<Blocking>, work: impl Fn(u32, &Store) + Sync) {
    thread::scope(|scope| {
        for number in 0..THREADS {
            let (store, work) = (backend.other_store(), &work);
            scope.spawn(move || work(number, &store));
        }
    });
}

fn on_engine_and_server(check: impl Fn(&Backend<Blocking>)) {
    check(&Backend::embedded());
    check(&Backend::server(""));
}

#[test]
fn what_is_rotated_inserted_and_removed_by_many_is_neither_lost_nor_doubled() {
    on_engine_and_server(|backend| {
        let list = List::<u32>::at("numbers");
        backend.run(list.extend(0..200)).unwrap();
        side_by_side(backend, |number, store| {
            for round in 0..ROUNDS {
                match (round + number) % 5 {
                    0 => list.rotate_left(round).run(store).unwrap(),
                    1 => list.reverse().run(store).unwrap(),
                    2 => list.swap(i64::from(round), -1 - i64::from(number)).run(store).unwrap(),
                    3 => {
                        let taken = list.remove(i64::from(round)).run(store).unwrap().unwrap();
                        list.insert(i64::from(round) / 2, taken).run(store).unwrap();
                    }
                    _ => {
                        let taken = list.drain(50..60).run(store).unwrap();
                        list.splice(20..20, taken).run(store).unwrap();
                    }
                }
            }
        });
        let mut left = backend.run(list.load()).unwrap();
        left.sort_unstable();
        assert_eq!(left, (0..200).collect::<Vec<_>>());
    });
}

#[test]
fn each_element_is_popped_by_one() {
    on_engine_and_server(|backend| {
        let list = List::<u32>::at("numbers");
        backend.run(list.extend(0..THREADS * ROUNDS)).unwrap();
        let popped = Mutex::new(Vec::new());
        side_by_side(backend, |number, store| {
            for round in 0..ROUNDS {
                let index = [0, -1, 3][(round + number) as usize % 3];
                let taken = match list.remove(index).run(store).unwrap() {
                    Some(taken) => Some(taken),
                    None => list.pop_front().run(store).unwrap(),
                };
                popped.lock().unwrap().extend(taken);
            }
        });
        let popped = popped.into_inner().unwrap();
        assert_eq!(popped.len(), (THREADS * ROUNDS) as usize);
        assert_eq!(popped.into_iter().collect::<HashSet<_>>().len(), (THREADS * ROUNDS) as usize);
    });
}

#[test]
fn nobody_sees_a_list_above_its_limit() {
    on_engine_and_server(|backend| {
        let list = List::<u32>::at("numbers").max_len(10);
        side_by_side(backend, |number, store| {
            for round in 0..ROUNDS {
                let pushed = if round % 2 == 0 { list.extend([round; 7]) } else { list.push_front(number) };
                let (pushed, length) = (pushed.run(store).unwrap(), list.len().run(store).unwrap());
                assert!(pushed <= 10 && length <= 10, "{pushed} {length}");
            }
        });
        assert_eq!(backend.run(list.len()).unwrap(), 10);
    });
}
