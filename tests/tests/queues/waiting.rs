//! Waiting for something to be there.

use std::time::Instant;

use redis_model_tests::{Proxy, in_both_modes};

use super::*;
use crate::kind::{Kind, put};

fn none_comes<K: Kind, M: Wait>(backend: &Backend<M>) {
    let (queue, limit) = (K::new("queue"), Duration::from_millis(30));
    let started = Instant::now();
    assert_eq!(queue.get(backend, limit).unwrap(), None);
    assert!(started.elapsed() >= limit);
    assert_eq!(queue.get(backend, Duration::ZERO).unwrap(), None);
    put(backend, &queue, "there");
    assert_eq!(queue.get(backend, Duration::ZERO).unwrap().as_deref(), Some("there"));
}

fn a_put_wakes<K: Kind, M: Wait>(backend: &Backend<M>) {
    let queue = K::new("queue");
    thread::scope(|scope| {
        let waiter = scope.spawn(|| queue.get(backend, LONG));
        wait_until("it waits", || waiting(backend) == 1);
        put(backend, &queue, "new");
        assert_eq!(waiter.join().unwrap().unwrap().as_deref(), Some("new"));
    });
}

/// So many wait, each of whom has come after those before; then there is something for each.
fn in_turn<K: Kind, M: Wait>(backend: &Backend<M>) {
    let queue = K::new("queue");
    thread::scope(|scope| {
        let mut waiters = Vec::new();
        for number in 0..5 {
            wait_until("those before wait", || waiting(backend) == number);
            waiters.push(scope.spawn(|| queue.get(backend, LONG)));
        }
        wait_until("all wait", || waiting(backend) == 5);
        for (number, waiter) in waiters.into_iter().enumerate() {
            put(backend, &queue, &number.to_string());
            assert_eq!(waiter.join().unwrap().unwrap(), Some(number.to_string()));
        }
    });
}

fn each_is_taken_once<K: Kind, M: Wait>(backend: &Backend<M>) {
    const EACH: usize = 100;
    let queue = K::new("queue");
    let mut taken: Vec<usize> = thread::scope(|scope| {
        let produce = |producer: usize| {
            let queue = &queue;
            move || (0..EACH).for_each(|number| put(backend, queue, &(producer * EACH + number).to_string()))
        };
        (0..3).for_each(|producer| drop(scope.spawn(produce(producer))));
        let consume =
            || (0..EACH).map(|_| queue.get(backend, LONG).unwrap().unwrap().parse().unwrap()).collect::<Vec<_>>();
        let consumers: Vec<_> = (0..3).map(|_| scope.spawn(consume)).collect();
        consumers.into_iter().flat_map(|consumer| consumer.join().unwrap()).collect()
    });
    taken.sort_unstable();
    assert!(taken.into_iter().eq(0..3 * EACH));
    assert_eq!(backend.run(queue.len()).unwrap(), 0);
}

macro_rules! of_each_kind {
    ($($check:ident)*) => {
        on_every_backend! {$(
            fn $check(backend) {
                super::$check::<Queue<String>, M>(backend);
                backend.raw::<()>(&["FLUSHDB"]);
                super::$check::<Stack<String>, M>(backend);
                backend.raw::<()>(&["FLUSHDB"]);
                super::$check::<PriorityQueue<String>, M>(backend);
            }
        )*}
    };
}

mod kinds {
    use super::*;

    of_each_kind! { none_comes a_put_wakes in_turn each_is_taken_once }
}

on_every_backend! {
    fn the_longest_limit_is_one(backend) {
        let queue = Queue::<u32>::at("queue");
        backend.run(queue.put(1)).unwrap();
        assert_eq!(backend.wait(queue.get(&backend.store, Duration::MAX)).unwrap(), Some(1));
    }

    fn jobs_wake_as_many_as_they_are(backend) {
        let jobs = ReliableQueue::<u32>::at("jobs");
        thread::scope(|scope| {
            let work = || backend.wait(jobs.get(&backend.store, LONG)).unwrap().unwrap().into_value();
            let workers: Vec<_> = (0..3).map(|_| scope.spawn(work)).collect();
            wait_until("all wait", || waiting(backend) == 3);
            backend.run(jobs.put_all([1, 2, 3])).unwrap();
            let mut done: Vec<_> = workers.into_iter().map(|worker| worker.join().unwrap()).collect();
            done.sort_unstable();
            assert_eq!(done, [1, 2, 3]);
        });
    }
}

in_both_modes! {
    fn those_who_wait_hold_nobody_up<M>() {
        let server = RedisServer::start();
        let settings = Store::<M>::builder().url(&server.url()).max_connections(1);
        let store = M::connect_with(settings).unwrap();
        let queue = Queue::<u32>::at("queue");
        thread::scope(|scope| {
            let waiters: Vec<_> = (0..4).map(|_| scope.spawn(|| M::wait(queue.get(&store, LONG)).unwrap())).collect();
            let other = Backend::<M>::at(&server.url());
            wait_until("all wait", || waiting(&other) == 4);
            assert_eq!(M::wait(queue.len().run(&store)).unwrap(), 0);
            M::wait(queue.put_all([7; 4]).run(&store)).unwrap();
            assert!(waiters.into_iter().all(|waiter| waiter.join().unwrap() == Some(7)));
        });
    }

    fn connections_are_used_again<M>() {
        let server = RedisServer::start();
        let proxy = Proxy::start(&server);
        let backend = Backend::<M>::at(&proxy.url());
        let queue = Queue::<u32>::at("queue");
        for round in 0..10 {
            assert_eq!(backend.wait(queue.get(&backend.store, Duration::ZERO)).unwrap(), None);
            backend.run(queue.put(round)).unwrap();
            assert_eq!(backend.wait(queue.get(&backend.store, LONG)).unwrap(), Some(round));
        }
        assert_eq!(proxy.connections(), 2);
    }

    fn a_connection_that_was_closed_in_the_meantime_is_made_again<M>() {
        let server = RedisServer::start();
        let proxy = Proxy::start(&server);
        let backend = Backend::<M>::at(&proxy.url());
        let queue = Queue::<u32>::at("queue");
        backend.run(queue.put_all([1, 2])).unwrap();
        assert_eq!(backend.wait(queue.get(&backend.store, LONG)).unwrap(), Some(1));
        proxy.cut();
        // It may take a moment until the client knows.
        let mut taken = Ok(None);
        wait_until("it is taken", || {
            taken = backend.wait(queue.get(&backend.store, LONG));
            taken.is_ok()
        });
        assert_eq!(taken.unwrap(), Some(2));
    }

    /// Commands wait on the server for five seconds at most, and are sent again.
    fn a_wait_may_be_long<M>() {
        let server = RedisServer::start();
        let backend = Backend::<M>::at(&server.url());
        let queue = Queue::<u32>::at("queue");
        // How many seconds ago the server has last heard of the one who waits.
        let silence = || {
            let clients = backend.raw::<String>(&["CLIENT", "LIST"]);
            let waiter = clients.lines().find(|line| line.contains("cmd=blpop"))?;
            waiter.split(' ').find_map(|word| word.strip_prefix("idle=")?.parse::<u32>().ok())
        };
        thread::scope(|scope| {
            let waiter = scope.spawn(|| backend.wait(queue.get(&backend.store, LONG)));
            wait_until("it has been silent", || silence() >= Some(3));
            wait_until("it is asked again", || silence().is_some_and(|seconds| seconds < 3));
            wait_until("it waits", || waiting(&backend) == 1);
            backend.run(queue.put(1)).unwrap();
            assert_eq!(waiter.join().unwrap().unwrap(), Some(1));
        });
    }

    fn somebody_who_ends_a_wait_ends_nothing_else<M>() {
        let server = RedisServer::start();
        let backend = Backend::<M>::at(&server.url());
        let queue = Queue::<u32>::at("queue");
        thread::scope(|scope| {
            let waiter = scope.spawn(|| backend.wait(queue.get(&backend.store, LONG)));
            wait_until("it waits", || waiting(&backend) == 1);
            let clients = backend.raw::<String>(&["CLIENT", "LIST"]);
            let line = clients.lines().find(|line| line.contains("cmd=blpop")).unwrap();
            let number = line.split([' ', '=']).nth(1).unwrap();
            assert_eq!(backend.raw::<i64>(&["CLIENT", "UNBLOCK", number]), 1);
            backend.run(queue.put(1)).unwrap();
            assert_eq!(waiter.join().unwrap().unwrap(), Some(1));
        });
    }
}
