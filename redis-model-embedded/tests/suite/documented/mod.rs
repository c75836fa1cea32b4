//! The examples of Redis' command pages, for the engine alone.

mod bits;
mod hash_expiry;
mod hashes;
mod hyperloglog;
mod keys;
mod sets;
mod sorted_sets;
mod strings;
mod transactions;

use redis_model_embedded::{Engine, Protocol, Reply};

/// One line of an example, and what redis-cli prints for it.
type Line = (&'static str, &'static str);

/// Runs the lines in a new engine.
fn check(lines: &[Line]) {
    let mut con = Engine::with_manual_clock().connection().with_protocol(Protocol::Resp3);
    for (line, expected) in lines {
        let words: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
        assert_eq!(printed(&con.execute(&words)), *expected, "{line}");
    }
}

/// A short form of redis-cli's output.
fn printed(reply: &Reply) -> String {
    let list = |items: &[Reply]| items.iter().map(printed).collect::<Vec<_>>().join(" ");
    let pairs = |pairs: &[(Reply, Reply)]| {
        let pairs = pairs.iter().map(|(first, second)| format!("{}={}", printed(first), printed(second)));
        pairs.collect::<Vec<_>>().join(" ")
    };
    match reply {
        Reply::Ok => "OK".into(),
        Reply::Status(text) => String::from_utf8_lossy(text).into_owned(),
        Reply::Error(error) => format!("(error) {error}"),
        Reply::Int(number) => number.to_string(),
        Reply::Bulk(bytes) => format!("\"{}\"", bytes.escape_ascii()),
        Reply::Nil | Reply::NilArray => "(nil)".into(),
        Reply::Array(items) => format!("[{}]", list(items)),
        Reply::Set(members) => format!("~[{}]", list(members)),
        Reply::Map(map) | Reply::Pairs(map) => format!("{{{}}}", pairs(map)),
        other => format!("{other:?}"),
    }
}

#[test]
fn an_unknown_command_is_quoted_with_its_arguments() {
    check(&[("JSON.GET doc $", "(error) ERR unknown command 'JSON.GET', with args beginning with: 'doc' '$' ")]);
}
