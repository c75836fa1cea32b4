//! Stores that are made from the environment: which variable wins, and what is no address.

use std::{env, process::Command};

use redis_model::{Error, Result, Store, blocking, redis::Value};
use redis_model_tests::RedisServer;

use crate::set;

const ROLE: &str = "REDIS_MODEL_TESTS_PROMISES";
/// Nobody listens there.
const ELSEWHERE: &str = "127.0.0.2";

/// Says whether this is the process that [`spawn`] has started.
fn is_spawned() -> bool {
    env::var_os(ROLE).is_some()
}

/// Runs one test in a process with such an environment.
fn spawn(test: &str, variables: &[(&str, &str)]) {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", test]).env(ROLE, "1");
    for name in ["REDIS_URL", "REDIS_HOST", "REDIS_PORT", "REDIS_USERNAME", "REDIS_PASSWORD", "REDIS_DB"] {
        command.env_remove(name);
    }
    let output = command.envs(variables.iter().copied()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{test} {variables:?}: {said}");
}

/// Writes a key through a store of each mode.
fn write_in_both_modes() -> Result<()> {
    set("blocking", "x").run(&blocking::Store::from_env()?)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { set("async", "x").run(&Store::from_env().await?).await })
}

fn assert_written(server: &RedisServer) {
    assert_eq!(server.command(&["EXISTS", "blocking", "async"]), Value::Int(2));
}

#[test]
fn a_url_wins_over_a_host_and_a_port() {
    if is_spawned() {
        return write_in_both_modes().unwrap();
    }
    let server = RedisServer::start();
    let variables = [("REDIS_URL", &server.url()[..]), ("REDIS_HOST", ELSEWHERE), ("REDIS_PORT", "1")];
    spawn("environment::a_url_wins_over_a_host_and_a_port", &variables);
    assert_written(&server);
}

#[test]
fn beside_a_url_a_port_is_not_even_read() {
    if is_spawned() {
        return write_in_both_modes().unwrap();
    }
    let server = RedisServer::start();
    let variables = [("REDIS_URL", &server.url()[..]), ("REDIS_PORT", "tcp://10.0.0.1:6379")];
    spawn("environment::beside_a_url_a_port_is_not_even_read", &variables);
    assert_written(&server);
}

#[test]
fn a_port_alone_changes_only_the_port() {
    if is_spawned() {
        let settings = blocking::Store::builder().url(&format!("redis://{ELSEWHERE}:1/")).env().unwrap();
        let error = settings.connect().unwrap_err();
        let expected = format!("{ELSEWHERE}:{}", env::var("REDIS_PORT").unwrap());
        assert!(matches!(&error, Error::Connect { address, .. } if *address == expected), "{error:?}");
        return write_in_both_modes().unwrap();
    }
    let server = RedisServer::start();
    spawn("environment::a_port_alone_changes_only_the_port", &[("REDIS_PORT", &server.port().to_string())]);
    assert_written(&server);
}

#[test]
fn an_address_where_a_port_should_be_is_named() {
    if is_spawned() {
        let error = write_in_both_modes().unwrap_err();
        return assert!(matches!(&error, Error::Config { reason } if reason.contains("REDIS_PORT")), "{error:?}");
    }
    let test = "environment::an_address_where_a_port_should_be_is_named";
    spawn(test, &[("REDIS_PORT", "tcp://10.0.0.1:6379")]);
    spawn(test, &[("REDIS_HOST", "127.0.0.1"), ("REDIS_PORT", "tcp://10.0.0.1:6379")]);
}
