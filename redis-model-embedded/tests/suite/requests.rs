//! What a client may send, and what is made of it.

use proptest::{collection::vec, prelude::*};
use redis_model_embedded::{Engine, Session};

use crate::support::{RealServer, Strictness, request, shown};

/// Bytes that look like requests more often than chance would have it.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        proptest::sample::select(
            &["*1\r\n", "*2\r\n", "*3\r\n", "$3\r\n", "$4\r\n", "GET\r\n", "PING\r\n", "\r\n", "*", "$", "-1\r\n", "0"]
                [..]
        )
        .prop_map(|text| text.as_bytes().to_vec()),
        Just(request(&["PING"])),
        Just(request(&["SET", "a", "b"])),
        proptest::sample::select(&["*1000000000\r\n", "$500000000\r\n", "ECHO \"a", "'", "\\x41\" "][..])
            .prop_map(|text| text.as_bytes().to_vec()),
        vec(any::<u8>(), 0..8),
    ];
    vec(piece, 0..20).prop_map(|pieces| pieces.concat())
}

fn feed_in_pieces(session: &mut Session, bytes: &[u8], size: usize) -> Vec<u8> {
    bytes.chunks(size).flat_map(|piece| session.feed(piece)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn it_does_not_matter_how_a_stream_is_cut(bytes in stream(), size in 1..20usize) {
        let whole = Engine::with_manual_clock().session().feed(&bytes);
        let pieces = feed_in_pieces(&mut Engine::with_manual_clock().session(), &bytes, size);
        prop_assert_eq!(shown(&whole), shown(&pieces));
    }
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
