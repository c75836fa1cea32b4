//! Stores that are made from the environment: which variable wins, and what is no address.

use std::{env, process::Command};

use redis_model::{Async, Blocking, Error, generic, redis::Value};
use redis_model_tests::{RedisServer, Wait};

use crate::{
    get,
    modes::{Opens, in_both_modes},
};

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
