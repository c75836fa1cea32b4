//! What COMMAND says of each command, against what the real server says.

use redis::{Value, parse_redis_value};
use redis_model_embedded::Engine;

use crate::support::{Follows, RealServer, Strictness, request};

/// Flags that the engine does not report, since it has nothing that they are about.
const UNREPORTED: [&str; 8] = [
    "skip_slowlog",
    "skip_monitor",
    "no_auth",
    "no_async_loading",
    "no_mandatory_keys",
    "allow_busy",
    "no_multi",
    "may_replicate",
];

/// Commands that Redis 7.0 lacks and 8.0 has.
const NEW_IN_80: [&str; 12] = [
    "hexpire",
    "hexpireat",
    "hexpiretime",
    "hgetdel",
    "hgetex",
    "hpersist",
    "hpexpire",
    "hpexpireat",
    "hpexpiretime",
    "hpttl",
    "hsetex",
    "httl",
];

/// Name, arity, flags in order, and key positions of one row.
fn row(value: &Value) -> String {
    let Value::Array(fields) = value else { panic!("a row is an array, not {value:?}") };
    let Value::Array(flags) = &fields[2] else { panic!("flags are an array") };
    let mut flags: Vec<String> = flags.iter().map(text).filter(|flag| !UNREPORTED.contains(&flag.as_str())).collect();
    flags.sort();
    let numbers = [&fields[1], &fields[3], &fields[4], &fields[5]].map(text);
    format!("{} {numbers:?} {flags:?}", text(&fields[0]))
}

fn text(value: &Value) -> String {
    match value {
        Value::Int(number) => number.to_string(),
        Value::BulkString(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Value::SimpleString(text) => text.clone(),
        other => panic!("neither text nor number: {other:?}"),
    }
}

fn rows(reply: &[u8]) -> Vec<Value> {
    match parse_redis_value(reply) {
        Ok(Value::Array(rows)) => rows,
        other => panic!("COMMAND answers with an array, not {other:?}"),
    }
}

#[test]
fn the_table_says_of_each_command_what_the_server_says() {
    let server = RealServer::start();
    let mut differences = Vec::new();
    for engine in rows(&Engine::new().session().feed(&request(&["COMMAND"]))) {
        let engine = row(&engine);
        let name = engine.split(' ').next().unwrap_or_default();
        let follows = if NEW_IN_80.contains(&name) { Follows::Redis80 } else { Follows::Redis70 };
        if follows.strictness(&server) != Some(Strictness::Exact) {
            continue;
        }
        let reply = server.client().call(&["COMMAND", "INFO", name]);
        let server = row(&rows(&reply)[0]);
        if engine != server {
            differences.push(format!("engine: {engine}\nserver: {server}"));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
