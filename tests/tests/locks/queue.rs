//! Waiting: the order of service, hand-over, and those who do not wait to the end.

use std::{sync::mpsc, thread};

use super::*;

/// How many wait in the tree `a`.
fn waiting<M: Wait>(backend: &Backend<M>) -> usize {
    backend.raw(&["ZCARD", "{a}@lock:queue"])
}

fn until_waiting<M: Wait>(backend: &Backend<M>, count: usize) {
    redis_model_tests::wait_until("so many wait", || waiting(backend) == count);
}

on_every_backend! {
    fn who_waits_first_is_served_first(backend) {
        let guard = acquire(backend, &Lock::at("a"));
        let (sender, served) = mpsc::channel();
        thread::scope(|scope| {
            for number in 0..6 {
                let sender = sender.clone();
                scope.spawn(move || {
                    let guard = acquire(backend, &Lock::at(if number % 2 == 0 { "a" } else { "a.b" }));
                    sender.send(number).unwrap();
                    release(backend, guard);
                });
                until_waiting(backend, number + 1);
            }
            assert!(served.try_recv().is_err());
            release(backend, guard);
        });
        assert_eq!(served.try_iter().collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5]);
        assert_eq!(waiting(backend), 0);
    }

    fn a_newcomer_does_not_pass_those_who_wait_unless_it_barges(backend) {
        let reader = acquire(backend, &Lock::at("a.b").shared());
        thread::scope(|scope| {
            scope.spawn(|| drop(acquire(backend, &Lock::at("a.b"))));
            until_waiting(backend, 1);
            assert!(try_acquire(backend, &Lock::at("a.b").shared()).is_none());
            assert!(try_acquire(backend, &Lock::at("a.b").shared().barging()).is_some());
            assert!(try_acquire(backend, &Lock::at("a.c")).is_some(), "an unrelated path is free");
            assert!(try_acquire(backend, &reader.child("c").shared()).is_some(), "a holder is not kept back");
            release(backend, reader);
        });
    }

    fn a_lock_that_was_handed_over_gets_its_whole_lease(backend) {
        let guard = acquire(backend, &Lock::at("a"));
        thread::scope(|scope| {
            let waiter = scope.spawn(|| acquire(backend, &Lock::at("a").lease(LONG)));
            until_waiting(backend, 1);
            release(backend, guard);
            let guard = waiter.join().unwrap();
            redis_model_tests::wait_until("it is renewed", || guard.remaining() > LONG / 2);
        });
        let guard = acquire(backend, &Lock::at("a"));
        thread::scope(|scope| {
            let fixed = Lock::at("a").fixed_lease(LONG);
            let waiter = scope.spawn(move || acquire(backend, &fixed));
            until_waiting(backend, 1);
            release(backend, guard);
            assert!(waiter.join().unwrap().remaining() > LONG / 2, "nobody renews it");
        });
    }

    fn shared_waiters_are_served_together(backend) {
        let guard = acquire(backend, &Lock::at("a"));
        let (sender, served) = mpsc::channel();
        thread::scope(|scope| {
            for _ in 0..3 {
                let sender = sender.clone();
                scope.spawn(move || sender.send(acquire(backend, &Lock::at("a").shared())).unwrap());
            }
            until_waiting(backend, 3);
            release(backend, guard);
            let guards: Vec<_> = (0..3).map(|_| served.recv_timeout(Duration::from_secs(10)).unwrap()).collect();
            assert!(guards.iter().all(Guard::is_held));
        });
    }
}
