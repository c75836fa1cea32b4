//! Connections that break: what is sent again, what is not, and what the caller learns.

use std::{sync::Barrier, thread};

use redis_model::{Blocking, Error, Query, blocking, embedded::Engine, generic::Store, prelude::*};
use redis_model_tests::{Proxy, RedisServer, in_both_modes, wait_until};

use crate::{User, check_answers, command, run, user};

in_both_modes! {
    fn a_store_works_again_after_a_restart<M>() {
        let mut server = RedisServer::start();
        let store = M::connect(&server.url()).unwrap();
        check_answers(&store);
        server.kill();
        for _ in 0..3 {
            let errors = [
                run(&store, User::load(1)).unwrap_err(),
                run(&store, user(1).save()).unwrap_err(),
                run(&store, User::at(1).logins().incr(1)).unwrap_err(),
                run(&store, (User::load(1), User::load(2).attempt()).batch()).unwrap_err(),
                M::wait(User::modify(1, &store, |user| user.logins += 1)).unwrap_err(),
            ];
            for error in errors {
                assert!(error.is_connection(), "{error:?}");
            }
        }
        server.restart();
        assert_eq!(run(&store, User::load(1)).unwrap(), None);
        check_answers(&store);
    }

    fn a_write_after_an_unnoticed_restart_says_that_it_may_have_run<M>() {
        let mut server = RedisServer::start();
        let store = M::connect(&server.url()).unwrap();
        check_answers(&store);
        server.restart();
        // The asynchronous connection may have seen its end, then the write goes over a new one.
        if let Err(error) = run(&store, user(1).save()) {
            assert!(matches!(error, Error::Disconnected { .. }), "{error:?}");
            assert!(error.is_connection() && error.is_indeterminate());
        }
        run(&store, user(1).save()).unwrap();
        check_answers(&store);
    }

    fn a_read_is_repeated_when_its_reply_is_lost<M>() {
        let server = RedisServer::start();
        let proxy = Proxy::start(&server);
        let store = M::connect(&proxy.url()).unwrap();
        run(&store, user(1).save()).unwrap();
        let it = User::at(1);
        let scanning = blocking::Store::connect(&proxy.url()).unwrap();
        let reads: [&dyn Fn(); 8] = [
            &|| assert_eq!(run(&store, it.name().get()).unwrap(), Some(user(1).name)),
            &|| assert_eq!(run(&store, User::load(1)).unwrap(), Some(user(1))),
            &|| assert_eq!(run(&store, User::load_many([1, 2])).unwrap(), [Some(user(1)), None]),
            &|| assert!(run(&store, User::exists(1)).unwrap()),
            &|| assert_eq!(run(&store, it.code().get()).unwrap().as_deref(), Some("secret")),
            &|| assert_eq!(run(&store, (it.logins().get(), it.nick().get()).batch()).unwrap(), (Some(0), None)),
            &|| _ = run(&store, (it.logins().get(), User::ttl(1)).batch().atomic()).unwrap(),
            &|| assert_eq!(User::scan(&scanning).map(Result::unwrap).count(), 1),
        ];
        for (number, read) in reads.into_iter().enumerate() {
            let before = proxy.connections();
            proxy.cut_after_request(1);
            read();
            assert!(proxy.connections() > before, "read {number} has not met the cut");
        }
    }

    fn a_write_is_not_repeated_when_its_reply_is_lost<M>() {
        let server = RedisServer::start();
        let proxy = Proxy::start(&server);
        let store = M::connect(&proxy.url()).unwrap();
        run(&store, user(1).save()).unwrap();
        let logins = User::at(1).logins();
        let count = || {
            let stored = server.command(&["HGET", "fail:user:{1}", "logins"]);
            redis_model::redis::from_redis_value::<i64>(stored).unwrap()
        };
        run(&store, logins.incr(1)).unwrap();
        let writes: [(&str, &dyn Fn() -> redis_model::Result<()>); 5] = [
            ("conditional", &|| run(&store, logins.incr(1)).map(drop::<i64>)),
            ("bare", &|| run(&store, logins.incr(1).unchecked()).map(drop::<i64>)),
            ("batch", &|| run(&store, (logins.incr(1), logins.get()).batch()).map(drop)),
            ("atomic", &|| run(&store, (logins.incr(1), logins.get()).batch().atomic()).map(drop)),
            ("read first", &|| run(&store, (logins.get(), logins.incr(1)).batch()).map(drop)),
        ];
        for (name, write) in writes {
            let before = count();
            proxy.cut_after_request(if name == "read first" { 2 } else { 1 });
            let error = write().unwrap_err();
            assert!(matches!(error, Error::Disconnected { .. }), "{name}: {error:?}");
            assert!(error.is_indeterminate(), "{name}");
            assert_eq!(count(), before + 1, "{name} has run once");
            // Whatever connection comes next has nothing left of this.
            check_answers(&store);
            run(&store, logins.incr(1)).unwrap();
        }
    }

    fn nothing_is_sent_while_no_connection_can_be_made<M>() {
        let server = RedisServer::start();
        let proxy = Proxy::start(&server);
        let store = M::connect(&proxy.url()).unwrap();
        check_answers(&store);
        proxy.refuse();
        proxy.cut();
        wait_until("the store has noticed", || {
            let error = run(&store, User::at(1).logins().incr(1)).unwrap_err();
            assert!(error.is_connection(), "{error:?}");
            matches!(error, Error::Connect { .. })
        });
        proxy.accept();
        assert_eq!(run(&store, User::fetch(1)).unwrap().logins, 0);
        check_answers(&store);
    }

    fn what_is_cut_within_was_done_as_a_whole_or_not_at_all<M>() {
        let server = RedisServer::start();
        let proxy = Proxy::start(&server);
        let store = M::connect(&proxy.url()).unwrap();
        check_answers(&store);
        let keys = || {
            let keys = server.command(&["EXISTS", "fail:user:{1}", "fail:user:{1}.code"]);
            redis_model::redis::from_redis_value::<i64>(keys).unwrap()
        };
        // However many requests it takes: the cut is in place of each reply in turn, and then behind them.
        for request in 1..=5 {
            run(&store, user(1).save()).unwrap();
            proxy.cut_after_request(request);
            match run(&store, User::delete(1)) {
                Ok(existed) => assert_eq!((existed, keys()), (true, 0), "cut at {request}"),
                Err(error) => {
                    assert!(matches!(error, Error::Disconnected { .. }), "{error:?}");
                    assert!([0, 2].contains(&keys()), "cut at {request}");
                }
            }
            // A cut that is still to come meets a read, which is repeated.
            for _ in 0..request {
                run(&store, command::<String>(&["PING"])).unwrap();
            }
            check_answers(&store);
        }
    }

    fn an_engine_that_is_offline_is_no_connection<M>() {
        let engine = Engine::new();
        let store = Store::<M>::on_engine(&engine);
        check_answers(&store);
        engine.set_offline(true);
        for error in [run(&store, User::load(1)).unwrap_err(), run(&store, user(1).save()).unwrap_err()] {
            assert!(error.is_connection(), "{error:?}");
        }
        engine.set_offline(false);
        check_answers(&store);
    }
}

/// Opens so many connections of the pool: each thread holds one until all have theirs.
fn fill_pool(store: &Store<Blocking>, server: &RedisServer, count: usize) {
    let blocked = |number: usize| command::<Option<(String, String)>>(&["BLPOP", &format!("queue:{number}"), "0"]);
    thread::scope(|scope| {
        for number in 0..count {
            scope.spawn(move || run(store, blocked(number)).unwrap());
        }
        wait_until("all wait at the server", || {
            let clients = server.command(&["INFO", "clients"]);
            let info: redis_model::redis::InfoDict = redis_model::redis::from_redis_value(clients).unwrap();
            info.get::<usize>("blocked_clients") == Some(count)
        });
        for number in 0..count {
            server.command(&["RPUSH", &format!("queue:{number}"), "x"]);
        }
    });
}

#[test]
fn after_a_restart_no_idle_connection_of_the_pool_is_in_the_way() {
    const COUNT: usize = 6;
    let mut server = RedisServer::start();
    let store = blocking::Store::connect(&server.url()).unwrap();
    fill_pool(&store, &server, COUNT);
    server.restart();
    // Reads are repeated, so that all of them succeed, whichever connections they meet.
    let start = Barrier::new(COUNT);
    thread::scope(|scope| {
        for _ in 0..COUNT {
            scope.spawn(|| {
                start.wait();
                assert_eq!(run(&store, User::load(1)).unwrap(), None);
            });
        }
    });
    fill_pool(&store, &server, COUNT);
    server.restart();
    // At most one write finds out; then no idle connection of before is left.
    if let Err(error) = run(&store, user(1).save()) {
        assert!(matches!(error, Error::Disconnected { .. }), "{error:?}");
    }
    for _ in 0..COUNT {
        run(&store, user(1).save()).unwrap();
    }
    check_answers(&store);
}

#[test]
fn a_pool_that_is_exhausted_says_so_and_is_whole_again() {
    let server = RedisServer::start();
    let builder = || blocking::Store::builder().url(&server.url()).response_timeout(std::time::Duration::from_secs(20));
    let store = builder().max_connections(2).pool_timeout(std::time::Duration::from_millis(20)).connect().unwrap();
    thread::scope(|scope| {
        for key in ["a", "b"] {
            let store = &store;
            scope.spawn(move || run(store, command::<Option<(String, String)>>(&["BLPOP", key, "0"])).unwrap());
        }
        wait_until("both connections are in use", || {
            matches!(run(&store, command::<String>(&["PING"])), Err(Error::PoolExhausted { .. }))
        });
        let error = run(&store, user(1).save()).unwrap_err();
        assert!(matches!(error, Error::PoolExhausted { size: 2, .. }) && error.is_timeout(), "{error:?}");
        assert!(!error.is_indeterminate() && !error.to_string().contains('\n'));
        server.command(&["RPUSH", "a", "x"]);
        server.command(&["RPUSH", "b", "x"]);
    });
    check_answers(&store);
    assert_eq!(run(&store, Query::all([1, 2, 3].map(User::exists))).unwrap(), [true; 3]);
}

#[test]
fn who_waits_for_a_connection_gets_it_when_it_is_free() {
    let server = RedisServer::start();
    let proxy = Proxy::start(&server);
    let limit = std::time::Duration::from_secs(20);
    let builder = blocking::Store::builder().url(&proxy.url()).response_timeout(limit).pool_timeout(limit);
    let store = builder.max_connections(1).connect().unwrap();
    run(&store, user(1).save()).unwrap();
    let numbers = thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| (0..10).map(|_| run(&store, User::at(1).logins().incr(1)).unwrap()).collect::<Vec<_>>())
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect::<std::collections::BTreeSet<_>>()
    });
    assert_eq!(numbers, (1..=80).collect());
    assert_eq!(proxy.connections(), 1);
}

#[test]
fn a_lost_connection_frees_its_place_in_the_pool() {
    let server = RedisServer::start();
    let proxy = Proxy::start(&server);
    let store = blocking::Store::builder().url(&proxy.url()).max_connections(1);
    let store = store.pool_timeout(std::time::Duration::from_millis(20)).connect().unwrap();
    for _ in 0..5 {
        proxy.cut_after_request(1);
        // The first cut is in place of a reply, the others within the making of the next connection.
        assert!(run(&store, command::<i64>(&["INCR", "n"])).unwrap_err().is_connection());
    }
    proxy.refuse();
    for _ in 0..3 {
        proxy.cut();
        assert!(run(&store, command::<i64>(&["INCR", "n"])).unwrap_err().is_connection());
    }
    proxy.accept();
    check_answers(&store);
}
