//! Replies that are lost with their connection, or come too late.

use redis_model::{Lock, Mutex, RateLimit, RateLimitLock, Semaphore, embedded::Engine};
use redis_model_tests::in_both_modes;

use super::*;

/// A store whose connections go through a proxy, with a request behind it, so that its connection is there.
fn connected<M: Wait>(proxy: &Proxy) -> redis_model::generic::Store<M> {
    let store = M::connect(&proxy.url()).unwrap();
    M::wait(set("warm", "1").run(&store)).unwrap();
    store
}

in_both_modes! {
    fn a_mutex_whose_grant_was_lost_is_held<M>() {
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

    fn a_permit_whose_grant_was_lost_is_taken_once<M>() {
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

    fn a_rate_limit_whose_reply_was_lost_is_taken<M>() {
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

    fn what_may_have_been_granted_is_not_said_to_be_unsent<M>() {
        let server = RedisServer::start();
        let proxy = Proxy::start(&server);
        for number in 0..3 {
            let store = connected::<M>(&proxy);
            // The scripts are there, so that the next request is the one that is cut.
            let prepare = || match number {
                0 => M::wait(M::wait(Lock::at("warm").acquire(&store)).unwrap().release()).map(drop),
                1 => M::wait(M::wait(Mutex::named("warm").acquire(&store)).unwrap().release()).map(drop),
                _ => M::wait(M::wait(Semaphore::named("warm", 1).acquire(&store)).unwrap().release()).map(drop),
            };
            prepare().unwrap();
            proxy.cut_after_request(1);
            proxy.refuse();
            let error = match number {
                0 => M::wait(Lock::at("a").try_acquire(&store)).map(drop),
                1 => M::wait(Mutex::named("a").try_acquire(&store)).map(drop),
                _ => M::wait(Semaphore::named("a", 1).try_acquire(&store)).map(drop),
            }
            .unwrap_err();
            assert!(error.is_indeterminate(), "{number}: {error:?}");
            proxy.accept();
            // What had been granted is given back.
            let other = M::connect(&server.url()).unwrap();
            match number {
                0 => drop(M::wait(Lock::at("a").acquire(&other)).unwrap()),
                1 => drop(M::wait(Mutex::named("a").acquire(&other)).unwrap()),
                _ => drop(M::wait(Semaphore::named("a", 1).acquire(&other)).unwrap()),
            }
        }
    }
    fn a_lease_that_is_over_when_its_answer_comes_is_no_lock<M>() {
        let engine = Engine::with_manual_clock();
        engine.set_latency(Duration::from_millis(40));
        let store = redis_model::generic::Store::<M>::on_engine(&engine);
        let lease = Duration::from_millis(10);
        let results = [
            M::wait(Lock::at("a").lease(lease).try_acquire(&store)).map(drop),
            M::wait(Mutex::named("a").lease(lease).try_acquire(&store)).map(drop),
            M::wait(Semaphore::named("a", 1).lease(lease).try_acquire(&store)).map(drop),
            M::wait(Lock::at("b").lease(lease).wait(lease).acquire(&store)).map(drop),
            M::wait(Mutex::named("b").lease(lease).wait(lease).acquire(&store)).map(drop),
        ];
        for result in results {
            assert!(matches!(&result, Err(Error::LockLost { .. })), "{result:?}");
        }
    }
}
