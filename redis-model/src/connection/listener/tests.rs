//! Both kinds of lines, with a server that says what a test wants it to.

use std::{net::TcpStream, thread};

use super::*;
use crate::connection::fake_server::{MINUTE, Tested, fake_server, on_both_lines, read_until, say, welcome};

const CONFIRMED: &str = "*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n";

/// Subscribes at a server that says this when it is asked to; the subscription, and the server's end of it.
fn subscribe<L: Tested>(limit: Duration, answer: &'static str) -> (Result<LineListener<L>>, TcpStream) {
    let (server, listener) = fake_server(limit);
    let accepting = thread::spawn(move || {
        let mut stream = welcome(&listener);
        read_until(&mut stream, "SUBSCRIBE");
        say(&mut stream, answer);
        stream
    });
    let subscribed = L::wait(LineListener::subscribe(Arc::new(server), b"c", Call::start(None)));
    (subscribed, accepting.join().expect("it accepts"))
}

fn listener<L: Tested>(limit: Duration) -> (LineListener<L>, TcpStream) {
    let (listener, stream) = subscribe(limit, CONFIRMED);
    (listener.expect("it is confirmed"), stream)
}

fn message(text: &str) -> String {
    format!("*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n${}\r\n{text}\r\n", text.len())
}

fn next<L: Tested>(listener: &mut LineListener<L>, until: Instant) -> Result<Option<String>> {
    let next = L::wait(listener.next(until));
    next.map(|message| message.map(|bytes| String::from_utf8(bytes).expect("the tests send text")))
}

on_both_lines! {
    fn messages_come_in_order_in_whatever_pieces<L>() {
        let (mut listener, mut server) = listener::<L>(MINUTE);
        let pushed = ">3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$3\r\ntwo\r\n";
        let text = format!("{}{pushed}{}", message("one"), message(""));
        // A listener that is asked after each byte has to keep what has come so far.
        let mut messages = Vec::new();
        for byte in text.as_bytes() {
            std::io::Write::write_all(&mut server, &[*byte]).expect("the client reads");
            let message = next(&mut listener, Instant::now() + Duration::from_millis(2)).expect("it is connected");
            messages.extend(message);
        }
        while messages.len() < 3 {
            messages.extend(next(&mut listener, Instant::now() + MINUTE).expect("it is connected"));
        }
        assert_eq!(messages, ["one", "two", ""]);
    }

    fn what_has_come_is_given_although_the_time_is_over<L>() {
        let (mut listener, mut server) = listener::<L>(MINUTE);
        let passed = Instant::now();
        assert!(next(&mut listener, passed).is_ok_and(|message| message.is_none()));
        say(&mut server, &[message("one"), message("two")].concat());
        assert!(next(&mut listener, Instant::now() + MINUTE).is_ok_and(|message| message.as_deref() == Some("one")));
        assert!(next(&mut listener, passed).is_ok_and(|message| message.as_deref() == Some("two")));
    }

    fn a_wait_ends_at_its_time<L>() {
        let (mut listener, _server) = listener::<L>(MINUTE);
        let until = Instant::now() + Duration::from_millis(30);
        assert!(next(&mut listener, until).is_ok_and(|message| message.is_none()));
        assert!(Instant::now() >= until);
    }

    fn a_silent_server_that_answers_is_listened_to<L>() {
        for pong in ["*2\r\n$4\r\npong\r\n$0\r\n\r\n", "+PONG\r\n"] {
            let (mut listener, mut server) = listener::<L>(MINUTE);
            listener.pulse.pause = Duration::from_millis(10);
            let answering = thread::spawn(move || {
                for _ in 0..3 {
                    read_until(&mut server, "PING");
                    say(&mut server, pong);
                }
                say(&mut server, &message("late"));
                server
            });
            let message = next(&mut listener, Instant::now() + MINUTE);
            assert!(message.is_ok_and(|message| message.as_deref() == Some("late")));
            assert!(answering.join().is_ok());
        }
    }

    fn a_silent_server_that_does_not_answer_is_given_up<L>() {
        let limit = Duration::from_millis(20);
        let (mut listener, _server) = listener::<L>(MINUTE);
        listener.pulse.pause = Duration::from_millis(10);
        listener.pulse.limit = limit;
        let error = next(&mut listener, Instant::now() + MINUTE).expect_err("nobody answers");
        assert!(matches!(error, Error::Timeout { limit: Some(told) } if told == limit), "{error:?}");
        // It stays so, also for one who does not wait.
        assert!(next(&mut listener, Instant::now()).is_err());
    }

    fn an_answer_that_came_between_two_waits_counts<L>() {
        let (mut listener, mut server) = listener::<L>(MINUTE);
        listener.pulse.pause = Duration::ZERO;
        assert!(next(&mut listener, Instant::now()).is_ok_and(|message| message.is_none()));
        read_until(&mut server, "PING");
        let asked = Instant::now().checked_sub(MINUTE * 2).expect("the clock has run for longer");
        listener.pulse.awaited_since(asked);
        // All of it comes with one read, so that the answer lies in the parser when it is looked for.
        let text = format!("{}+PONG\r\n{}", message("one"), message("two"));
        say(&mut server, &text);
        assert!(next(&mut listener, Instant::now() + MINUTE).is_ok_and(|message| message.as_deref() == Some("one")));
        listener.pulse.awaited_since(asked);
        assert!(next(&mut listener, Instant::now()).is_ok_and(|message| message.as_deref() == Some("two")));
    }

    fn one_who_never_waits_gets_what_has_come<L>() {
        let (mut listener, mut server) = listener::<L>(MINUTE);
        let (passed, end) = (Instant::now(), Instant::now() + MINUTE);
        assert!(next(&mut listener, passed).is_ok_and(|message| message.is_none()));
        say(&mut server, &message("one"));
        let mut looks = std::iter::from_fn(|| (Instant::now() < end).then(|| next(&mut listener, passed)));
        let found = looks.find_map(|message| message.expect("it is connected"));
        assert_eq!(found.as_deref(), Some("one"));
    }

    fn a_closed_connection_is_an_error<L>() {
        let (mut listener, server) = listener::<L>(MINUTE);
        drop(server);
        let error = next(&mut listener, Instant::now() + MINUTE).expect_err("it is closed");
        assert!(matches!(error, Error::Disconnected { .. }), "{error:?}");
    }

    fn a_subscription_that_is_refused_is_an_error<L>() {
        let refused = |answer| subscribe::<L>(MINUTE, answer).0.err().expect("it is refused");
        assert!(matches!(refused("-NOAUTH Authentication required.\r\n"), Error::Refused { .. }));
        let error = refused("-NOPERM No permissions to access a channel\r\n");
        assert!(matches!(&error, Error::Server { source, .. } if source.code() == Some("NOPERM")), "{error:?}");
        assert!(matches!(refused("+OK\r\n"), Error::Protocol { .. }));
    }

    fn a_subscription_that_nobody_confirms_is_given_up<L>() {
        let limit = Duration::from_millis(20);
        let error = subscribe::<L>(limit, "").0.err().expect("nobody answers");
        assert!(matches!(error, Error::Timeout { limit: Some(told) } if told == limit), "{error:?}");
    }

    fn what_comes_right_behind_the_confirmation_is_not_missed<L>() {
        let answer = ">3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n>3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$3\r\none\r\n";
        let (listener, _server) = subscribe::<L>(MINUTE, answer);
        let mut listener = listener.expect("it is confirmed");
        assert!(next(&mut listener, Instant::now() + MINUTE).is_ok_and(|message| message.as_deref() == Some("one")));
    }
}
