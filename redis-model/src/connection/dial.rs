//! Making the stream of a connection before a deadline.

#[cfg(unix)]
use std::os::unix::net::UnixStream;
use std::{
    io,
    net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs as _},
    sync::mpsc,
    thread,
};

use redis::{ConnectionAddr, ConnectionInfo, ErrorKind, RedisResult};

#[cfg(feature = "async")]
use super::async_wire::AsyncStream;
use super::{
    deadline::{Deadline, timed_out},
    socket::Stream,
};

/// A stream to the first address that accepts one.
pub(super) fn dial(info: &ConnectionInfo, deadline: Deadline) -> RedisResult<Stream> {
    match info.addr() {
        ConnectionAddr::Tcp(host, port) => {
            let stream = connect_any(&resolve(host, *port, deadline)?, deadline)?;
            stream.set_nodelay(info.tcp_settings().nodelay())?;
            Ok(Stream::Tcp(stream))
        }
        #[cfg(unix)]
        ConnectionAddr::Unix(path) => {
            let path = path.clone();
            Ok(Stream::Unix(in_time(deadline, move || UnixStream::connect(path))?))
        }
        _ => Err((ErrorKind::InvalidClientConfig, "this kind of address is not supported").into()),
    }
}

fn resolve(host: &str, port: u16, deadline: Deadline) -> io::Result<Vec<SocketAddr>> {
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    let host = host.to_owned();
    in_time(deadline, move || Ok((host, port).to_socket_addrs()?.collect()))
}

fn connect_any(addresses: &[SocketAddr], deadline: Deadline) -> io::Result<TcpStream> {
    let mut failure = no_address();
    for (tried, address) in addresses.iter().enumerate() {
        match TcpStream::connect_timeout(address, deadline.share(addresses.len() - tried)?) {
            Ok(stream) => return Ok(stream),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

/// A stream to the first address that accepts one, for the asynchronous mode.
#[cfg(feature = "async")]
pub(super) async fn dial_async(info: &ConnectionInfo, deadline: Deadline) -> RedisResult<AsyncStream> {
    match info.addr() {
        ConnectionAddr::Tcp(host, port) => {
            let stream = connect_any_async(host, *port, deadline).await?;
            stream.set_nodelay(info.tcp_settings().nodelay())?;
            Ok(AsyncStream::Tcp(stream))
        }
        #[cfg(unix)]
        ConnectionAddr::Unix(path) => Ok(AsyncStream::Unix(tokio::net::UnixStream::connect(path).await?)),
        _ => Err((ErrorKind::InvalidClientConfig, "this kind of address is not supported").into()),
    }
}

#[cfg(feature = "async")]
async fn connect_any_async(host: &str, port: u16, deadline: Deadline) -> io::Result<tokio::net::TcpStream> {
    let addresses: Vec<_> = tokio::net::lookup_host((host, port)).await?.collect();
    let mut failure = no_address();
    for (tried, address) in addresses.iter().enumerate() {
        let attempt = tokio::net::TcpStream::connect(address);
        match tokio::time::timeout(deadline.share(addresses.len() - tried)?, attempt).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => failure = error,
            Err(_) => failure = timed_out(),
        }
    }
    Err(failure)
}

fn no_address() -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, "the host's name has no address")
}

/// Makes a call for which the system has no limit: in a thread, which is left to itself when the deadline has passed.
fn in_time<T: Send + 'static>(
    deadline: Deadline,
    call: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let (sender, receiver) = mpsc::sync_channel(1);
    // Nobody receives what comes too late.
    thread::Builder::new().name("redis-model".into()).spawn(move || _ = sender.send(call()))?;
    receiver.recv_timeout(deadline.left()?).unwrap_or_else(|_| Err(timed_out()))
}

#[cfg(test)]
mod tests {
    use std::{
        net::TcpListener,
        time::{Duration, Instant},
    };

    use super::*;

    fn deadline(limit: Duration) -> Deadline {
        Deadline::new(Instant::now(), limit)
    }

    fn listener() -> (TcpListener, SocketAddr) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        (listener, address)
    }

    #[test]
    fn an_address_that_refuses_gives_way_to_the_next() {
        let ((refusing, refused), (_accepting, accepted)) = (listener(), listener());
        drop(refusing);
        let minute = deadline(Duration::from_secs(60));
        let stream = connect_any(&[refused, accepted], minute).expect("the second address accepts");
        assert_eq!(stream.peer_addr().ok(), Some(accepted));
        let error = connect_any(&[refused, refused], minute).expect_err("nobody listens");
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
        assert!(connect_any(&[], minute).is_err());
    }

    #[test]
    fn addresses_need_no_resolver_and_names_are_resolved() {
        let minute = deadline(Duration::from_secs(60));
        for host in ["::1", "127.0.0.1", "localhost"] {
            let addresses = resolve(host, 6379, minute).expect("it is known everywhere");
            assert!(addresses.iter().all(|address| address.ip().is_loopback() && address.port() == 6379), "{host}");
            assert!(!addresses.is_empty(), "{host}");
        }
    }

    #[test]
    fn a_call_that_does_not_end_is_given_up() {
        let (sender, receiver) = mpsc::channel::<()>();
        let hanging = move || receiver.recv().map_err(io::Error::other);
        let error = in_time(deadline(Duration::from_millis(20)), hanging).expect_err("nothing is sent");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        drop(sender);
    }
}
