//! Servers that answer, with an error: each kind is told apart, and what it promises holds.

use redis_model::{Error, RedisModel, Ttl, embedded::Engine, generic::Store, path, prelude::*, redis::Value};
use redis_model_tests::{RedisServer, in_both_modes};

use crate::{User, check_answers, command, run, user};

/// The code of an error that is the server's answer.
fn code(error: &Error) -> Option<&str> {
    if let Error::Server { source, .. } = error { source.code() } else { None }
}

/// A model without fields that have a life of their own.
#[derive(RedisModel)]
#[redis(prefix = "fail:plain", ttl = "10m")]
struct Plain {
    #[redis(id)]
    id: u64,
    text: Option<String>,
}

#[derive(RedisModel)]
#[redis(prefix = "fail:small")]
struct Small {
    #[redis(id)]
    id: u64,
    text: String,
    number: u8,
}

in_both_modes! {
    fn a_full_server_refuses_writes_and_serves_reads<M>() {
        let server = RedisServer::builder().config("maxmemory-policy", "noeviction").start();
        let store = M::connect(&server.url()).unwrap();
        check_answers(&store);
        server.command(&["CONFIG", "SET", "maxmemory", "1"]);
        let it = User::at(1);
        let errors = [
            run(&store, user(9).save()).unwrap_err(),
            run(&store, user(1).save().update()).unwrap_err(),
            run(&store, it.name().set("x")).unwrap_err(),
            run(&store, it.name().set("x").unchecked()).unwrap_err(),
            run(&store, it.logins().incr(1)).unwrap_err(),
            run(&store, it.code().set("x")).unwrap_err(),
            run(&store, User::at(9).or_create().logins().incr(1)).unwrap_err(),
            run(&store, (it.name().set("x"), User::at(2).name().set("x")).batch().atomic()).unwrap_err(),
            M::wait(User::modify(1, &store, |user| user.logins += 1)).unwrap_err(),
        ];
        for error in errors {
            assert!(matches!(error, Error::OutOfMemory { .. }), "{error:?}");
            assert!(!error.is_indeterminate());
        }
        let (name, refused) = run(&store, (it.name().get(), it.name().set("x").attempt()).batch()).unwrap();
        assert_eq!(name, Some(user(1).name));
        assert!(matches!(refused, Err(Error::OutOfMemory { .. })), "{refused:?}");
        assert_eq!(run(&store, it.select((path!(User.logins), path!(User.nick)))).unwrap(), (Some(0), None));
        assert!(!run(&store, User::exists(9)).unwrap());
        server.command(&["CONFIG", "SET", "maxmemory", "0"]);
        assert_eq!(server.command(&["EXISTS", "fail:user:{9}", "fail:user:{9}.code"]), Value::Int(0));
        check_answers(&store);
    }

    fn a_full_server_serves_whole_records_and_lets_them_go<M>() {
        let server = RedisServer::builder().config("maxmemory-policy", "noeviction").start();
        let store = M::connect(&server.url()).unwrap();
        check_answers(&store);
        server.command(&["CONFIG", "SET", "maxmemory", "1"]);
        assert_eq!(run(&store, User::load(1)).unwrap(), Some(user(1)));
        assert_eq!(run(&store, User::load_many([2, 9])).unwrap(), [Some(user(2)), None]);
        assert!(run(&store, User::delete(1)).unwrap(), "what frees memory is allowed");
        assert_eq!(run(&store, User::load(1)).unwrap(), None);
    }

    fn a_replica_refuses_writes<M>() {
        let server = RedisServer::start();
        let store = M::connect(&server.url()).unwrap();
        check_answers(&store);
        server.command(&["REPLICAOF", "127.0.0.1", "1"]);
        for error in [
            run(&store, user(1).save()).unwrap_err(),
            run(&store, User::at(1).name().set("x")).unwrap_err(),
            run(&store, User::at(1).name().set("x").unchecked()).unwrap_err(),
        ] {
            assert_eq!(code(&error), Some("READONLY"), "{error:?}");
            assert!(!error.is_indeterminate() && !error.is_connection());
        }
        assert_eq!(run(&store, User::load(1)).unwrap(), Some(user(1)));
        server.command(&["REPLICAOF", "NO", "ONE"]);
        check_answers(&store);
    }

    fn scripts_that_are_forgotten_are_sent_again<M>() {
        let server = RedisServer::start();
        let store = M::connect(&server.url()).unwrap();
        for _ in 0..5 {
            check_answers(&store);
            server.command(&["SCRIPT", "FLUSH"]);
            run(&store, User::at(1).logins().incr(1)).unwrap();
            server.command(&["SCRIPT", "FLUSH"]);
            M::wait(User::modify(1, &store, |user| user.logins += 1)).unwrap();
            assert_eq!(run(&store, User::at(1).logins().get()).unwrap(), Some(2));
        }
    }

    fn another_type_at_the_key_keeps_its_value_and_its_life<M>() {
        let server = RedisServer::start();
        for store in [M::connect(&server.url()).unwrap(), Store::<M>::on_engine(&Engine::new())] {
            run(&store, command::<()>(&["SET", "fail:user:{1}", "foreign"])).unwrap();
            let (it, minute) = (User::at(1), Ttl::For(std::time::Duration::from_secs(60)));
            let without_code = User { code: redis_model::Expiring::none(), ..user(1) };
            let queries: [(&str, &dyn Fn() -> redis_model::Result<()>); 11] = [
                ("save", &|| run(&store, user(1).save())),
                ("save without a code", &|| run(&store, without_code.save())),
                ("save for a minute", &|| run(&store, without_code.save().ttl(minute))),
                ("update", &|| run(&store, user(1).save().update())),
                ("incr", &|| run(&store, it.logins().incr(1)).map(drop::<i64>)),
                ("set", &|| run(&store, it.name().set("x"))),
                ("or_create", &|| run(&store, it.or_create().name().set("x"))),
                ("take", &|| run(&store, it.name().take()).map(drop)),
                ("load", &|| run(&store, User::load(1)).map(drop)),
                ("Field::update", &|| M::wait(it.name().update(&store, |name| name)).map(drop)),
                ("atomic", &|| run(&store, (User::exists(2), it.name().set("x")).batch().atomic()).map(drop)),
            ];
            for (name, query) in queries {
                let error = query().unwrap_err();
                assert!(matches!(error, Error::WrongType { .. }), "{name}: {error:?}");
                let left = run(&store, command::<i64>(&["PTTL", "fail:user:{1}"])).unwrap();
                assert_eq!(left, -1, "{name} has given it an end");
                assert_eq!(run(&store, command::<i64>(&["DBSIZE"])).unwrap(), 1, "{name} has left something");
            }
            assert_eq!(run(&store, command::<String>(&["GET", "fail:user:{1}"])).unwrap(), "foreign");
        }
    }

    fn a_plain_model_leaves_the_life_of_another_type_too<M>() {
        let server = RedisServer::start();
        for store in [M::connect(&server.url()).unwrap(), Store::<M>::on_engine(&Engine::new())] {
            run(&store, command::<()>(&["SET", "fail:plain:{1}", "foreign"])).unwrap();
            let error = run(&store, Plain { id: 1, text: None }.save()).unwrap_err();
            assert!(matches!(error, Error::WrongType { .. }), "{error:?}");
            assert_eq!(run(&store, command::<i64>(&["PTTL", "fail:plain:{1}"])).unwrap(), -1);
        }
    }

    fn an_increment_out_of_range_in_an_atomic_batch_is_named<M>() {
        let store = Store::<M>::on_engine(&Engine::new());
        for id in [1, 2] {
            run(&store, Small { id, text: "a".into(), number: 250 }.save()).unwrap();
        }
        let (one, two) = (Small::at(1), Small::at(2));
        let error = run(&store, (one.text().get(), two.number().incr(9)).batch().atomic()).unwrap_err();
        let Error::OutOfRange { key, path } = &error else { panic!("{error:?}") };
        assert_eq!((key, path.as_str()), (two.key(), "number"));
    }

    fn a_wrong_type_in_an_atomic_batch_is_named<M>() {
        let store = Store::<M>::on_engine(&Engine::new());
        run(&store, Small { id: 1, text: "a".into(), number: 250 }.save()).unwrap();
        run(&store, command::<()>(&["SET", "fail:small:{2}", "foreign"])).unwrap();
        let (one, two) = (Small::at(1), Small::at(2));
        let error = run(&store, (one.text().set("b"), two.text().set("c")).batch().atomic()).unwrap_err();
        assert!(matches!(&error, Error::WrongType { key, .. } if key == two.key()), "{error:?}");
        assert_eq!(run(&store, one.text().get()).unwrap().as_deref(), Some("a"));
    }

    fn an_engine_fails_as_it_is_told<M>() {
        let engine = Engine::new();
        let store = Store::<M>::on_engine(&engine);
        check_answers(&store);
        for text in [
            "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.",
            "READONLY You can't write against a read only replica.",
            "LOADING Redis is loading the dataset in memory",
            "BUSY Redis is busy running a script.",
            "CLUSTERDOWN The cluster is down",
            "ERR something else",
        ] {
            engine.fail_next(1, text);
            let error = run(&store, User::at(1).name().set("x")).unwrap_err();
            assert_eq!(code(&error), text.split(' ').next(), "{error:?}");
            // Of a transaction, one command fails, and so the whole of it.
            engine.fail_next(2, text);
            let error = run(&store, User::load(1)).unwrap_err();
            assert_eq!(code(&error), text.split(' ').next(), "{error:?}");
            engine.fail_next(0, "");
            let (first, second) = {
                engine.fail_next(1, text);
                run(&store, (User::exists(1).attempt(), User::exists(2)).batch()).unwrap()
            };
            assert!(first.is_err() && second, "{first:?}");
            check_answers(&store);
        }
        engine.fail_next(1, "OOM command not allowed when used memory > 'maxmemory'.");
        assert!(matches!(run(&store, user(1).save()), Err(Error::OutOfMemory { .. })));
        engine.fail_next(1, "NOSCRIPT No matching script.");
        run(&store, User::at(1).name().set("x")).unwrap();
        engine.fail_next(1, "NOAUTH Authentication required.");
        assert!(matches!(run(&store, User::exists(1)), Err(Error::Refused { .. })));
        check_answers(&store);
    }
}
