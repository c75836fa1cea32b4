//! Values of every size and form: what a real server dumps the engine restores, and the other way round.

use redis::{Value, parse_redis_value};
use redis_model_embedded::{Engine, Session};

use crate::support::{Client, RealServer, request, shown};

/// Lengths where something changes: how a length is written, what is compressed, and what is a listpack of its own.
const LENGTHS: [usize; 16] = [0, 1, 11, 20, 21, 63, 64, 127, 128, 4095, 4096, 8192, 16_370, 16_383, 16_384, 70_000];

/// Bytes of this length: all the same, in a period, or without any pattern.
fn texts(length: usize) -> [Vec<u8>; 3] {
    let mut state = 1u32;
    let mut noise = || {
        state = state.wrapping_mul(1_103_515_245).wrapping_add(12_345);
        state.to_be_bytes()[0]
    };
    [
        vec![b'x'; length],
        b"period".iter().copied().cycle().take(length).collect(),
        (0..length).map(|_| noise()).collect(),
    ]
}

/// The commands that make a key of each kind, and the one that reads it.
fn keys() -> Vec<(Vec<Vec<u8>>, &'static [&'static str])> {
    const STRING: &[&str] = &["GET", "k"];
    const LIST: &[&str] = &["LRANGE", "k", "0", "-1"];
    const SET: &[&str] = &["SMEMBERS", "k"];
    const HASH: &[&str] = &["HGETALL", "k"];
    const SORTED_SET: &[&str] = &["ZRANGE", "k", "0", "-1", "WITHSCORES"];
    let words = |command: &str| vec![command.as_bytes().to_vec(), b"k".to_vec()];
    let with = |command: &str, more: Vec<Vec<u8>>| [words(command), more].concat();
    let numbers = |count: i64, factor: i64| (0..count).map(move |number| (number * factor).to_string().into_bytes());
    let mut keys = Vec::new();
    for text in LENGTHS.into_iter().flat_map(texts) {
        keys.push((with("SET", vec![text.clone()]), STRING));
        keys.push((with("RPUSH", vec![text.clone(), b"1".to_vec(), text.clone()]), LIST));
        keys.push((with("SADD", vec![text.clone(), b"1".to_vec()]), SET));
        keys.push((with("HSET", vec![b"f".to_vec(), text.clone(), text.clone(), b"1".to_vec()]), HASH));
        keys.push((with("ZADD", vec![b"0.25".to_vec(), text.clone(), b"-inf".to_vec(), b"1".to_vec()]), SORTED_SET));
    }
    let integers = ["0", "-1", "127", "-128", "128", "32767", "-32769", "8388608", "2147483647", "-2147483649"];
    keys.extend(integers.map(|number| (with("SET", vec![number.into()]), STRING)));
    for count in [1, 5, 127, 128, 129, 512, 513, 3_000] {
        for factor in [1, -40, 400, 100_000, 10_000_000_000] {
            keys.push((with("RPUSH", numbers(count, factor).collect()), LIST));
            keys.push((with("SADD", numbers(count, factor).collect()), SET));
            keys.push((with("SADD", numbers(count, factor).chain([b"text".to_vec()]).collect()), SET));
            keys.push((
                with("HSET", numbers(count, factor).flat_map(|number| [number.clone(), number]).collect()),
                HASH,
            ));
            let scored = numbers(count, factor).flat_map(|number| [[&number[..], b".5"].concat(), number]);
            keys.push((with("ZADD", scored.collect()), SORTED_SET));
        }
    }
    keys
}

/// The texts of a reply, sorted where the server promises no order.
fn elements(reply: &[u8], is_ordered: bool) -> Vec<Vec<u8>> {
    let Ok(Value::Array(items)) = parse_redis_value(reply) else { return vec![reply.to_vec()] };
    let mut texts: Vec<Vec<u8>> = items
        .into_iter()
        .map(|item| match item {
            Value::BulkString(text) => text,
            other => panic!("an element is a text, not {other:?}"),
        })
        .collect();
    if !is_ordered {
        texts.sort();
    }
    texts
}

fn payload(reply: &[u8]) -> Vec<u8> {
    match parse_redis_value(reply) {
        Ok(Value::BulkString(bytes)) => bytes,
        other => panic!("a payload is a text, not {other:?}"),
    }
}

fn both(session: &mut Session, client: &mut Client, command: &[impl AsRef<[u8]>]) -> [Vec<u8>; 2] {
    [session.feed(&request(command)), client.call(command)]
}

#[test]
fn values_of_every_size_go_both_ways() {
    let server = RealServer::start();
    let (mut session, mut client) = (Engine::new().session(), server.client());
    for (command, read) in keys() {
        both(&mut session, &mut client, &[b"DEL".as_slice(), b"k"]);
        both(&mut session, &mut client, &command);
        let is_ordered = !matches!(read[0], "SMEMBERS" | "HGETALL");
        let before = elements(&client.call(read), is_ordered);
        let [ours, theirs] = both(&mut session, &mut client, &["DUMP", "k"]).map(|reply| payload(&reply));
        let restore = |payload| [b"RESTORE".as_slice(), b"k", b"0", payload, b"REPLACE"];
        assert_eq!(shown(&session.feed(&request(&restore(&theirs)))), "+OK\\r\\n");
        assert_eq!(shown(&client.call(&restore(&ours))), "+OK\\r\\n");
        let after = both(&mut session, &mut client, read).map(|reply| elements(&reply, is_ordered));
        // Some are too long to be shown.
        let lengths: Vec<usize> = command.iter().take(4).map(Vec::len).collect();
        assert!(after == [before.clone(), before], "{} {lengths:?}, {} words", shown(&command[0]), command.len());
    }
}

#[test]
fn single_long_elements_of_lists_are_read() {
    let server = RealServer::start();
    let (mut session, mut client) = (Engine::new().session(), server.client());
    // What is longer than this lies outside of the listpacks.
    client.call(&["DEBUG", "QUICKLIST-PACKED-THRESHOLD", "100b"]);
    client.call(&["CONFIG", "SET", "list-max-listpack-size", "2"]);
    client.call(&["RPUSH", "k", "a", &"b".repeat(150), "c", "d", "e", &"f".repeat(150)]);
    let theirs = payload(&client.call(&["DUMP", "k"]));
    let restore = [b"RESTORE".as_slice(), b"k", b"0", &theirs];
    assert_eq!(session.feed(&request(&restore)), b"+OK\r\n");
    let [ours, theirs] = both(&mut session, &mut client, &["LRANGE", "k", "0", "-1"]);
    assert_eq!(shown(&ours), shown(&theirs));
}

#[test]
fn a_server_that_looks_deeply_at_payloads_takes_those_of_the_engine() {
    let server = RealServer::start();
    let (mut session, mut client) = (Engine::new().session(), server.client());
    client.call(&["CONFIG", "SET", "sanitize-dump-payload", "yes"]);
    for (command, _) in keys() {
        session.feed(&request(&[b"DEL".as_slice(), b"k"]));
        session.feed(&request(&command));
        let ours = payload(&session.feed(&request(&["DUMP", "k"])));
        let reply = client.call(&[b"RESTORE".as_slice(), b"k", b"0", &ours, b"REPLACE"]);
        assert_eq!(shown(&reply), "+OK\\r\\n");
    }
}
