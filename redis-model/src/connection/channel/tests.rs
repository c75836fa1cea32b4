//! Limits to single requests, and listening to the engine in the process, in both modes.

use std::{net::TcpStream, thread};

use super::*;
use crate::connection::{
    BlockingConnection,
    fake_server::{MINUTE, fake_server, read_until, say, wait_blocking, welcome},
};

/// A mode's connection, and how it waits.
trait Tested: Connection {
    fn wait<T>(future: impl Future<Output = T>) -> T;
}

impl Tested for BlockingConnection {
    fn wait<T>(future: impl Future<Output = T>) -> T {
        wait_blocking(future)
    }
}

#[cfg(feature = "async")]
impl Tested for crate::connection::AsyncConnection {
    fn wait<T>(future: impl Future<Output = T>) -> T {
        crate::connection::fake_server::wait_async(future)
    }
}

/// Makes a test of each function for both modes; `C` is the connection.
macro_rules! in_both_modes {
    ($($(#[$attribute:meta])* fn $name:ident<C>() $body:block)*) => {$(
        $(#[$attribute])*
        mod $name {
            use super::*;

            fn check<C: Tested>() $body

            #[test]
            fn blocking() {
                check::<BlockingConnection>();
            }

            #[cfg(feature = "async")]
            #[test]
            fn asynchronous() {
                check::<crate::connection::AsyncConnection>();
            }
        }
    )*};
}

const LIMIT: Duration = Duration::from_millis(20);

fn ping<C: Tested>(mut connection: C) -> Result<Value> {
    C::wait(connection.send(&redis::cmd("PING"), &|| false))
}

/// A connection to a server that lets one client in, and the server's end of it once that has happened.
fn connection<C: Tested>(response_timeout: Duration) -> (C, thread::JoinHandle<TcpStream>) {
    let (server, listener) = fake_server(response_timeout);
    (C::new(&Endpoint::Server(Arc::new(server))), thread::spawn(move || welcome(&listener)))
}

in_both_modes! {
    fn a_reply_is_waited_for_no_longer_than_the_limit<C>() {
        let (connection, server) = connection::<C>(MINUTE);
        // The connection is there before the limit begins.
        let answering = thread::spawn(move || {
            let mut stream = server.join().expect("it accepts");
            read_until(&mut stream, "PING");
            say(&mut stream, "+PONG\r\n");
            stream
        });
        assert!(ping(connection.clone()).is_ok());
        let _stream = answering.join().expect("it answers");
        let error = ping(connection.within(LIMIT).clone()).expect_err("nobody answers again");
        assert!(matches!(error, Error::Timeout { limit: Some(LIMIT) }), "{error:?}");
    }

    fn the_servers_own_limit_holds_within_a_longer_one<C>() {
        let (connection, server) = connection::<C>(LIMIT);
        let error = ping(connection.within(MINUTE)).expect_err("nobody answers");
        assert!(matches!(error, Error::Timeout { limit: Some(LIMIT) }), "{error:?}");
        assert!(server.join().is_ok());
    }

    fn connecting_takes_no_longer_than_the_limit<C>() {
        // Nobody lets the client in.
        let (server, _listener) = fake_server(MINUTE);
        let connection = C::new(&Endpoint::Server(Arc::new(server)));
        let error = ping(connection.within(LIMIT)).expect_err("nobody answers");
        assert!(matches!(&error, Error::Connect { source, .. } if source.is_timeout()), "{error:?}");
    }
}

/// A reply that comes too late for one request is not taken for that of the next one.
#[cfg(feature = "async")]
#[test]
fn a_shared_connection_stays_when_one_caller_gives_up_early() {
    type Connection = crate::connection::AsyncConnection;
    let (connection, server) = connection::<Connection>(MINUTE);
    let (given_up, go_on) = std::sync::mpsc::channel();
    let answering = thread::spawn(move || {
        let mut stream = server.join().expect("it accepts");
        for reply in ["+FIRST\r\n", "+LATE\r\n"] {
            read_until(&mut stream, "PING");
            if reply == "+LATE\r\n" {
                go_on.recv().expect("the caller gives up");
            }
            say(&mut stream, reply);
        }
        read_until(&mut stream, "PING");
        say(&mut stream, "+PONG\r\n");
    });
    assert_eq!(ping(connection.clone()).ok(), Some(Value::SimpleString("FIRST".into())));
    let error = ping(connection.clone().within(LIMIT)).expect_err("the reply is late");
    assert!(matches!(error, Error::Timeout { limit: Some(LIMIT) }), "{error:?}");
    given_up.send(()).expect("the server waits for it");
    // Nobody accepts another connection.
    assert_eq!(ping(connection).ok(), Some(Value::SimpleString("PONG".into())));
    assert!(answering.join().is_ok());
}

#[cfg(feature = "async")]
#[test]
fn a_connection_on_which_all_give_up_early_is_made_again() {
    let (server, listener) = fake_server(LIMIT * 3);
    let connection = crate::connection::AsyncConnection::new(&Endpoint::Server(Arc::new(server)));
    let accepting = thread::spawn(move || [welcome(&listener), welcome(&listener)]);
    let end = Instant::now() + MINUTE;
    while !accepting.is_finished() && Instant::now() < end {
        assert!(ping(connection.clone().within(LIMIT)).is_err());
    }
    assert!(accepting.is_finished());
}

#[cfg(feature = "embedded")]
mod engine {
    use redis_model_embedded::Engine;

    use super::*;

    fn publish(engine: &Engine, text: &str) -> i64 {
        redis::cmd("PUBLISH").arg("news").arg(text).query(&mut engine.connection()).expect("the engine is online")
    }

    fn listener<C: Tested>(engine: &Engine) -> Result<C::Listener> {
        C::wait(C::new(&Endpoint::Embedded(engine.clone())).listen(b"news"))
    }

    fn tracker<C: Tested>(engine: &Engine) -> Result<C::Tracker> {
        C::wait(C::new(&Endpoint::Embedded(engine.clone())).track(vec![b"a:".to_vec()]))
    }

    /// What is told within this time.
    fn told<C: Tested>(tracker: &mut C::Tracker, within: Duration) -> Result<Option<News>> {
        C::wait(tracker.next(Instant::now() + within))
    }

    fn set(engine: &Engine, keys: &[&str]) {
        for key in keys {
            redis::cmd("SET").arg(key).arg(1).exec(&mut engine.connection()).expect("the engine is online");
        }
    }

    fn next<C: Tested>(listener: &mut C::Listener, until: Instant) -> Result<Option<Vec<u8>>> {
        C::wait(listener.next(until))
    }

    in_both_modes! {
        fn messages_come_in_order<C>() {
            let engine = Engine::new();
            let mut listener = listener::<C>(&engine).expect("the engine is online");
            let passed = Instant::now();
            assert!(matches!(next::<C>(&mut listener, passed), Ok(None)));
            assert_eq!((publish(&engine, "one"), publish(&engine, "two")), (1, 1));
            for text in ["one", "two"] {
                let message = next::<C>(&mut listener, passed);
                assert!(matches!(&message, Ok(Some(bytes)) if bytes == text.as_bytes()), "{message:?}");
            }
            assert!(matches!(next::<C>(&mut listener, Instant::now() + LIMIT), Ok(None)));
        }

        fn one_who_waits_is_woken<C>() {
            let engine = Engine::new();
            let mut listener = listener::<C>(&engine).expect("the engine is online");
            let publisher = engine.clone();
            let publishing = thread::spawn(move || publish(&publisher, "late"));
            let message = next::<C>(&mut listener, Instant::now() + MINUTE);
            assert!(matches!(&message, Ok(Some(bytes)) if bytes == b"late"), "{message:?}");
            assert_eq!(publishing.join().ok(), Some(1));
        }

        fn an_engine_that_goes_offline_ends_the_subscription<C>() {
            let engine = Engine::new();
            let mut before = listener::<C>(&engine).expect("the engine is online");
            engine.set_offline(true);
            assert!(listener::<C>(&engine).is_err_and(|error| error.is_connection()));
            assert!(next::<C>(&mut before, Instant::now() + MINUTE).is_err_and(|error| error.is_connection()));
            engine.set_offline(false);
            assert!(next::<C>(&mut before, Instant::now() + MINUTE).is_err());
        }

        fn a_refused_subscription_is_an_error<C>() {
            let engine = Engine::new();
            engine.fail_next(1, "NOPERM no permissions to access a channel");
            let error = listener::<C>(&engine).err().expect("it is refused");
            assert!(matches!(&error, Error::Server { source, .. } if source.code() == Some("NOPERM")), "{error:?}");
        }

        fn a_subscription_ends_when_it_is_dropped<C>() {
            let engine = Engine::new();
            let listener = listener::<C>(&engine).expect("the engine is online");
            drop(listener);
            assert_eq!(publish(&engine, "nobody"), 0);
        }

        fn changes_of_tracked_keys_are_told<C>() {
            let engine = Engine::new();
            let mut tracker = tracker::<C>(&engine).expect("the engine is online");
            let Ok(Some(News::Complete { asked, added })) = told::<C>(&mut tracker, MINUTE) else { panic!("the beginning") };
            assert!(asked <= Instant::now() && added == [b"a:"]);
            set(&engine, &["a:1", "b:1"]);
            assert!(matches!(told::<C>(&mut tracker, MINUTE), Ok(Some(News::Changed(keys))) if keys == [b"a:1"]));
            assert!(matches!(told::<C>(&mut tracker, Duration::ZERO), Ok(None)));
            tracker.add(vec![b"b:".to_vec()]);
            assert!(matches!(told::<C>(&mut tracker, MINUTE), Ok(Some(News::Complete { added, .. })) if added == [b"b:"]));
            set(&engine, &["b:2"]);
            redis::cmd("FLUSHALL").exec(&mut engine.connection()).expect("the engine is online");
            assert!(matches!(told::<C>(&mut tracker, MINUTE), Ok(Some(News::Changed(keys))) if keys == [b"b:2"]));
            assert!(matches!(told::<C>(&mut tracker, MINUTE), Ok(Some(News::Flushed))));
            // Nothing else happens, which is told, too.
            assert!(matches!(told::<C>(&mut tracker, MINUTE), Ok(Some(News::Complete { added, .. })) if added.is_empty()));
        }

        fn an_engine_that_goes_offline_ends_the_tracking<C>() {
            let engine = Engine::new();
            let mut before = tracker::<C>(&engine).expect("the engine is online");
            engine.set_offline(true);
            assert!(tracker::<C>(&engine).is_err_and(|error| error.is_connection()));
            assert!(told::<C>(&mut before, MINUTE).is_err_and(|error| error.is_connection()));
            engine.set_offline(false);
            assert!(told::<C>(&mut before, MINUTE).is_err());
        }

        fn a_refused_tracking_is_an_error<C>() {
            let engine = Engine::new();
            engine.fail_next(1, "NOPERM no permissions");
            let error = tracker::<C>(&engine).err().expect("it is refused");
            assert!(matches!(&error, Error::Server { source, .. } if source.code() == Some("NOPERM")), "{error:?}");
        }
    }
}
