//! For tests of this room: a server that does what a test wants it to, and waiting as each mode does.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    pin::pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

use super::{Server, line::Line, wire::Wire};

pub(super) const MINUTE: Duration = Duration::from_secs(60);

/// How to reach a server that is only a listening socket; this is its limit for responses, and all others are a minute.
pub(super) fn fake_server(response_timeout: Duration) -> (Server, TcpListener) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let client = redis::Client::open(format!("redis://{address}/")).expect("a valid address");
    let (connect_timeout, pool_timeout) = (MINUTE, MINUTE);
    (Server { client, connect_timeout, response_timeout, max_connections: 1, pool_timeout }, listener)
}

/// Lets the next client in.
pub(super) fn welcome(listener: &TcpListener) -> TcpStream {
    let (mut stream, _) = listener.accept().expect("a client connects");
    read_until(&mut stream, "LIB-VER");
    say(&mut stream, "+OK\r\n+OK\r\n");
    stream
}

/// Reads up to the end of this word, so that the next call goes on behind it.
pub(super) fn read_until(stream: &mut TcpStream, word: &str) {
    let mut read = Vec::new();
    while !read.ends_with(word.as_bytes()) {
        let mut byte = [0];
        stream.read_exact(&mut byte).expect("the client sends it");
        read.push(byte[0]);
    }
}

pub(super) fn say(stream: &mut TcpStream, text: &str) {
    stream.write_all(text.as_bytes()).expect("the client reads");
}

pub(super) fn wait_blocking<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => unreachable!("it waits inside of poll"),
    }
}

#[cfg(feature = "async")]
pub(super) fn wait_async<T>(future: impl Future<Output = T>) -> T {
    use tokio::runtime::{Builder, Runtime};

    thread_local! {
        // One for each test, as a connection ends with its runtime.
        static RUNTIME: Runtime = Builder::new_current_thread().enable_all().build().expect("it has what it needs");
    }
    RUNTIME.with(|runtime| runtime.block_on(future))
}

/// A line, and how its mode waits.
pub(super) trait Tested: Line {
    fn wait<T>(future: impl Future<Output = T>) -> T;
}

impl Tested for Wire {
    fn wait<T>(future: impl Future<Output = T>) -> T {
        wait_blocking(future)
    }
}

#[cfg(feature = "async")]
impl Tested for super::async_wire::AsyncWire {
    fn wait<T>(future: impl Future<Output = T>) -> T {
        wait_async(future)
    }
}

/// Makes a test of each function for both kinds of lines; `L` is the line.
macro_rules! on_both_lines {
    ($(fn $name:ident<L>() $body:block)*) => {$(
        mod $name {
            use super::*;

            fn check<L: Tested>() $body

            #[test]
            fn blocking() {
                check::<crate::connection::wire::Wire>();
            }

            #[cfg(feature = "async")]
            #[test]
            fn asynchronous() {
                check::<crate::connection::async_wire::AsyncWire>();
            }
        }
    )*};
}

pub(super) use on_both_lines;
