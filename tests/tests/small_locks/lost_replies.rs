//! Connections that break after a request, before its reply.

use redis_model::{Async, Blocking, Mutex, RateLimit, RateLimitLock, Semaphore};

use super::*;

/// A store whose connections go through a proxy, with a request behind it, so that its connection is there.
fn connected<M: Wait>(proxy: &Proxy) -> redis_model::generic::Store<M> {
    let store = M::connect(&proxy.url()).unwrap();
    M::wait(set("warm", "1").run(&store)).unwrap();
    store
}

fn a_mutex_whose_grant_was_lost_is_held<M: Wait>() {
    let server = RedisServer::start();
    let proxy = Proxy::start(&server);
    let store = connected::<M>(&proxy);
    for is_waiting in [true, false] {
        proxy.cut_after_request(1);
        let guard = if is_waiting {
            M::wait(Mutex::named("a").acquire(&store)).unwrap()
        } else {
            M::wait(Mutex::named("a").try_acquire(&store)).unwrap().unwrap()
        };
        assert!(M::wait(guard.check()).is_ok());
        assert_eq!(M::wait(guard.release()).unwrap(), Released::InTime);
    }
}

#[test]
fn a_lost_grant_of_a_mutex_does_not_stand_in_its_own_way() {
    a_mutex_whose_grant_was_lost_is_held::<Blocking>();
    a_mutex_whose_grant_was_lost_is_held::<Async>();
}

fn a_permit_whose_grant_was_lost_is_taken_once<M: Wait>() {
    let server = RedisServer::start();
    let proxy = Proxy::start(&server);
    let store = connected::<M>(&proxy);
    let semaphore = Semaphore::named("a", 2);
    // The script is there, so that the next request is the one that takes a permit.
    M::wait(M::wait(semaphore.acquire(&store)).unwrap().release()).unwrap();
    proxy.cut_after_request(1);
    let guard = M::wait(semaphore.acquire(&store)).unwrap();
    assert!(M::wait(guard.check()).is_ok());
    assert_eq!(M::wait(semaphore.available().run(&store)).unwrap(), 1);
    assert_eq!(M::wait(guard.release()).unwrap(), Released::InTime);
}

#[test]
fn a_lost_grant_of_a_permit_takes_no_second_one() {
    a_permit_whose_grant_was_lost_is_taken_once::<Blocking>();
    a_permit_whose_grant_was_lost_is_taken_once::<Async>();
}

fn a_rate_limit_whose_reply_was_lost_is_taken<M: Wait>() {
    let server = RedisServer::start();
    let proxy = Proxy::start(&server);
    let store = connected::<M>(&proxy);
    let take = |name: &str| M::wait(RateLimitLock::on([name]).try_take(LONG).run(&store)).unwrap();
    // The script is there, so that the next request is the one that takes.
    assert_eq!(take("warm"), RateLimit::Taken);
    proxy.cut_after_request(1);
    assert_eq!(take("a"), RateLimit::Taken);
    assert!(matches!(take("a"), RateLimit::Limited { .. }));
}

#[test]
fn a_rate_limit_is_not_kept_back_by_its_own_lost_request() {
    a_rate_limit_whose_reply_was_lost_is_taken::<Blocking>();
    a_rate_limit_whose_reply_was_lost_is_taken::<Async>();
}
