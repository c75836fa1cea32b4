//! Replies that do not come in time: the request ends, and nobody else gets its late reply.

#[path = "fake.rs"]
mod fake;

use std::time::{Duration, Instant};

use redis_model::{Error, Query, blocking, generic::Store, prelude::*};
use redis_model_tests::{Proxy, RedisServer, Wait, in_both_modes, wait_until};

use self::fake::{after_a_pause, fake_server, reluctantly};
use crate::{User, check_answers, command, run, user};

const LIMIT: Duration = Duration::from_millis(400);

fn impatient<M: Wait>(url: &str) -> Store<M> {
    M::connect_with(Store::<M>::builder().url(url).response_timeout(LIMIT)).unwrap()
}

in_both_modes! {
    fn a_server_that_hangs_is_a_timeout<M>() {
        let mut server = RedisServer::start();
        let store = impatient::<M>(&server.url());
        check_answers(&store);
        server.pause();
        let error = run(&store, User::at(1).logins().incr(1)).unwrap_err();
        assert!(matches!(error, Error::Timeout { limit: Some(LIMIT) }), "{error:?}");
        assert!(error.is_timeout() && error.is_indeterminate() && !error.is_connection());
        server.resume();
        // It has run after all, once: a timeout is never followed by another try.
        let stored = || run(&store, User::at(1).logins().get()).is_ok_and(|logins| logins == Some(1));
        wait_until("the server has answered what came in meanwhile", stored);
        check_answers(&store);
    }

    fn a_read_that_times_out_is_not_repeated<M>() {
        let server = RedisServer::start();
        let proxy = Proxy::start(&server);
        let store = impatient::<M>(&proxy.url());
        check_answers(&store);
        let before = calls(&server, "hget");
        proxy.hold();
        let error = run(&store, User::at(1).name().get()).unwrap_err();
        assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
        assert_eq!(calls(&server, "hget"), before + 1);
        proxy.release();
    }

    fn late_replies_reach_no_later_request<M>() {
        let server = RedisServer::start();
        let proxy = Proxy::start(&server);
        let store = impatient::<M>(&proxy.url());
        check_answers(&store);
        for round in 0..4 {
            proxy.hold();
            let late: Vec<Query<Option<String>>> = (0..=round).map(|_| User::at(2).name().get()).collect();
            let error = run(&store, Query::all(late)).unwrap_err();
            assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
            proxy.release();
            let echo = format!("round {round}");
            assert_eq!(run(&store, command::<String>(&["ECHO", &echo])).unwrap(), echo);
            assert_eq!(run(&store, User::at(1).name().get()).unwrap(), Some(user(1).name));
            check_answers(&store);
        }
    }

    fn one_reply_in_many_pieces_keeps_the_limit<M>() {
        let store = impatient::<M>(&fake_server(reluctantly));
        check_limit(&store, command::<Option<String>>(&["GET", "dripping"]));
    }

    fn pushes_instead_of_a_reply_keep_the_limit<M>() {
        let store = impatient::<M>(&fake_server(reluctantly));
        check_limit(&store, command::<Option<String>>(&["GET", "pushes"]));
    }

    fn a_request_that_is_read_slowly_keeps_the_limit<M>() {
        let store = impatient::<M>(&fake_server(reluctantly));
        check_limit(&store, command::<()>(&["SET", "sipping", &"x".repeat(24_000_000)]));
    }

    fn a_limit_beyond_the_clock_is_none<M>() {
        let server = RedisServer::start();
        let settings = Store::<M>::builder().url(&server.url());
        check_answers(&M::connect_with(settings.connect_timeout(Duration::MAX).response_timeout(Duration::MAX)).unwrap());
    }

    fn many_replies_within_the_limit_are_all_there<M>() {
        let server = RedisServer::start();
        let proxy = Proxy::start(&server);
        let store = M::connect(&proxy.url()).unwrap();
        let texts: Vec<String> = (0..2_000).map(|number| number.to_string().repeat(number % 97)).collect();
        let echoes = Query::all(texts.iter().map(|text| command::<String>(&["ECHO", text])));
        assert_eq!(run(&store, echoes).unwrap(), texts);
        check_answers(&store);
    }

    fn many_replies_share_one_limit<M>() {
        let url = fake_server(after_a_pause);
        let limit = Duration::from_millis(500);
        let store = M::connect_with(Store::<M>::builder().url(&url).connect_timeout(Duration::from_secs(20)).response_timeout(limit)).unwrap();
        // Each reply comes in good time, all of them would take six times the limit.
        let error = run(&store, Query::all((0..100).map(|_| command::<String>(&["PING"])))).unwrap_err();
        assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
        assert_eq!(run(&store, command::<String>(&["PING"])).unwrap(), "OK");
    }
}

#[test]
fn other_requests_of_a_multiplexed_connection_survive_a_timeout() {
    let server = RedisServer::start();
    let proxy = Proxy::start(&server);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let builder = redis_model::Store::builder().url(&proxy.url()).response_timeout(LIMIT);
        let store = builder.connect().await.unwrap();
        for id in 0..32 {
            user(id).save().run(&store).await.unwrap();
        }
        for _ in 0..5 {
            proxy.hold();
            let held: Vec<_> = (0..8).map(|id| tokio::spawn(User::at(id).name().get().run(&store))).collect();
            for task in held {
                let error = task.await.unwrap().unwrap_err();
                assert!(matches!(error, Error::Timeout { .. } | Error::Disconnected { .. }), "{error:?}");
            }
            proxy.release();
            let tasks: Vec<_> = (0..32).map(|id| (id, tokio::spawn(User::at(id).name().get().run(&store)))).collect();
            for (id, task) in tasks {
                assert_eq!(task.await.unwrap().unwrap(), Some(user(id).name));
            }
        }
    });
}

#[test]
fn a_blocking_write_does_not_meet_connections_that_the_server_has_closed() {
    for protocol in ["", "?protocol=resp3"] {
        let server = RedisServer::start();
        let store = blocking::Store::connect(&(server.url() + protocol)).unwrap();
        for round in 1..=3 {
            server.command(&["CLIENT", "KILL", "TYPE", "normal"]);
            let closed = Instant::now();
            wait_until("it is idle for long enough to be looked at", || closed.elapsed() > Duration::from_millis(50));
            assert_eq!(run(&store, command::<i64>(&["INCR", "writes"])).unwrap(), round);
        }
    }
}

#[test]
fn a_crowd_that_cannot_connect_waits_for_one_limit_only() {
    const CROWD: usize = 20;
    let server = RedisServer::start();
    let proxy = Proxy::start(&server);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let store = redis_model::Store::builder().url(&proxy.url()).connect_timeout(LIMIT).connect().await.unwrap();
        proxy.hold();
        proxy.cut();
        let started = Instant::now();
        let crowd: Vec<_> = (0..CROWD).map(|_| tokio::spawn(User::at(1).name().get().run(&store))).collect();
        for task in crowd {
            let error = task.await.unwrap().unwrap_err();
            assert!(error.is_connection(), "{error:?}");
        }
        // One after the other they would take twenty limits.
        let taken = started.elapsed();
        assert!(taken < LIMIT * 10, "{taken:?}");
        proxy.release();
        assert_eq!(User::load(1).run(&store).await.unwrap(), None);
    });
}

/// How often the server has run this command.
fn calls(server: &RedisServer, command: &str) -> u64 {
    let stats: redis_model::redis::InfoDict =
        redis_model::redis::from_redis_value(server.command(&["INFO", "commandstats"])).unwrap();
    let calls: Option<String> = stats.get(&format!("cmdstat_{command}"));
    let calls = calls.as_deref().and_then(|stats| stats.strip_prefix("calls=")?.split(',').next()?.parse().ok());
    calls.unwrap_or(0)
}

/// Its time limit is kept, and the store works on.
fn check_limit<M: Wait, T: std::fmt::Debug + Send + 'static>(store: &Store<M>, query: Query<T>) {
    let started = Instant::now();
    let error = run(store, query).unwrap_err();
    assert!(matches!(error, Error::Timeout { limit: Some(LIMIT) }), "{error:?}");
    // Generous to a machine that is busy: with a limit for each read and write it would be twenty times the limit.
    let taken = started.elapsed();
    assert!(taken < LIMIT * 10, "{taken:?}");
    assert_eq!(run(store, command::<String>(&["PING"])).unwrap(), "OK");
}
