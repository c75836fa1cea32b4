//! Connections that break, and servers that fall silent.

use redis_model_tests::{Proxy, in_both_modes};

use super::*;

/// A server behind a proxy, and a store whose requests may take so long.
fn behind_a_proxy<M: Wait>(limit: Duration) -> (RedisServer, Proxy, Store<M>, Backend<M>) {
    let server = RedisServer::start();
    let proxy = Proxy::start(&server);
    let store = M::connect_with(Store::builder().url(&proxy.url()).response_timeout(limit)).unwrap();
    let backend = Backend::at(&server.url());
    (server, proxy, store, backend)
}

/// Makes a connection to wait on, which is kept.
fn connect<M: Wait>(queue: &Queue<u32>, store: &Store<M>) {
    wait_until("there is nothing", || M::wait(queue.get(store, Duration::ZERO)).is_ok_and(|taken| taken.is_none()));
}

/// How many commands that wait for a value have ended.
fn pops<M: Wait>(backend: &Backend<M>) -> u64 {
    let stats = backend.raw::<String>(&["INFO", "commandstats"]);
    let pops = stats.lines().find_map(|line| line.strip_prefix("cmdstat_blpop:calls="));
    pops.map_or(0, |pops| pops.split(',').next().unwrap().parse().unwrap())
}

in_both_modes! {
    fn one_whose_connection_breaks_is_told<M>() {
        let (_server, proxy, store, backend) = behind_a_proxy::<M>(LONG);
        let queue = Queue::<u32>::at("queue");
        thread::scope(|scope| {
            let waiter = scope.spawn(|| M::wait(queue.get(&store, LONG)));
            wait_until("it waits", || waiting(&backend) == 1);
            proxy.cut();
            let error = waiter.join().unwrap().unwrap_err();
            assert!(matches!(error, Error::Disconnected { .. }), "{error:?}");
        });
        wait_until("nobody waits", || waiting(&backend) == 0);
        backend.run(queue.put(1)).unwrap();
        assert_eq!(M::wait(queue.get(&store, LONG)).unwrap(), Some(1));
    }

    fn a_value_that_comes_too_late_is_put_back<M>() {
        let (_server, proxy, store, backend) = behind_a_proxy::<M>(Duration::from_secs(1));
        let queue = Queue::<u32>::at("queue");
        connect(&queue, &store);
        backend.run(queue.put_all([1, 2])).unwrap();
        proxy.hold();
        let error = M::wait(queue.get(&store, Duration::from_millis(1))).unwrap_err();
        assert!(error.is_timeout(), "{error:?}");
        assert_eq!(backend.run(queue.load()).unwrap(), [2]);
        proxy.release();
        wait_until("it is there again", || backend.run(queue.load()).unwrap() == [1, 2]);
    }

    fn a_request_that_comes_too_late_takes_nothing_for_good<M>() {
        let (_server, proxy, store, backend) = behind_a_proxy::<M>(Duration::from_secs(1));
        let queue = Queue::<u32>::at("queue");
        connect(&queue, &store);
        let before = pops(&backend);
        proxy.delay_requests();
        let error = M::wait(queue.get(&store, Duration::from_millis(1))).unwrap_err();
        assert!(error.is_timeout(), "{error:?}");
        backend.run(queue.put_all([1, 2])).unwrap();
        assert_eq!(backend.run(queue.load()).unwrap(), [1, 2]);
        proxy.release();
        wait_until("the request has come", || pops(&backend) > before);
        wait_until("it is there again", || backend.run(queue.load()).unwrap() == [1, 2]);
    }

    fn a_server_that_is_away_is_told<M>() {
        let (mut server, proxy, store, _) = behind_a_proxy::<M>(LONG);
        let queue = Queue::<u32>::at("queue");
        server.kill();
        proxy.cut();
        let error = M::wait(queue.get(&store, LONG)).unwrap_err();
        assert!(error.is_connection(), "{error:?}");
        let jobs = ReliableQueue::<u32>::at("jobs");
        assert!(M::wait(jobs.get(&store, LONG)).is_err_and(|error| error.is_connection()));
    }

    /// A connection is cut at any of the requests of a consumer: jobs come back, and none is lost.
    fn jobs_outlive_connections<M>() {
        let (_server, proxy, store, backend) = behind_a_proxy::<M>(LONG);
        let jobs = ReliableQueue::<u32>::at("jobs").lease(Duration::from_millis(20));
        for cut in 1..12 {
            backend.run(jobs.put(cut)).unwrap();
            proxy.cut_after_request(u64::from(cut));
            let mut is_done = false;
            wait_until("the job is done", || {
                let Ok(Some(job)) = M::wait(jobs.get(&store, Duration::from_millis(1))) else { return is_done };
                assert_eq!(*job.value(), cut);
                // Who has not heard that it is done finds it gone.
                is_done = M::wait(job.ack().run(&store)).is_ok_and(Settled::is_done);
                is_done || backend.run(jobs.is_empty()).unwrap()
            });
            assert_eq!(backend.run((jobs.len(), jobs.waiting(), jobs.in_flight()).batch()).unwrap(), (0, 0, 0));
        }
    }
}

#[test]
fn an_engine_that_goes_away_is_told() {
    let engine = redis_model::embedded::Engine::new();
    let store = redis_model::blocking::Store::on_engine(&engine);
    let queue = Queue::<u32>::at("queue");
    thread::scope(|scope| {
        let waiter = scope.spawn(|| queue.get(&store, LONG));
        let mut clients = engine.connection();
        wait_until("it waits", || {
            let list: String = redis::cmd("CLIENT").arg("LIST").query(&mut clients).unwrap();
            list.contains("cmd=blpop")
        });
        engine.set_offline(true);
        assert!(waiter.join().unwrap().unwrap_err().is_connection());
    });
    engine.set_offline(false);
    queue.put(1).run(&store).unwrap();
    assert_eq!(queue.get(&store, LONG).unwrap(), Some(1));
}
