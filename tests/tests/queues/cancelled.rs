//! Futures that are dropped while they wait, after the server has taken something for them.

use std::{
    future::poll_fn,
    pin::pin,
    sync::atomic::{AtomicUsize, Ordering},
    task::Poll,
};

use redis_model::{Async, Query, redis::cmd};
use redis_model_tests::{poll_and_drop, poll_counts};

use super::*;
use crate::kind::{Kind, put};

/// Takes the only value with a future that is dropped after so many polls; it is taken, or there again.
async fn given_up<K: Kind + 'static>(backend: &Backend<Async>, get: impl AsyncFn() -> Option<String>) {
    let queue = K::new("queue");
    let length = async || queue.len().run(&backend.store).await.unwrap();
    for polls in poll_counts() {
        queue.put_all(&[("first".into(), 1), ("second".into(), 1)]).run(&backend.store).await.unwrap();
        let before = queue.load().run(&backend.store).await.unwrap();
        let is_done = poll_and_drop(get(), polls).await;
        let left = if is_done { 1 } else { 2 };
        while length().await != left {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let after = queue.load().run(&backend.store).await.unwrap();
        assert_eq!(after, before[usize::from(is_done)..], "after {polls} polls");
        queue.try_get().run(&backend.store).await.unwrap();
        queue.try_get().run(&backend.store).await.unwrap();
    }
}

/// Consumers give up again and again while there are producers.
fn given_up_among_others<K: Kind>(backend: &Backend<Async>, get: impl AsyncFn() -> Option<String> + Sync) {
    const VALUES: usize = 150;
    let (queue, count) = (K::new("queue"), AtomicUsize::new(0));
    let consume = |number: usize| {
        let (count, get) = (&count, &get);
        move || {
            let mut taken = Vec::new();
            for round in number.. {
                if count.load(Ordering::Relaxed) == VALUES {
                    break;
                }
                Async::finish(poll_and_drop(
                    async {
                        taken.extend(get().await);
                        count.fetch_add(1, Ordering::Relaxed);
                    },
                    round * 37 % 400,
                ));
            }
            taken
        }
    };
    let mut taken: Vec<usize> = thread::scope(|scope| {
        let consumers: Vec<_> = (0..3).map(|number| scope.spawn(consume(number))).collect();
        for value in 0..VALUES {
            put(backend, &queue, &value.to_string());
        }
        consumers
            .into_iter()
            .flat_map(|consumer| consumer.join().unwrap())
            .map(|value| value.parse().unwrap())
            .collect()
    });
    taken.sort_unstable();
    assert!(taken.into_iter().eq(0..VALUES));
    assert_eq!(backend.run(queue.len()).unwrap(), 0);
    wait_until("nobody waits", || waiting(backend) == 0);
}

fn check(backend: &Backend<Async>) {
    let (queue, stack) = (Queue::<String>::at("queue"), Stack::<String>::at("queue"));
    let ranked = PriorityQueue::<String>::at("queue");
    let from_queue = async || queue.get(&backend.store, LONG).await.unwrap();
    let from_stack = async || stack.get(&backend.store, LONG).await.unwrap();
    let from_ranked = async || ranked.get(&backend.store, LONG).await.unwrap().map(|(value, _)| value);

    Async::finish(given_up::<Queue<String>>(backend, from_queue));
    Async::finish(given_up::<Stack<String>>(backend, from_stack));
    Async::finish(given_up::<PriorityQueue<String>>(backend, from_ranked));
    given_up_among_others::<Queue<String>>(backend, from_queue);
    given_up_among_others::<Stack<String>>(backend, from_stack);
    given_up_among_others::<PriorityQueue<String>>(backend, from_ranked);
}

#[test]
fn nothing_is_lost_on_the_engine() {
    check(&Backend::embedded());
}

#[test]
fn nothing_is_lost_on_a_server() {
    check(&patient(&RedisServer::start()));
}

#[test]
fn who_gives_up_leaves_a_job_and_its_token_to_others() {
    let server = RedisServer::start();
    for backend in [Backend::<Async>::embedded(), patient(&server)] {
        let jobs = ReliableQueue::<u32>::at("jobs").lease(LONG);
        for polls in poll_counts() {
            let is_done = Async::finish(poll_and_drop(jobs.get(&backend.store, Duration::from_millis(5)), polls));
            assert!(!is_done || polls > 0);
        }
        wait_until("nobody waits", || waiting(&backend) == 0);
        thread::scope(|scope| {
            let worker = scope.spawn(|| backend.wait(jobs.get(&backend.store, LONG)));
            wait_until("it waits", || waiting(&backend) == 1);
            backend.run(jobs.put(7)).unwrap();
            assert_eq!(worker.join().unwrap().unwrap().map(redis_model::Job::into_value), Some(7));
        });
    }
}

/// What comes for a future that is not polled any more.
#[test]
fn what_comes_just_before_a_wait_is_given_up_is_put_back() {
    let server = RedisServer::start();
    for backend in [Backend::<Async>::embedded(), patient(&server)] {
        let queue = Queue::<u32>::at("queue");
        for number in 0..50 {
            Async::finish(async {
                let mut waiter = pin!(queue.get(&backend.store, LONG));
                while !has_asked(&backend).await {
                    let is_done = poll_fn(|context| Poll::Ready(waiter.as_mut().poll(context).is_ready())).await;
                    assert!(!is_done);
                }
                queue.put(number).run(&backend.store).await.unwrap();
            });
            wait_until("it is there again", || backend.run(queue.len()).unwrap() == 1);
            assert_eq!(backend.run(queue.try_get()).unwrap(), Some(number));
        }
    }
}

async fn has_asked(backend: &Backend<Async>) -> bool {
    let clients = Query::command(cmd("CLIENT").arg("LIST").to_owned());
    clients.run(&backend.store).await.is_ok_and(|clients: String| clients.contains("cmd=blpop"))
}
