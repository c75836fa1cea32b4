//! What a client may send, and what is made of it.

use std::env;

use proptest::{collection::vec, prelude::*, sample::select, test_runner::TestRunner};
use redis_model_embedded::{Engine, Session};

use crate::support::{RealServer, Strictness, request, shown};

/// What streams are made of: requests, pieces of requests, and what is neither.
fn fragment() -> impl Strategy<Value = Vec<u8>> {
    let pieces = [
        "*",
        "$",
        "\r\n",
        "\n",
        "\r",
        " ",
        "0",
        "1",
        "2",
        "3",
        "4",
        "-1",
        "01",
        "+1",
        "x",
        "PING",
        "ECHO",
        "GET",
        "a",
        "\"",
        "'",
        "\\x41",
        "\\n",
        "\\",
        "\0",
        "*1\r\n",
        "*2\r\n",
        "*-1\r\n",
        "*0\r\n",
        "$0\r\n\r\n",
        "$4\r\nPING\r\n",
        "$-1\r\n",
        "$9999999999\r\n",
        "*1048577\r\n",
        "*2147483648\r\n",
        "*99999999999999999999\r\n",
        "PING\r\n",
        "ECHO \"a b\"\r\n",
        "ECHO 'a\\'b'\r\n",
        "SET a 1\r\n",
        "*2\r\n$4\r\nECHO\r\n$2\r\n\r\n\r\n",
    ];
    prop_oneof![
        8 => select(pieces.to_vec()).prop_map(|piece| piece.as_bytes().to_vec()),
        3 => vec(vec(any::<u8>(), 0..5), 1..4).prop_map(|words| request(&[&[b"ECHO".to_vec()], &words[..]].concat())),
        1 => vec(any::<u8>(), 1..8),
    ]
}

/// A stream, now and then with some of its bytes changed.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let changes = vec((any::<prop::sample::Index>(), any::<u8>()), 0..3);
    (vec(fragment(), 1..12), changes).prop_map(|(fragments, changes)| {
        let mut bytes = fragments.concat();
        for (place, byte) in changes {
            let place = place.index(bytes.len().max(1));
            if let Some(slot) = bytes.get_mut(place) {
                *slot = byte;
            }
        }
        bytes
    })
}

fn feed_in_pieces(session: &mut Session, bytes: &[u8], size: usize) -> Vec<u8> {
    bytes.chunks(size).flat_map(|piece| session.feed(piece)).collect()
}

fn config(usual: u32) -> ProptestConfig {
    let cases = env::var("REDIS_MODEL_TEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(usual);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

#[test]
fn streams_mean_the_same_however_they_are_cut() {
    let strategy = (stream(), 1..20usize);
    let outcome = TestRunner::new(config(2_000)).run(&strategy, |(bytes, size)| {
        let whole = Engine::with_manual_clock().session().feed(&bytes);
        let pieces = feed_in_pieces(&mut Engine::with_manual_clock().session(), &bytes, size);
        prop_assert_eq!(shown(&pieces), shown(&whole));
        Ok(())
    });
    outcome.unwrap_or_else(|difference| panic!("{difference}"));
}

#[test]
fn garbage_is_answered_as_on_the_server() {
    let server = RealServer::start();
    let strictness = Strictness::for_server(&server);
    // Valkey looks at the bytes after an argument, too.
    if strictness != Strictness::Exact {
        return;
    }
    let outcome = TestRunner::new(config(500)).run(&stream(), |bytes| {
        server.client().call(&["FLUSHALL"]);
        let theirs = server.client().send_and_hang_up(&bytes);
        let ours = Engine::with_manual_clock().session().feed(&bytes);
        prop_assert!(
            strictness.accepts(&ours, &theirs),
            "{}\n  engine: {}\n  server: {}",
            shown(&bytes),
            shown(&ours),
            shown(&theirs)
        );
        Ok(())
    });
    outcome.unwrap_or_else(|difference| panic!("{difference}"));
}

#[test]
fn streams_are_understood_as_on_the_server() {
    let server = RealServer::start();
    let strictness = Strictness::for_server(&server);
    let streams: [&[u8]; 16] = [
        b"PING\r\n",
        b"PING\nPING\n",
        b"  PING   hello \r\n",
        b"SET \"a b\" 'c d'\r\nGET \"a b\"\r\n",
        b"GET \"a\r\nPING\r\n",
        b"\r\n\r\nPING\r\n",
        b"*1\r\n$4\r\nPING\r\n*2\r\n$4\r\nECHO\r\n$5\r\na\r\nbc\r\n",
        b"*0\r\n*-1\r\n*-5\r\nPING\r\n",
        b"*x\r\n",
        b"*2147483648\r\n",
        b"*1\r\nPING\r\n",
        b"*1\r\n$-1\r\n",
        b"*1\r\n$x\r\n",
        b"*1\r\n$536870913\r\n",
        b"*1\r\n$0\r\n\r\nPING\r\n",
        b"QUIT\r\nPING\r\n",
    ];
    for stream in streams {
        let engine = Engine::new().session().feed(stream);
        let server = server.client().send_and_hang_up(stream);
        assert!(
            strictness.accepts(&engine, &server),
            "{}\n  engine: {}\n  server: {}",
            shown(stream),
            shown(&engine),
            shown(&server)
        );
    }
}

#[test]
fn a_large_argument_may_come_in_many_pieces() {
    let mut session = Engine::new().session();
    let value = vec![b'x'; 3_000_000];
    let replies = feed_in_pieces(&mut session, &request(&[b"SET".as_slice(), b"a", &value]), 4096);
    assert_eq!(replies, b"+OK\r\n");
    assert_eq!(session.feed(&request(&["STRLEN", "a"])), b":3000000\r\n");
}

#[test]
fn a_closed_session_says_nothing_more() {
    let mut session = Engine::new().session();
    assert_eq!(session.feed(b"QUIT\r\n"), b"+OK\r\n");
    assert!(session.is_closed());
    assert_eq!(session.feed(b"PING\r\n"), b"");
}
