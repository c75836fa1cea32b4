//! Both kinds of lines, with a server that says what a test wants it to.

use std::{net::TcpStream, thread, time::Duration};

use super::*;
use crate::connection::fake_server::{MINUTE, Tested, fake_server, on_both_lines, read_until, say, welcome};

/// Makes a connection to a server that tells its number so; the connection, and the server's end of it.
fn open<L: Tested>(limit: Duration, answer: &'static str) -> (Result<LineWaiter<L>>, TcpStream) {
    let (server, listener) = fake_server(limit);
    let accepting = thread::spawn(move || {
        let mut stream = welcome(&listener);
        read_until(&mut stream, "\r\nID\r\n");
        say(&mut stream, answer);
        stream
    });
    let opened = L::wait(LineWaiter::open(Arc::new(server), Call::start(None)));
    (opened, accepting.join().expect("it accepts"))
}

/// One that has asked, whose request the server has read.
fn asking<L: Tested>(limit: Duration) -> (LineWaiter<L>, TcpStream) {
    let (waiter, mut stream) = open::<L>(limit, ":7\r\n");
    let mut waiter = waiter.expect("it is told its number");
    ask(&mut waiter).expect("it is connected");
    read_until(&mut stream, "BLPOP\r\n");
    (waiter, stream)
}

fn ask<L: Tested>(waiter: &mut LineWaiter<L>) -> Result<()> {
    L::wait(waiter.ask(&cmd("BLPOP")))
}

fn reply<L: Tested>(waiter: &mut LineWaiter<L>) -> Result<Value> {
    L::wait(waiter.reply(Instant::now()))
}

fn in_a_minute() -> Instant {
    Instant::now() + MINUTE
}

on_both_lines! {
    fn it_knows_its_number_and_can_be_used_again_and_again<L>() {
        let (mut waiter, mut server) = asking::<L>(MINUTE);
        assert_eq!(waiter.number(), 7);
        for number in 0..3 {
            assert!(waiter.owes_reply() && !L::wait(waiter.is_usable()));
            say(&mut server, &format!(">2\r\n+invalidate\r\n*0\r\n:{number}\r\n"));
            assert!(reply(&mut waiter).is_ok_and(|reply| reply == Value::Int(number)));
            assert!(!waiter.owes_reply() && L::wait(waiter.is_usable()));
            ask(&mut waiter).expect("it is connected");
        }
    }

    fn a_reply_in_pieces_is_heard_by_one_who_looks_again_and_again<L>() {
        let (mut waiter, mut server) = asking::<L>(MINUTE);
        let mut heard = Vec::new();
        for byte in "*2\r\n$1\r\nk\r\n$5\r\nvalue\r\n".bytes() {
            std::io::Write::write_all(&mut server, &[byte]).expect("the client reads");
            if waiter.owes_reply() {
                heard.extend(L::wait(waiter.listen(Instant::now() + Duration::from_millis(2))).expect("it is connected"));
            }
        }
        if heard.is_empty() {
            heard.extend(L::wait(waiter.listen(in_a_minute())).expect("it is connected"));
        }
        assert_eq!(heard, [Value::Array(vec![Value::BulkString(b"k".to_vec()), Value::BulkString(b"value".to_vec())])]);
    }

    fn a_reply_that_is_late_stays_owed<L>() {
        let limit = Duration::from_millis(20);
        let (mut waiter, mut server) = asking::<L>(limit);
        let error = reply(&mut waiter).expect_err("nobody answers");
        assert!(matches!(error, Error::Timeout { limit: Some(told) } if told == limit), "{error:?}");
        assert!(waiter.owes_reply());
        say(&mut server, "+late\r\n");
        let late = L::wait(waiter.listen(in_a_minute()));
        assert!(late.is_ok_and(|late| late == Some(Value::SimpleString("late".into()))));
    }

    fn a_broken_connection_owes_nothing_and_is_of_no_use<L>() {
        let (mut waiter, server) = asking::<L>(MINUTE);
        drop(server);
        let error = reply(&mut waiter).expect_err("it is closed");
        assert!(matches!(error, Error::Disconnected { .. }), "{error:?}");
        assert!(!waiter.owes_reply() && !L::wait(waiter.is_usable()));
    }

    fn one_that_was_closed_while_nobody_used_it_is_of_no_use<L>() {
        let (waiter, server) = open::<L>(MINUTE, ":7\r\n");
        let mut waiter = waiter.expect("it is told its number");
        assert!(L::wait(waiter.is_usable()));
        drop(server);
        // The end of the connection has yet to come.
        while L::wait(waiter.is_usable()) {}
    }

    fn a_reply_that_nobody_has_asked_for_makes_it_useless<L>() {
        let (waiter, mut server) = open::<L>(MINUTE, ":7\r\n");
        let mut waiter = waiter.expect("it is told its number");
        say(&mut server, "+stray\r\n");
        while L::wait(waiter.is_usable()) {}
    }

    fn a_server_that_tells_no_number_is_refused<L>() {
        assert!(matches!(open::<L>(MINUTE, "+OK\r\n").0.err(), Some(Error::Protocol { .. })));
        let error = open::<L>(MINUTE, "-NOPERM no\r\n").0.err();
        assert!(matches!(error, Some(Error::Server { .. })), "{error:?}");
    }
}

#[cfg(feature = "async")]
#[test]
fn a_reply_is_not_lost_with_a_future() {
    use crate::connection::async_wire::AsyncWire;

    let (mut waiter, mut server) = asking::<AsyncWire>(MINUTE);
    say(&mut server, "+first\r\n");
    AsyncWire::wait(async {
        while waiter.owes_reply() {
            let mut listening = std::pin::pin!(waiter.listen(in_a_minute()));
            let polled = std::future::poll_fn(|context| std::task::Poll::Ready(listening.as_mut().poll(context))).await;
            if let std::task::Poll::Ready(heard) = polled {
                assert!(heard.is_ok_and(|heard| heard == Some(Value::SimpleString("first".into()))));
            }
            tokio::task::yield_now().await;
        }
    });
}

#[cfg(feature = "async")]
#[test]
fn one_of_another_runtime_is_not_used() {
    use crate::connection::async_wire::AsyncWire;

    let (waiter, _server) = open::<AsyncWire>(MINUTE, ":7\r\n");
    let mut waiter = waiter.expect("it is told its number");
    let other = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("it has what it needs");
    assert!(!other.block_on(waiter.is_usable()));
    assert!(AsyncWire::wait(waiter.is_usable()));
}
