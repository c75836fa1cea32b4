//! The examples of Redis' command pages, for the engine alone.

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
        Reply::Map(map) | Reply::Pairs(map) => format!("{{{}}}", pairs(map)),
        other => format!("{other:?}"),
    }
}

#[test]
fn strings() {
    check(&[
        ("SET mykey Hello", "OK"),
        ("GET mykey", "\"Hello\""),
        ("SET anotherkey will_expire_in_a_minute EX 60", "OK"),
        ("TTL anotherkey", "60"),
        ("SETNX mykey World", "0"),
        ("GETSET mykey World", "\"Hello\""),
        ("GETDEL mykey", "\"World\""),
        ("GET mykey", "(nil)"),
        ("MSET key1 Hello key2 World", "OK"),
        ("MGET key1 key2 nonexisting", "[\"Hello\" \"World\" (nil)]"),
        ("MSETNX key2 new key3 world", "0"),
        ("GETEX key1 EX 60", "\"Hello\""),
        ("TTL key1", "60"),
        ("GETEX key1 PERSIST", "\"Hello\""),
        ("TTL key1", "-1"),
    ]);
}

#[test]
fn parts_of_strings() {
    check(&[
        ("APPEND mykey Hello", "5"),
        ("APPEND mykey _World", "11"),
        ("STRLEN mykey", "11"),
        ("GETRANGE mykey 0 3", "\"Hell\""),
        ("GETRANGE mykey -3 -1", "\"rld\""),
        ("GETRANGE mykey 0 -1", "\"Hello_World\""),
        ("GETRANGE mykey 6 100", "\"World\""),
        ("SETRANGE mykey 6 Redis", "11"),
        ("GET mykey", "\"Hello_Redis\""),
        ("SETRANGE key2 6 Redis", "11"),
        ("GET key2", "\"\\x00\\x00\\x00\\x00\\x00\\x00Redis\""),
    ]);
}

#[test]
fn counters() {
    check(&[
        ("SET mykey 10", "OK"),
        ("INCR mykey", "11"),
        ("DECR mykey", "10"),
        ("INCRBY mykey 5", "15"),
        ("DECRBY mykey 3", "12"),
        ("SET mykey 234293482390480948029348230948", "OK"),
        ("DECR mykey", "(error) ERR value is not an integer or out of range"),
        ("SET mykey 10.50", "OK"),
        ("INCRBYFLOAT mykey 0.1", "\"10.6\""),
        ("INCRBYFLOAT mykey -5", "\"5.6\""),
        ("SET mykey 5.0e3", "OK"),
        ("INCRBYFLOAT mykey 2.0e2", "\"5200\""),
    ]);
}

#[test]
fn keys() {
    check(&[
        ("SET mykey Hello", "OK"),
        ("EXISTS mykey mykey nosuchkey", "2"),
        ("TYPE mykey", "string"),
        ("RENAME mykey myotherkey", "OK"),
        ("GET myotherkey", "\"Hello\""),
        ("RENAME mykey x", "(error) ERR no such key"),
        ("COPY myotherkey clone", "1"),
        ("GET clone", "\"Hello\""),
        ("MOVE clone 1", "1"),
        ("DBSIZE", "1"),
        ("DEL myotherkey", "1"),
        ("MSET firstname Jack lastname Stuntman age 35", "OK"),
        ("KEYS a??", "[\"age\"]"),
        ("SCAN 0 MATCH last* COUNT 100", "[\"0\" [\"lastname\"]]"),
        ("FLUSHALL", "OK"),
        ("RANDOMKEY", "(nil)"),
    ]);
}

#[test]
fn deadlines() {
    check(&[
        ("SET mykey Hello", "OK"),
        ("EXPIRE mykey 10 XX", "0"),
        ("TTL mykey", "-1"),
        ("EXPIRE mykey 10 NX", "1"),
        ("TTL mykey", "10"),
        ("PTTL mykey", "10000"),
        ("EXPIRE mykey 5 GT", "0"),
        ("EXPIRE mykey 5 LT", "1"),
        ("PERSIST mykey", "1"),
        ("TTL mykey", "-1"),
        ("EXPIREAT mykey 33177117420", "1"),
        ("EXPIRETIME mykey", "33177117420"),
        ("PEXPIRETIME mykey", "33177117420000"),
        ("EXPIREAT mykey 1293840000", "1"),
        ("EXISTS mykey", "0"),
        ("TTL mykey", "-2"),
    ]);
}

#[test]
fn hashes() {
    check(&[
        ("HSET myhash field1 Hello field2 World", "2"),
        ("HGET myhash field1", "\"Hello\""),
        ("HGETALL myhash", "{\"field1\"=\"Hello\" \"field2\"=\"World\"}"),
        ("HMGET myhash field1 field2 nofield", "[\"Hello\" \"World\" (nil)]"),
        ("HKEYS myhash", "[\"field1\" \"field2\"]"),
        ("HVALS myhash", "[\"Hello\" \"World\"]"),
        ("HLEN myhash", "2"),
        ("HEXISTS myhash field2", "1"),
        ("HSTRLEN myhash field1", "5"),
        ("HSETNX myhash field1 again", "0"),
        ("HDEL myhash field1 field3", "1"),
        ("HSET counters number 5", "1"),
        ("HINCRBY counters number -10", "-5"),
        ("HSET mykey field 10.50", "1"),
        ("HINCRBYFLOAT mykey field 0.1", "\"10.6\""),
        ("HRANDFIELD myhash", "\"field2\""),
        ("HRANDFIELD myhash -2 WITHVALUES", "{\"field2\"=\"World\" \"field2\"=\"World\"}"),
        ("HSCAN myhash 0", "[\"0\" [\"field2\" \"World\"]]"),
        ("HDEL myhash field2", "1"),
        ("EXISTS myhash", "0"),
    ]);
}

#[test]
fn transactions() {
    check(&[
        ("MULTI", "OK"),
        ("INCR foo", "QUEUED"),
        ("INCR bar", "QUEUED"),
        ("EXEC", "[1 1]"),
        ("MULTI", "OK"),
        ("SET a abc", "QUEUED"),
        ("HGET a f", "QUEUED"),
        ("EXEC", "[OK (error) WRONGTYPE Operation against a key holding the wrong kind of value]"),
        ("MULTI", "OK"),
        ("INCR a b c", "(error) ERR wrong number of arguments for 'incr' command"),
        ("EXEC", "(error) EXECABORT Transaction discarded because of previous errors."),
        ("SET foo 1", "OK"),
        ("MULTI", "OK"),
        ("INCR foo", "QUEUED"),
        ("DISCARD", "OK"),
        ("GET foo", "\"1\""),
    ]);
}

#[test]
fn an_unknown_command_is_quoted_with_its_arguments() {
    check(&[("JSON.GET doc $", "(error) ERR unknown command 'JSON.GET', with args beginning with: 'doc' '$' ")]);
}
