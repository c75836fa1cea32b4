//! Answers that come late.

use redis_model::redis;

use super::*;

/// The server's time in milliseconds.
fn time(server: &RedisServer) -> u64 {
    let (seconds, micros): (u64, u64) = redis::from_redis_value(server.command(&["TIME"])).unwrap();
    seconds * 1_000 + micros / 1_000
}

in_both_modes! {
    fn a_late_answer_does_not_let_values_be_fresh_for_longer<M>() {
        let server = RedisServer::start();
        let proxy = Proxy::start(&server);
        let patient = Store::builder().url(&proxy.url()).response_timeout(LONG);
        let (store, direct) = (M::connect_with(patient).unwrap(), M::connect(&server.url()).unwrap());
        let cache = By::<u64>::new("late", Duration::from_millis(300)).stale(LONG).early(0.0).timeout(LONG);
        assert!(M::wait(cache.on(&direct).put(&(1,), &1)).unwrap());
        let stored = time(&server);
        proxy.hold();
        let requests = proxy.requests();
        thread::scope(|scope| {
            let first = scope.spawn(|| load(&store, &cache, 1, || 0));
            wait_until("it has asked", || proxy.requests() > requests);
            wait_until("the value is outdated", || time(&server) > stored + 1_000);
            proxy.release();
            assert!(first.join().unwrap() <= 1);
        });
        assert!(M::wait(cache.on(&direct).put(&(1,), &1)).unwrap());
        let stored = time(&server);
        wait_until("the value is outdated", || time(&server) > stored + 300);
        assert_eq!(load(&store, &cache, 1, || 2), 2, "it is computed anew");
    }
}
