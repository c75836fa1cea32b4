//! Replies that do not come in time: the request ends, and nobody else gets its late reply.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    thread,
    time::Duration,
};

use redis_model::{Error, Query, generic::Store, prelude::*};
use redis_model_tests::{Proxy, RedisServer, wait_until};

use crate::{
    User, check_answers, command,
    modes::{Opens, in_both_modes},
    run, user,
};

const LIMIT: Duration = Duration::from_millis(400);

fn impatient<M: Opens>(url: &str) -> Store<M> {
    M::open(Store::<M>::builder().url(url).response_timeout(LIMIT)).unwrap()
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

    fn many_replies_share_one_limit<M>() {
        let url = dripping_server();
        let limit = Duration::from_millis(500);
        let store = M::open(Store::<M>::builder().url(&url).connect_timeout(Duration::from_secs(20)).response_timeout(limit)).unwrap();
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

/// How often the server has run this command.
fn calls(server: &RedisServer, command: &str) -> u64 {
    let stats: redis_model::redis::InfoDict =
        redis_model::redis::from_redis_value(server.command(&["INFO", "commandstats"])).unwrap();
    let calls: Option<String> = stats.get(&format!("cmdstat_{command}"));
    let calls = calls.as_deref().and_then(|stats| stats.strip_prefix("calls=")?.split(',').next()?.parse().ok());
    calls.unwrap_or(0)
}

/// A server that answers every command with `OK`, but takes its time for each.
fn dripping_server() -> String {
    const PAUSE: Duration = Duration::from_millis(30);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = format!("redis://{}/", listener.local_addr().unwrap());
    let drip = |mut client: TcpStream| {
        let mut received = [0; 4096];
        while let Ok(count @ 1..) = client.read(&mut received) {
            // The test's commands hold no `*` but the one that they begin with.
            for _ in received[..count].iter().filter(|&&byte| byte == b'*') {
                thread::sleep(PAUSE);
                if client.write_all(b"+OK\r\n").is_err() {
                    return;
                }
            }
        }
    };
    thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            thread::spawn(move || drip(client));
        }
    });
    url
}
