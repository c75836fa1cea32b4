//! Making connections: addresses, credentials, databases, and what is said when it fails.

// A test reports by its panic.
#![allow(clippy::unwrap_used)]

use std::{
    env, error,
    io::{Read, Write},
    net::{Ipv4Addr, TcpListener},
    process::Command,
    thread,
    time::Duration,
};

use redis_model::{Error, Query, Result, Store, blocking, generic, prelude::*, redis::cmd};
use redis_model_tests::{RedisServer, Wait, in_both_modes};

const PASSWORD: &str = "Tr0ub4dor & 3";
const GUESS: &str = "letmein-guess";

fn set(value: &str) -> Query<()> {
    Query::command(cmd("SET").arg("key").arg(value).take())
}

fn get() -> Query<Option<String>> {
    Query::command(cmd("GET").arg("key").take())
}

fn run<M: Wait, T: Send + 'static>(store: &generic::Store<M>, query: Query<T>) -> Result<T> {
    M::wait(query.run(store))
}

fn settings<M: Wait>(server: &RedisServer) -> generic::StoreBuilder<M> {
    generic::Store::<M>::builder().url(&format!("redis://127.0.0.1:{}/", server.port()))
}

/// All that an error says: its texts and its causes', for people and for logs.
fn everything_said(error: &Error) -> String {
    let mut said = format!("{error} {error:?} {error:#?}");
    let mut cause: Option<&dyn error::Error> = error::Error::source(error);
    while let Some(error) = cause {
        said = format!("{said} {error} {error:?}");
        cause = error.source();
    }
    said
}

in_both_modes! {
    fn a_refused_connection_names_the_address<M>() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let error = M::connect(&format!("redis://{address}/")).unwrap_err();
        assert!(matches!(&error, Error::Connect { address: named, .. } if *named == address.to_string()), "{error:?}");
        assert!(error.is_connection() && !error.is_indeterminate());
        assert_eq!(error.to_string(), format!("cannot connect to {address}"));
    }

    fn a_wrong_password_is_refused_and_never_shown<M>() {
        let server = RedisServer::builder().password(PASSWORD).start();
        let by_url = format!("redis://:{GUESS}@127.0.0.1:{}/", server.port());
        for attempt in [
            M::connect(&by_url),
            M::connect(&format!("{by_url}?protocol=resp3")),
            M::connect_with(settings(&server).password(GUESS)),
            M::connect_with(settings(&server).username("nobody").password(GUESS)),
        ] {
            let error = attempt.unwrap_err();
            assert!(matches!(&error, Error::Refused { address, .. } if address.contains(&server.port().to_string())));
            assert!(error.is_connection());
            let said = everything_said(&error);
            assert!(!said.contains(GUESS), "{said}");
        }
    }

    fn without_the_password_it_is_refused_at_once<M>() {
        let server = RedisServer::builder().password(PASSWORD).start();
        let error = M::connect_with(settings(&server)).unwrap_err();
        assert!(matches!(error, Error::Refused { .. }), "{error:?}");
    }

    fn without_the_password_no_query_runs<M>() {
        let server = RedisServer::builder().password(PASSWORD).start();
        let error = M::connect_with(settings(&server)).and_then(|store| run(&store, set("x"))).unwrap_err();
        assert!(matches!(error, Error::Refused { .. }), "{error:?}");
        assert_eq!(server.command(&["DBSIZE"]), redis_model::redis::Value::Int(0));
    }

    fn the_right_password_is_never_shown_either<M>() {
        let server = RedisServer::builder().password(PASSWORD).start();
        let store = M::connect(&server.url()).unwrap();
        let built = settings::<M>(&server).url("redis://127.0.0.1/").url(&server.url()).password(PASSWORD);
        let shown = format!("{store:?} {store:#?} {built:?} {built:#?}");
        assert!(!shown.contains("Tr0ub4dor"), "{shown}");
        let store = M::connect_with(built).unwrap();
        run(&store, set("x")).unwrap();
        assert!(format!("{store:?}").contains(&server.port().to_string()));
    }

    fn a_user_may_do_what_its_rights_allow<M>() {
        let server = RedisServer::start();
        server.command(&["ACL", "SETUSER", "reader", "on", ">s3cret", "~*", "+@read", "+@connection"]);
        let store = M::connect_with(settings(&server).username("reader").password("s3cret")).unwrap();
        assert_eq!(run(&store, get()).unwrap(), None);
        let error = run(&store, set("x")).unwrap_err();
        assert!(matches!(error, Error::Server { .. }), "{error:?}");
        let (value, refused) = run(&store, (get(), set("x").attempt()).batch()).unwrap();
        assert_eq!(value, None);
        assert!(matches!(refused, Err(Error::Server { .. })), "{refused:?}");
    }

    fn a_unix_socket_leads_to_the_server<M>() {
        let server = RedisServer::builder().unix_socket().password(PASSWORD).start();
        let path = server.socket_path();
        let store = M::connect_with(generic::Store::<M>::builder().unix(path).password(PASSWORD).database(2)).unwrap();
        run(&store, set("by socket")).unwrap();
        assert_eq!(run(&M::connect_with(settings(&server).password(PASSWORD).database(2)).unwrap(), get()).unwrap().as_deref(), Some("by socket"));
        let open = RedisServer::builder().unix_socket().start();
        let url = format!("unix://{}?db=3", open.socket_path().display());
        run(&M::connect(&url).unwrap(), set("by url")).unwrap();
        let other = M::connect_with(settings(&open).database(3)).unwrap();
        assert_eq!(run(&other, get()).unwrap().as_deref(), Some("by url"));
        let missing = open.socket_path().with_file_name("no.sock");
        let error = M::connect_with(generic::Store::<M>::builder().unix(&missing)).unwrap_err();
        assert!(matches!(&error, Error::Connect { address, .. } if address.ends_with("no.sock")), "{error:?}");
    }

    fn the_first_address_of_a_name_that_accepts_is_taken<M>() {
        // The name stands for `::1` as well, where this server does not listen.
        let server = RedisServer::start();
        run(&M::connect(&format!("redis://localhost:{}/", server.port())).unwrap(), set("x")).unwrap();
        let error = M::connect("redis://no-such-host.invalid/").unwrap_err();
        assert!(matches!(error, Error::Connect { .. }), "{error:?}");
    }

    fn each_database_has_its_own_keys<M>() {
        let server = RedisServer::start();
        let by_number = M::connect_with(settings(&server).database(5)).unwrap();
        let by_url = M::connect(&format!("{}6", server.url())).unwrap();
        run(&by_number, set("five")).unwrap();
        run(&by_url, set("six")).unwrap();
        assert_eq!(run(&M::connect(&server.url()).unwrap(), get()).unwrap(), None);
        assert_eq!(run(&by_number, get()).unwrap().as_deref(), Some("five"));
        let later_wins = M::connect_with(generic::Store::<M>::builder().url(&format!("{}5", server.url())).database(6)).unwrap();
        assert_eq!(run(&later_wins, get()).unwrap().as_deref(), Some("six"));
        let newer_protocol = M::connect(&format!("{}6?protocol=resp3", server.url())).unwrap();
        assert_eq!(run(&newer_protocol, get()).unwrap().as_deref(), Some("six"));
        for wrong in ["1000", "1000?protocol=resp3"] {
            let error = M::connect(&(server.url() + wrong)).unwrap_err();
            assert!(matches!(error, Error::Connect { .. }), "{error:?}");
        }
    }

    fn settings_that_cannot_work_are_named<M>() {
        let builder = generic::Store::<M>::builder;
        for (settings, name) in [
            (builder().url("http://:hunter2@host/"), "URL"),
            (builder().url("redis://:hunter2@host:99999999/"), "URL"),
            (builder().url(""), "URL"),
            (builder().url("rediss://:hunter2@host/"), "TLS"),
            (builder().connect_timeout(Duration::ZERO), "connect_timeout"),
            (builder().response_timeout(Duration::ZERO), "response_timeout"),
            (builder().max_connections(0), "max_connections"),
        ] {
            let error = M::connect_with(settings).unwrap_err();
            assert!(matches!(error, Error::Config { .. }), "{error:?}");
            let said = everything_said(&error);
            assert!(said.contains(name) && !said.contains("hunter2"), "{said}");
        }
    }

    fn a_server_that_says_nothing_is_given_up<M>() {
        let mut server = RedisServer::start();
        server.pause();
        let error = M::connect_with(settings(&server).connect_timeout(Duration::from_millis(50))).unwrap_err();
        assert!(matches!(error, Error::Connect { .. }), "{error:?}");
        server.resume();
        run(&M::connect_with(settings(&server)).unwrap(), set("x")).unwrap();
    }

    fn a_server_of_another_kind_is_no_connection<M>() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let url = format!("redis://{}/", listener.local_addr().unwrap());
        let answers: [&[u8]; 3] = [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\0\xff\r\n", b""];
        let stranger = thread::spawn(move || {
            for answer in answers {
                let (mut client, _) = listener.accept().unwrap();
                let _ = client.read(&mut [0; 1024]).unwrap();
                client.write_all(answer).unwrap();
            }
        });
        for _ in answers {
            let error = M::connect(&url).unwrap_err();
            assert!(matches!(error, Error::Connect { .. }), "{error:?}");
        }
        stranger.join().unwrap();
    }
}

#[test]
fn a_store_is_made_from_the_environment() {
    const ROLE: &str = "REDIS_MODEL_TESTS_FROM_ENV";
    match env::var(ROLE).as_deref() {
        Ok("blocking") => return blocking::Store::from_env().and_then(|store| set("x").run(&store)).unwrap(),
        Ok("wrong") => {
            let error = blocking::Store::from_env().unwrap_err();
            return assert!(matches!(&error, Error::Config { reason } if reason.contains("REDIS_PORT")), "{error:?}");
        }
        Ok(_) => {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            return runtime.block_on(async { set("x").run(&Store::from_env().await?).await }).unwrap();
        }
        Err(_) => {}
    }
    let server = RedisServer::builder().password(PASSWORD).start();
    let port = server.port().to_string();
    let parts = [("REDIS_HOST", "127.0.0.1"), ("REDIS_PORT", &port), ("REDIS_PASSWORD", PASSWORD), ("REDIS_DB", "4")];
    let url = format!("{}4", server.url());
    let in_parts = |role| (role, parts.to_vec());
    let by_url = |role| (role, vec![("REDIS_URL", &url[..]), ("REDIS_USERNAME", "")]);
    let elsewhere = [("REDIS_HOST", "elsewhere.invalid"), ("REDIS_PORT", "1")];
    let mixed = ("blocking", vec![("REDIS_URL", &url[..]), elsewhere[0], elsewhere[1]]);
    for (role, variables) in [in_parts("blocking"), in_parts("async"), by_url("blocking"), by_url("async"), mixed] {
        spawn_self(ROLE, role, &variables);
        let mut connection = server.connection();
        cmd("SELECT").arg(4).exec(&mut connection).unwrap();
        assert_eq!(cmd("DEL").arg("key").query::<i64>(&mut connection).unwrap(), 1, "{role} {variables:?}");
    }
    spawn_self(ROLE, "wrong", &[("REDIS_PORT", "many")]);
}

/// Runs this very test in a process with such an environment.
fn spawn_self(variable: &str, role: &str, variables: &[(&str, &str)]) {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "a_store_is_made_from_the_environment"]).env(variable, role);
    for name in ["REDIS_URL", "REDIS_HOST", "REDIS_PORT", "REDIS_USERNAME", "REDIS_PASSWORD", "REDIS_DB"] {
        command.env_remove(name);
    }
    let output = command.envs(variables.iter().copied()).output().unwrap();
    assert!(output.status.success(), "{role}: {}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn an_asynchronous_store_outlives_its_runtimes() {
    let server = RedisServer::start();
    let runtime = |threads| match threads {
        1 => tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap(),
        more => tokio::runtime::Builder::new_multi_thread().worker_threads(more).enable_all().build().unwrap(),
    };
    let store = runtime(1).block_on(Store::connect(&server.url())).unwrap();
    for (round, threads) in [1, 2, 1, 1, 2].into_iter().enumerate() {
        let runtime = runtime(threads);
        let text = round.to_string();
        let write = (set(&text), get()).batch();
        assert_eq!(runtime.block_on(write.run(&store)).unwrap().1, Some(text.clone()));
        assert_eq!(runtime.block_on(get().run(&store.clone())).unwrap(), Some(text));
    }
}
