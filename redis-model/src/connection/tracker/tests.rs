//! Both kinds of lines, with a server that says what a test wants it to.

use std::{net::TcpStream, thread};

use super::*;
use crate::{
    connection::fake_server::{MINUTE, Tested, fake_server, on_both_lines, read_until, say, welcome},
    error::Error,
};

const LET_IN: &str = "%1\r\n$5\r\nproto\r\n:3\r\n+OK\r\n";

/// Tracks keys that begin with `a:` at a server that says this when it is asked to; the tracker, and the server's end of it.
fn track<L: Tested>(answer: &'static str) -> (Result<LineTracker<L>>, TcpStream) {
    let (server, listener) = fake_server(MINUTE);
    let accepting = thread::spawn(move || {
        let mut stream = welcome(&listener);
        read_until(&mut stream, "HELLO\r\n$1\r\n3\r\n");
        read_until(&mut stream, "TRACKING\r\n$2\r\nON\r\n$5\r\nBCAST\r\n$6\r\nPREFIX\r\n$2\r\na:\r\n");
        say(&mut stream, answer);
        stream
    });
    let tracker = L::wait(LineTracker::track(Arc::new(server), vec![b"a:".to_vec()], Call::start(None)));
    (tracker, accepting.join().expect("it accepts"))
}

/// A tracker that has told of its beginning.
fn tracker<L: Tested>() -> (LineTracker<L>, TcpStream) {
    let (tracker, stream) = track(LET_IN);
    let mut tracker = tracker.expect("it is confirmed");
    assert!(matches!(next(&mut tracker), Ok(Some(News::Complete { added, .. })) if added == [b"a:"]));
    (tracker, stream)
}

/// What comes within a minute.
fn next<L: Tested>(tracker: &mut LineTracker<L>) -> Result<Option<News>> {
    L::wait(tracker.next(Instant::now() + MINUTE))
}

fn keys(keys: &[&str]) -> News {
    News::Changed(keys.iter().map(|key| key.as_bytes().to_vec()).collect())
}

fn push(keys: &[&str]) -> String {
    let head = format!(">2\r\n$10\r\ninvalidate\r\n*{}\r\n", keys.len());
    let keys = keys.iter().map(|key| format!("${}\r\n{key}\r\n", key.len()));
    [head].into_iter().chain(keys).collect()
}

on_both_lines! {
    fn changes_come_in_order<L>() {
        let (mut tracker, mut server) = tracker::<L>();
        let flush = ">2\r\n$10\r\ninvalidate\r\n_\r\n";
        say(&mut server, &[&push(&["a:1", "a:2"]), flush, &push(&["a:3"])].concat());
        assert_eq!(next(&mut tracker).ok().flatten(), Some(keys(&["a:1", "a:2"])));
        // They are given, although the time is over.
        let passed = Instant::now();
        assert_eq!(L::wait(tracker.next(passed)).ok().flatten(), Some(News::Flushed));
        assert_eq!(L::wait(tracker.next(passed)).ok().flatten(), Some(keys(&["a:3"])));
        assert!(matches!(L::wait(tracker.next(passed)), Ok(None)));
    }

    fn what_comes_right_behind_the_confirmation_is_not_missed<L>() {
        let (tracker, _server) = track::<L>(
            "%1\r\n$5\r\nproto\r\n:3\r\n+OK\r\n>2\r\n$10\r\ninvalidate\r\n*1\r\n$3\r\na:1\r\n",
        );
        let mut tracker = tracker.expect("it is confirmed");
        assert!(matches!(next(&mut tracker), Ok(Some(News::Complete { .. }))));
        assert_eq!(next(&mut tracker).ok().flatten(), Some(keys(&["a:1"])));
    }

    fn what_nobody_understands_may_be_any_change<L>() {
        let (mut tracker, mut server) = tracker::<L>();
        say(&mut server, ">2\r\n$10\r\ninvalidate\r\n:7\r\n>2\r\n$10\r\ninvalidate\r\n*1\r\n:7\r\n");
        assert_eq!(next(&mut tracker).ok().flatten(), Some(News::Flushed));
        assert_eq!(next(&mut tracker).ok().flatten(), Some(News::Flushed));
        // What is no invalidation is nothing.
        say(&mut server, &[">2\r\n$5\r\nother\r\n_\r\n", &push(&["a:1"])].concat());
        assert_eq!(next(&mut tracker).ok().flatten(), Some(keys(&["a:1"])));
    }

    fn a_server_is_asked_also_while_it_tells_of_changes<L>() {
        let (mut tracker, mut server) = tracker::<L>();
        tracker.pulse.pause = Duration::ZERO;
        let before = Instant::now();
        // There is something to hear all the time.
        say(&mut server, &push(&["a:1"]).repeat(3));
        assert_eq!(next(&mut tracker).ok().flatten(), Some(keys(&["a:1"])));
        let answering = thread::spawn(move || {
            read_until(&mut server, "PING\r\n");
            say(&mut server, &["+PONG\r\n", &push(&["a:2"])].concat());
            server
        });
        assert_eq!(next(&mut tracker).ok().flatten(), Some(keys(&["a:1"])));
        assert_eq!(next(&mut tracker).ok().flatten(), Some(keys(&["a:1"])));
        let complete = next(&mut tracker);
        assert!(matches!(&complete, Ok(Some(News::Complete { asked, added }))
            if *asked >= before && added.is_empty()), "{complete:?}");
        assert_eq!(next(&mut tracker).ok().flatten(), Some(keys(&["a:2"])));
        assert!(answering.join().is_ok());
    }

    fn a_server_that_does_not_answer_is_given_up_although_it_tells_of_changes<L>() {
        let (mut tracker, mut server) = tracker::<L>();
        (tracker.pulse.pause, tracker.pulse.limit) = (Duration::ZERO, Duration::from_millis(20));
        say(&mut server, &push(&["a:1"]));
        let error = loop {
            match next(&mut tracker) {
                Ok(told) => assert_eq!(told, Some(keys(&["a:1"]))),
                Err(error) => break error,
            }
        };
        assert!(error.is_timeout(), "{error:?}");
        assert!(L::wait(tracker.next(Instant::now())).is_err());
    }

    fn prefixes_are_added_once_the_question_before_is_answered<L>() {
        let (mut tracker, mut server) = tracker::<L>();
        tracker.pulse.pause = Duration::ZERO;
        assert!(matches!(L::wait(tracker.next(Instant::now())), Ok(None)));
        read_until(&mut server, "PING\r\n");
        tracker.pulse.pause = MINUTE;
        tracker.add(vec![b"b:".to_vec()]);
        tracker.add(vec![b"c:".to_vec()]);
        assert!(matches!(L::wait(tracker.next(Instant::now())), Ok(None)));
        say(&mut server, "+PONG\r\n");
        assert!(matches!(next(&mut tracker), Ok(Some(News::Complete { added, .. })) if added.is_empty()));
        assert!(matches!(L::wait(tracker.next(Instant::now())), Ok(None)));
        read_until(&mut server, "PREFIX\r\n$2\r\nb:\r\n$6\r\nPREFIX\r\n$2\r\nc:\r\n");
        say(&mut server, &[&push(&["a:1"]), "+OK\r\n"].concat());
        assert_eq!(next(&mut tracker).ok().flatten(), Some(keys(&["a:1"])));
        assert!(matches!(next(&mut tracker), Ok(Some(News::Complete { added, .. })) if added == [b"b:", b"c:"]));
    }

    fn a_refusal_is_an_error<L>() {
        let refused = |answer| track::<L>(answer).0.err().expect("it is refused");
        let error = refused("%0\r\n-NOPERM No permissions to run this\r\n");
        assert!(matches!(&error, Error::Server { source, .. } if source.code() == Some("NOPERM")), "{error:?}");
        let error = refused("-NOAUTH HELLO must be called with the client already authenticated\r\n");
        assert!(matches!(error, Error::Refused { .. }), "{error:?}");
    }

    fn a_refused_addition_ends_it<L>() {
        let (mut tracker, mut server) = tracker::<L>();
        tracker.add(vec![b"a:b".to_vec()]);
        say(&mut server, "-ERR Prefix 'a:b' overlaps with an existing prefix 'a:'.\r\n");
        assert!(next(&mut tracker).is_err_and(|error| matches!(error, Error::Server { .. })));
    }

    fn a_closed_connection_is_an_error<L>() {
        let (mut tracker, server) = tracker::<L>();
        drop(server);
        let error = next(&mut tracker).expect_err("it is closed");
        assert!(matches!(error, Error::Disconnected { .. }), "{error:?}");
    }
}
